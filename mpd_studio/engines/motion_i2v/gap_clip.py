"""One clip between two pictures: a motion from each side, and its frames out of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mpd_studio.core.clip_plan import Pass
from mpd_studio.core.progress import Preview, Progress, Reporter
from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.diffusion.pixel_range import PixelRange
from mpd_studio.engines.motion_i2v.camera import with_camera
from mpd_studio.engines.motion_i2v.drags import SparseMotion
from mpd_studio.engines.motion_i2v.drawn_clip import Drawing
from mpd_studio.engines.motion_i2v.joined import Sight, joined_model, moved, shares, sight
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions
from mpd_studio.engines.motion_i2v.sampling import OnStep
from mpd_studio.engines.motion_i2v.stage1 import predict_motion
from mpd_studio.engines.motion_i2v.stage2 import animate_latents, decode_frame
from mpd_studio.engines.motion_i2v.stages import Stages
from mpd_studio.motion.blend import mix, to_dtype
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.flow import two_way_flow
from mpd_studio.motion.given_motion import GivenMotion
from mpd_studio.motion.layers import put_back
from mpd_studio.motion.paths import ease
from mpd_studio.motion.warp import backward_warp

if TYPE_CHECKING:
    from torch import Tensor

MOTION, DENOISING = "Motion", "Denoising"
# Of the clip seen from its last frame.
BACKWARD_SEED = 500_009


@dataclass(frozen=True, slots=True, eq=False)
class ClipMaker:
    """What all clips of a gap share. given: how it moves, instead of stage 1."""

    stages: Stages
    options: MotionI2vOptions
    drawing: Drawing
    range: PixelRange
    reporter: Reporter
    given: GivenMotion | None = None

    @property
    def fit(self) -> Fit:
        return self.drawing.fit

    def model_picture(self, pixels: np.ndarray) -> np.ndarray:
        """(h, w, 3) float32 in 0..1 at the model's size."""
        return np.clip(self.fit.to_model(self.range.to_unit(pixels)), 0, 1)

    def motion(self, picture: np.ndarray, times: np.ndarray, seed: int, on_step: OnStep) -> ClipField:
        """Stage 1's, with the camera's. times: as Drawing.sparse."""
        sparse = self.drawing.sparse(times)
        wish = self.options.motion_wish(seed, self.stages.keeps_both)
        networks = self.stages.first(self.reporter)
        found = predict_motion(networks, picture, sparse, wish, on_step, self.reporter.raise_if_cancelled)
        camera = self.options.camera
        if times[-1] < times[0]:
            camera = _OPPOSITE.get(camera, camera)
        seen = with_camera(found, camera, self.options.camera_amount * abs(float(times[-1] - times[0])))
        return _held(seen, sparse)

    def latents(self, picture: np.ndarray, motion: ClipField, times: np.ndarray, seed: int, on_step: OnStep) -> Tensor:
        """Stage 2's (frames, 4, h/8, w/8)."""
        return animate_latents(
            self.stages.second(self.reporter),
            picture,
            motion,
            self.options.wish(seed, self.stages.keeps_both),
            self.drawing.held_through(times),
            on_step,
            self.reporter.raise_if_cancelled,
        )

    def decoded(self, latents: Tensor, frame: int) -> np.ndarray:
        return decode_frame(self.stages.second(self.reporter), latents[frame], self.reporter.raise_if_cancelled)

    def teller(self, stage: str, part: int, parts: int) -> OnStep:
        """Progress of one of several samplings that count as one."""

        def on_step(step: int, steps: int) -> None:
            self.reporter.report(Progress(stage, part * steps + step, parts * steps))

        return on_step


# Of a move seen backwards.
_OPPOSITE = {
    "pan-left": "pan-right",
    "pan-right": "pan-left",
    "tilt-up": "tilt-down",
    "tilt-down": "tilt-up",
    "zoom-in": "zoom-out",
    "zoom-out": "zoom-in",
    "roll-left": "roll-right",
    "roll-right": "roll-left",
    "parallax-left": "parallax-right",
    "parallax-right": "parallax-left",
}


def clip_frames(
    maker: ClipMaker,
    clip: Pass,
    ends: tuple[np.ndarray, np.ndarray],
    gap_frames: int,
    seed: int,
    part: tuple[int, int],
) -> Iterator[tuple[int, np.ndarray]]:
    """(place, pixels) of the clip's new frames, in time order.

    ends: both pictures, (h, w, c) in the source's depth. gap_frames: new frames of the whole gap.
    part: which clip of how many.
    """
    check = maker.reporter.raise_if_cancelled
    times = np.linspace(clip.start, clip.stop, clip.frames) / (gap_frames + 1)
    pictures = maker.model_picture(ends[0]), maker.model_picture(ends[1])
    check()
    motions = two_motions(maker, pictures, times, seed, part)
    views: dict[int, Sight] = {}
    for frame, _ in clip.picks:
        check()
        views[frame] = sight(*motions, frame)
    if maker.reporter.wants_preview():
        maker.reporter.preview(_preview(maker, clip, pictures, views, part))
    made: tuple[Tensor, Tensor] | None = None
    if maker.options.render == "model" or any(view.has_holes for view in views.values()):
        sides = ((pictures[0], motions[0], times, seed), (pictures[1], motions[1], times[::-1], seed + BACKWARD_SEED))
        early, late = (
            maker.latents(*side, maker.teller(DENOISING, 2 * part[0] + half, 2 * part[1]))
            for half, side in enumerate(sides)
        )
        made = early, late
    for frame, place in clip.picks:
        filled = _filled(maker, made, views[frame], frame, clip.frames)
        yield place, _frame(maker, ends, views[frame], filled, times[frame])


