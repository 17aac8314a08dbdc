"""Motion of what one frame shows and the other hides: it cannot be measured, so it is taken from around."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.warp import resize_flow, resize_plane, without_specks

_DOUBTED = 0.4  # trust below which a motion is replaced
_REACHES = (2, 4, 7, 12, 20, 32)
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7), (-0.7, -0.7))
_COLOR = 14.0  # 8-bit values that neighbours of one surface differ by


def with_hidden_filled(flow: np.ndarray, trust: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """The flow with doubted places given the motion of trusted ones near by that look alike.

    Where two motions offer themselves, the more common one wins: their mean would be a third that nothing has.
    Worked out at half size.

    flow: (h, w, 2) float32. trust: (h, w) float32 in 0..1. picture: (h, w, 3) uint8. Returns: (h, w, 2) float32.
    """
    height, width = trust.shape
    small_height, small_width = max(height // 2, 1), max(width // 2, 1)
    small = resize_flow(flow, small_height, small_width)
    sure = resize_plane(trust, small_height, small_width)
    rows, columns = np.nonzero(sure < _DOUBTED + 0.15)
    if not len(rows) or len(rows) == sure.size:
        return flow
    color = np.dstack([resize_plane(picture[..., i], small_height, small_width) for i in range(3)]).astype(np.float32)
    offered, weight = _offers(small, sure, color, rows, columns)
    small = small.copy()
    small[rows, columns] = _most_common(offered, weight, small[rows, columns])
    smooth = without_specks(small, 5)
    small[rows, columns] = smooth[rows, columns]
    doubt = np.clip((_DOUBTED + 0.1 - trust) / 0.2, 0, 1)[..., None]
    return (flow * (1 - doubt) + resize_flow(small, height, width) * doubt).astype(np.float32)


def _offers(
    flow: np.ndarray, trust: np.ndarray, color: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(n, k, 2) motions of k places around each of n, and (n, k) how much each counts."""
    height, width = trust.shape
    own, ones = color[rows, columns], np.ones(3, np.float32)
    offered, weight = [], []
    for reach in _REACHES:
        for dx, dy in _DIRECTIONS:
            y = np.clip(rows + round(dy * reach), 0, height - 1)
            x = np.clip(columns + round(dx * reach), 0, width - 1)
            alike = np.exp(-(np.square(color[y, x] - own) @ ones) / (2 * 3 * _COLOR**2))
            sure = np.where(trust[y, x] > 0.7, trust[y, x], 0)
            weight.append(sure * (alike + 0.1) / (reach + 4))
            offered.append(flow[y, x])
    return np.stack(offered, axis=1), np.stack(weight, axis=1).astype(np.float32)


def _most_common(offered: np.ndarray, weight: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """(n, 2): start at the offer that counts most, then move to the mean of those that agree with it."""
    chosen = offered[np.arange(len(offered)), weight.argmax(axis=1)]
    for _ in range(3):
        away = offered - chosen[:, None]
        apart = away[..., 0] ** 2 + away[..., 1] ** 2
        near = weight * np.exp(-apart / 18.0)
        total = near.sum(axis=1, keepdims=True)
        chosen = np.where(total > 1e-9, np.einsum("nkc,nk->nc", offered, near) / np.maximum(total, 1e-9), chosen)
    return np.where(weight.sum(axis=1, keepdims=True) > 1e-6, chosen, otherwise)
