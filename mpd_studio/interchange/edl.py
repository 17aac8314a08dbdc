"""CMX 3600 edit lists: reading, and filling gaps with events of their own between the lines, which stay as they are.

An EDL does not say its frame rate, where the timeline begins, or where the media are: the rate is given by the caller,
or guessed from the labels; the timeline begins with the first event; media are names.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path, PurePath

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate, parse_rate, rate_title
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange.edl_events import (
    Event,
    EventList,
    guessed_rate,
    is_drop_label,
    label_number,
    parse_events,
)
from mpd_studio.interchange.edl_lines import EdlWriter
from mpd_studio.interchange.listing import (
    Fill,
    Laid,
    ListedClip,
    ListedForeign,
    ListedMarker,
    ListedSource,
    Listing,
    OpenedTimeline,
    check_fills,
    lay_out,
)
from mpd_studio.interchange.media_urls import path_of_url
from mpd_studio.interchange.source_text import newline_of, read_bytes

FORMAT_ID = "edl"


Span = tuple[Event, int, int]


@dataclass(frozen=True, slots=True)
class _Document:
    """lines: with their ends, as they came. spans: (event, record in, record out), counted from 00:00:00:00."""

    lines: tuple[bytes, ...]
    encoding: str
    spans: tuple[Span, ...]


def read(path: Path, rate: FrameRate | None = None) -> OpenedTimeline:
    """rate: frames per second of the list; None guesses from its labels, and notes says so.

    Raises:
        TimelineError: it cannot be read, its labels do not exist at the rate, or its events overlap.
    """
    data = read_bytes(path)
    encoding = _encoding(data)
    lines = tuple(data.splitlines(keepends=True))
    found = parse_events([line.decode(encoding).lstrip("\ufeff") for line in lines], path.name)
    said = _said_rate(found)
    notes: tuple[str, ...] = ()
    if rate is None and said is None:
        rate = guessed_rate(found)
        notes = (
            f"{path.name} does not say its frame rate, as no EDL does; {rate_title(rate)} has all its labels. "
            "Where that is wrong, give the rate.",
        )
    reader = _Reader(path, found, rate or said or guessed_rate(found))
    document = _Document(lines, encoding, tuple(reader.spans))
    return OpenedTimeline(path, FORMAT_ID, reader.listing(), document, notes, rate is None or not notes)


def write_filled(opened: OpenedTimeline, fills: tuple[Fill, ...], path: Path) -> tuple[str, ...]:
    """The original lines with an event for each gap; black that stood there goes.

    Raises:
        TimelineError: a fill has no gap, or black and sound share its event. OutputError: the file system refuses.
    """
    document = opened.document
    assert isinstance(document, _Document)
    check_fills(opened.listing, fills)
    listing = opened.listing
    writer = EdlWriter(listing, max(event.number for event, _, _ in document.spans))
    after: dict[int, list[bytes]] = {}
    gone: set[int] = set()
    newline = newline_of(b"".join(document.lines[:40]))
    black = [span for span in document.spans if span[0].is_black and span[0].is_video]
    places = _Places(document)
    for fill in sorted(fills, key=lambda fill: fill.start):
        start = listing.start + fill.start
        gone |= _black_lines(document, black, fill, start)
        block = "".join(line + newline for line in writer.event(fill.clip, fill.start, fill.track))
        after.setdefault(places.before(fill.track, start), []).append(block.encode(document.encoding, "replace"))
    parts = list(after.get(0, ()))
    for number, line in enumerate(document.lines, 1):
        blocks = after.get(number, ())
        is_open = bool(blocks) and not line.endswith((b"\n", b"\r"))
        parts += [] if number - 1 in gone else [line + newline.encode() if is_open else line]
        parts += blocks
    write_atomically(path, b"".join(parts))
    return ()


def write(listing: Listing, path: Path) -> tuple[str, ...]:
    """A new list of the lowest track that holds clips. Returns: what an EDL could not hold.

    Raises:
        TimelineError: the rate has no timecode. OutputError: the file system refuses.
    """
    writer = EdlWriter(listing, 0)
    write_atomically(path, writer.document().encode("utf-8"))
    return writer.notes


def _encoding(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _said_rate(found: EventList) -> FrameRate | None:
    try:
        return parse_rate(found.rate_text) if found.rate_text else None
    except ValueError:
        return None


class _Places:
    """After how many lines a new event is put: behind the last one of its track that begins before it."""

    def __init__(self, document: _Document) -> None:
        self._first = min(event.first_line for event, _, _ in document.spans)
        self._begins: dict[int, list[int]] = {}
        self._lines: dict[int, list[int]] = {}  # the farthest line of all events so far
        for event, begin, _ in sorted(document.spans, key=lambda span: span[1]):
            for track in (event.track - 1, -1) if event.is_video else ():  # -1: of any track
                lines = self._lines.setdefault(track, [])
                self._begins.setdefault(track, []).append(begin)
                lines.append(max(event.stop_line, lines[-1] if lines else 0))

    def before(self, track: int, start: int) -> int:
        for row in (track, -1):
            count = bisect_left(self._begins.get(row, []), start)
            if count:
                return self._lines[row][count - 1]
        return self._first


def _black_lines(document: _Document, black: list[Span], fill: Fill, start: int) -> set[int]:
    """The lines of black events that the fill takes the place of."""
    stop = start + fill.clip.length
    gone: set[int] = set()
    for event, begin, end in black:
        if event.track != fill.track + 1 or end <= start or stop <= begin or begin == end:
            continue
        is_alone = sum(other.number == event.number for other, _, _ in document.spans) == 1
        if begin < start or stop < end or not is_alone or event.channels.rstrip("0123456789") != "V":
            raise TimelineError(
                f"Event {event.number:03d} is black that reaches beyond the gap, or has sound. "
                "Remove it in the editor and export the EDL again."
            )
        gone |= set(range(event.first_line, event.stop_line))
    return gone


class _Reader:
    def __init__(self, path: Path, found: EventList, rate: FrameRate) -> None:
        self._path, self._found, self._rate = path, found, rate
        self._is_drop = self._record_drop()
        self.spans = [(event, *self._record(event)) for event in found.events]

    def listing(self) -> Listing:
        start = min(begin for _, begin, _ in self.spans)
        video = [span for span in self.spans if span[0].is_video]
        count = max((event.track for event, _, _ in video), default=1)
        tracks = []
        for number in range(1, count + 1):
            laid: list[Laid] = []
            covers: list[Laid] = []
            for event, begin, end in video:
                if event.track == number:
                    self._lay(event, begin - start, end - begin, laid, covers)
            tracks.append(lay_out(f"V{number}", laid, covers))
        name = self._found.title or self._path.stem
        markers = tuple(self._markers(start))
        return Listing(name, self._rate, self._is_drop, start, None, tuple(tracks), markers)

    def _record_drop(self) -> bool:
        signs = {is_drop_label(label) for event in self._found.events for label in event.labels[2:]}
        if len(signs) > 1:
            raise TimelineError(
                f"{self._path.name} mixes drop-frame and non-drop-frame record timecode, so that its places cannot be "
                "known. Export it with one kind."
            )
        return True in signs or bool(self._found.first_fcm)

    def _record(self, event: Event) -> tuple[int, int]:
        begin, end = (self._number(event, label, self._is_drop) for label in event.labels[2:])
        if end < begin:
            raise TimelineError(
                f"Event {event.number:03d} of {self._path.name} ends before it begins on the record side."
            )
        return begin, end

    def _number(self, event: Event, label: str, is_drop: bool) -> int:
        try:
            return label_number(label, self._rate, is_drop)
        except ValueError as error:
            raise TimelineError(
                f"Event {event.number:03d} of {self._path.name}: {error} Give the list's own rate, or export it again."
            ) from error

    def _lay(self, event: Event, start: int, length: int, laid: list[Laid], covers: list[Laid]) -> None:
        if event.kind[0] in "DW" and event.transition:
            title = "dissolve" if event.kind == "D" else f"wipe {event.kind[1:]}"
            note = f"a {title} of {event.transition} frames stands there, so that no frame of its clip is seen alone"
            covers.append(Laid(start, ListedForeign(min(event.transition, length), note)))
        if event.kind in ("K", "KO"):
            covers.append(Laid(start, ListedForeign(length, f"event {event.number:03d} is a key over other pictures")))
        elif not event.is_black and length:
            laid.append(Laid(start, self._item(event, length)))

    def _item(self, event: Event, length: int) -> ListedClip | ListedForeign:
        is_second = event.kind != "C" and bool(event.comment("TO CLIP NAME"))
        name = event.comment("TO CLIP NAME" if is_second else "FROM CLIP NAME") or event.comment("FROM CLIP NAME")
        name = name or event.reel
        is_drop = event.is_drop or is_drop_label(event.labels[0])
        begin, end = (self._number(event, label, is_drop) for label in event.labels[:2])
        speed = next((speed for reel, speed in event.speeds if reel == event.reel), None)
        is_still = any("STILL" in said for said, _ in event.comments) or speed == 0
        if speed is not None and not is_still and not self._is_normal(speed):
            return ListedForeign(length, f"'{name}' is retimed to {speed:g} frames a second; render it first")
        if end - begin != length and not is_still:
            return ListedForeign(
                length, f"'{name}' shows {end - begin} frames of its media in {length} frames; it is retimed"
            )
        place = event.comment("SOURCE FILE PATH", "SOURCE FILE", "FROM FILE", "MEDIA FILE", "FILE PATH")
        path = path_of_url(place, self._path.parent) if "/" in place or "\\" in place else None
        shown = place if place and path is None else name
        kind = MediaKind.STILL if is_still else MediaKind.MOVIE
        source = ListedSource(
            path.name if path else PurePath(shown).name, path, kind=kind, drop_frame=is_drop, reel=event.reel
        )
        return ListedClip(name, source, begin, length)

    def _is_normal(self, speed: float) -> bool:
        return abs(speed - float(self._rate)) < 0.06 or abs(speed - round(self._rate)) < 0.06

    def _markers(self, start: int) -> list[ListedMarker]:
        markers: dict[tuple[int, str], ListedMarker] = {}
        for event, _, _ in self.spans:
            for name, text in event.comments:
                label, _, rest = text.partition(" ")
                if name != "LOC":
                    continue
                try:
                    frame = label_number(label, self._rate, self._is_drop or is_drop_label(label)) - start
                except ValueError:
                    continue
                title = rest.strip().partition(" ")[2].strip()
                if frame >= 0:
                    markers[frame, title] = ListedMarker(frame, title)
        return list(markers.values())
