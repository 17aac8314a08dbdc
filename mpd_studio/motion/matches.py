"""Rescue for long motion: matched features, gathered into a few rigid motions that local search did not find."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mpd_studio.motion.affine import inverted, mapped
from mpd_studio.motion.warp import grid

_MOST_MOTIONS = 4
_FEWEST = 5  # matches that must agree before they count as a motion
_KNOWN_PX = 3.0  # a match that the flow already explains this well needs no rescue
_LEAST_AREA = 256  # pixels side by side that may hold so many features
_TOGETHER_PX = 17  # places that are nearer than this are searched together
_MARGIN_PX = 12  # that features see of the picture around
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
    alike = signs @ other_signs.T
    best, rows = alike.argmax(axis=1), np.arange(len(points))
    nearest = alike[rows, best]
    mutual = nearest >= alike.max(axis=0)[best]
    alike[rows, best] = -1
    second = alike.max(axis=1)
    good = mutual & (1 - nearest < _RATIO**2 * (1 - second))  # of vectors of length 1: half of the squared distances
    return points[good], other_points[best[good]]


def _features(picture: np.ndarray, most: int, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) float32 places x, y, and (n, 128) float32 what each looks like, of length 1."""
    import cv2

    detector = cv2.SIFT.create(nfeatures=most, contrastThreshold=0.02)
    places, signs = [np.zeros((0, 2), np.float32)], [np.zeros((0, 128), np.float32)]
    for box, within in _boxes(np.ones(picture.shape, bool) if mask is None else mask):
        points, found = detector.detectAndCompute(np.ascontiguousarray(picture[box]), within)
        if found is not None:
            corner = np.array([box[1].start, box[0].start], np.float32)
            places.append(np.array([point.pt for point in points], np.float32) + corner)
            signs.append(_unit(found))
    return np.concatenate(places), np.concatenate(signs)


def _boxes(mask: np.ndarray) -> Sequence[tuple[tuple[slice, slice], np.ndarray]]:
    """Parts of the picture that hold what is within (h, w) bool, and for each what is within, as (h', w') uint8.

    Features cost as much as the area that they are looked for in. What is too small for a motion is left out.
    """
    import cv2

    height, width = mask.shape
    near = cv2.dilate(mask.astype(np.uint8), np.ones((_TOGETHER_PX, _TOGETHER_PX), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near)
    found, area = [], 0
    for number in range(1, count):
        left, top, wide, tall = (int(stats[number, column]) for column in range(4))
        box = (
            slice(max(top - _MARGIN_PX, 0), min(top + tall + _MARGIN_PX, height)),
            slice(max(left - _MARGIN_PX, 0), min(left + wide + _MARGIN_PX, width)),
        )
        within = (mask[box] & (labels[box] == number)).astype(np.uint8)
        if cv2.countNonZero(within) >= _LEAST_AREA:
            found.append((box, within))
            area += within.size
    whole = (slice(0, height), slice(0, width)), mask.astype(np.uint8)
    return found if area < mask.size else [whole]


def _unit(signs: np.ndarray) -> np.ndarray:
    return signs / np.maximum(np.linalg.norm(signs, axis=1, keepdims=True), 1e-6)
