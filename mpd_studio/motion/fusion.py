"""Choosing, for every pixel, one of several motions: by how well it explains the other frame, smoothly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpd_studio.motion.appearance import difference_along
from mpd_studio.motion.warp import without_specks


def fuse(
    guide: np.ndarray, first: np.ndarray, last: np.ndarray, motions: Sequence[np.ndarray], handicaps: Sequence[float]
) -> np.ndarray:
    """The motion of least cost at each pixel; costs are smoothed within the edges of `guide` before the choice.

    guide: (h, w) uint8 luma of the first frame. first, last: appearances. motions: (h, w, 2) each.
    handicaps: added to each motion's cost, so that the plainer explanation wins where nothing tells them apart.
    Returns: (h, w, 2) float32.
    """
    smooth = GuidedFilter(guide.astype(np.float32))
    chosen, least = motions[0], np.full(guide.shape, np.inf, np.float32)
    for motion, handicap in zip(motions, handicaps, strict=True):
        cost = smooth(difference_along(first, last, motion)) + handicap
        better = cost < least
        least = np.where(better, cost, least)
        chosen = np.where(better[..., None], motion, chosen)
    return without_specks(chosen, 3)


class GuidedFilter:
    """Smooths a plane within the edges of a guide (He, Sun, Tang: Guided Image Filtering, ECCV 2010)."""

    def __init__(self, guide: np.ndarray, radius: int = 5, edge: float = 40.0) -> None:
        """guide: (h, w) float32 in 8-bit values. edge: variance below which the guide counts as flat."""
        self._guide = guide
        self._window = (2 * radius + 1, 2 * radius + 1)
        self._mean = self._box(guide)
        self._variance = self._box(guide * guide) - self._mean * self._mean + edge

    def __call__(self, plane: np.ndarray) -> np.ndarray:
        mean = self._box(plane)
        slope = (self._box(self._guide * plane) - self._mean * mean) / self._variance
        level = mean - slope * self._mean
        return self._box(slope) * self._guide + self._box(level)

    def _box(self, plane: np.ndarray) -> np.ndarray:
        import cv2

        return cv2.blur(plane, self._window)
