"""FCP 7 XML (xmeml), which Premiere, Resolve and others read and write: reading, and filling gaps in the original.

Clips say where they stand, so that a new one is one more element in its track; every other byte stays as it came.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate, parse_timecode, rate_title
from mpd_studio.core.geometry import Size
from mpd_studio.interchange.exact_rates import ntsc_rate
from mpd_studio.interchange.fcp7_elements import Fcp7Writer
from mpd_studio.interchange.listing import (
    Fill,
    Laid,
    ListedClip,
    ListedForeign,
    ListedMarker,
    ListedSource,
    ListedTrack,
    Listing,
    OpenedTimeline,
    check_fills,
    lay_out,
)
from mpd_studio.interchange.media_urls import is_relative_place, path_of_url, url_of_path
from mpd_studio.interchange.source_text import Splice
from mpd_studio.interchange.xml_document import XmlDocument, XmlElement, read_xml

FORMAT_ID = "fcp7"
_ITEMS = ("clipitem", "generatoritem", "transitionitem")
_HOLDERS = ("project", "children", "bin", "clip")


@dataclass(frozen=True, slots=True)
class _Document:
    xml: XmlDocument
    sequence: XmlElement


def read(path: Path, rate: FrameRate | None = None) -> OpenedTimeline:
    """The first sequence of the file. rate: not needed, the file says it.

    Raises:
        TimelineError: it cannot be read, or holds no sequence.
    """
    del rate
    xml = read_xml(path)
    if xml.root.tag != "xmeml":
        raise TimelineError(f"{path.name} is no FCP 7 XML; its first element is <{xml.root.tag}>.")
    sequences = list(_sequences(xml.root))
    if not sequences:
        raise TimelineError(f"{path.name} holds no sequence. Export a timeline from the editor, not only clips.")
    listing = _Reader(path, xml.root, sequences[0]).listing()
    notes = ()
    if len(sequences) > 1:
        notes = (f"{path.name} holds {len(sequences)} sequences; the first, {listing.name}, was opened.",)
    return OpenedTimeline(path, FORMAT_ID, listing, _Document(xml, sequences[0]), notes)


def write_filled(opened: OpenedTimeline, fills: tuple[Fill, ...], path: Path) -> tuple[str, ...]:
    """The original with a clip in each gap; nothing else changes, but relative places of media become absolute.

    Returns:
        What the format could not hold, in the user's words.

    Raises:
        TimelineError: a fill has no gap. OutputError: the file system refuses.
    """
    document = opened.document
    assert isinstance(document, _Document)
    check_fills(opened.listing, fills)
    taken = {element.attributes["id"] for element in document.xml.root.walk() if "id" in element.attributes}
    writer = Fcp7Writer(opened.listing, taken)
    video = document.sequence.find("media/video")
    assert video is not None
    tracks = [_TrackPlaces(track) for track in video.all("track")]
    splices = [
        tracks[fill.track].splice(document.xml, writer.clip_item(fill.clip, fill.start), fill.start)
        for fill in sorted(fills, key=lambda fill: fill.start)
    ]
    if path.parent.absolute() != opened.path.parent.absolute():
        splices += _moved(document.xml, opened.path.parent)
    write_atomically(path, document.xml.with_edits(splices))
    return ()


def write(listing: Listing, path: Path) -> tuple[str, ...]:
    """A new file. Returns: what the format could not hold.

    Raises:
        TimelineError: the format has no such rate. OutputError: the file system refuses.
    """
    writer = Fcp7Writer(listing, set())
    write_atomically(path, writer.document())
    return writer.notes


def _sequences(element: XmlElement) -> list[XmlElement]:
    """Sequences with a video track, in the order of the file; those nested in clips are not timelines of their own."""
    found: list[XmlElement] = []
    for child in element.children:
        if child.tag == "sequence" and child.find("media/video/track"):
            found.append(child)
        elif child.tag in _HOLDERS:
            found += _sequences(child)
    return found


class _TrackPlaces:
    """The items of a track by where they begin, to find the one that a new clip follows."""

    def __init__(self, track: XmlElement) -> None:
        self._track = track
        self._items: list[XmlElement] = []
        self._starts: list[int] = []
        for item in track.children:
            if item.tag not in _ITEMS:
                continue
            start = _whole(item.value("start"))
            last = self._starts[-1] if self._starts else 0
            self._items.append(item)
            self._starts.append(last if start is None or start < last else start)  # -1: it follows a transition

    def splice(self, xml: XmlDocument, new: Element, start: int) -> Splice:
        count = bisect_left(self._starts, start)
        return xml.inserted_after(self._items[count - 1], new) if count else xml.inserted_first(self._track, new)


def _moved(xml: XmlDocument, folder: Path) -> list[Splice]:
    places = [e for e in xml.root.walk() if e.tag == "pathurl" and is_relative_place(e.text)]
    made = [(place, path_of_url(place.text, folder)) for place in places]
    return [xml.text_set(place, url_of_path(path, "localhost")) for place, path in made if path is not None]


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


class _Reader:
    def __init__(self, path: Path, root: XmlElement, sequence: XmlElement) -> None:
        self._path, self._sequence = path, sequence
        self._files = {e.attributes["id"]: e for e in root.walk() if e.tag == "file" and e.children and _id(e)}
        rate = self._rate(sequence)
        if rate is None:
            raise TimelineError(f"{path.name} is damaged: its sequence says no frame rate.")
        self._timeline_rate = rate

    def listing(self) -> Listing:
        sequence, rate = self._sequence, self._timeline_rate
        start, is_drop = self._timecode(sequence.find("timecode"), rate)
        tracks = sequence.find("media/video")
        assert tracks is not None
        return Listing(
            sequence.value("name") or self._path.stem,
            rate,
            is_drop,
            start or 0,
            self._size(sequence.find("media/video/format/samplecharacteristics")),
            tuple(self._track(f"V{number}", track) for number, track in enumerate(tracks.all("track"), 1)),
            tuple(
                ListedMarker(frame, marker.value("name"), marker.value("comment"))
                for marker in sequence.all("marker")
                if (frame := _whole(marker.value("in"))) is not None and frame >= 0
            ),
        )

    def _track(self, name: str, track: XmlElement) -> ListedTrack:
        items = [e for e in track.children if e.tag in _ITEMS]
        laid: list[Laid] = []
        covers: list[Laid] = []
        for index, item in enumerate(items):
            start, end = self._span(items, index)
            if item.tag == "transitionitem":
                title = item.value("effect/name") or item.value("name") or "transition"
                note = f"the transition '{title}' stands there, so that no frame of its clip is seen alone"
                covers.append(Laid(start, ListedForeign(end - start, note)))
            else:
                laid.append(Laid(start, self._item(item, end - start)))
        return lay_out(name, laid, covers)

    def _span(self, items: list[XmlElement], index: int) -> tuple[int, int]:
        """Start and end on the timeline; -1 means that a transition beside it says where."""
        item = items[index]
        start, end = _whole(item.value("start")), _whole(item.value("end"))
        if start == -1 and index and items[index - 1].tag == "transitionitem":
            start = _whole(items[index - 1].value("start"))
        if end == -1 and index + 1 < len(items) and items[index + 1].tag == "transitionitem":
            end = _whole(items[index + 1].value("end"))
        if start is None or end is None or start < 0 or end < start:
            title = item.value("name") or item.tag
            raise TimelineError(f"{self._path.name} is damaged: '{title}' does not say where it stands on its track.")
        return start, end

    def _item(self, item: XmlElement, length: int) -> ListedClip | ListedForeign:
        name = item.value("name") or "clip"
        reason = self._unusable(item, length)
        file = item.find("file")
        if file is not None and not file.children:
            file = self._files.get(_id(file))
        if reason is None and file is None:
            reason = "names no file"
        if reason is None and file is not None:
            source = self._source(name, file, is_still=item.value("stillframe").upper() == "TRUE")
            if source.rate in (None, self._timeline_rate):
                return ListedClip(name, source, _whole(item.value("in")) or 0, length)
            reason = self._other_rate(source.rate)
        return ListedForeign(length, f"'{name}' {reason}")

    def _unusable(self, item: XmlElement, length: int) -> str | None:
        if item.tag == "generatoritem":
            return "is made by a generator of the editor, not by media"
        if item.value("enabled").upper() == "FALSE":
            return "is switched off"
        if item.find("sequence") is not None or item.find("multiclip") is not None:
            return "is a nested sequence or a multicam clip; render it in the editor first"
        if _retime(item) is not None:
            return f"is retimed ({_retime(item)}); render it in the editor first"
        rate = self._rate(item)
        if rate not in (None, self._timeline_rate):
            return self._other_rate(rate)
        used = (_whole(item.value("in")), _whole(item.value("out")))
        if used[0] is not None and used[1] is not None and -1 not in used and used[1] - used[0] != length:
            return f"shows {used[1] - used[0]} frames of its media in {length} frames; it is retimed"
        return None

    def _other_rate(self, rate: FrameRate | None) -> str:
        own = rate_title(rate) if rate else "another number of"
        return (
            f"runs at {own} frames a second in a timeline of {rate_title(self._timeline_rate)}, "
            "so that which of its frames is seen is the editor's choice"
        )

    def _source(self, name: str, file: XmlElement, *, is_still: bool) -> ListedSource:
        rate = self._rate(file)
        start, is_drop = self._timecode(file.find("timecode"), rate or self._timeline_rate)
        url = file.value("pathurl")
        return ListedSource(
            file.value("name") or name,
            path_of_url(url, self._path.parent),
            rate,
            0 if start is None else start,
            1 if is_still else _whole(file.value("duration")),
            self._size(file.find("media/video/samplecharacteristics")),
            drop_frame=is_drop,
            reel=file.value("timecode/reel/name"),
        )

    def _rate(self, holder: XmlElement) -> FrameRate | None:
        timebase = _whole(holder.value("rate/timebase"))
        if timebase is None or not 0 < timebase <= 1000:
            return None
        return ntsc_rate(timebase, holder.value("rate/ntsc").upper() == "TRUE")

    def _timecode(self, holder: XmlElement | None, rate: FrameRate) -> tuple[int | None, bool]:
        if holder is None:
            return None, False
        text = holder.value("string")
        is_drop = holder.value("displayformat").upper() == "DF" or ";" in text
        frame = _whole(holder.value("frame"))
        if frame is None and text:
            try:
                frame = parse_timecode(f"{text[:-3]};{text[-2:]}" if is_drop else text, rate)
            except ValueError:
                frame = None
        return frame, is_drop

    def _size(self, holder: XmlElement | None) -> Size | None:
        width, height = (_whole(holder.value(side)) if holder else None for side in ("width", "height"))
        return Size(width, height) if width and height and 0 < width <= 32768 and 0 < height <= 32768 else None


def _id(element: XmlElement) -> str:
    return element.attributes.get("id", "")


def _retime(item: XmlElement) -> str | None:
    """What a time remap of a clip does; None where it plays as it is."""
    for effect in (effect for holder in item.all("filter") for effect in holder.all("effect")):
        if effect.value("effectid").lower() != "timeremap":
            continue
        values = {p.value("parameterid").lower(): p.value("value") for p in effect.all("parameter")}
        try:
            speed = float(values.get("speed", "100"))
        except ValueError:
            speed = 0.0
        varies, is_backwards = (values.get(name, "").upper() in ("TRUE", "1") for name in ("variablespeed", "reverse"))
        if varies:
            return "variable speed"
        if speed != 100 or is_backwards:
            return f"{speed:g} %{' backwards' if is_backwards else ''}"
    return None
