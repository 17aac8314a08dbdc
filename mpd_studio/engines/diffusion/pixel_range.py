"""From a picture's own depth to the 0..1 that the model sees, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.blend import to_dtype

_GAMMA = 2.2  # floats are linear light; the model knows pictures as screens show them
_LOWEST = -0.1  # of the brightest: black then lies at 0.26, and the model still has three quarters of its range


@dataclass(frozen=True, slots=True)
class PixelRange:
    """One mapping for all the pictures of a gap.

    top: the value that becomes 1. bottom: the value that becomes 0; for integers it is 0.

    For floats they are the brightest and the darkest value of both boundary frames, so that highlights above 1 and the
    negatives of noise, sharpening and colours outside the primaries come back. Where nothing is negative black is 0;
    else it is lifted as far as the negatives need, the curve below black being that above it, mirrored. What lies below
    a tenth of the brightest, negated, is a fault rather than a picture, and is bounded.
    """

    dtype: np.dtype
    top: float
    bottom: float = 0.0

    def to_unit(self, pixels: np.ndarray) -> np.ndarray:
        """(h, w, 3) float32 in 0..1 of the first three channels. NaN becomes black."""
        values = pixels[..., :3].astype(np.float32) * np.float32(1 / self.top)
        if self.dtype.kind == "u":
            return values
        lowest = self.bottom / self.top
        values = np.clip(np.nan_to_num(values, posinf=1.0, neginf=lowest), lowest, 1.0)
        return (_mirrored(values, 1 / _GAMMA) + self._black) / (1 + self._black)

    def from_unit(self, values: np.ndarray) -> np.ndarray:
        """(h, w, 3) in the dtype. Values outside 0..1 are bounded."""
        values = np.clip(values, 0.0, 1.0)
        if self.dtype.kind == "f":
            values = _mirrored(values * (1 + self._black) - self._black, _GAMMA)
        return to_dtype(values * np.float32(self.top), self.dtype)

    @property
    def _black(self) -> np.float32:
        """How far below black the bottom lies, on the model's curve, where the top is 1."""
        return np.float32((-self.bottom / self.top) ** (1 / _GAMMA))


def range_of(first: np.ndarray, last: np.ndarray) -> PixelRange:
    """The mapping for two boundary frames of one dtype."""
    if first.dtype.kind == "u":
        return PixelRange(first.dtype, float(np.iinfo(first.dtype).max))
    finite = [_finite(pixels[..., :3]) for pixels in (first, last)]
    top = max(float(np.nanmax(pixels, initial=1.0)) for pixels in finite)
    darkest = min(float(np.nanmin(pixels, initial=0.0)) for pixels in finite)
    return PixelRange(first.dtype, top, max(darkest, _LOWEST * top))


def _mirrored(values: np.ndarray, power: float) -> np.ndarray:
    """|values| to a power, with their signs."""
    return np.sign(values) * np.abs(values) ** np.float32(power)


def _finite(pixels: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(pixels), pixels, np.nan).astype(np.float32)
