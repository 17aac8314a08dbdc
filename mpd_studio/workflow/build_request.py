"""What to make for a gap: from a timeline, or from the files named on the command line."""

from __future__ import annotations

from mpd_studio.core.errors import BadInput
from mpd_studio.core.frames import FrameRate
from mpd_studio.core.guidance import Guidance, scale_guidance
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.timeline import Foreign, Timeline, find_gap
from mpd_studio.workflow.fit import fit_problem
from mpd_studio.workflow.gap_problems import neighbours
from mpd_studio.workflow.sheet import GapPlace

_AROUND = 5  # frames of footage on each side of a gap: speed, how it changes, and the rhythm of a changed rate


def build_request(
    timeline: Timeline, gap_id: GapId, engine_id: str, settings: EngineSettings, seed: int
) -> InbetweenRequest:
    """The request for a gap of a timeline, at the media's own size where both ends share it, else at the canvas size.

    Raises:
        BadInput: the gap is gone, an end is missing, or the ends do not go together.
    """
    placed = find_gap(timeline, gap_id)
    if placed is None:
        raise BadInput("This gap is no longer on the timeline.")
    if placed.first is None or placed.last is None:
        side = "before" if placed.first is None else "after"
        neighbour = neighbours(timeline, placed)[0 if placed.first is None else 1]
        why = f": {neighbour.note}" if isinstance(neighbour, Foreign) else ""
        raise BadInput(f"There is no frame {side} this gap{why}. Place a clip there, or pick a frame for that end.")
    _check_count(placed.gap.length)
    sizes = {placed.first.media.size, placed.last.media.size}
    canvas = sizes.pop() if len(sizes) == 1 else timeline.canvas
    problem = fit_problem(placed.first.media, placed.last.media, canvas)
    if problem:
        raise BadInput(problem)
    guidance = scale_guidance(placed.gap.guidance, timeline.canvas, canvas)
    before, after = footage_around(placed.first, placed.last, timeline.rate, placed.gap.length)
    return InbetweenRequest(
        placed.first,
        placed.last,
        timeline.rate,
        placed.gap.length,
        canvas,
        before,
        after,
        guidance=guidance,
        engine_id=engine_id,
        settings=settings,
        seed=seed,
    )


def place_of(timeline: Timeline, gap_id: GapId) -> GapPlace:
    """Where the gap lies in the timeline's own timecode."""
    placed = find_gap(timeline, gap_id)
    return GapPlace(timeline.start + (placed.start if placed else 0), timeline.drop_frame)


def request_between_stills(
    first: MediaRef, last: MediaRef, new_frames: int, rate: FrameRate, guidance: Guidance
) -> InbetweenRequest:
    """The request between two pictures; where a movie is named, its last or first frame is the end.

    Raises:
        BadInput: no frames are wanted, or the ends do not go together.
    """
    _check_count(new_frames)
    canvas = first.size
    problem = fit_problem(first, last, canvas)
    if problem:
        raise BadInput(problem)
    ends = FrameRef(first, first.frame_count - 1), FrameRef(last, 0)
    around = footage_around(*ends, rate, new_frames)
    return InbetweenRequest(*ends, rate, new_frames, canvas, *around, guidance=guidance)


def request_inside_clip(
    media: MediaRef, after: int, before: int, new_frames: int | None, rate: FrameRate | None, guidance: Guidance
) -> InbetweenRequest:
    """The request between two frames of one clip; the number of frames between them is made unless another is given.

    Raises:
        BadInput: the frames are not in order or not in the clip, or nothing is to be made.
    """
    for index in (after, before):
        if not 0 <= index < media.frame_count:
            raise BadInput(f"{media.name} has frames 0 to {media.frame_count - 1}; there is no frame {index}.")
    if after >= before:
        raise BadInput(f"--after ({after}) must come before --before ({before}).")
    if new_frames is None:
        new_frames = before - after - 1
        if new_frames == 0:
            raise BadInput(f"Frames {after} and {before} are neighbours: there is nothing between them to make.")
    _check_count(new_frames)
    ends = FrameRef(media, after), FrameRef(media, before)
    around = footage_around(*ends, rate or media.rate, new_frames)
    return InbetweenRequest(*ends, rate or media.rate, new_frames, media.size, *around, guidance=guidance)


def footage_around(
    first: FrameRef, last: FrameRef, rate: FrameRate, new_frames: int
) -> tuple[tuple[FrameRef, ...], tuple[FrameRef, ...]]:
    """Up to five frames before the gap and five after it, nearest first, of footage that runs as fast as the gap will.

    Where both ends are of one clip, they must lie as far apart in it as in the gap: slowed-down and sped-up footage
    says nothing of how fast things go. What lies between the two ends is never among them.
    """
    if any(end.media.rate != rate or end.media.is_vfr for end in (first, last)):
        return (), ()
    if first.media == last.media and last.index - first.index != new_frames + 1:
        return (), ()
    before = [FrameRef(first.media, first.index - number) for number in range(1, _AROUND + 1) if first.index >= number]
    left = last.media.frame_count - 1 - last.index
    after = [FrameRef(last.media, last.index + number) for number in range(1, min(_AROUND, left) + 1)]
    return tuple(before), tuple(after)


def _check_count(new_frames: int) -> None:
    if new_frames < 1:
        raise BadInput(f"{new_frames} new frames is nothing to make. Ask for at least 1 (--new-frames 1).")
    if new_frames > 100_000:
        raise BadInput(f"{new_frames} new frames is more than this program makes at once (100000).")
