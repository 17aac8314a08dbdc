"""What the canvas shows now, worked out from the session: which picture, at which time of the gap, and its caption."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mpd_studio.core.guidance import Boundary
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.timeline import PlacedGap, Timeline, find_gap
from mpd_studio.session.frame_work import DraftFrame, PictureSource, PreviewFrame
from mpd_studio.session.previews import LivePreview
from mpd_studio.session.selection import Shown
from mpd_studio.session.session import Session
from mpd_studio.ui.texts import tr


class ShownKind(Enum):
    NOTHING = "nothing"
    CLIP = "clip"
    BOUNDARY = "boundary"
    TAKE = "take"
    DRAFT = "draft"
    PREVIEW = "preview"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """source: None where there is no picture. time: of the selected gap, 0..1, None when its guidance is hidden.

    boundary: set when a boundary frame of the selected gap is shown, so that one may draw. index: new frame, from 0.
    confidence: 0..1, how far a made frame can be trusted. take: whose frame it is.
    """

    kind: ShownKind
    caption: str
    source: PictureSource | None = None
    time: float | None = None
    boundary: Boundary | None = None
    index: int | None = None
    confidence: float | None = None


def shown_frame(session: Session) -> ShownFrame:
    """What belongs on the canvas at this moment."""
    timeline = session.document.timeline
    gap_id = session.selection.gap_id
    placed = find_gap(timeline, gap_id) if gap_id is not None else None
    if placed is not None and session.selection.shown is Shown.FIRST:
        return _boundary_frame(placed, Boundary.FIRST)
    if placed is not None and session.selection.shown is Shown.LAST:
        return _boundary_frame(placed, Boundary.LAST)
    playhead = session.selection.playhead
    if placed is not None and placed.start <= playhead < placed.stop:
        return _frame_of_gap(session, placed, playhead - placed.start)
    if placed is not None and playhead == placed.start - 1 and placed.gap.first is None and placed.first is not None:
        return _boundary_frame(placed, Boundary.FIRST)
    if placed is not None and playhead == placed.stop and placed.gap.last is None and placed.last is not None:
        return _boundary_frame(placed, Boundary.LAST)
    source = session.frames.source_at(playhead)
    if source is None:
        return ShownFrame(ShownKind.NOTHING, "" if timeline.length == 0 else timeline.timecode(playhead))
    return ShownFrame(ShownKind.CLIP, _clip_caption(timeline, playhead, source), source)


def _boundary_frame(placed: PlacedGap, boundary: Boundary) -> ShownFrame:
    is_first = boundary is Boundary.FIRST
    source = placed.first if is_first else placed.last
    if source is None:
        lacking = (
            tr("No first frame: put a clip before the gap, or pick a frame for it.")
            if is_first
            else tr("No last frame: put a clip behind the gap, or pick a frame for it.")
        )
        return ShownFrame(ShownKind.WAITING, lacking)
    title = tr("First frame") if is_first else tr("Last frame")
    caption = f"{title} · {source.media.name}"
    return ShownFrame(ShownKind.BOUNDARY, caption, source, 0.0 if is_first else 1.0, boundary)


def _frame_of_gap(session: Session, placed: PlacedGap, index: int) -> ShownFrame:
    count = placed.gap.length
    time = (index + 1) / (count + 1)
    source = session.frames.source_at(placed.start + index)
    where = tr("frame {0} of {1}").format(index + 1, count)
    if isinstance(source, FrameRef):  # another track shows a clip here
        frame = placed.start + index
        return ShownFrame(ShownKind.CLIP, _clip_caption(session.document.timeline, frame, source), source)
    live = session.previews.on_canvas(placed.gap.id)
    if live is not None:
        return _preview_frame(live, index, count)
    if isinstance(source, DraftFrame):
        draft = session.drafts.draft(placed.gap.id)
        confidence = draft.confidence[index] if draft is not None and index < len(draft.confidence) else None
        title = tr("Draft") if draft is None or draft.is_current else tr("Draft, being redrawn")
        caption = f"{title} · {where}"
        return ShownFrame(ShownKind.DRAFT, caption, source, time, None, index, confidence)
    if source is not None:
        take = placed.gap.chosen_take
        known = take.result.provenance.confidence if take is not None else ()
        name = take.name if take is not None else tr("Take")
        confidence = known[index] if index < len(known) else None
        return ShownFrame(ShownKind.TAKE, f"{name} · {where}", source, time, None, index, confidence)
    stand_in = placed.first if time < 0.5 or placed.last is None else placed.last
    caption = f"{tr('Gap')} · {where} · {_why_not_made(session, placed)}"
    return ShownFrame(ShownKind.WAITING, caption, stand_in, time, None, index)


def preview_title(live: LivePreview) -> str:
    return tr("Preview, step {0} of {1}").format(live.step, live.steps)


def _preview_frame(live: LivePreview, index: int, count: int) -> ShownFrame:
    place, pixels = live.nearest(index + 1)
    where = tr("frame {0} of {1}") if place == index + 1 else tr("near frame {0} of {1}")
    caption = f"{preview_title(live)} · {where.format(index + 1, count)}"
    return ShownFrame(ShownKind.PREVIEW, caption, PreviewFrame(pixels), (index + 1) / (count + 1), None, index)


def _why_not_made(session: Session, placed: PlacedGap) -> str:
    if session.drafts.is_making(placed.gap.id):
        return tr("the draft is on its way")
    return session.drafts.problem(placed.gap.id) or tr("not made yet")


def _clip_caption(timeline: Timeline, playhead: int, source: PictureSource) -> str:
    name = source.media.name if isinstance(source, FrameRef) else getattr(source, "name", "")
    return f"{name} · {timeline.timecode(playhead)}" if name else timeline.timecode(playhead)
