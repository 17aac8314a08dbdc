"""The frames after one picture: along a motion that is given or predicted, in as many windows as that takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.figures import Figure
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress
from mpd_studio.engines.motion_i2v.drift import DriftWatch, step_between, window_figures
from mpd_studio.engines.motion_i2v.facts import MOST_ANIMATED, MOST_FRAMES
from mpd_studio.engines.motion_i2v.gap_clip import DENOISING, MOTION, ClipMaker, in_depth
from mpd_studio.engines.motion_i2v.native_field import of_picture, to_model_field
from mpd_studio.engines.motion_i2v.stage2 import SampledClip, decode_frame, sample_clip
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.motion.layers import put_back

NEW_FRAMES = "New frames"


def check_length(new_frames: int, motion: ClipMotion | None) -> None:
    """Raises: UnsupportedRequest: too many frames, or a motion with too few."""
    if new_frames > MOST_ANIMATED:
        raise UnsupportedRequest(
            f"A picture can be animated for {MOST_ANIMATED} frames at most; {new_frames} were asked for."
        )
    if motion is not None and new_frames > motion.frames:
        raise UnsupportedRequest(
            f"The motion has {motion.frames} frames; {new_frames} were asked for. "
            "Ask for fewer, or predict it for as many (mpd-studio motion --new-frames)."
        )


def predicted_motion(maker: ClipMaker, picture: Picture, new_frames: int, seed: int) -> ClipMotion:
    """Stage 1's at the 15 frames after a picture, at the model's scale; of more, up to 240, the same motion in as many.

    Stage 1 tells 15 displacements from the picture, up to the largest distance in time that it was trained with. So it
    is asked once, and a longer clip is that motion slower: no frame's motion is measured from a frame that was made.
    """
    small = maker.model_picture(picture.pixels)
    found = maker.motion(small, np.linspace(0, 1, MOST_FRAMES), seed, maker.teller(MOTION, 0, 1))
    frames = min(max(new_frames, MOST_FRAMES - 1), MOST_ANIMATED)
    return of_picture(found.over(frames + 1), maker.fit)


@dataclass(slots=True, eq=False)
class Animation:
    """One picture's frames.

    motion: None: it is predicted. hides: what is not known in it is hidden, and stage 2 makes what is there; else it
    does not move. figures: filled when the last frame has been given.
    """

    maker: ClipMaker
    picture: Picture
    new_frames: int
    seed: int
    motion: ClipMotion | None = None
    hides: bool = False
    figures: tuple[Figure, ...] = field(default=(), init=False)

    def frames(self) -> Iterator[Picture]:
        maker, pixels = self.maker, self.picture.pixels
        found, times = self._field()
        small = maker.model_picture(pixels)
        networks = maker.stages.second(maker.reporter)
        check = maker.reporter.raise_if_cancelled
        wish = maker.options.wish(self.seed, maker.stages.plan.together)
        held = maker.drawing.held_through(times)
        sampled = sample_clip(networks, small, found, wish, held, maker.teller(DENOISING, 0, 1), check)
        drift = DriftWatch(maker.decoded(sampled.latents, 0), found)
        for frame in range(1, self.new_frames + 1):
            maker.reporter.report(Progress(NEW_FRAMES, frame - 1, self.new_frames))
            made = maker.decoded(sampled.latents, frame)
            drift.look(frame, made)
            check()
            yield Picture(self._finished(made, float(times[frame])), self.picture.color, self.picture.bit_depth)
        self.figures = (*self._window_figures(sampled), *drift.figures)

    def _field(self) -> tuple[ClipField, np.ndarray]:
        """At the model's size, and the time of each of its frames, of all that was drawn."""
        if self.motion is None:
            motion = predicted_motion(self.maker, self.picture, self.new_frames, self.seed)
            return to_model_field(motion, self.maker.fit), np.linspace(0, 1, motion.frames + 1)
        count = min(self.motion.frames, max(self.new_frames, MOST_FRAMES - 1))
        found = to_model_field(self.motion.first(count), self.maker.fit, self.hides)
        return found, np.linspace(0, 1, self.motion.frames + 1)[: count + 1]

    def _finished(self, made: np.ndarray, time: float) -> np.ndarray:
        """In the picture's size and depth, with its own pixels where they are held."""
        pixels = self.picture.pixels
        finished = in_depth(self.maker, made, (pixels, pixels), 0.0)
        held = self.maker.drawing.held(time)
        return finished if held is None else put_back(finished, pixels, held)

    def _window_figures(self, sampled: SampledClip) -> tuple[Figure, ...]:
        met = []
        for seam in sampled.seams:
            networks, check = self.maker.stages.second(self.maker.reporter), self.maker.reporter.raise_if_cancelled
            early, late = (decode_frame(networks, latents, check) for latents in (seam.early, seam.late))
            met.append((seam.frame, step_between(late, early)))
        return window_figures(met)
