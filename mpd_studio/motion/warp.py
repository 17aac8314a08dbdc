"""Moving pixels: backward warp (look up where a pixel comes from) and forward splat (throw it where it goes).

Maps and flows are in array coordinates: index (row, column) is the centre of a pixel. Canvas points are half a pixel
further (core/geometry.py); displacements are the same in both.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np

_MOST_CHANNELS = 4  # cv2.remap takes no more at once


class Sampling(Enum):
    NEAREST = "nearest"
    LINEAR = "linear"
    CUBIC = "cubic"


def grid(height: int, width: int) -> np.ndarray:
    """(height, width, 2) float32: each pixel's own x, y."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack([x, y])


def sample(pixels: np.ndarray, where: np.ndarray, sampling: Sampling = Sampling.LINEAR) -> np.ndarray:
    """Look `pixels` up at the places `where`; beyond the border the border's pixels go on.

    pixels: (h, w) or (h, w, c) of any pixel dtype. where: (h', w', 2) float32 of x, y.
    Returns: (h', w') or (h', w', c) in the dtype of `pixels`. CUBIC may overshoot at edges; integers are bounded.
    """
    import cv2

    ways = {Sampling.NEAREST: cv2.INTER_NEAREST, Sampling.LINEAR: cv2.INTER_LINEAR, Sampling.CUBIC: cv2.INTER_CUBIC}
    source = pixels.astype(np.float32) if pixels.dtype == np.float16 else pixels
    planes = source[..., None] if source.ndim == 2 else source
    groups = [
        _remap(np.ascontiguousarray(planes[..., start : start + _MOST_CHANNELS]), where, ways[sampling])
        for start in range(0, planes.shape[2], _MOST_CHANNELS)
    ]
    groups = [group[..., None] if group.ndim == 2 else group for group in groups]
    moved = groups[0] if len(groups) == 1 else np.concatenate(groups, axis=2)
    moved = moved[..., 0] if pixels.ndim == 2 else moved
    return moved.astype(pixels.dtype, copy=False)


def _remap(planes: np.ndarray, where: np.ndarray, way: int) -> np.ndarray:
    import cv2

    # An empty array instead of None gives wrong pixels with INTER_LINEAR in OpenCV 5.0.0 (seen, not reported).
    no_second_map: Any = None  # the stubs forget that it may be None
    return cv2.remap(planes, where, no_second_map, way, borderMode=cv2.BORDER_REPLICATE)


def backward_warp(pixels: np.ndarray, flow: np.ndarray, sampling: Sampling = Sampling.LINEAR) -> np.ndarray:
    """out[y, x] = pixels at (x, y) + flow[y, x]. flow: (h, w, 2) float32."""
    return sample(pixels, grid(*flow.shape[:2]) + flow, sampling)


def splat(values: np.ndarray, flow: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Throw every pixel along its flow; where several land, they are averaged by weight.

    values: (h, w, c) float32. flow: (h, w, 2) displacement. weights: (h, w) >= 0; a softmax splat is one whose
    weights are exp(importance), an average one whose weights are 1.
    Returns: (h, w, c) float32, and (h, w) float32 the weight that arrived: 0 is a hole, and its values are 0.
    """
    height, width = flow.shape[:2]
    target = (grid(height, width) + flow).reshape(-1, 2)
    corner = np.floor(target)
    part = target - corner
    column, row = corner[:, 0].astype(np.int64), corner[:, 1].astype(np.int64)
    heavy = weights.reshape(-1).astype(np.float64)
    planes = values.reshape(-1, values.shape[2])
    total = np.zeros(height * width)
    sums = np.zeros((values.shape[2], height * width))
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = column + dx, row + dy
        share = heavy * np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1])
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height) & (share > 0)
        index, share = (y * width + x)[inside], share[inside]
        total += np.bincount(index, share, minlength=height * width)
        for channel in range(values.shape[2]):
            sums[channel] += np.bincount(index, share * planes[inside, channel], minlength=height * width)
    held = np.where(total > 0, total, 1.0)
    averaged = (sums / held).T.reshape(height, width, -1).astype(np.float32)
    return averaged, total.reshape(height, width).astype(np.float32)


def resize_flow(flow: np.ndarray, height: int, width: int) -> np.ndarray:
    """The same motion on a picture of another size: resampled, and its vectors scaled."""
    import cv2

    old_height, old_width = flow.shape[:2]
    if (old_height, old_width) == (height, width):
        return flow
    resized = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR)
    return resized * np.array([width / old_width, height / old_height], np.float32)


def resize_plane(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    """An (h, w) float32 plane at another size."""
    import cv2

    if plane.shape == (height, width):
        return plane
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)


def without_specks(flow: np.ndarray, side: int) -> np.ndarray:
    """The flow's median over side × side pixels (3 or 5), x and y each for themselves."""
    import cv2

    return np.dstack([cv2.medianBlur(np.ascontiguousarray(flow[..., axis]), side) for axis in (0, 1)])
