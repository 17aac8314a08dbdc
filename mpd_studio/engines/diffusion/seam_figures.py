"""How well new frames meet their neighbours, in figures: before and after colours and detail were brought in line.

Pictures here are (h, w, 3) float32, RGB in 0..1, taken as sRGB.
"""

from __future__ import annotations

import numpy as np

from mpd_studio.core.figures import Figure
from mpd_studio.motion.color_difference import ciede2000, lab_of

_REGIONS = 12  # along the longer side, as in the colour match: what moves a little changes a region's mean little
_FLAT = 1e-3  # of full range: pictures with less detail than this have none to compare with
Pair = tuple[float, float]


class SeamFigures:
    """Collects one run's figures, frame by frame; a frame that is made again takes its old one's place."""

    def __init__(self, new_frames: int) -> None:
        self._new_frames = new_frames
        self._seams: dict[str, Pair] = {}
        self._details: dict[int, Pair] = {}
        self.is_matched = self.is_returned = False

    def is_seam(self, place: int) -> bool:
        """Whether a new frame, counted from 1, lies beside a boundary frame."""
        return place in (1, self._new_frames)

    def colours(self, place: int, ends: tuple[np.ndarray, np.ndarray], before: np.ndarray, after: np.ndarray) -> None:
        """ends: the boundary frames. before, after: the new frame without and with matched colours; all of one size."""
        for name, end, beside in (("first", ends[0], 1), ("last", ends[1], self._new_frames)):
            if place == beside:
                self._seams[name] = color_step(end, before), color_step(end, after)

    def detail(self, place: int, ends: Pair, before: float, after: float) -> None:
        """ends: detail_in each boundary frame. before, after: in the new frame; what is expected of it lies between."""
        time = place / (self._new_frames + 1)
        expected = (1 - time) * ends[0] + time * ends[1]
        if expected > _FLAT:
            self._details[place] = before / expected, after / expected

    @property
    def figures(self) -> tuple[Figure, ...]:
        """seam-first, seam-last: ΔE00. detail: share of the boundary frames'. values: before, after."""
        told = []
        for name, (before, after) in sorted(self._seams.items()):
            made = f"{before:.1f} before the colour match, {after:.1f} after it"
            text = made if self.is_matched else f"{before:.1f}, colours not matched"
            told.append(
                Figure(f"seam-{name}", f"colour step to the {name} boundary frame: ΔE00 {text}", (before, after))
            )
        if self._details:
            before, after = (float(np.mean(shares)) for shares in zip(*self._details.values(), strict=True))
            made = f"{before:.2f} as made, {after:.2f} after the ends' detail was brought back"
            text = made if self.is_returned else f"{before:.2f}, nothing was brought back"
            told.append(Figure("detail", f"fine detail beside the boundary frames: {text}", (before, after)))
        return tuple(told)


def color_step(picture: np.ndarray, other: np.ndarray) -> float:
    """Mean ΔE00 between two pictures of one size, region by region, so that motion counts little."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, _REGIONS / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    regions = [cv2.resize(np.clip(each, 0, 1), size, interpolation=cv2.INTER_AREA) for each in (picture, other)]
    return float(ciede2000(lab_of(regions[0]), lab_of(regions[1])).mean())


def detail_in(picture: np.ndarray, finer_than: float) -> float:
    """Spread of the luma's structures finer than so many pixels, as a share of full range."""
    import cv2

    luma = cv2.cvtColor(np.ascontiguousarray(picture, np.float32), cv2.COLOR_RGB2GRAY)
    return float((luma - cv2.GaussianBlur(luma, (0, 0), max(1.0, finer_than))).std())
