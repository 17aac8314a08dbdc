"""What the clips of a gap share, and the motion of one clip from each of its two sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.diffusion.one_call_ahead import one_call_ahead
from mpd_studio.engines.diffusion.pixel_range import PixelRange
from mpd_studio.engines.diffusion.work_log import WorkLog
from mpd_studio.engines.motion_i2v.camera import with_camera
from mpd_studio.engines.motion_i2v.drags import SparseMotion
from mpd_studio.engines.motion_i2v.drawn_clip import Drawing
from mpd_studio.engines.motion_i2v.kept_steps import Keep, not_kept
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions
from mpd_studio.engines.motion_i2v.sampling import OnStep
from mpd_studio.engines.motion_i2v.stage1 import predict_motion
from mpd_studio.engines.motion_i2v.stage2 import animate_latents, decode_frame
from mpd_studio.engines.motion_i2v.stages import Stages
from mpd_studio.motion.blend import mix, to_dtype
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.flow import two_way_flow
from mpd_studio.motion.given_motion import GivenMotion
from mpd_studio.motion.paths import ease

if TYPE_CHECKING:
    from torch import Tensor

MOTION, DENOISING = "Motion", "Denoising"
# Of the clip seen from its last frame.
BACKWARD_SEED = 500_009


@dataclass(frozen=True, slots=True, eq=False)
class ClipMaker:
    """What all clips of a gap share. given: how it moves, instead of stage 1. log: is told of the networks' calls."""

    stages: Stages
    options: MotionI2vOptions
    drawing: Drawing
    range: PixelRange
    reporter: Reporter
    given: GivenMotion | None = None
    log: WorkLog = field(default_factory=WorkLog)

    @property
    def fit(self) -> Fit:
        return self.drawing.fit

    def model_picture(self, pixels: np.ndarray) -> np.ndarray:
        """(h, w, 3) float32 in 0..1 at the model's size."""
        return np.clip(self.fit.to_model(self.range.to_unit(pixels)), 0, 1)

    def motion(self, picture: np.ndarray, times: np.ndarray, seed: int, on_step: OnStep) -> ClipField:
        """Stage 1's, with the camera's. times: as Drawing.sparse."""
        sparse = self.drawing.sparse(times)
        wish = self.options.motion_wish(seed, self.stages.plan.together)
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
            self.options.wish(seed, self.stages.plan.together),
            self.drawing.held_through(times),
            on_step,
            self.reporter.raise_if_cancelled,
        )

    def decoded(self, latents: Tensor, frame: int) -> np.ndarray:
        """(h, w, 3) float32 in 0..1, with a little overshoot. latents: of a clip, wherever they are."""
        there = latents[frame].to(self.stages.device)
        return decode_frame(self.stages.second(self.reporter), there, self.reporter.raise_if_cancelled)

    def teller(self, stage: str, part: int, parts: int) -> OnStep:
        """Progress of one of several samplings that count as one."""

        wait = one_call_ahead(self.stages.device)

        def on_step(step: int, steps: int) -> None:
            wait()
            for _ in range(1 if self.stages.plan.together or self.options.guidance == 1 else 2):
                self.log.call()
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


def two_motions(
    maker: ClipMaker,
    pictures: tuple[np.ndarray, np.ndarray],
    times: np.ndarray,
    seed: int,
    part: tuple[int, int],
    keep: Keep = not_kept,
) -> tuple[ClipField, ClipField]:
    """From the first picture, and from the last back."""
    if maker.given is not None:
        early, late = maker.given.of_early(times), maker.given.of_late(times[::-1])
        return _held(early, maker.drawing.sparse(times)), _held(late, maker.drawing.sparse(times[::-1]))
    tellers = [maker.teller(MOTION, 2 * part[0] + half, 2 * part[1]) for half in (0, 1)]
    ways = ((pictures[0], times, seed), (pictures[1], times[::-1], seed + BACKWARD_SEED))
    forward, backward = (
        ClipField(keep(f"motion_{half}", lambda way=way, half=half: maker.motion(*way, tellers[half]).px))
        for half, way in enumerate(ways)
    )
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


def in_depth(maker: ClipMaker, made: np.ndarray, ends: tuple[np.ndarray, np.ndarray], time: float) -> np.ndarray:
    """A picture of the model at canvas size in the source's depth; channels beyond RGB are faded."""
    pixels = maker.range.from_unit(maker.fit.to_canvas(made))
    if ends[0].shape[2] > 3:
        pixels = np.dstack([pixels, mix(ends[0][..., 3:], ends[1][..., 3:], time)])
    return to_dtype(pixels, ends[0].dtype)
