"""A decoded FFmpeg frame as full-range RGB(A) in its own depth."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, cast

import numpy as np

from mpd_studio.core.errors import MediaError
from mpd_studio.core.media_ref import ColorTags
from mpd_studio.media.chroma import Siting
from mpd_studio.media.yuv import rgb_from_yuv, widened

if TYPE_CHECKING:
    from av.video.format import VideoFormat
    from av.video.frame import VideoFrame

# Where R, G, B (and A) lie in packed formats, and how many values a pixel has.
_PACKED = {
    "rgb24": ((0, 1, 2), 3),
    "bgr24": ((2, 1, 0), 3),
    "rgba": ((0, 1, 2, 3), 4),
    "bgra": ((2, 1, 0, 3), 4),
    "argb": ((1, 2, 3, 0), 4),
    "abgr": ((3, 2, 1, 0), 4),
    "rgb0": ((0, 1, 2), 4),
    "bgr0": ((2, 1, 0), 4),
    "0rgb": ((1, 2, 3), 4),
    "0bgr": ((3, 2, 1), 4),
    "rgb48": ((0, 1, 2), 3),
    "bgr48": ((2, 1, 0), 3),
    "rgba64": ((0, 1, 2, 3), 4),
    "bgra64": ((2, 1, 0, 3), 4),
    "rgbf16": ((0, 1, 2), 3),
    "rgbaf16": ((0, 1, 2, 3), 4),
    "rgbf32": ((0, 1, 2), 3),
    "rgbaf32": ((0, 1, 2, 3), 4),
}
_GREY = re.compile(r"^(gray|ya|y)(\d*)(f16|f32)?$")
_YUV_PLANAR = re.compile(r"^yuva?j?4\d\dp\d*$")
_RGB_PLANAR = re.compile(r"^gbra?p(\d+|f16|f32)?$")


def base_name(format_: VideoFormat) -> str:
    """The format's name without its byte order."""
    return re.sub(r"(le|be)$", "", format_.name)


def is_rgb(format_: VideoFormat) -> bool:
    """Coded as RGB (or as a palette of RGB), not as luma and chroma."""
    name = base_name(format_)
    return name in _PACKED or name.startswith(("gbr", "pal8", "rgb", "bgr", "x2rgb", "x2bgr"))


def is_grey(format_: VideoFormat) -> bool:
    return base_name(format_).startswith(("gray", "ya8", "ya16", "yaf", "mono"))


def is_float(format_: VideoFormat) -> bool:
    return base_name(format_).endswith(("f16", "f32"))


def has_alpha(format_: VideoFormat) -> bool:
    name = base_name(format_)
    return name.startswith(
        ("yuva", "gbrap", "ya8", "ya16", "yaf", "rgba", "bgra", "argb", "abgr", "ayuv", "vuya", "pal8")
    )


def depth(format_: VideoFormat) -> int:
    """Bits a channel; 8 for palettes and for two-level pictures, which are shown as 8 bits."""
    if format_.has_palette or base_name(format_).startswith("mono"):
        return 8
    return max(8, max(component.bits for component in format_.components))


def rgb_of_frame(frame: VideoFrame, tags: ColorTags, siting: Siting) -> np.ndarray:
    """(h, w, 3 or 4) full-range RGB or RGBA: uint8, uint16 over 0..65535, float16 or float32; not yet rotated.

    Raises:
        MediaError: a pixel format that cannot be read exactly.
    """
    import cv2

    name = base_name(frame.format)
    if name in _PACKED:
        return _packed_rgb(frame, name)
    if _RGB_PLANAR.match(name):
        return cv2.merge(_planar_rgb(frame))
    if _GREY.match(name):
        return cv2.merge(_grey(frame, name, tags))
    if _YUV_PLANAR.match(name):
        return cv2.merge(_planar_yuv(frame, tags, siting))
    return rgb_of_frame(_repacked(frame, name), tags, siting)


