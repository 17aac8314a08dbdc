"""The bytes of a timeline file, and edits of them that leave everything else as it came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.core.errors import TimelineError

LARGEST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes [start, stop) become `text`."""

    start: int
    stop: int
    text: str


def read_bytes(path: Path) -> bytes:
    """Raises: TimelineError: no such file, not a file, empty, too large, or not allowed to be read."""
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise TimelineError(f"{path} is not a file. Choose a timeline file.")
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise TimelineError(
                f"{path.name} has {size // 1_000_000} MB; a timeline of at most {LARGEST_BYTES // 1_000_000} MB can "
                "be opened. Export a shorter part of it from the editor."
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise TimelineError(f"There is no file {path}. It may have been moved; choose it again.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise TimelineError(f"{path} cannot be read: {reason}.") from error
    if not data.strip():
        raise TimelineError(f"{path.name} is empty. Export it again from the editor.")
    return data


def spliced(data: bytes, splices: Iterable[Splice], encoding: str = "utf-8") -> bytes:
    """The bytes with all edits made; they must not overlap. Edits at one place keep their order."""
    parts: list[bytes] = []
    position = 0
    for splice in sorted(splices, key=lambda splice: splice.start):
        if splice.start < position:
            raise ValueError(f"Two edits overlap at byte {splice.start}.")
        parts += [data[position : splice.start], splice.text.encode(encoding, "surrogateescape")]
        position = splice.stop
    return b"".join([*parts, data[position:]])


def indent_before(data: bytes, start: int) -> str:
    """The white space between the beginning of a line and byte `start`; "" where something else stands there."""
    line = data[data.rfind(b"\n", 0, start) + 1 : start]
    return line.decode("ascii") if not line.strip(b" \t") else ""


def newline_of(data: bytes) -> str:
    return "\r\n" if b"\r\n" in data[:4096] else "\n"
