"""Why a gap cannot be filled as it stands, and what shows in its place on other tracks."""

from __future__ import annotations

from itertools import takewhile

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Foreign, Item, PlacedGap, Timeline


def gap_problem(timeline: Timeline, placed: PlacedGap, missing: tuple[MediaRef, ...] = ()) -> str:
    """In the user's words; "" when both ends have a frame of media that are there."""
    for position, (frame, side) in enumerate(((placed.first, "before"), (placed.last, "after"))):
        if frame is None:
            item = neighbours(timeline, placed)[position]  # only now: asked for each of thousands of gaps
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
        elif start > placed.stop:
            break
    return before, after


def shown_elsewhere(timeline: Timeline, placed: PlacedGap) -> tuple[str, ...]:
    """Names of other tracks that show something within the gap."""
    span = FrameRange(placed.start, placed.gap.length)
    return tuple(
        track.name
        for number, track in enumerate(timeline.tracks)
        if number != placed.track
        and any(
            isinstance(item, (Clip, Foreign)) and span.start < start + item.length
            for start, item in takewhile(lambda placed: placed[0] < span.stop, track.placed())
        )
    )
