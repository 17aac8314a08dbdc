"""Find media by what a timeline says of them: at their place, beside the timeline, in folders that were named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from mpd_studio.core.edits import relink_media
from mpd_studio.core.errors import EditRefused, MediaError
from mpd_studio.core.frames import parse_timecode
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.core.timeline import Clip, Item, Timeline
from mpd_studio.media.probe import probe
from mpd_studio.media.sequences import find_sequence, is_pattern, is_picture, numbered_path

_MOST_FOLDERS = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Media to find. length: frames it is said to have, None unknown; needed: frames that are used of it, at least.

    fingerprint: "" where nobody has seen it yet: then its name, and frames enough, must do.
    """

    name: str
    path: PurePath | None = None
    kind: MediaKind = MediaKind.MOVIE
    length: int | None = None
    needed: int = 1
    fingerprint: str = ""


@dataclass(slots=True)
class MediaFinder:
    """base: folder of the timeline. folders: searched with all below them, once, when something is first missing."""

    base: Path
    folders: tuple[Path, ...]
    reporter: Reporter
    problems: dict[Path, str] = field(default_factory=dict)
    _names: dict[str, list[Path]] | None = None
    _probed: dict[tuple[Path, Wanted], MediaRef | None] = field(default_factory=dict)

    def find(self, wanted: Wanted) -> MediaRef | None:
        """The media, None where they are nowhere; why a file that is there cannot be used stands in `problems`."""
        for path in self._places(wanted):
            found = self._open(path, wanted)
            if found is not None:
                return found
        return None

    def _places(self, wanted: Wanted) -> Iterator[Path]:
        """Where it may be, the likeliest first."""
        path = wanted.path
        if path is not None:
            yield Path(path)
            for count in range(1, min(4, len(path.parts))):
                yield self.base.joinpath(*path.parts[-count:])
        elif wanted.name:
            yield self.base / wanted.name
        named = path.name if path is not None else wanted.name
        if self.folders and named:
            yield from sorted(self._named(named), key=lambda found: _unlikeness(found, path))

    def _named(self, name: str) -> list[Path]:
        if self._names is None:
            self._names = {}
            for path in files_below(self.folders, self.reporter):
                self._names.setdefault(path.name.casefold(), []).append(path)
                self._names.setdefault(path.stem.casefold(), []).append(path)
        if is_pattern(PurePath(name)):
            before = name.partition("%")[0].casefold()
            places = {p.parent for key, paths in self._names.items() if key.startswith(before) for p in paths}
            return [place / name for place in places]
        return self._names.get(name.casefold(), [])

    def _open(self, path: Path, wanted: Wanted) -> MediaRef | None:
        """The media at a place, None when they are not there, or are others."""
        key = (path, wanted)
        if key not in self._probed:
            self.reporter.report(Progress(f"Looking for {wanted.name}", 0, 0))
            self._probed[key] = self._probe(path, wanted)
        return self._probed[key]

    def _probe(self, path: Path, wanted: Wanted) -> MediaRef | None:
        if wanted.kind is not MediaKind.SEQUENCE and not _is_file(path):
            return None
        try:
            media = probe(_pattern(path, wanted) or path)
        except MediaError as error:
            if _is_dir(path.parent) and (wanted.kind is not MediaKind.SEQUENCE or "No file" not in str(error)):
                self.problems[path] = str(error)
            return None
        except OSError as error:  # the drive is pulled out meanwhile
            self.problems[path] = f"{path} cannot be read: {error.strerror or error}."
            return None
        if wanted.fingerprint and media.fingerprint != wanted.fingerprint:
            self.problems[path] = f"{path} has the same name and other content than the timeline knows."
            return None
        if media.kind is not MediaKind.STILL and media.frame_count < wanted.needed:
            self.problems[path] = (
                f"{path} has {media.frame_count} frames; the timeline uses {wanted.needed} of {wanted.name}."
            )
            return None
        return media


def _pattern(path: Path, wanted: Wanted) -> Path | None:
    """A numbered picture is a sequence where the timeline knows as many frames of it as lie there, else a still."""
    if not is_picture(path) or wanted.kind is not MediaKind.MOVIE or (wanted.length or 1) < 2:
        return None
    pattern = find_sequence(path)
    if pattern is None:
        return None
    try:
        return pattern if probe(pattern).frame_count == wanted.length else None
    except MediaError:
        return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _unlikeness(found: Path, wanted: PurePath | None) -> tuple[int, int, str]:
    """Fewer for a path whose last folders are those that were wanted, and for one that lies higher."""
    same = 0
    if wanted is not None:
        for ours, theirs in zip(reversed(found.parts), reversed(wanted.parts), strict=False):
            if ours.casefold() != theirs.casefold():
                break
            same += 1
    return -same, len(found.parts), str(found)


def files_below(folders: tuple[Path, ...], reporter: Reporter) -> Iterator[Path]:
    """All files in folders and below them; after 20 000 folders it is enough."""
    number = 0
    for folder in folders:
        for where, _, names in os.walk(folder):
            reporter.raise_if_cancelled()
            number += 1
            if number > _MOST_FOLDERS:
                return
            yield from (Path(where, name) for name in sorted(names))


def why_missing(ref: MediaRef) -> str:
    """What is to be told of media whose (first) file is not there or cannot be got at; "" when it is there."""
    file = first_file(ref)
    try:
        return "" if file.exists() else f"{file} does not exist."
    except OSError as error:  # a drive that was pulled out, a server that is away, a folder that is locked
        return f"{file} cannot be looked at: {error.strerror or error}."


def first_file(ref: MediaRef) -> Path:
    return numbered_path(ref.path, ref.first_number) if ref.kind is MediaKind.SEQUENCE else Path(ref.path)


def relinked(old: MediaRef, new: MediaRef, timeline: Timeline) -> Timeline:
    """Use `new` wherever `old` stands. Of media that nobody had seen yet, the same timecode is used.

    Raises:
        EditRefused: the new file lacks frames that the timeline uses.
    """
    if old.fingerprint or new.kind is MediaKind.STILL:
        return relink_media(timeline, old, new)
    shift = _label(old) - _label(new)

    def shifted(item: Item) -> Item:
        if not isinstance(item, Clip) or item.media != old:
            return item
        start = item.source_range.start + shift
        if start < 0 or start + item.length > new.frame_count:
            raise EditRefused(
                f"{new.name} does not hold the timecode that the timeline uses of {old.name}: it begins at "
                f"{new.start_tc or '00:00:00:00, for it has none'}."
            )
        return replace(item, source_range=item.source_range.moved(shift), media=new)

    tracks = tuple(replace(track, items=tuple(map(shifted, track.items))) for track in timeline.tracks)
    return relink_media(replace(timeline, tracks=tracks), old, new)


def _label(media: MediaRef) -> int:
    try:
        return parse_timecode(media.start_tc or "", media.rate)
    except ValueError:
        return 0
