"""Filling what a splat left empty."""

from __future__ import annotations

import numpy as np

_FINE = 2.0  # px: farther reaches are blurred for on a smaller picture, at the same cost each
_LEFT = 1.94  # of such a blur: what making the picture smaller and larger blurs already is left out


def fill_holes(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Holes take the mean of what lies around them, near before far. Known values stay as they are.

    values: (h, w, c) float32. weight: (h, w), a hole where it is (almost) 0. Everything a hole gives zeros.
    """
    hole = weight <= 1e-6
    if not hole.any():
        return values
    height, width = hole.shape
    known, sums = (~hole).astype(np.float32), values.copy()
    sums[hole] = 0
    filled, reach = sums.copy(), 1.0
    while hole.any() and reach < max(height, width):
        if reach > _FINE:
            known, sums = _halved(known), _halved(sums)
        share, spread = (_blurred(planes, reach, height, width) for planes in (known, sums))
        reached = hole & (share > 1e-3)
        filled[reached] = spread.reshape(values.shape)[reached] / share[reached][:, None]
        hole &= ~reached
        reach *= 2
    return filled


def _halved(planes: np.ndarray) -> np.ndarray:
    import cv2

    height, width = planes.shape[:2]
    return cv2.resize(planes, (max(width // 2, 1), max(height // 2, 1)), interpolation=cv2.INTER_LINEAR)


def _blurred(planes: np.ndarray, reach: float, height: int, width: int) -> np.ndarray:
    """At height × width."""
    import cv2

    blurred = cv2.GaussianBlur(planes, (0, 0), reach if reach <= _FINE else _LEFT)
    if planes.shape[:2] == (height, width):
        return blurred
    return cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR)
