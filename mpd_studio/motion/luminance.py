"""Small grey pictures to measure motion on, whatever the depth and range of the source."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mpd_studio.core.geometry import Size

_SPECK = 0.5  # px: what is smaller is mostly noise and steps of sampling
_SNAP = 0.03  # so much smaller or larger may a working picture become to be a whole-number part of its picture


def working_size(size: Size, most_pixels: int, shortest_side: int = 16) -> Size:
    """`size` reduced to at most about `most_pixels`, with its shape kept; never enlarged.

    To a whole-number part where that is near: it is reduced to that, and enlarged from it, several times as fast.
    A side is not reduced below `shortest_side`, where there would be no room left to search.
    """
    scale = min(1.0, math.sqrt(most_pixels / (size.width * size.height)))
    whole = 1 / round(1 / scale)
    scale = whole if abs(whole / scale - 1) < _SNAP else scale
    width, height = (max(round(side * scale), min(side, shortest_side)) for side in (size.width, size.height))
    return Size(width, height)


def working_pair(first: np.ndarray, last: np.ndarray, size: Size) -> tuple[np.ndarray, np.ndarray]:
    """Both pictures as 8-bit RGB of `size`, on one common scale; see `working_pictures`."""
    first8, last8 = working_pictures((first, last), size)
    return first8, last8


def working_pictures(
    ends: tuple[np.ndarray, np.ndarray], size: Size, around: Sequence[np.ndarray] = ()
) -> tuple[np.ndarray, ...]:
    """The two ends and the pictures around them as 8-bit RGB of `size`, on one common scale.

    8-bit pictures keep their values. Other depths are spread between the darkest and brightest of both ends,
    floats through a square root first, because they are linear light and shadows would vanish in 8 bits.

    Returns: (height, width, 3) uint8 arrays, the ends first.
    """
    small = [_reduced(picture[..., :3], size) for picture in (*ends, *around)]
    if ends[0].dtype == np.uint8:
        return tuple(small)
    levels = [picture.astype(np.float32) for picture in small]
    if ends[0].dtype.kind == "f":
        levels = [np.sqrt(np.clip(np.nan_to_num(level, posinf=65504.0), 0.0, None)) for level in levels]
    low = min(float(np.percentile(level, 0.1)) for level in levels[:2])
    high = max(float(np.percentile(level, 99.9)) for level in levels[:2])
    scale = 255.0 / max(high - low, 1e-6)
    return tuple(np.clip(np.rint((level - low) * scale), 0, 255).astype(np.uint8) for level in levels)


def without_grit(picture: np.ndarray) -> np.ndarray:
    """A working picture without what stands in single pixels alone, which a search would run after. (h, w, 3) uint8."""
    import cv2

    return cv2.GaussianBlur(picture, (0, 0), _SPECK)


def grey(picture: np.ndarray) -> np.ndarray:
    """(h, w) uint8 luma of an (h, w, 3) uint8 RGB picture."""
    import cv2

    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def _reduced(picture: np.ndarray, size: Size) -> np.ndarray:
    import cv2

    source = np.ascontiguousarray(picture, np.float32 if picture.dtype == np.float16 else None)
    height, width = source.shape[:2]
    while height % 2 == width % 2 == 0 and height >= 2 * size.height and width >= 2 * size.width:
        height, width = height // 2, width // 2
        source = cv2.resize(
            source, (width, height), interpolation=cv2.INTER_AREA
        )  # at once it takes five times as long
    if (width, height) == (size.width, size.height):
        return source
    return cv2.resize(source, (size.width, size.height), interpolation=cv2.INTER_AREA)