def _repacked(frame: VideoFrame, name: str) -> VideoFrame:
    """The same code values in a layout this file knows; FFmpeg moves them without converting colours."""
    if name == "pal8":
        return frame.reformat(format="rgba")
    if name in ("monob", "monow"):
        return frame.reformat(format="gray")
    bits = depth(frame.format)
    suffix = "" if bits <= 8 else f"{bits}le"
    if is_rgb(frame.format):
        return frame.reformat(format="rgb24" if bits <= 8 else "rgb48le")
    layouts = {(1, 1): "444", (2, 1): "422", (2, 2): "420", (4, 1): "411", (1, 2): "440"}
    across = round(frame.width / max(1, frame.format.chroma_width(frame.width)))
    down = round(frame.height / max(1, frame.format.chroma_height(frame.height)))
    layout = layouts.get((across, down))
    if layout is None:
        raise MediaError(
            f"The pixel format {frame.format.name} cannot be read exactly. Convert the file to ProRes first."
        )
    return frame.reformat(format=f"yuv{'a' if has_alpha(frame.format) else ''}{layout}p{suffix}")


def _plane(frame: VideoFrame, index: int, dtype: str, values: int = 1) -> np.ndarray:
    """(h, w) or (h, w, values) view of a plane in the machine's byte order."""
    plane = frame.planes[index]
    item = np.dtype(dtype).itemsize
    # PyAV's planes have the buffer protocol, its stubs do not say so.
    rows = np.frombuffer(cast(memoryview, plane), np.dtype(dtype))
    stride = plane.line_size // item
    rows = rows[: stride * plane.height].reshape(plane.height, stride)[:, : plane.width * values]
    if frame.format.is_big_endian and item > 1 and sys.byteorder == "little":
        rows = rows.byteswap()
    return rows if values == 1 else rows.reshape(plane.height, plane.width, values)


def _sample_type(format_: VideoFormat) -> str:
    name = base_name(format_)
    if name.endswith("f16"):
        return "f2"
    if name.endswith("f32"):
        return "f4"
    return "u1" if depth(format_) <= 8 else "u2"


def _packed_rgb(frame: VideoFrame, name: str) -> np.ndarray:
    order, values = _PACKED[name]
    pixels = _plane(frame, 0, _sample_type(frame.format), values)
    if order == tuple(range(values)):
        return pixels if pixels.flags.owndata or pixels.base is None else pixels.copy()
    return np.ascontiguousarray(pixels[:, :, list(order)])


def _planar_rgb(frame: VideoFrame) -> list[np.ndarray]:
    sample = _sample_type(frame.format)
    order = (2, 0, 1, 3)[: len(frame.planes)]  # FFmpeg keeps them as G, B, R, A
    planes = [_plane(frame, index, sample) for index in order]
    if sample == "u2":
        planes = [widened(plane, depth(frame.format)) for plane in planes]
    return [np.ascontiguousarray(plane) for plane in planes]


def _grey(frame: VideoFrame, name: str, tags: ColorTags) -> list[np.ndarray]:
    sample = _sample_type(frame.format)
    alpha: list[np.ndarray] = []
    if name.startswith("ya"):
        pixels = _plane(frame, 0, sample, 2)
        luma, alpha = np.ascontiguousarray(pixels[:, :, 0]), [np.ascontiguousarray(pixels[:, :, 1])]
    else:
        luma = np.ascontiguousarray(_plane(frame, 0, sample))
    if sample in ("f2", "f4"):
        return [luma, luma, luma, *alpha]
    return [*rgb_from_yuv((luma,), depth(frame.format), tags), *alpha]


def _planar_yuv(frame: VideoFrame, tags: ColorTags, siting: Siting) -> list[np.ndarray]:
    bits = depth(frame.format)
    planes = [
        np.ascontiguousarray(_plane(frame, index, _sample_type(frame.format))) for index in range(len(frame.planes))
    ]
    rgb = rgb_from_yuv((planes[0], planes[1], planes[2]), bits, tags, siting)
    if len(planes) == 4:
        rgb.append(planes[3] if bits <= 8 else widened(planes[3], bits))
    return rgb
