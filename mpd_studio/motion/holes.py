"""Filling what a splat left empty."""

from __future__ import annotations

import numpy as np


def fill_holes(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Holes take the mean of what lies around them, near before far. Known values stay as they are.

    values: (h, w, c) float32. weight: (h, w), a hole where it is (almost) 0. Everything a hole gives zeros.
    """
    import cv2

    hole = weight <= 1e-6
    if not hole.any():
        return values
    known = (~hole).astype(np.float32)
    filled, reach = values.copy(), 1.0
    while hole.any() and reach < max(values.shape[:2]):
        share = cv2.GaussianBlur(known, (0, 0), reach)
        spread = cv2.GaussianBlur(values * known[..., None], (0, 0), reach).reshape(values.shape)
        reached = hole & (share > 1e-3)
        filled[reached] = spread[reached] / share[reached][:, None]
        hole &= ~reached
        reach *= 2
    return filled
