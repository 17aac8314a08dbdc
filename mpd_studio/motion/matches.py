"""Rescue for long motion: matched features, gathered into a few rigid motions that local search did not find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.affine import inverted, mapped
from mpd_studio.motion.warp import grid

_MOST_MOTIONS = 3
_FEWEST = 5  # matches that must agree before they count as a motion
_KNOWN_PX = 3.0  # a match that the flow already explains this well needs no rescue
_WEAKEST = 0.0005  # corner beside the strongest: on a bare floor the few weak ones are all that tells
_APART_PX = 3  # features, at least
SMALL_PX, LARGE_PX = 3.0, 4.0  # sizes of what is described: the small is quicker, the large is seldom mistaken
_LEAST_AROUND_PX = 24.0  # of features, where their motion is believed at least
_RATIO = 0.8  # how much nearer the best match must be than the second (Lowe, IJCV 2004)


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """places: (n, 2) float32 x, y. signs: (n, 128) uint8, what each looks like."""

    places: np.ndarray
    signs: np.ndarray


def rigid_motions(
    first: Features, last: Features, known: np.ndarray, known_back: np.ndarray
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Motions (turn, growth, shift) that several features share and `known` does not explain, most shared first.

    A motion counts around the features that share it; where light changes, nothing looks like itself any more, and all
    of a picture would rather go where a ball went than stay.

    known, known_back: (h, w, 2) float32 flows from first to last and back that were found already.
    Returns: for each, the flow from first to last and the flow back, (h, w, 2) float32; elsewhere what was known.
    """
    import cv2

    start, end = matched(first, last)
    height, width = known.shape[:2]
    if len(start):
        rows, columns = np.rint(start[:, ::-1]).astype(int).T
        told = known[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
        unknown = np.hypot(*(start + told - end).T) > _KNOWN_PX
        start, end = start[unknown], end[unknown]
    here = grid(height, width)
    found = []
    while len(start) >= _FEWEST and len(found) < _MOST_MOTIONS:
        cv2.setRNGSeed(0)  # the same matches must always give the same motions
        motion, inliers = cv2.estimateAffinePartial2D(start, end, method=cv2.RANSAC, ransacReprojThreshold=2.0)
        if motion is None or inliers.sum() < _FEWEST:
            break
        if 0.5 < np.hypot(motion[0, 0], motion[1, 0]) < 2:
            sharing = inliers[:, 0] != 0
            found.append(
                (
                    _around(start[sharing], mapped(motion, here) - here, known),
                    _around(end[sharing], mapped(inverted(motion), here) - here, known_back),
                )
            )
        rest = inliers[:, 0] == 0
        start, end = start[rest], end[rest]
    return tuple(found)


def _around(places: np.ndarray, flow: np.ndarray, elsewhere: np.ndarray) -> np.ndarray:
    """A flow in the box that holds the places and as much again on each side, and another one elsewhere."""
    low, high = places.min(axis=0), places.max(axis=0)
    more = np.maximum(high - low, _LEAST_AROUND_PX)
    left, top = np.maximum(low - more, 0).astype(int)
    right, bottom = np.ceil(high + more).astype(int) + 1
    whole = elsewhere.copy()
    whole[top:bottom, left:right] = flow[top:bottom, left:right]
    return whole


def matched(first: Features, last: Features) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) float32 places x, y in both pictures, of features that choose each other."""
    import cv2

    if len(first.places) < 2 or len(last.places) < 2:
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    matcher = cv2.BFMatcher(cv2.NORM_L1)  # of bytes: quick, and without the threads of numpy's products, which spin on
    back = [match.trainIdx for match in matcher.match(last.signs, first.signs)]
    good = [
        (best.queryIdx, best.trainIdx)
        for best, second in matcher.knnMatch(first.signs, last.signs, 2)
        if back[best.trainIdx] == best.queryIdx and best.distance < _RATIO * second.distance
    ]
    chosen, others = np.array(good, np.intp).reshape(-1, 2).T
    return first.places[chosen], last.places[others]


def features(picture: np.ndarray, most: int, within: np.ndarray | None = None, size_px: float = SMALL_PX) -> Features:
    """Corners at the picture's own scale, described by SIFT (Lowe, IJCV 2004), at most so many.

    Things grow little from one end of a gap to the other: looking for SIFT's own features at every scale takes four
    times as long and rescues less.

    picture: (h, w) uint8. within: (h, w) bool, where they are looked for; None: anywhere.
    size_px: of what is described: SMALL_PX where mistakes are noticed later, LARGE_PX where matches are all there is.
    """
    import cv2

    mask = None if within is None else within.astype(np.uint8)
    found = cv2.goodFeaturesToTrack(picture, most, _WEAKEST, _APART_PX, mask=mask) if most else None
    if found is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    places = found[:, 0]
    whole_scale = 1 << 8  # SIFT's number for its first layer; a smaller one makes it enlarge the picture
    points = [
        cv2.KeyPoint(float(x), float(y), size_px, float(angle), 1.0, whole_scale)
        for (x, y), angle in zip(places, _angles(picture, places, size_px), strict=True)
    ]
    _, signs = cv2.SIFT.create().compute(picture, points)
    return Features(places, signs.astype(np.uint8))  # whole numbers that fit


def _angles(picture: np.ndarray, places: np.ndarray, size_px: float) -> np.ndarray:
    """Degrees: where it gets brighter around each place, so that what turns still looks the same."""
    import cv2

    smooth = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), size_px)
    columns, rows = np.rint(places.T).astype(int)
    x, y = (cv2.Sobel(smooth, cv2.CV_32F, *axis)[rows, columns] for axis in ((1, 0), (0, 1)))
    return np.degrees(np.arctan2(y, x)) % 360
