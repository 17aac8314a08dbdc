"""Moving pixels: backward warp (look up where a pixel comes from) and forward splat (throw it where it goes).

Maps and flows are in array coordinates: index (row, column) is the centre of a pixel. Canvas points are half a pixel
further (core/geometry.py); displacements are the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np

Planes = Sequence[np.ndarray] | np.ndarray  # (h, w) float32 each
MOST_CHANNELS = 4  # cv2.remap takes no more at once


class Sampling(Enum):
    NEAREST = "nearest"
    LINEAR = "linear"
    CUBIC = "cubic"


def grid(height: int, width: int, top: int = 0) -> np.ndarray:
    """(height, width, 2) float32: each pixel's own x, y, in rows from `top` on."""
    places = np.empty((height, width, 2), np.float32)
    places[..., 0] = np.arange(width, dtype=np.float32)
    places[..., 1] = np.arange(top, top + height, dtype=np.float32)[:, None]
    return places


def sample(pixels: np.ndarray, where: np.ndarray, sampling: Sampling = Sampling.LINEAR) -> np.ndarray:
    """Look `pixels` up at the places `where`; beyond the border the border's pixels go on.

    pixels: (h, w) or (h, w, c) of any pixel dtype. where: (h', w', 2) float32 of x, y.
    Returns: (h', w') or (h', w', c) in the dtype of `pixels`. CUBIC may overshoot at edges; integers are bounded.
    """
    source = pixels.astype(np.float32) if pixels.dtype == np.float16 else pixels
    groups = channel_groups(source[..., None] if source.ndim == 2 else source)
    found = [remap(group, where, sampling) for group in groups]
    moved = found[0] if len(found) == 1 else np.concatenate(found, axis=2)
    moved = moved[..., 0] if pixels.ndim == 2 else moved
    return moved.astype(pixels.dtype, copy=False)


def channel_groups(pixels: np.ndarray) -> tuple[np.ndarray, ...]:
    """(h, w, c) pixels in groups of as many channels as can be looked up at once, each contiguous."""
    starts = group_starts(pixels.shape[2])
    return tuple(np.ascontiguousarray(pixels[..., start : start + MOST_CHANNELS]) for start in starts)


def group_starts(channels: int) -> range:
    """The first channel of each of `channel_groups`."""
    return range(0, channels, MOST_CHANNELS)


def remap(group: np.ndarray, where: np.ndarray | Sequence[np.ndarray], sampling: Sampling) -> np.ndarray:
    """As `sample`, of one of `channel_groups` that is uint8, uint16 or float32; (h', w', c).

    where: (h', w', 2), or its planes of x and y.
    """
    import cv2

    ways = {Sampling.NEAREST: cv2.INTER_NEAREST, Sampling.LINEAR: cv2.INTER_LINEAR, Sampling.CUBIC: cv2.INTER_CUBIC}
    # An empty array instead of None gives wrong pixels with INTER_LINEAR in OpenCV 5.0.0 (seen, not reported).
    no_second_map: Any = None  # the stubs forget that it may be None
    x, y = (where, no_second_map) if isinstance(where, np.ndarray) else where
    found = cv2.remap(group, x, y, ways[sampling], borderMode=cv2.BORDER_REPLICATE)
    return found.reshape(*x.shape[:2], group.shape[2])


def backward_warp(pixels: np.ndarray, flow: np.ndarray, sampling: Sampling = Sampling.LINEAR) -> np.ndarray:
    """out[y, x] = pixels at (x, y) + flow[y, x]. flow: (h, w, 2) float32."""
    return sample(pixels, grid(*flow.shape[:2]) + flow, sampling)


