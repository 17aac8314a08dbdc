"""The timeline as an immutable value: tracks of clips and gaps, end to end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import itemgetter
from pathlib import PurePath
from typing import overload

from mpd_studio.core.frames import FrameRange, FrameRate, format_timecode
from mpd_studio.core.gap_motion import GapMotion
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Boundary, Guidance
from mpd_studio.core.ids import ClipId, GapId, TakeId
from mpd_studio.core.inbetween import InbetweenResult
from mpd_studio.core.media_ref import FrameRef, MediaRef


@dataclass(frozen=True, slots=True)
class Marker:
    """A note at a frame, counted from the timeline's beginning."""

    frame: int
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    """source_range: the frames used; source frame k is shown at the k-th frame of the range. Stills repeat frame 0."""

    id: ClipId
    media: MediaRef
    source_range: FrameRange

    @property
    def length(self) -> int:
        return self.source_range.length

    def frame(self, offset: int) -> FrameRef:
        """The frame shown `offset` frames into the clip."""
        if self.media.frame_count == 1:
            return FrameRef(self.media, 0)
        return FrameRef(self.media, self.source_range.start + offset)


@dataclass(frozen=True, slots=True)
class Take:
    """One result for a gap. name: shown to the user; note: the user's own words."""

    id: TakeId
    result: InbetweenResult
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A place to fill. first, last: boundary frames the user picked; None means the neighbouring clip's frame.

    motions: kept for engines that go along one; one of each boundary frame at most.
    """

    id: GapId
    length: int
    guidance: Guidance = Guidance()
    takes: tuple[Take, ...] = ()
    chosen: TakeId | None = None
    first: FrameRef | None = None
    last: FrameRef | None = None
    motions: tuple[GapMotion, ...] = ()

    def motion(self, of: Boundary) -> GapMotion | None:
        return next((motion for motion in self.motions if motion.of is of), None)

    @property
    def chosen_take(self) -> Take | None:
        return next((take for take in self.takes if take.id == self.chosen), None)


@dataclass(frozen=True, slots=True)
class Foreign:
    """What an editor's timeline had and we only carry (transition, retime, audio). payload: as it came."""

    length: int
    note: str
    payload: str


Item = Clip | Gap | Foreign


@dataclass(frozen=True, slots=True)
class Track:
    """length: of all items together; worked out once, because a window asks for it many times at every edit."""

    name: str
    items: tuple[Item, ...] = ()
    length: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", sum([item.length for item in self.items]))

    def placed(self) -> Iterator[tuple[int, Item]]:
        """(start, item) of every item, start counted from the timeline's beginning."""
        start = 0
        for item in self.items:
            yield start, item
            start += item.length


@dataclass(frozen=True, slots=True)
class UnplacedTake:
    """A take whose gap was deleted while it was being made."""

    gap_id: GapId
    take: Take


@dataclass(frozen=True, slots=True)
class Timeline:
    """start: number of the first frame, counted from 00:00:00:00. media: the bin, also what is on no track yet.

    origin: the editor's timeline file that it was opened from, which can be written back with its gaps filled.
    """

    name: str = "Untitled"
    rate: FrameRate = Fraction(24)
    canvas: Size = Size(1920, 1080)
    drop_frame: bool = False
    start: int = 0
    markers: tuple[Marker, ...] = ()
    tracks: tuple[Track, ...] = (Track("V1"),)
    media: tuple[MediaRef, ...] = ()
    unplaced: tuple[UnplacedTake, ...] = ()
    origin: PurePath | None = None

    @property
    def length(self) -> int:
        return max((track.length for track in self.tracks), default=0)

    def timecode(self, frame: int) -> str:
        """The label of a frame counted from the timeline's beginning."""
        return format_timecode(self.start + frame, self.rate, self.drop_frame)


@dataclass(frozen=True, slots=True)
class PlacedGap:
    """A gap with its place: track index, start frame, and the two boundary frames where they exist."""

    track: int
    start: int
    gap: Gap
    first: FrameRef | None
    last: FrameRef | None

    @property
    def stop(self) -> int:
        return self.start + self.gap.length


def gaps_of(timeline: Timeline) -> tuple[PlacedGap, ...]:
    """Every gap, by start and then by track. A gap at the very end or beginning of a track has one boundary frame."""
    return GapRows(timeline)[:]


def find_gap(timeline: Timeline, gap_id: GapId) -> PlacedGap | None:
    """Asked at every edit, so it builds the one that is wanted and no other."""
    for track, position, start, item in _items_of(timeline):
        if isinstance(item, Gap) and item.id == gap_id:
            return _placed_gap(timeline, track, position, start, item)
    return None


class GapRows(Sequence["PlacedGap"]):
    """As gaps_of, but each is built when it is asked for: a window shows twenty of a thousand gaps."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        found = [
            (start, track, position, item)
            for track, position, start, item in _items_of(timeline)
            if isinstance(item, Gap)
        ]
        self._places = sorted(found, key=itemgetter(0, 1))

    @property
    def gaps(self) -> Iterator[Gap]:
        """Without their places, in the same order."""
        return (place[3] for place in self._places)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> PlacedGap: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[PlacedGap, ...]: ...

    def __getitem__(self, index: int | slice) -> PlacedGap | tuple[PlacedGap, ...]:
        if isinstance(index, slice):
            return tuple(self._build(place) for place in self._places[index])
        return self._build(self._places[index])

    def _build(self, place: tuple[int, int, int, Gap]) -> PlacedGap:
        start, track, position, gap = place
        return _placed_gap(self._timeline, track, position, start, gap)


def _items_of(timeline: Timeline) -> Iterator[tuple[int, int, int, Item]]:
    """(track, position on it, start, item) of everything on the timeline."""
    for track, content in enumerate(timeline.tracks):
        for position, (start, item) in enumerate(content.placed()):
            yield track, position, start, item


def _placed_gap(timeline: Timeline, track: int, position: int, start: int, gap: Gap) -> PlacedGap:
    items = timeline.tracks[track].items
    before = items[position - 1] if position else None
    after = items[position + 1] if position + 1 < len(items) else None
    first = gap.first or (before.frame(before.length - 1) if isinstance(before, Clip) else None)
    last = gap.last or (after.frame(0) if isinstance(after, Clip) else None)
    return PlacedGap(track, start, gap, first, last)


def item_at(track: Track, frame: int) -> tuple[int, Item] | None:
    """(start, item) of what stands at a frame of a track, or None beyond its end."""
    for start, item in track.placed():
        if start <= frame < start + item.length:
            return start, item
    return None
