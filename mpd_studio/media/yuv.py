"""Y'CbCr code values to full-range R'G'B' and back, with the stated matrix and range, at the source's depth.

Written out here because FFmpeg's scaler takes BT.601 for untagged pictures, repeats chroma instead of interpolating it
and rounds its coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.media_ref import ColorTags
from mpd_studio.media.chroma import Siting, downsampled, upsampled
from mpd_studio.media.color import luma_weights


@dataclass(frozen=True, slots=True)
class CodeScale:
    """How code values of `bits` bits stand for 0..1 luma and -0.5..0.5 chroma (ITU-T H.273, 8.3)."""

    luma_zero: float
    luma_span: float
    chroma_zero: float
    chroma_span: float

    @staticmethod
    def of(bits: int, range_: str) -> CodeScale:
        unit = 2.0 ** (bits - 8)
        if range_ == "full":
            top = 2.0**bits - 1
            return CodeScale(0.0, top, 128 * unit, top)
        return CodeScale(16 * unit, 219 * unit, 128 * unit, 224 * unit)


def rgb_from_yuv(
    planes: tuple[np.ndarray, ...], bits: int, tags: ColorTags, siting: Siting = "left"
) -> list[np.ndarray]:
    """R, G and B planes (h, w): uint8 for 8 bits, else uint16 over 0..65535.

    planes: Y, Cb, Cr as uint8 or uint16 code values of `bits` bits, chroma at its own size; or Y alone.
    """
    import cv2

    luma = planes[0]
    height, width = luma.shape
    top, depth = (255.0, cv2.CV_8U) if bits <= 8 else (65535.0, cv2.CV_16U)
    scale = CodeScale.of(bits, tags.range)
    gain = top / scale.luma_span
    offset = -scale.luma_zero * gain
    if len(planes) == 1:
        grey = _weighted_sum(luma, gain, np.full(luma.shape, offset, np.float32), depth)
        return [grey, grey, grey]
    kr, kb = luma_weights(tags.matrix)
    kg = 1 - kr - kb
    unit = top / scale.chroma_span
    red_gain, blue_gain = 2 * (1 - kr) * unit, 2 * (1 - kb) * unit
    # Chroma terms are mixed at chroma size, where there are up to four times fewer values, and then enlarged.
    cb = np.subtract(planes[1], np.float32(scale.chroma_zero), dtype=np.float32)
    cr = np.subtract(planes[2], np.float32(scale.chroma_zero), dtype=np.float32)
    terms = (
        cv2.addWeighted(cr, red_gain, cr, 0, offset),
        cv2.addWeighted(cb, -blue_gain * kb / kg, cr, -red_gain * kr / kg, offset),
        cv2.addWeighted(cb, blue_gain, cb, 0, offset),
    )
    return [_weighted_sum(luma, gain, upsampled(term, width, height, siting), depth) for term in terms]


def _weighted_sum(luma: np.ndarray, gain: float, term: np.ndarray, depth: int) -> np.ndarray:
    """gain * luma + term, rounded and clipped to the depth in one pass."""
    import cv2

    return cv2.addWeighted(luma, gain, term, 1.0, 0.0, dtype=depth)


def yuv_from_rgb(rgb: np.ndarray, bits: int, tags: ColorTags, subsampling: tuple[int, int]) -> tuple[np.ndarray, ...]:
    """Y, Cb, Cr planes of `bits` bits (uint8 up to 8 bits, else uint16).

    rgb: (h, w, >= 3) uint8 or uint16, full range. subsampling: luma samples per chroma sample, across and down.
    """
    import cv2

    top = 255.0 if rgb.dtype == np.uint8 else 65535.0
    red, green, blue = (rgb[:, :, i].astype(np.float32) for i in range(3))
    kr, kb = luma_weights(tags.matrix)
    scale = CodeScale.of(bits, tags.range)
    luma = red * np.float32(kr) + green * np.float32(1 - kr - kb) + blue * np.float32(kb)
    code_top = 2.0**bits - 1
    dtype = np.uint8 if bits <= 8 else np.uint16

    def coded(plane: np.ndarray, gain: float, zero: float) -> np.ndarray:
        values = cv2.addWeighted(plane, gain, plane, 0, zero)
        return np.rint(np.clip(values, 0, code_top)).astype(dtype)

    unit = scale.chroma_span / top
    cb = downsampled(blue - luma, *subsampling)
    cr = downsampled(red - luma, *subsampling)
    return (
        coded(luma, scale.luma_span / top, scale.luma_zero),
        coded(cb, unit / (2 * (1 - kb)), scale.chroma_zero),
        coded(cr, unit / (2 * (1 - kr)), scale.chroma_zero),
    )


def widened(codes: np.ndarray, bits: int) -> np.ndarray:
    """Full-range code values of 9 to 16 bits as uint16 over 0..65535."""
    if bits == 16:
        return codes.astype(np.uint16)
    top = 2**bits - 1
    return ((codes.astype(np.uint32) * 65535 + top // 2) // top).astype(np.uint16)


def narrowed(values: np.ndarray, bits: int) -> np.ndarray:
    """uint16 over 0..65535 as full-range code values of `bits` bits, rounded; the inverse of `widened`."""
    top = 2**bits - 1
    return ((values.astype(np.uint32) * top + 32767) // 65535).astype(np.uint16)