def splat(values: np.ndarray, flow: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Throw every pixel along its flow; where several land, they are averaged by weight.

    values: (h, w, c) float32. flow: (h, w, 2) displacement. weights: (h, w) >= 0; a softmax splat is one whose
    weights are exp(importance), an average one whose weights are 1.
    Returns: (h, w, c) float32, and (h, w) float32 the weight that arrived: 0 is a hole, and its values are 0.
    """
    return splat_together((np.moveaxis(values, 2, 0), np.moveaxis(flow, 2, 0), weights))


def splat_together(*thrown: tuple[Planes, Planes, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """As `splat`, of several pictures of one size, on the same one. thrown: values, x and y of the flow, weights."""
    height, width = thrown[0][2].shape
    channels = len(thrown[0][0])
    # What lands off the picture goes to a rim, two wide before and one behind, that is cut off at the end.
    sums = np.zeros((channels + 1, height + 5, width + 3), np.float32)
    for values, flow, weights in thrown:
        _throw(sums, values, flow, weights)
    arrived, *planes = sums[:, 2 : 2 + height, 2 : 2 + width]
    held = np.where(arrived > 0, arrived, np.float32(1))
    averaged = np.empty((height, width, channels), np.float32)
    for channel, plane in enumerate(planes):
        np.divide(plane, held, out=averaged[..., channel])
    return averaged, np.ascontiguousarray(arrived)


def _throw(sums: np.ndarray, values: Planes, flow: Planes, weights: np.ndarray) -> None:
    """Add to (1 + c, h + 5, w + 3) float32 sums: of the weights, then of the values times these."""
    height, width = weights.shape
    x = flow[0] + np.arange(width, dtype=np.float32)
    y = flow[1] + np.arange(height, dtype=np.float32)[:, None]
    column, row = np.floor(x), np.floor(y)
    right, down = (x - column).ravel(), (y - row).ravel()
    wide = width + 3
    start = (np.clip(row, -2, height).astype(np.intp) + 2) * wide + np.clip(column, -2, width).astype(np.intp) + 2
    start = start.ravel()
    heavy = weights.astype(np.float32, copy=False).ravel()
    planes = [heavy, *(heavy * plane.ravel() for plane in values)]
    left, up = 1 - right, 1 - down
    for step, share in ((0, left * up), (1, right * up), (wide, left * down), (wide + 1, right * down)):
        for total, plane in zip(sums.reshape(len(sums), -1), planes, strict=True):
            np.add.at(total[step:], start, share * plane)


def planes_of(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x and y of (h, w, 2), each contiguous; cv2.split takes three times as long."""
    import cv2

    return cv2.extractChannel(pairs, 0), cv2.extractChannel(pairs, 1)


def lengths(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of vectors, from their planes."""
    # cv2.magnitude rounds otherwise while another thread is in OpenCV, and np.hypot takes four times as long.
    squares = x * x
    squares += y * y
    return np.sqrt(squares, out=squares)


def resize_flow(flow: np.ndarray, height: int, width: int) -> np.ndarray:
    """The same motion on a picture of another size: resampled, and its vectors scaled."""
    import cv2

    old_height, old_width = flow.shape[:2]
    if (old_height, old_width) == (height, width):
        return flow
    scale = np.array([width / old_width, height / old_height], np.float32)
    if height * width > old_height * old_width:  # scaling the smaller of the two costs less
        return cv2.resize(_scaled(flow, scale), (width, height), interpolation=cv2.INTER_LINEAR)
    return _scaled(cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR), scale)


def _scaled(flow: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """flow * scale, in rows that are long: numpy takes ten times as long over rows of two."""
    return (flow.reshape(len(flow), -1) * np.tile(scale, flow.shape[1])).reshape(flow.shape)


def resize_plane(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    """An (h, w) float32 plane at another size; the plane itself where it has that size."""
    import cv2

    if plane.shape == (height, width):
        return plane
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)


def without_specks(flow: np.ndarray, side: int) -> np.ndarray:
    """The flow's median over side × side pixels (3 or 5), x and y each for themselves."""
    import cv2

    return np.dstack([cv2.medianBlur(np.ascontiguousarray(flow[..., axis]), side) for axis in (0, 1)])
