"""Rescue for long motion: matched features, gathered into a few rigid motions that local search did not find."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.affine import inverted, mapped
from mpd_studio.motion.warp import grid

_MOST_MOTIONS = 4
_FEWEST = 5  # matches that must agree before they count as a motion
_KNOWN_PX = 3.0  # a match that the flow already explains this well needs no rescue
_RATIO = 0.8  # how much nearer the best match must be than the second (Lowe, IJCV 2004)


def rigid_motions(
    first: np.ndarray, last: np.ndarray, known: np.ndarray, most_features: int = 1500
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Motions (turn, growth, shift) that several features share and `known` does not explain, most shared first.

    first, last: (h, w) uint8. known: (h, w, 2) float32 flow that was found already.
    Returns: for each, the flow from first to last and the flow back, each (h, w, 2) float32 over the whole picture.
    """
    import cv2

    start, end = matched_features(first, last, most_features)
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


def matched_features(first: np.ndarray, last: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) float32 places x, y in both pictures, of features that choose each other."""
    import cv2

    detector = cv2.SIFT.create(nfeatures=most, contrastThreshold=0.02)
    (points, signs), (other_points, other_signs) = (detector.detectAndCompute(p, None) for p in (first, last))
    none = np.zeros((0, 2), np.float32)
    if signs is None or other_signs is None or len(signs) < 2 or len(other_signs) < 2:
        return none, none
    distance = 2 - 2 * (_unit(signs) @ _unit(other_signs).T)
    best = distance.argmin(axis=1)
    rows = np.arange(len(best))
    nearest = distance[rows, best]
    second = np.partition(distance, 1, axis=1)[:, 1]
    good = (nearest < _RATIO**2 * second) & (distance.argmin(axis=0)[best] == rows)
    start = np.array([points[i].pt for i in rows[good]], np.float32).reshape(-1, 2)
    end = np.array([other_points[i].pt for i in best[good]], np.float32).reshape(-1, 2)
    return start, end


def _unit(signs: np.ndarray) -> np.ndarray:
    return signs / np.maximum(np.linalg.norm(signs, axis=1, keepdims=True), 1e-6)
