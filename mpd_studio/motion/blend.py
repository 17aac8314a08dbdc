"""Mixing pictures without narrowing their depth."""

from __future__ import annotations

import numpy as np


def mix(first: np.ndarray, last: np.ndarray, amount: float | np.ndarray) -> np.ndarray:
    """first · (1 − amount) + last · amount, in the dtype of `first`.

    amount: 0..1, one number or (h, w) float32. Where it is 0 the result is `first` exactly, where it is 1 `last`.
    """
    part = amount if isinstance(amount, float) else np.asarray(amount, np.float32)[..., None]
    a = first.astype(np.float32, copy=False)
    b = last.astype(np.float32, copy=False)
    return to_dtype(a * (1 - part) + b * part, first.dtype)


def to_dtype(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """float32 values in another pixel dtype: integers rounded and bounded, floats as they are (HDR is kept)."""
    if dtype.kind == "u" and values.dtype != dtype:
        rounded = np.rint(values)
        return np.clip(rounded, 0, np.iinfo(dtype).max, out=rounded).astype(dtype)
    return values.astype(dtype, copy=False)


def weighted(first: np.ndarray, last: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Like `mix` with an (h, w) share, but fast: 8-bit pictures are mixed in 8 bits, to within one code value.

    first, last: uint8 or float32. share: 0..1.
    """
    import cv2

    if first.dtype == np.uint8:
        return cv2.blendLinear(first, last, 1 - share, share).reshape(first.shape)
    amount = np.float32(4096) * share  # blendLinear adds 1e-5 to the sum of weights, which floats would show
    return cv2.blendLinear(first, last, np.float32(4096) - amount, amount).reshape(first.shape)


def faded(first: np.ndarray, last: np.ndarray, amount: float) -> np.ndarray:
    """Like `mix` with one amount for all; uint8 or float32."""
    import cv2

    return cv2.addWeighted(first, 1 - amount, last, amount, 0).reshape(first.shape)
