"""Why a gap cannot be filled as it stands, and what shows in its place on other tracks."""

from __future__ import annotations

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Foreign, Item, PlacedGap, Timeline


def gap_problem(timeline: Timeline, placed: PlacedGap, missing: tuple[MediaRef, ...] = ()) -> str:
    """In the user's words; "" when both ends have a frame of media that are there."""
    before, after = neighbours(timeline, placed)
    for item, frame, side in ((before, placed.first, "before"), (after, placed.last, "after")):
        if frame is None:
            what = item.note if isinstance(item, Foreign) else "nothing stands there"
            return f"no frame {side} it: {what}"
        if frame.media in missing:
            return f"{frame.media.name} is missing"
    return ""


def neighbours(timeline: Timeline, placed: PlacedGap) -> tuple[Item | None, Item | None]:
    """What stands before and after a gap on its track."""
    before = after = None
    for start, item in timeline.tracks[placed.track].placed():
        if start + item.length == placed.start:
            before = item
        elif start == placed.stop:
            after = item
    return before, after


def shown_elsewhere(timeline: Timeline, placed: PlacedGap) -> tuple[str, ...]:
    """Names of other tracks that show something within the gap."""
    span = FrameRange(placed.start, placed.gap.length)
    return tuple(
        track.name
        for number, track in enumerate(timeline.tracks)
        if number != placed.track
        and any(
            isinstance(item, (Clip, Foreign)) and start < span.stop and span.start < start + item.length
            for start, item in track.placed()
        )
    )
