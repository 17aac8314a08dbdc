"""Everything measured once for a gap, and any frame of it made from that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.guidance import LINEAR, Guidance
from mpd_studio.core.inbetween import InbetweenRequest, Quality
from mpd_studio.engines.flow.shades import Shades, find_shades
from mpd_studio.engines.flow.shot_change import NOTHING_IN_COMMON, shot_change
from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.backdrop import Backdrop, fill_unseen
from mpd_studio.motion.between import motion_at
from mpd_studio.motion.cadence import Moments, moments_of
from mpd_studio.motion.calm import CalmMotion, calm_motion
from mpd_studio.motion.confidence import Balance, balance, standing_difference
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.flow import Effort, Followed, follow, vouched
from mpd_studio.motion.footage_course import measure_course
from mpd_studio.motion.layers import Holds, build_holds, hold_still, lay_piece
from mpd_studio.motion.luminance import without_grit, working_pair, working_pictures, working_size
from mpd_studio.motion.matte import steady_flows
from mpd_studio.motion.paths import ease
from mpd_studio.motion.pieces import THOROUGH, Piece, Search, build_pieces, place
from mpd_studio.motion.render import render
from mpd_studio.motion.scene_change import ChangeKind
from mpd_studio.motion.source import Source, sources
from mpd_studio.motion.warp import Sampling, resize_plane

_EFFORTS = {
    Quality.DRAFT: Effort(working_pixels=60_000, fine=False, look_back=False, most_features=250),
    Quality.NORMAL: Effort(working_pixels=130_000),
    Quality.BEST: Effort(working_pixels=260_000, most_features=1000),
}
_SAMPLINGS = {Quality.DRAFT: Sampling.LINEAR, Quality.NORMAL: Sampling.CUBIC, Quality.BEST: Sampling.CUBIC}
_COURSE_FRAMES = 2  # of the footage on each side: the farther, the less it says of how things go within the gap
_OWN_WAY = 0.3  # confidence in a piece whose ends show different things: nothing but the user's word speaks for it


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """field: the motion, behind the pieces where there are any. looks: appearances at the field's size.

    ready: first and last, made ready to be moved, or about to be. change, moments: as in Measured.
    shades: the shadows of the pieces, where they throw any. bare: the frames without them, made ready.
    nothing_changes: the two frames are one and the same.
    calm: what is shown where the motion at a moment is in doubt; None: a cross-fade.
    """

    first: np.ndarray
    last: np.ndarray
    ready: Future[tuple[Source, Source]]
    guidance: Guidance
    field: MotionField
    looks: tuple[np.ndarray, np.ndarray]
    standing: np.ndarray
    pieces: tuple[Piece, ...]
    backdrop: Backdrop | None
    holds: Holds | None
    sampling: Sampling
    change: ChangeKind | None = None
    moments: Moments | None = None
    shades: Shades | None = None
    bare: tuple[Source, Source] | None = None
    nothing_changes: bool = False
    calm: CalmMotion | None = None

    def frame_at(self, time: float, tick: Callable[[], None], cores: int = 2) -> tuple[np.ndarray, np.ndarray]:
        """The picture at gap time `time`: pixels like the boundary frames', and (h, w) float32 confidence.

        cores: how many may be kept busy with it.
        """
        pixels, confidence = self.behind(ease(self.guidance.ease, time), tick, cores)
        return self.laid_over(pixels, confidence, time, tick)

    def laid_over(
        self, pixels: np.ndarray, confidence: np.ndarray, time: float, tick: Callable[[], None]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The frame at gap time `time` on what `behind` has there; it is drawn into these arrays."""
        eased = ease(self.guidance.ease, time)
        if self.shades is not None and eased not in (0.0, 1.0):  # the boundary frames have their shadows
            self.shades.lay(pixels, self.pieces, self.guidance, time)
        for piece in self.pieces:
            tick()
            placement = place(piece, self.guidance, time)
            box, opaque = lay_piece(pixels, self.ready.result(), piece, placement)
            known = max(piece.turn.match, _OWN_WAY) if piece.agrees else _OWN_WAY
            confidence[box] += (known - confidence[box]) * opaque
        if self.holds is not None:
            pixels = hold_still(pixels, self.first, self.holds, self.pieces, self.guidance, time)
            confidence = np.maximum(confidence, self.holds.still)
        return pixels, confidence

    def behind(self, time: float, tick: Callable[[], None], cores: int = 2) -> tuple[np.ndarray, np.ndarray]:
        """As frame_at, without the pieces and what holds still. time: of the gap, after its ease.

        Of a path nothing counts here but what it carries, and its ends.
        """
        height, width = self.first.shape[:2]
        if self.moments is not None:
            time = self.moments.at(time)
        if time in (0.0, 1.0) or (self.nothing_changes and not self.pieces):
            return (self.last if time == 1.0 else self.first).copy(), np.ones((height, width), np.float32)
        motion = motion_at(self.field, time)
        tick()
        calm = None if self.calm is None else self.calm.at(time)
        mixing = balance(motion, *self.looks, self.standing, self.field.overall_trust, calm)
        if self.backdrop is None:
            pixels = render(*self.ready.result(), motion, mixing, tick, calm, cores=cores)
            return pixels, resize_plane(mixing.confidence, height, width)
        tick()
        hidden = self.backdrop.hidden(motion)
        tick()
        whole: Balance = self.backdrop.balance(mixing, hidden)
        tick()
        pixels = render(*(self.bare or self.ready.result()), motion, whole, tick, cores=cores)
        tick()
        return fill_unseen(pixels, hidden), whole.confidence


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What does not depend on the drawing. field: the unguided motion. looks: appearances at the field's size.

    change: what keeps the two frames from belonging to one shot. Where they have nothing in common, the field is not
    trusted at all, and everything fades.
    moments: where on their way the missing frames show things, where footage around tells; None: evenly.
    """

    field: MotionField
    looks: tuple[np.ndarray, np.ndarray]
    change: ChangeKind | None = None
    moments: Moments | None = None


def build_scene(request: InbetweenRequest, pictures: BoundaryPictures, tick: Callable[[], None]) -> Scene:
    """Measure the motion between the boundary frames and prepare what the user drew.

    Raises:
        UnsupportedRequest: a region's mask picture was not handed over.
    """
    followed, around = _followed(request, pictures, tick)
    ready = _begun(request, pictures)  # what is left to measure leaves a core idle
    measured = _judged(request, pictures, followed, around, tick)
    return compose(request, pictures, measured, tick, ready=ready)


def measure(request: InbetweenRequest, pictures: BoundaryPictures, tick: Callable[[], None]) -> Measured:
    """The motion between the boundary frames, whatever is drawn on them."""
    return _judged(request, pictures, *_followed(request, pictures, tick), tick)


def _begun(request: InbetweenRequest, pictures: BoundaryPictures) -> Future[tuple[Source, Source]]:
    """The boundary frames, being made ready to be moved on a core of their own."""
    worker = ThreadPoolExecutor(1, thread_name_prefix="sources")
    sampling = _SAMPLINGS[request.settings.quality]
    ready = worker.submit(sources, pictures.first.pixels, pictures.last.pixels, sampling, cores=1)
    worker.shutdown(wait=False)
    return ready


def _followed(
    request: InbetweenRequest, pictures: BoundaryPictures, tick: Callable[[], None]
) -> tuple[Followed, Sequence[np.ndarray]]:
    """The motion from end to end, and the working pictures of the footage around."""
    effort = _EFFORTS[request.settings.quality]
    size = working_size(request.canvas, effort.working_pixels)
    ends = pictures.first.pixels, pictures.last.pixels
    context = [picture.pixels for picture in (*pictures.context_before, *pictures.context_after)]
    first, last, *around = map(without_grit, working_pictures(ends, size, context))
    return follow(first, last, effort, tick), around


def _judged(
    request: InbetweenRequest,
    pictures: BoundaryPictures,
    followed: Followed,
    around: Sequence[np.ndarray],
    tick: Callable[[], None],
) -> Measured:
    """What is to be trusted, how things go within the gap where footage around tells, and whether it is one shot."""
    field, (first, last) = vouched(followed, tick), followed.pictures
    moments = None
    if around and field.overall_trust > 0:
        cut = len(pictures.context_before)
        parts = around[:cut], around[cut:]
        moments = moments_of((first, last), *parts, request.new_frames, tick)
        near = parts[0][:_COURSE_FRAMES], parts[1][:_COURSE_FRAMES]
        taken = None if moments is None else (moments.before[: len(near[0])], moments.after[: len(near[1])])
        course = measure_course(field, (first, last), *near, 1 / (request.new_frames + 1), tick, taken)
        field = replace(field, course=course)
    change = shot_change(followed.looks, field)
    if change in NOTHING_IN_COMMON:
        field = replace(field, overall_trust=0.0)
    return Measured(field, followed.looks, change, moments)


def compose(
    request: InbetweenRequest,
    pictures: BoundaryPictures,
    measured: Measured,
    tick: Callable[[], None],
    search: Search = THOROUGH,
    ready: Future[tuple[Source, Source]] | None = None,
) -> Scene:
    """Prepare what the user drew on frames whose motion is known.

    search: of its pieces. ready: the frames, made ready to be moved, where that is done or begun already.

    Raises:
        UnsupportedRequest: a region's mask picture was not handed over.
    """
    ready = ready or _begun(request, pictures)
    first, last = pictures.first.pixels, pictures.last.pixels
    guidance, field, looks, moments = request.guidance, measured.field, measured.looks, measured.moments
    holds = build_holds(guidance, request.canvas, pictures.masks) if guidance.regions else None
    pieces: tuple[Piece, ...] = ()
    backdrop = shades = bare = None
    if guidance.paths:
        tick()
        pieces = build_pieces(guidance, working_pair(first, last, request.canvas), field, pictures.masks, tick, search)
        tick()
        backdrop = Backdrop(pieces)
        steady = steady_flows(field, backdrop.masks)
        shades = find_shades((first, last), steady, backdrop.masks, pieces, tick)
        behind = backdrop.field(field, steady, None if shades is None else shades.where(pieces))
        field, moments = replace(behind, course=None), None  # the user's word counts, not the footage's
    elif guidance.ease != LINEAR:
        field, moments = replace(field, course=None), None
    if shades is not None:
        lit = working_pair(shades.first, shades.last, field.size)
        looks = appearance(lit[0]), appearance(lit[1])
    standing = standing_difference(*looks)
    sampling = _SAMPLINGS[request.settings.quality]
    if shades is not None:
        bare = sources(shades.first, shades.last, sampling)
    is_draft = sampling is Sampling.LINEAR  # which does without what takes half of a frame's time
    return Scene(
        first=first,
        last=last,
        ready=ready,
        guidance=guidance,
        field=field,
        looks=looks,
        standing=standing,
        pieces=pieces,
        backdrop=backdrop,
        holds=holds,
        sampling=sampling,
        change=measured.change,
        moments=moments,
        shades=shades,
        bare=bare,
        nothing_changes=np.array_equal(*measured.looks) and np.array_equal(first, last),  # the small ones tell at once
        calm=None if pieces or is_draft else calm_motion(field),
    )
