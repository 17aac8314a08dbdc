"""Rescue for long motion: matched features, gathered into a few rigid motions that local search did not find."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from mpd_studio.motion.affine import inverted, mapped
from mpd_studio.motion.warp import grid

_MOST_MOTIONS = 4
_FEWEST = 5  # matches that must agree before they count as a motion
_KNOWN_PX = 3.0  # a match that the flow already explains this well needs no rescue
_RATIO = 0.8  # how much nearer the best match must be than the second (Lowe, IJCV 2004)


def rigid_motions(
    first: np.ndarray,
    last: np.ndarray,
    known: np.ndarray,
    most_features: int = 1500,
    doubts: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Motions (turn, growth, shift) that several features share and `known` does not explain, most shared first.

    first, last: (h, w) uint8. known: (h, w, 2) float32 flow that was found already.
    doubts: (h, w) bool of each picture, where what was found may be wrong; None: anywhere.
    Returns: for each, the flow from first to last and the flow back, each (h, w, 2) float32 over the whole picture.
    """
    import cv2

    start, end = matched_features(first, last, most_features, doubts)
    if len(start):
        rows, columns = np.rint(start[:, ::-1]).astype(int).T
        told = known[np.clip(rows, 0, first.shape[0] - 1), np.clip(columns, 0, first.shape[1] - 1)]
        unknown = np.hypot(*(start + told - end).T) > _KNOWN_PX
        start, end = start[unknown], end[unknown]
    here = grid(*first.shape)
    found = []
    while len(start) >= _FEWEST and len(found) < _MOST_MOTIONS:
        cv2.setRNGSeed(0)  # the same matches must always give the same motions
        motion, inliers = cv2.estimateAffinePartial2D(start, end, method=cv2.RANSAC, ransacReprojThreshold=2.0)
        if motion is None or inliers.sum() < _FEWEST:
            break
        if 0.5 < np.hypot(motion[0, 0], motion[1, 0]) < 2:
            found.append((mapped(motion, here) - here, mapped(inverted(motion), here) - here))
        rest = inliers[:, 0] == 0
        start, end = start[rest], end[rest]
    return tuple(found)


def matched_features(
    first: np.ndarray, last: np.ndarray, most: int, within: tuple[np.ndarray, np.ndarray] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) float32 places x, y in both pictures, of features that choose each other.

    within: (h, w) bool of each picture, where features are looked for; None: anywhere.
    """
    masks = (None, None) if within is None else within
    with ThreadPoolExecutor(1, thread_name_prefix="features") as other:
        of_last = other.submit(_features, last, most, masks[1])
        points, signs = _features(first, most, masks[0])
        other_points, other_signs = of_last.result()
    none = np.zeros((0, 2), np.float32)
    if len(points) < 2 or len(other_points) < 2:
        return none, none
    distance = 2 - 2 * (signs @ other_signs.T)
    best, rows = distance.argmin(axis=1), np.arange(len(points))
    mutual = distance.argmin(axis=0)[best] == rows
    nearest = distance[rows, best]
    distance[rows, best] = np.inf
    good = mutual & (nearest < _RATIO**2 * distance.min(axis=1))
    return points[good], other_points[best[good]]


def _features(picture: np.ndarray, most: int, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) float32 places x, y, and (n, 128) float32 what each looks like, of length 1."""
    import cv2

    detector = cv2.SIFT.create(nfeatures=most, contrastThreshold=0.02)
    everywhere: Any = None  # the stubs forget that it may be None
    points, signs = detector.detectAndCompute(picture, everywhere if mask is None else mask.astype(np.uint8))
    if signs is None:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    return np.array([point.pt for point in points], np.float32).reshape(-1, 2), _unit(signs)


def _unit(signs: np.ndarray) -> np.ndarray:
    return signs / np.maximum(np.linalg.norm(signs, axis=1, keepdims=True), 1e-6)
