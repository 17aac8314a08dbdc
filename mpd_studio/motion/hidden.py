"""Motion of what one frame shows and the other hides: it cannot be measured, so it is taken from around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpd_studio.motion.warp import resize_flow, resize_plane, without_specks

_DOUBTED = 0.4  # trust below which a motion is replaced
_REACHES = (2, 4, 7, 12, 20, 32)
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7), (-0.7, -0.7))
_AT_ONCE = 1024  # places worked on at a time: what they need fits the processor's cache
_COLOR = 14.0  # 8-bit values that neighbours of one surface differ by


def with_hidden_filled(flow: np.ndarray, trust: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """The flow with doubted places given the motion of trusted ones near by that look alike.

    Where two motions offer themselves, the more common one wins: their mean would be a third that nothing has.
    Worked out at half size.

    flow: (h, w, 2) float32. trust: (h, w) float32 in 0..1. picture: (h, w, 3) uint8. Returns: (h, w, 2) float32.
    """
    import cv2

    height, width = trust.shape
    small_height, small_width = max(height // 2, 1), max(width // 2, 1)
    small = resize_flow(flow, small_height, small_width)
    sure = resize_plane(trust, small_height, small_width)
    rows, columns = np.nonzero(sure < _DOUBTED + 0.15)
    if not len(rows) or len(rows) == sure.size:
        return flow
    seen = _seen(picture, sure)
    planes, taken = cv2.split(small), small.copy()
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE], columns[start : start + _AT_ONCE]
        own = np.stack([plane[part] for plane in planes])
        taken[part] = _most_common(*_offers(planes, seen, *part), own).T
    smooth = without_specks(taken, 5)
    taken[rows, columns] = smooth[rows, columns]
    doubt = np.clip((_DOUBTED + 0.1 - trust) / 0.2, 0, 1)[..., None]
    return (flow * (1 - doubt) + resize_flow(taken, height, width) * doubt).astype(np.float32)


def _seen(picture: np.ndarray, trust: np.ndarray) -> tuple[np.ndarray, ...]:
    """Four (h, w) float32: the colours at the size of `trust`, then how much the motion there counts."""
    import cv2

    height, width = trust.shape
    colors = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    return *cv2.split(colors), np.where(trust > 0.7, trust, np.float32(0))


def _offers(
    flow: Sequence[np.ndarray], seen: tuple[np.ndarray, ...], rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(2, k, n) motions of k places around each of n, and (k, n) how much each counts."""
    height, width = flow[0].shape
    steps = np.array([(dx, dy, reach) for reach in _REACHES for dx, dy in _DIRECTIONS])
    right, down = (np.rint(steps[:, axis] * steps[:, 2]).astype(np.intp)[:, None] for axis in (0, 1))
    places = np.clip(rows + down, 0, height - 1) * width + np.clip(columns + right, 0, width - 1)
    apart = np.zeros(places.shape, np.float32)
    for color in seen[:-1]:
        apart += np.square(np.take(color, places) - color[rows, columns])
    alike = np.exp(apart * np.float32(-1 / (2 * 3 * _COLOR**2)))
    nearness = (1 / (steps[:, 2] + 4)).astype(np.float32)[:, None]
    offered = np.stack([np.take(plane, places) for plane in flow])
    return offered, np.take(seen[-1], places) * (alike + np.float32(0.1)) * nearness


def _most_common(offered: np.ndarray, weight: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """(2, n): start at the offer that counts most, then move to the mean of those that agree with it."""
    chosen = offered[:, weight.argmax(axis=0), np.arange(weight.shape[1])]
    for _ in range(3):
        apart = np.square(offered[0] - chosen[0])
        apart += np.square(offered[1] - chosen[1])
        near = weight * np.exp(apart * np.float32(-1 / 18))
        total = near.sum(axis=0)
        mean = (near * offered).sum(axis=1) / np.maximum(total, np.float32(1e-9))
        chosen = np.where(total > 1e-9, mean, chosen)
    return np.where(weight.sum(axis=0) > 1e-6, chosen, otherwise)
