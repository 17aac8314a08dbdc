"""What a run of the engine was like, in figures: how it was made, its seams, and how much of it stage 2 drew."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.figures import Figure
from mpd_studio.engines.diffusion.device import choose_device, choose_dtype
from mpd_studio.engines.diffusion.seam_figures import Pair, SeamFigures, detail_in
from mpd_studio.engines.motion_i2v.memory_plan import MemoryPlan, what_is_reduced
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions


class RunFigures:
    """Collects frame by frame; a frame that is made again takes its old one's place."""

    def __init__(self, new_frames: int, boundary: tuple[np.ndarray, np.ndarray], finer_than: float) -> None:
        """boundary: both boundary frames at canvas size, (h, w, 3) float32 in 0..1.

        finer_than: pixels; finer structures are the detail that is measured.
        """
        self.seams = SeamFigures(new_frames)
        self._finer_than = finer_than
        self._fine_ends: Pair = detail_in(boundary[0], finer_than), detail_in(boundary[1], finer_than)
        self._drawn: dict[int, float] = {}

    def frame(self, place: int, picture: np.ndarray, drawn: float) -> None:
        """picture: at canvas size, as the boundary frames. drawn: stage 2's share of its pixels."""
        fine = detail_in(picture, self._finer_than)
        self.seams.detail(place, self._fine_ends, fine, fine)
        self._drawn[place] = drawn

    @property
    def figures(self) -> tuple[Figure, ...]:
        """SeamFigures', and drawn: stage 2's share of the pixels of all new frames, and of the one with most."""
        if not self._drawn:
            return self.seams.figures
        mean, most = float(np.mean(list(self._drawn.values()))), max(self._drawn.values())
        text = f"stage 2 drew {_percent(mean)} of the pixels, {_percent(most)} in the frame with most"
        text = text if most > 0 else "all pixels are the boundary frames' own, moved"
        return *self.seams.figures, Figure("drawn", text, (mean, most))


def made_with(plan: MemoryPlan, options: MotionI2vOptions) -> Figure:
    device = choose_device(options.device)
    dtype = str(choose_dtype(options.dtype, device)).removeprefix("torch.")
    return Figure("made-with", f"made on {device} in {dtype} under the memory plan '{plan.name}'")


def step_down(plan: MemoryPlan, lower: MemoryPlan) -> Figure:
    """Not a warning: the frames are as good."""
    text = f"memory ran out under the plan '{plan.name}'; went on with '{lower.name}': {what_is_reduced(plan, lower)}"
    return Figure(f"reduced-{plan.name}", text)


def _percent(share: float) -> str:
    return "less than 1 %" if 0 < share < 0.01 else f"{share * 100:.0f} %"
