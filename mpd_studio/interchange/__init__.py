"""Timelines of editors: read one with its gaps, write it back with clips in them, or write a new one.

Reading gives what the file lists and keeps the original document; writing back edits that document and nothing else, so
that transitions, retimes, sound, markers and unknown parts survive as they came. A format is a row below and a module
with read(path, rate), write_filled(opened, fills, path) and write(listing, path).
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate
from mpd_studio.interchange.listing import Fill, Listing, OpenedTimeline

__all__ = ["FORMATS", "TimelineFormat", "format_of", "is_timeline", "read", "write", "write_filled"]

_ROOTS = {"xmeml": "fcp7", "fcpxml": "fcpxml", "mlt": "mlt"}
_LONGEST_HOURS = 200
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z][\w.-]*)")


@dataclass(frozen=True, slots=True)
class TimelineFormat:
    """suffixes: in small letters with their dot; the first is the one we write."""

    id: str
    title: str
    suffixes: tuple[str, ...]
    module: str


FORMATS = (
    TimelineFormat("otio", "OpenTimelineIO", (".otio",), "mpd_studio.interchange.otio"),
    TimelineFormat("otioz", "OpenTimelineIO bundle", (".otioz",), "mpd_studio.interchange.otioz"),
    TimelineFormat("fcp7", "FCP 7 XML (Premiere, Resolve)", (".xml",), "mpd_studio.interchange.fcp7_xml"),
    TimelineFormat("fcpxml", "FCPXML (Final Cut Pro)", (".fcpxml", ".fcpxmld"), "mpd_studio.interchange.fcpxml"),
    TimelineFormat("mlt", "MLT XML (Shotcut, Kdenlive)", (".mlt", ".kdenlive"), "mpd_studio.interchange.mlt"),
    TimelineFormat("edl", "CMX 3600 EDL", (".edl",), "mpd_studio.interchange.edl"),
)


class _Module(Protocol):
    def read(self, path: Path, rate: FrameRate | None = None) -> OpenedTimeline: ...

    def write_filled(self, opened: OpenedTimeline, fills: tuple[Fill, ...], path: Path) -> tuple[str, ...]: ...

    def write(self, listing: Listing, path: Path) -> tuple[str, ...]: ...


def is_timeline(path: Path) -> bool:
    """By the name alone."""
    return any(path.suffix.lower() in row.suffixes for row in FORMATS)


def format_of(path: Path) -> TimelineFormat:
    """By the name; an .xml that exists by its first element, too.

    Raises:
        TimelineError: no format is named so, or the XML is of a kind that is not known here.
    """
    suffix = path.suffix.lower()
    row = next((row for row in FORMATS if suffix in row.suffixes), None)
    if row is None:
        known = ", ".join(suffix for row in FORMATS for suffix in row.suffixes)
        raise TimelineError(f"{path.name} is no timeline this program knows; it opens {known}.")
    return _sniffed(path) or row if suffix == ".xml" else row


def read(path: Path, rate: FrameRate | None = None) -> OpenedTimeline:
    """rate: frames per second, for formats that do not say it (EDL); None lets them guess.

    Raises:
        TimelineError: missing, damaged, of an unknown kind or version, absurdly long, or without pictures.
    """
    opened = _module(format_of(path)).read(path, rate)
    hours = opened.listing.length / opened.listing.rate / 3600
    if hours > _LONGEST_HOURS:
        raise TimelineError(f"{path.name} says that it lasts {int(hours)} hours. It is damaged; export it again.")
    return opened


def write_filled(opened: OpenedTimeline, fills: tuple[Fill, ...], path: Path) -> tuple[str, ...]:
    """Write the original with a clip in each of these gaps, in its own format.

    Returns:
        What the format could not hold, in the user's words.

    Raises:
        TimelineError: a fill has no gap. OutputError: the file system refuses.
    """
    return _module(_row(opened.format_id)).write_filled(opened, fills, path)


def write(listing: Listing, path: Path, format_id: str | None = None) -> tuple[str, ...]:
    """Write a new timeline. format_id: None goes by the name of the file.

    Returns:
        What the format could not hold, in the user's words.

    Raises:
        TimelineError: the format has no such rate. OutputError: the file system refuses.
    """
    return _module(_row(format_id) if format_id else format_of(path)).write(listing, path)


def _row(format_id: str) -> TimelineFormat:
    row = next((row for row in FORMATS if row.id == format_id), None)
    if row is None:
        raise TimelineError(f"There is no timeline format '{format_id}'. Choose one of: {', '.join(_ids())}.")
    return row


def _ids() -> tuple[str, ...]:
    return tuple(row.id for row in FORMATS)


def _module(row: TimelineFormat) -> _Module:
    """Imported when it is needed, so that the rows cost nothing."""
    return cast("_Module", importlib.import_module(row.module))


def _sniffed(path: Path) -> TimelineFormat | None:
    """The format of an XML by its first element; None for a file that is not there."""
    try:
        with path.open("rb") as file:
            head = file.read(65536)
    except OSError:
        return None
    found = _FIRST_ELEMENT.search(head.replace(b"\0", b""))
    name = found[1].decode("ascii").lower() if found else ""
    if found and name not in _ROOTS:
        known = ", ".join(f"<{root}>" for root in _ROOTS)
        raise TimelineError(f"{path.name} is an XML of an unknown kind, <{name}>; timelines begin with {known}.")
    return next((row for row in FORMATS if row.id == _ROOTS.get(name)), None)
