"""Numbered stills as one piece of media: patterns such as a_%06d.png."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePath

from mpd_studio.core.errors import MediaError

PICTURE_SUFFIXES = frozenset({".png", ".tif", ".tiff", ".exr", ".jpg", ".jpeg", ".webp", ".bmp", ".dpx"})
_PLACEHOLDER = re.compile(r"%(?:0(\d+))?d")
_LAST_NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$")
_NAMED_HOLES = 12


@dataclass(frozen=True, slots=True)
class NumberedFiles:
    """The files of a pattern in order. Contiguous: file i has the number first + i."""

    pattern: Path
    first: int
    paths: tuple[Path, ...]


def is_pattern(path: PurePath) -> bool:
    return _PLACEHOLDER.search(path.name) is not None


def is_picture(path: PurePath) -> bool:
    """Whether the name says that this is a still picture."""
    return path.suffix.lower() in PICTURE_SUFFIXES


def numbered_path(pattern: PurePath, number: int) -> Path:
    """The file of a number."""
    width = _width(pattern)
    name = _PLACEHOLDER.sub(lambda _: f"{number:0{width}d}", pattern.name, count=1)
    return Path(pattern.with_name(name))


def _width(pattern: PurePath) -> int:
    match = _PLACEHOLDER.search(pattern.name)
    return int(match[1]) if match and match[1] else 1


def _numbers(pattern: PurePath) -> list[int]:
    match = _PLACEHOLDER.search(pattern.name)
    if match is None:
        return []
    before, after = pattern.name[: match.start()], pattern.name[match.end() :]
    width = _width(pattern)
    named = re.compile(re.escape(before) + r"(\d+)" + re.escape(after))
    try:
        names = [entry.name for entry in Path(pattern.parent).iterdir()]
    except OSError as error:
        raise MediaError(f"The folder {pattern.parent} cannot be read: {error.strerror or error}.") from error
    found = (named.fullmatch(name) for name in names)
    return sorted(int(m[1]) for m in found if m and len(m[1]) == max(width, len(str(int(m[1])))))


def list_sequence(pattern: Path) -> NumberedFiles:
    """All files of a pattern.

    Raises:
        MediaError: there are none, or numbers are missing between the first and the last.
    """
    numbers = _numbers(pattern)
    if not numbers:
        raise MediaError(f"No file in {pattern.parent} is named like {pattern.name}.")
    missing = sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))
    if missing:
        listed = ", ".join(_spans(missing)[:_NAMED_HOLES])
        raise MediaError(
            f"The sequence {pattern.name} runs from {numbers[0]} to {numbers[-1]}, but {len(missing)} of its pictures "
            f"{'is' if len(missing) == 1 else 'are'} missing: {listed}. Render them, or open the parts one by one."
        )
    return NumberedFiles(pattern, numbers[0], tuple(numbered_path(pattern, number) for number in numbers))


def _spans(numbers: list[int]) -> list[str]:
    """[3, 5, 6, 7] as "3", "5–7"."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return [str(a) if a == b else f"{a}–{b}" for a, b in spans]


def find_sequence(path: Path | str) -> Path | None:
    """The pattern of the sequence that a numbered still belongs to; None when it stands alone.

    Neighbours count: a_000003.png belongs to a sequence when a_000002.png or a_000004.png lies beside it.
    """
    still = Path(path).absolute()
    match = _LAST_NUMBER.match(still.stem)
    if match is None or not is_picture(still) or "%" in still.name:
        return None
    number = int(match[2])
    width = len(match[2])
    place = f"%0{width}d" if width > 1 else "%d"
    pattern = still.with_name(f"{match[1]}{place}{match[3]}{still.suffix}")
    if any(n >= 0 and numbered_path(pattern, n).is_file() for n in (number - 1, number + 1)):
        return pattern
    return None
