"""Choosing, for every pixel, one of several motions: by how well it explains the other frame, smoothly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpd_studio.motion.appearance import difference_at
from mpd_studio.motion.cells import in_cells, in_pixels
from mpd_studio.motion.warp import without_specks

_REACH = 2  # cells of two pixels over which costs are averaged, each way


def fuse(
    guide: np.ndarray, first: np.ndarray, last: np.ndarray, motions: Sequence[np.ndarray], handicaps: Sequence[float]
) -> np.ndarray:
    """The motion of least cost at each pixel; costs are smoothed within the edges of `guide` before the choice.

    Costs are measured and averaged in cells of two by two pixels, and each pixel chooses for itself.

    guide: (h, w) uint8 luma of the first frame. first, last: appearances. motions: (h, w, 2) each.
    handicaps: added to each motion's cost, so that the plainer explanation wins where nothing tells them apart.
    Returns: (h, w, 2) float32.
    """
    import cv2

    luma = guide.astype(np.float32)
    cost_of, smooth = _CellCosts(first, last), GuidedFilter(in_cells(luma), _REACH)
    chosen, least = motions[0].astype(np.float32), np.full(guide.shape, np.inf, np.float32)
    for motion, handicap in zip(motions, handicaps, strict=True):
        slope, level = smooth.lines(cost_of(motion))
        cost = in_pixels(slope, *luma.shape)
        cost *= luma
        cost += in_pixels(level + np.float32(handicap), *luma.shape)
        cv2.copyTo(motion, cv2.compare(cost, least, cv2.CMP_LT), chosen)
        cv2.min(cost, least, least)
    return without_specks(chosen, 3)


class _CellCosts:
    """How unlike each cell is to where a motion sends it: two of its four pixels tell, those in opposite corners."""

    def __init__(self, first: np.ndarray, last: np.ndarray) -> None:
        height, width = first.shape[:2]
        rows = np.arange(height + height % 2)[:, None]
        columns = np.arange(0, width, 2) + (rows + 1) % 2
        rows, columns = np.minimum(rows, height - 1), np.minimum(columns, width - 1)
        self._places = rows * width + columns
        self._rows = np.broadcast_to(rows, columns.shape).astype(np.float32)
        self._columns = columns.astype(np.float32)
        self._look, self._last = self._taken(first), last

    def __call__(self, motion: np.ndarray) -> np.ndarray:
        import cv2

        way = self._taken(motion)
        x, y = (cv2.add(cv2.extractChannel(way, axis), here) for axis, here in enumerate((self._columns, self._rows)))
        cost = difference_at(self._look, self._last, x, y)
        return (cost[::2] + cost[1::2]) / 2

    def _taken(self, pixels: np.ndarray) -> np.ndarray:
        return np.take(pixels.reshape(-1, pixels.shape[2]), self._places, axis=0)


class GuidedFilter:
    """Smooths a plane within the edges of a guide (He, Sun, Tang: Guided Image Filtering, ECCV 2010)."""

    def __init__(self, guide: np.ndarray, radius: int = 5, edge: float = 40.0) -> None:
        """guide: (h, w) float32 in 8-bit values. edge: variance below which the guide counts as flat."""
        self._guide = guide
        self._window = (2 * radius + 1, 2 * radius + 1)
        self._mean = self._box(guide)
        self._variance = self._box(guide * guide) - self._mean * self._mean + edge

    def __call__(self, plane: np.ndarray) -> np.ndarray:
        slope, level = self.lines(plane)
        return slope * self._guide + level

    def lines(self, plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Slope and level, (h, w) each: the smoothed plane is slope * guide + level, for a finer guide as well.

        Of a finer guide as in He, Sun: Fast Guided Filter, 2015.
        """
        mean = self._box(plane)
        slope = (self._box(self._guide * plane) - self._mean * mean) / self._variance
        return self._box(slope), self._box(mean - slope * self._mean)

    def _box(self, plane: np.ndarray) -> np.ndarray:
        import cv2

        return cv2.blur(plane, self._window)
