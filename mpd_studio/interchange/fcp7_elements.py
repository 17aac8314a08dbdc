"""The elements of an FCP 7 XML that we write: clips with their files, and whole documents.

Frames of the sequence are counted from its beginning, those of a clip from the first of its file.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate, format_timecode, rate_title
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.exact_rates import as_ntsc
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedMarker, ListedSource, Listing
from mpd_studio.interchange.media_urls import url_of_path
from mpd_studio.interchange.xml_document import add, clean, pretty

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'


class Fcp7Writer:
    """taken: ids that stand in the document already. notes: what was left out, in the user's words."""

    def __init__(self, listing: Listing, taken: set[str]) -> None:
        """Raises: TimelineError: FCP 7 XML has no such rate."""
        if as_ntsc(listing.rate) is None:
            raise TimelineError(
                f"FCP 7 XML cannot say {rate_title(listing.rate)} frames a second, only whole numbers and those over "
                "1.001. Choose OTIO, FCPXML or MLT."
            )
        self._listing = listing
        self._taken = taken
        self._numbers: dict[str, int] = {}  # the last one given, by kind
        self._files: dict[ListedSource, str] = {}
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def document(self) -> bytes:
        listing = self._listing
        root = Element("xmeml", version="5")
        sequence = add(root, "sequence", id=self._new_id("sequence"))
        add(sequence, "name", listing.name)
        add(sequence, "duration", listing.length)
        _add_rate(sequence, listing.rate)
        _add_timecode(sequence, listing.rate, listing.start, listing.drop_frame, "")
        video = add(add(sequence, "media"), "video")
        _add_characteristics(add(video, "format"), listing.canvas, listing.rate)
        for track in listing.tracks:
            element = add(video, "track")
            for start, item in track.placed():
                if isinstance(item, ListedForeign):
                    self._notes.append(f"{item.note}: left out, its place on {track.name} is empty")
                elif isinstance(item, ListedClip) and self._can_hold(item):
                    element.append(self.clip_item(item, start))
        for marker in listing.markers:
            _add_marker(sequence, marker, marker.frame)
        return (_HEAD + pretty(root) + "\n").encode("utf-8")

    def clip_item(self, clip: ListedClip, start: int) -> Element:
        """start: its place on the timeline."""
        source, rate = clip.source, self._listing.rate
        is_still = source.kind is MediaKind.STILL
        first = 0 if is_still else clip.start
        available = clip.length if is_still else max(source.length or 0, first + clip.length)
        item = Element("clipitem", id=self._new_id("clipitem"))
        add(item, "name", clip.name)
        add(item, "enabled", "TRUE")
        add(item, "duration", available)
        _add_rate(item, rate)
        add(item, "start", start)
        add(item, "end", start + clip.length)
        add(item, "in", first)
        add(item, "out", first + clip.length)
        if is_still:
            add(item, "stillframe", "TRUE")
        self._add_file(item, source, available)
        for marker in clip.markers:
            _add_marker(item, marker, first + marker.frame)
        return item

    def _can_hold(self, clip: ListedClip) -> bool:
        if clip.source.path is None:
            self._notes.append(f"'{clip.name}' names no file: left out")
        elif clip.source.kind is MediaKind.SEQUENCE:
            self._notes.append(f"'{clip.name}' is an image sequence, which FCP 7 XML cannot hold: left out")
        else:
            return True
        return False

    def _add_file(self, item: Element, source: ListedSource, length: int) -> None:
        known = self._files.get(source)
        if known is not None:
            add(item, "file", id=known)
            return
        self._files[source] = self._new_id("file")
        file = add(item, "file", id=self._files[source])
        rate = source.rate or self._listing.rate
        add(file, "name", source.name)
        if source.path is not None:
            add(file, "pathurl", url_of_path(source.path, "localhost"))
        _add_rate(file, rate)
        add(file, "duration", length)
        _add_timecode(file, rate, source.start or 0, source.drop_frame, source.reel)
        video = add(add(file, "media"), "video")
        _add_characteristics(video, source.size, rate)

    def _new_id(self, kind: str) -> str:
        number = self._numbers.get(kind, 0) + 1
        while (name := f"mpd-studio-{kind}-{number}") in self._taken:
            number += 1
        self._numbers[kind] = number
        return name


def _add_rate(parent: Element, rate: FrameRate) -> None:
    timebase, is_ntsc = as_ntsc(rate) or (round(rate), False)
    element = add(parent, "rate")
    add(element, "timebase", timebase)
    add(element, "ntsc", "TRUE" if is_ntsc else "FALSE")


def _add_timecode(parent: Element, rate: FrameRate, frame: int, is_drop: bool, reel: str) -> None:
    element = add(parent, "timecode")
    _add_rate(element, rate)
    add(element, "string", format_timecode(frame, rate, is_drop))
    add(element, "frame", frame)
    add(element, "displayformat", "DF" if is_drop else "NDF")
    if reel:
        add(add(element, "reel"), "name", reel)


def _add_characteristics(parent: Element, size: Size | None, rate: FrameRate) -> None:
    element = add(parent, "samplecharacteristics")
    _add_rate(element, rate)
    if size is not None:
        add(element, "width", size.width)
        add(element, "height", size.height)
    add(element, "anamorphic", "FALSE")
    add(element, "pixelaspectratio", "square")
    add(element, "fielddominance", "none")


def _add_marker(parent: Element, marker: ListedMarker, frame: int) -> None:
    element = add(parent, "marker")
    add(element, "name", clean(marker.name))
    add(element, "comment", marker.note)
    add(element, "in", frame)
    add(element, "out", -1)
