"""What a drag on the timeline does to the document. Each drag is one step of undo."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

from mpd_studio.core import edits
from mpd_studio.core.errors import MpdError
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.timeline import Clip, Timeline
from mpd_studio.session.document import Document
from mpd_studio.session.new_id import new_id
from mpd_studio.session.session import Session
from mpd_studio.ui.situation import PlacedClip, find_placed_clip
from mpd_studio.ui.texts import tr
from mpd_studio.ui.timeline.hits import Hit, Place
from mpd_studio.ui.timeline.snapping import NO_SNAP, Snap, edges_of, snapped


class Gesture(Protocol):
    """frame: the frame boundary nearest to the mouse; track: the track nearest to it."""

    snapped_at: int | None

    def drag(self, frame: int, track: int, snap: Snap = NO_SNAP) -> None: ...

    def end(self) -> None: ...


class Scrub:
    """The playhead follows the mouse."""

    snapped_at: int | None = None

    def __init__(self, session: Session) -> None:
        self._session = session
        session.player.pause()

    def drag(self, frame: int, track: int, snap: Snap = NO_SNAP) -> None:
        del track, snap
        last = max(0, self._session.document.timeline.length - 1)
        self._session.selection.set_playhead(max(0, min(frame, last)))

    def end(self) -> None:
        return


class _ClipDrag(ABC):
    """A drag of a clip, worked out anew from the timeline at its beginning at every move of the mouse.

    So a gap that is narrowed to nothing and widened again in one drag keeps its takes. Where something else changes
    the timeline meanwhile (a take that arrives), the drag goes on from there.
    """

    _label = ""
    _takes_all_after = False

    def __init__(self, document: Document, placed: PlacedClip, frame: int) -> None:
        self._document = document
        self._clip_id: ClipId = placed.clip.id
        self._key = ("drag", uuid4())
        self.snapped_at: int | None = None
        self._gap_ids = (GapId(new_id("gap")), GapId(new_id("gap")), GapId(new_id("gap")))
        self._begin(document.timeline, placed, frame)

    def _begin(self, base: Timeline, placed: PlacedClip, frame: int) -> None:
        self._base = self._applied = base
        self._placed = placed
        self._pressed = frame
        place = next(i for i, item in enumerate(base.tracks[placed.track].items) if item is placed.clip)
        self._edges = edges_of(base, placed.track, place, all_after=self._takes_all_after)

    def drag(self, frame: int, track: int, snap: Snap = NO_SNAP) -> None:
        if self._document.timeline is not self._applied:
            placed = find_placed_clip(self._document.timeline, self._clip_id)
            if placed is None:
                return
            self._begin(self._document.timeline, placed, frame)
        wanted = snapped(frame - self._pressed, self._moving(), self._edges, snap)
        try:
            value = self._edit(self._base, wanted.by, track)
        except MpdError:  # no room there: the clip stays at the last place that had
            return
        self._apply(lambda _: value)
        self.snapped_at = wanted.at

    def _moving(self) -> tuple[int, ...]:
        """The edges that snap, where they were at the beginning."""
        return (self._placed.start, self._placed.stop)

    def _apply(self, edit: Callable[[Timeline], Timeline]) -> None:
        self._document.apply(tr(self._label), edit, self._key)
        self._applied = self._document.timeline

    def end(self) -> None:
        self._document.end_merge()

    @abstractmethod
    def _edit(self, base: Timeline, by: int, track: int) -> Timeline:
        """The timeline with the clip `by` frames further on. Raises: MpdError: it has no room there."""


class Shift(_ClipDrag):
    """The clip and all after it move: to the right a gap opens, to the left it narrows."""

    _label = "Move clips"
    _takes_all_after = True

    def _edit(self, base: Timeline, by: int, track: int) -> Timeline:
        del track
        return edits.shift_from(base, self._clip_id, by, self._gap_ids[0])


class MoveAlone(_ClipDrag):
    """The clip alone moves, into free space, also to another track."""

    _label = "Move clip"

    def _edit(self, base: Timeline, by: int, track: int) -> Timeline:
        if by == 0 and track == self._placed.track:
            return base
        start = max(0, self._placed.start + by)
        return edits.move_clip(base, self._clip_id, track, start, self._gap_ids)


class TrimHead(_ClipDrag):
    """The clip begins later or earlier."""

    _label = "Trim clip"

    def _moving(self) -> tuple[int, ...]:
        return (self._placed.start,)

    def _edit(self, base: Timeline, by: int, track: int) -> Timeline:
        del track
        head = max(_least_trim(self._placed.clip, at_head=True), min(by, self._placed.clip.length - 1))
        return edits.trim_clip(base, self._clip_id, head, 0, self._gap_ids[:2])


class TrimTail(_ClipDrag):
    """The clip ends earlier or later."""

    _label = "Trim clip"

    def _moving(self) -> tuple[int, ...]:
        return (self._placed.stop,)

    def _edit(self, base: Timeline, by: int, track: int) -> Timeline:
        del track
        tail = max(_least_trim(self._placed.clip, at_head=False), min(-by, self._placed.clip.length - 1))
        return edits.trim_clip(base, self._clip_id, 0, tail, self._gap_ids[:2])


def begin_drag(document: Document, hit: Hit, alone: bool, frame: int) -> Gesture | None:
    """What a drag of a clip means: its edges trim it, its body moves it, alone or with all that follows."""
    if not isinstance(hit.item, Clip) or hit.track is None:
        return None
    kind: type[_ClipDrag] = MoveAlone if alone else Shift
    if hit.place in (Place.HEAD, Place.TAIL):
        kind = TrimHead if hit.place is Place.HEAD else TrimTail
    return kind(document, PlacedClip(hit.track, hit.start, hit.item), frame)


def _least_trim(clip: Clip, *, at_head: bool) -> int:
    """How far below zero a trim may go before the media ends; a still has no end."""
    if clip.media.frame_count == 1:
        return -1_000_000
    used: FrameRange = clip.source_range
    return -used.start if at_head else used.stop - clip.media.frame_count
