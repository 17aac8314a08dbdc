"""Pixels as FFmpeg frames, coded with the stated matrix and range."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from mpd_studio.core.media_ref import ColorTags
from mpd_studio.media.color import code_points
from mpd_studio.media.yuv import narrowed, yuv_from_rgb

if TYPE_CHECKING:
    from av.video.frame import VideoFrame


def coded_frame(
    pixels: np.ndarray, format_name: str, tags: ColorTags, subsampling: tuple[int, int] | None, bits: int
) -> VideoFrame:
    """pixels: (h, w, 3 or 4) uint8 or uint16 full-range RGB(A).

    format_name: bgr0, bgra, gbrp16le, gbrap16le, or a planar Y'CbCr format of these bits and subsampling.
    """
    import av

    height, width = pixels.shape[:2]
    frame = av.VideoFrame(width, height, format_name)
    if subsampling is not None:
        planes = list(yuv_from_rgb(pixels, bits, tags, subsampling))
        if format_name.startswith("yuva"):
            planes.append(_alpha(pixels[:, :, 3], bits))
    elif format_name.startswith("gbr"):
        planes = [pixels[:, :, channel] for channel in (1, 2, 0, 3)[: pixels.shape[2]]]
    else:
        planes = [_packed(pixels)]
    for target, plane in zip(frame.planes, planes, strict=True):
        # PyAV's planes have the buffer protocol, its stubs do not say so.
        rows = np.frombuffer(cast(memoryview, target), plane.dtype).reshape(target.height, -1)
        rows[:, : plane.shape[1]] = plane
    codes = code_points(tags)
    frame.color_primaries, frame.color_trc = codes.primaries, codes.transfer
    frame.colorspace, frame.color_range = codes.matrix, codes.range
    return frame


def _packed(pixels: np.ndarray) -> np.ndarray:
    """(h, w * 4) bytes: B, G, R and alpha, or 255 where there is none."""
    packed = np.full((*pixels.shape[:2], 4), 255, np.uint8)
    packed[:, :, 2::-1] = pixels[:, :, :3]
    if pixels.shape[2] == 4:
        packed[:, :, 3] = pixels[:, :, 3]
    return packed.reshape(pixels.shape[0], -1)


def _alpha(alpha: np.ndarray, bits: int) -> np.ndarray:
    wide = alpha.astype(np.uint16) * np.uint16(257) if alpha.dtype == np.uint8 else alpha
    return narrowed(wide, bits)
