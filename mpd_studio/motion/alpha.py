"""Straight alpha, as PNG has it: colours are mixed by how much is seen of them.

Alpha of floats is in the colours already, as OpenEXR has it, and needs nothing of this.
"""

from __future__ import annotations

import numpy as np

ALPHA = 3  # which channel
_TRACE = 1 / 1024  # weight that colours behind a transparent pixel keep, so that they are never 0 / 0


def has_straight_alpha(*pictures: np.ndarray) -> bool:
    """Is any of the (h, w, c) pictures one of integers with an alpha that is not full everywhere?"""
    return any(
        picture.dtype.kind == "u"
        and picture.shape[2] > ALPHA
        and bool((picture[..., ALPHA] != np.iinfo(picture.dtype).max).any())
        for picture in pictures
    )


def weigh(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Multiply the colours of (..., c > 3) float32 values by their alpha, in place. dtype: of the picture."""
    values[..., :ALPHA] *= _weight(values, dtype)
    return values


def unweigh(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Undo `weigh`, in place."""
    values[..., :ALPHA] /= _weight(values, dtype)
    return values


def _weight(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return values[..., ALPHA : ALPHA + 1] / np.float32(np.iinfo(dtype).max) + np.float32(_TRACE)
