"""Filling what a splat left empty."""

from __future__ import annotations

import numpy as np

_ENOUGH = np.float32(0.1)  # of a coarser place's surroundings known: it asks no coarser one


def fill_holes(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Holes take the mean of what lies around them, near before far. Known values stay as they are.

    values: (h, w, c) float32. weight: (h, w), a hole where it is (almost) 0. Everything a hole gives zeros.
    """
    hole = weight <= 1e-6
    if not hole.any():
        return values
    known = values.copy()
    known[hole] = 0
    around = _around(known, (~hole).astype(np.float32))
    known[hole] = around[hole]
    return known


def _around(sums: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(h, w, c): means over surroundings that double until something is known in them (pull and push).

    sums: (h, w, c) values, 0 where they are not known. known: (h, w) in 0..1.
    """
    import cv2

    height, width = known.shape
    pulled, part = (
        cv2.pyrDown(sums, borderType=cv2.BORDER_REPLICATE),
        cv2.pyrDown(known, borderType=cv2.BORDER_REPLICATE),
    )
    pulled = pulled.reshape(*part.shape, -1)
    share = np.minimum(part / _ENOUGH, 1)
    pulled *= (share / np.maximum(part, np.float32(1e-9)))[..., None]
    if share.min() < 1 and max(part.shape) > 1:
        pulled += (1 - share)[..., None] * _around(pulled, share)
    return cv2.resize(pulled, (width, height), interpolation=cv2.INTER_LINEAR).reshape(sums.shape)
