"""An editor's timeline as its file lists it: media are names and places that nobody has looked at yet.

What this program does not follow (transitions, retimes, nested timelines, generators) is a ListedForeign that says why;
it is carried by the kept document, never rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaKind


@dataclass(frozen=True, slots=True)
class ListedMarker:
    """A note at a frame, counted from the beginning of what it belongs to (the timeline, a clip's used part)."""

    frame: int
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ListedSource:
    """Media as a file names them.

    path: absolute, a printf pattern for sequences; None where the file says none.
    rate: frames per second of the media; None where unknown.
    start: number of its first frame by its own timecode, at `rate`; None where unknown.
    length: frames there are; None where unknown.
    drop_frame: how its timecode counts. reel: what old lists call it by.
    """

    name: str
    path: PurePath | None = None
    rate: FrameRate | None = None
    start: int | None = None
    length: int | None = None
    size: Size | None = None
    kind: MediaKind = MediaKind.MOVIE
    first_number: int = 0
    drop_frame: bool = False
    fingerprint: str = ""
    reel: str = ""


@dataclass(frozen=True, slots=True)
class ListedClip:
    """Media shown frame by frame.

    start: first frame used, counted from the source's first; by the source's own timecode where source.start is None.
    facts: (name, value) pairs that go into the metadata where a format has them.
    sequence: the same frames as numbered pictures, for formats that can name both.
    """

    name: str
    source: ListedSource
    start: int
    length: int
    markers: tuple[ListedMarker, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    sequence: ListedSource | None = None


@dataclass(frozen=True, slots=True)
class ListedGap:
    length: int


@dataclass(frozen=True, slots=True)
class ListedForeign:
    """note: what it is, and why its frames cannot be taken for a gap beside it."""

    length: int
    note: str


ListedItem = ListedClip | ListedGap | ListedForeign


@dataclass(frozen=True, slots=True)
class ListedTrack:
    name: str
    items: tuple[ListedItem, ...] = ()

    @property
    def length(self) -> int:
        return sum(item.length for item in self.items)

    def placed(self) -> Iterator[tuple[int, ListedItem]]:
        start = 0
        for item in self.items:
            yield start, item
            start += item.length


@dataclass(frozen=True, slots=True)
class Listing:
    """start: number of the first frame, counted from 00:00:00:00. Video tracks only, the lowest first."""

    name: str
    rate: FrameRate
    drop_frame: bool = False
    start: int = 0
    canvas: Size | None = None
    tracks: tuple[ListedTrack, ...] = ()
    markers: tuple[ListedMarker, ...] = ()

    @property
    def length(self) -> int:
        return max((track.length for track in self.tracks), default=0)


@dataclass(frozen=True, slots=True)
class Fill:
    """A clip for the gap of the same length that begins at `start` on a track (counted from 0)."""

    track: int
    start: int
    clip: ListedClip


@dataclass(frozen=True, slots=True)
class OpenedTimeline:
    """document: the original as its format keeps it for writing back; nobody else looks inside.

    notes: what the user should know about the reading. rate_known: the file itself says its rate.
    """

    path: Path
    format_id: str
    listing: Listing
    document: object
    notes: tuple[str, ...] = ()
    rate_known: bool = True


@dataclass(frozen=True, slots=True)
class Laid:
    """An item at its place, counted from the timeline's beginning."""

    start: int
    item: ListedClip | ListedForeign

    @property
    def stop(self) -> int:
        return self.start + self.item.length


def lay_out(name: str, laid: Iterable[Laid], covers: Iterable[Laid] = ()) -> ListedTrack:
    """A track from items that know their places; the space between them becomes gaps.

    covers: transitions; they take their span from the clips and the space they lie on.

    Raises:
        TimelineError: two items stand at one place, or one before the beginning.
    """
    items: list[ListedItem] = []
    position = 0
    for piece in _uncovered(sorted(laid, key=_place), sorted(covers, key=_place)):
        if piece.start < position:
            at = f"at frame {piece.start}" if piece.start >= 0 else "before its beginning"
            raise TimelineError(f"Two clips of track {name} stand {at}. Repair the timeline in the editor.")
        if piece.start > position:
            items.append(ListedGap(piece.start - position))
        items.append(piece.item)
        position = piece.stop
    return ListedTrack(name, tuple(items))


def _place(laid: Laid) -> tuple[int, int]:
    return laid.start, laid.stop


def _uncovered(laid: Sequence[Laid], covers: Sequence[Laid]) -> list[Laid]:
    """The items with the spans of `covers` cut out of them, and the covers."""
    whole = [cover for cover in covers if cover.item.length > 0]
    pieces: list[Laid] = []
    passed = 0  # covers that end before anything that is still to come
    for piece in laid:
        while passed < len(whole) and whole[passed].stop <= piece.start:
            passed += 1
        parts = [piece] if piece.item.length > 0 else []
        for cover in whole[passed:]:
            if cover.start >= piece.stop:
                break
            parts = [part for before in parts for part in _without(before, cover)]
        pieces += parts
    return sorted([*pieces, *whole], key=_place)


def _without(piece: Laid, cover: Laid) -> Iterator[Laid]:
    if piece.stop <= cover.start or cover.stop <= piece.start:
        yield piece
        return
    if piece.start < cover.start:
        yield Laid(piece.start, replace(piece.item, length=cover.start - piece.start))
    if cover.stop < piece.stop:
        kept, cut = piece.stop - cover.stop, cover.stop - piece.start
        item = piece.item
        if isinstance(item, ListedClip):
            yield Laid(cover.stop, replace(item, start=item.start + cut, length=kept))
        else:
            yield Laid(cover.stop, replace(item, length=kept))


def check_fills(listing: Listing, fills: Sequence[Fill]) -> None:
    """Raises: TimelineError: a fill stands where the timeline has no gap of its length."""
    gaps = {
        (number, start, item.length)
        for number, track in enumerate(listing.tracks)
        for start, item in track.placed()
        if isinstance(item, ListedGap)
    }
    for fill in fills:
        if (fill.track, fill.start, fill.clip.length) not in gaps:
            raise TimelineError(
                f"{listing.name} has no gap of {fill.clip.length} frames at frame {fill.start} of track "
                f"{fill.track + 1}. The timeline was changed since its gaps were listed; open it again."
            )
