"""How far an animated picture drifts from itself, and how well neighbouring windows of a long clip agree.

Pictures here are (h, w, 3) float32, RGB in 0..1, taken as sRGB, at the model's size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.figures import Figure
from mpd_studio.core.geometry import Size
from mpd_studio.engines.diffusion.seam_figures import color_step, detail_in
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.color_difference import ciede2000, lab_of
from mpd_studio.motion.warp import backward_warp

# ΔE00 is about 1 where an eye sees two colours side by side differ. Chosen by eye of such numbers, not by real weights.
COLOR_DRIFT_THAT_SHOWS = 6.0
WINDOW_STEP_THAT_SHOWS = 3.0
# Of the fine detail: less than this share, or more than its inverse.
DETAIL_THAT_SHOWS = 0.75
# Colours are compared over cells of so many pixels: fine detail that moved by a pixel is not another colour.
_CELL_PX = 8
_SEEN = 0.9  # of a cell
_FINER_THAN_PX = 2.0
_FLAT = 1e-3  # of full range: pictures with less detail than this have none to compare with


@dataclass(frozen=True, slots=True)
class Step:
    """color: ΔE00, the mean over what can be compared. detail: share of the other picture's."""

    color: float
    detail: float

    @property
    def lacks(self) -> str:
        """What shows of it in the detail: "" where nothing does."""
        if DETAIL_THAT_SHOWS <= self.detail <= 1 / DETAIL_THAT_SHOWS:
            return ""
        return "softer" if self.detail < 1 else "rougher"


def step_between(picture: np.ndarray, other: np.ndarray) -> Step:
    """Between two renderings of one frame."""
    return Step(color_step(picture, other), _detail_share(picture, other))


class DriftWatch:
    """Compares each frame of a clip with the picture moved to it, as far as that is seen there."""

    def __init__(self, picture: np.ndarray, motion: ClipField) -> None:
        """picture: as the model gives it back where nothing moves, so that what its autoencoder loses is no drift."""
        height, width = picture.shape[:2]
        self._half = Size(max(width // 2, 1), max(height // 2, 1))  # enough to move colours, at a quarter of the cost
        self._cells = Size(max(width // _CELL_PX, 1), max(height // _CELL_PX, 1))
        self._picture, self._motion = picture, motion
        self._small = _reduced(np.clip(picture, 0, 1), self._half)
        self._steps: dict[int, Step] = {}

    def look(self, frame: int, made: np.ndarray) -> None:
        """At a frame of the clip, counted with the picture as 0."""
        back, seen = ClipField(self._motion.px[[0, frame]]).resized(self._half).looked_back(1)
        where = _reduced(seen, self._cells) > _SEEN
        if not where.any():
            return
        there = _reduced(backward_warp(self._small, back), self._cells)
        apart = ciede2000(lab_of(there), lab_of(_reduced(np.clip(made, 0, 1), self._cells)))
        self._steps[frame] = Step(float(apart[where].mean()), _detail_share(made, self._picture))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """drift: ΔE00 and detail of the first and of the last frame, and where ΔE00 was largest with its frame."""
        if not self._steps:
            return ()
        first, last = self._steps[min(self._steps)], self._steps[max(self._steps)]
        frame, worst = max(self._steps.items(), key=lambda item: item[1].color)
        text = (
            f"drift from the picture, moved along: ΔE00 {first.color:.1f} in the first new frame, {last.color:.1f} "
            f"in the last; fine detail {first.detail:.2f} and {last.detail:.2f} of the picture's"
        )
        values = (first.color, last.color, first.detail, last.detail, worst.color, float(frame))
        return (Figure("drift", text, values, self._warning(frame, first, worst, last)),)

    def _warning(self, frame: int, first: Step, worst: Step, last: Step) -> str:
        told = []
        if worst.color > COLOR_DRIFT_THAT_SHOWS:
            told.append(f"colours of frame {frame} are {worst.color:.1f} away (ΔE00; {COLOR_DRIFT_THAT_SHOWS:g} shows)")
        if last.lacks:
            told.append(f"the last frame is {last.lacks} than the picture")
        advice = "make fewer frames, or fill a gap to a second picture"
        if first.color > COLOR_DRIFT_THAT_SHOWS or first.lacks:
            advice = "as the first new frame already is far off, try another prompt, seed or size"
        return f"{'; '.join(told)}: {advice}" if told else ""


def window_figures(met: Sequence[tuple[int, Step]]) -> tuple[Figure, ...]:
    """windows: how far two neighbours' views of a frame that both have are apart, half-way; met: (frame, step)."""
    if not met:
        return ()
    frame, worst = max(met, key=lambda item: item[1].color)
    rough = min((step.detail for _, step in met), key=lambda share: min(share, 1 / max(share, 1e-6)))
    count = "1 place" if len(met) == 1 else f"{len(met)} places"
    text = (
        f"made in {len(met) + 1} windows; where they meet ({count}), half-way, two of them differ by ΔE00 "
        f"{worst.color:.1f} at most, fine detail by {rough:.2f}"
    )
    shows = worst.color > WINDOW_STEP_THAT_SHOWS or bool(Step(0.0, rough).lacks)
    warning = (
        f"look around frame {frame}, where one window gives way to the next (ΔE00 {WINDOW_STEP_THAT_SHOWS:g} shows)"
    )
    return (Figure("windows", text, (worst.color, rough, float(frame)), warning if shows else ""),)


def _reduced(plane: np.ndarray, size: Size) -> np.ndarray:
    import cv2

    return cv2.resize(plane, (size.width, size.height), interpolation=cv2.INTER_AREA)


def _detail_share(picture: np.ndarray, other: np.ndarray) -> float:
    """1 where there is none to compare."""
    mine, base = (detail_in(np.clip(each, 0, 1), _FINER_THAN_PX) for each in (picture, other))
    return mine / base if base > _FLAT else 1.0
