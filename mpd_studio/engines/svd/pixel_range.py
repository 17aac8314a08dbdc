"""From a picture's own depth to the 0..1 that the model sees, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.blend import to_dtype

_GAMMA = 2.2  # floats are linear light; the model knows pictures as screens show them


@dataclass(frozen=True, slots=True)
class PixelRange:
    """One mapping for all the pictures of a gap.

    top: the value that becomes 1. For floats it is the brightest of both boundary frames, so that highlights above 1
    come back; values below 0 become 0.
    """

    dtype: np.dtype
    top: float

    def to_unit(self, pixels: np.ndarray) -> np.ndarray:
        """(h, w, 3) float32 in 0..1 of the first three channels."""
        values = pixels[..., :3].astype(np.float32) * np.float32(1 / self.top)
        if self.dtype.kind == "u":
            return values
        return np.clip(np.nan_to_num(values, posinf=1.0), 0.0, 1.0) ** np.float32(1 / _GAMMA)

    def from_unit(self, values: np.ndarray) -> np.ndarray:
        """(h, w, 3) in the dtype. Values outside 0..1 are bounded."""
        values = np.clip(values, 0.0, 1.0)
        if self.dtype.kind == "f":
            values = values ** np.float32(_GAMMA)
        return to_dtype(values * np.float32(self.top), self.dtype)


def range_of(first: np.ndarray, last: np.ndarray) -> PixelRange:
    """The mapping for two boundary frames of one dtype."""
    if first.dtype.kind == "u":
        return PixelRange(first.dtype, float(np.iinfo(first.dtype).max))
    brightest = [float(np.nanmax(_finite(pixels[..., :3]), initial=1.0)) for pixels in (first, last)]
    return PixelRange(first.dtype, max(brightest))


def _finite(pixels: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(pixels), pixels, np.nan).astype(np.float32)