def two_motions(
    maker: ClipMaker, pictures: tuple[np.ndarray, np.ndarray], times: np.ndarray, seed: int, part: tuple[int, int]
) -> tuple[ClipField, ClipField]:
    """From the first picture, and from the last back."""
    if maker.given is not None:
        early, late = maker.given.of_early(times), maker.given.of_late(times[::-1])
        return _held(early, maker.drawing.sparse(times)), _held(late, maker.drawing.sparse(times[::-1]))
    tellers = [maker.teller(MOTION, 2 * part[0] + half, 2 * part[1]) for half in (0, 1)]
    forward = maker.motion(pictures[0], times, seed, tellers[0])
    backward = maker.motion(pictures[1], times[::-1], seed + BACKWARD_SEED, tellers[1])
    if not maker.options.measured or maker.options.camera != "none":
        return forward, backward
    small = [np.rint(picture * 255).astype(np.uint8) for picture in pictures]
    field = two_way_flow(small[0], small[1], tick=maker.reporter.raise_if_cancelled)
    eased = ease(maker.drawing.guidance.ease, times)
    span = max(float(eased[-1] - eased[0]), 1e-6)
    along = ((eased - eased[0]) / span).astype(np.float32)
    # What is drawn was said by the user, and counts more than what was measured.
    known = np.float32(field.overall_trust)
    trusts = [
        trust * known * ~maker.drawing.sparse(way).given
        for trust, way in ((field.forward_trust, times), (field.backward_trust, times[::-1]))
    ]
    return (
        forward.ending_at(field.forward, trusts[0], along),
        backward.ending_at(field.backward, trusts[1], 1 - along[::-1]),
    )


def _held(motion: ClipField, sparse: SparseMotion) -> ClipField:
    """What is drawn to stay stays, whatever was predicted or given."""
    return motion.masked(~sparse.static) if sparse.static.any() else motion


def _preview(
    maker: ClipMaker,
    clip: Pass,
    pictures: tuple[np.ndarray, np.ndarray],
    views: dict[int, Sight],
    part: tuple[int, int],
) -> Preview:
    """The boundary frames moved as predicted: to be looked at before stage 2 begins."""
    fit, frames = maker.fit, []
    for frame, _ in clip.picks:
        maker.reporter.raise_if_cancelled()
        view = views[frame]
        early, late = (backward_warp(picture, back) for picture, back in zip(pictures, view.back, strict=True))
        shown = joined_model(view, early, late)
        inside = shown[fit.top : fit.top + fit.inside.height, fit.left : fit.left + fit.inside.width]
        frames.append(np.rint(np.clip(inside, 0, 1) * 255).astype(np.uint8))
    pixels = np.stack(frames)
    pixels.flags.writeable = False
    return Preview(pixels, tuple(place for _, place in clip.picks), part[0], part[1])


def _filled(
    maker: ClipMaker, made: tuple[Tensor, Tensor] | None, view: Sight, frame: int, frames: int
) -> np.ndarray | None:
    """Stage 2's frame at the model's size; None where it is not needed."""
    if made is None or (maker.options.render == "native" and not view.has_holes):
        return None
    early = maker.decoded(made[0], frame)
    return joined_model(view, early, maker.decoded(made[1], frames - 1 - frame))


def _frame(
    maker: ClipMaker, ends: tuple[np.ndarray, np.ndarray], view: Sight, filled: np.ndarray | None, time: float
) -> np.ndarray:
    """(h, w, c) in the source's depth."""
    check, first = maker.reporter.raise_if_cancelled, ends[0]
    if maker.options.render == "model" and filled is not None:
        pixels = in_depth(maker, filled, ends, view.time)
    else:
        check()
        early = moved(ends[0], view.back[0], maker.fit)
        check()
        late = moved(ends[1], view.back[1], maker.fit)
        check()
        share, visible = shares(view, early, late, maker.fit, maker.range.top)
        pixels = mix(early, late, share)
        if filled is not None:
            check()
            pixels = mix(in_depth(maker, filled, ends, view.time), pixels, visible)
    check()
    held = maker.drawing.held(float(time))
    return pixels if held is None else put_back(pixels, first, held)


def in_depth(maker: ClipMaker, made: np.ndarray, ends: tuple[np.ndarray, np.ndarray], time: float) -> np.ndarray:
    """A picture of the model at canvas size in the source's depth; channels beyond RGB are faded."""
    pixels = maker.range.from_unit(maker.fit.to_canvas(made))
    if ends[0].shape[2] > 3:
        pixels = np.dstack([pixels, mix(ends[0][..., 3:], ends[1][..., 3:], time)])
    return to_dtype(pixels, ends[0].dtype)
