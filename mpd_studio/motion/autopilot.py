"""The few things that move by themselves between two frames, found by matched features: paths to begin with.

What most of the features do is the camera's doing and suggests nothing. Of the rest, those that share one rigid motion
and lie together are one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Point, Size
from mpd_studio.motion.luminance import grey, working_pair, working_size
from mpd_studio.motion.matches import matched_features
from mpd_studio.motion.proposal import propose_match

MOST_THINGS = 6
_WORKING_PIXELS = 640 * 360
_FEATURES = 3000
_FEWEST = 8  # features of one thing: six were seen to agree by chance beside a place that something left
_CAMERA_PX = 3.0  # working pixels, for the camera's motion, which parallax makes inexact
_THING_PX = 2.0
_OWN_PX = 3.0  # how far a thing's motion must differ from the camera's
_NEAR = 0.09  # of the picture's diagonal: features farther apart than that belong to two things
_MOST_TRIES = 24
_UNLIKE = 6.0  # grey levels, averaged over some pixels, that the camera's motion leaves unexplained
_GRID, _PATCH, _MOST_PATCHES = 4, 14.0, 200  # pixels of half the working size: between patches, and their reach
_MARGIN = 1.25  # of the radius: features lie inside a thing's outline
_LARGEST, _FARTHEST = 0.28, 0.45  # of the longer side: a radius beyond is scenery, a way beyond is a repeating pattern
_GROWTH = (0.6, 1.7)


@dataclass(frozen=True, slots=True)
class OwnMotion:
    """A thing in pixels of the frames: its middle on both, its reach, and how many features speak for it."""

    start: Point
    end: Point
    radius: float
    features: int


def own_motions(first: np.ndarray, last: np.ndarray, tick: Callable[[], None] = lambda: None) -> tuple[OwnMotion, ...]:
    """The things that do not move with the camera, those with the most features first. May be none.

    first, last: (height, width, channels >= 3) of one size, any dtype. tick: called often; may raise to stop.
    """
    height, width = first.shape[:2]
    size = working_size(Size(width, height), _WORKING_PIXELS)
    small = [grey(picture) for picture in working_pair(first, last, size)]
    start, end = matched_features(small[0], small[1], _FEATURES)
    if len(start) < _FEWEST:
        return ()
    camera = _camera(start, end)
    searched = _searched(first, last, _unexplained(small[0], small[1], camera), size, tick)
    start, end = (np.concatenate(both) for both in zip((start, end), searched, strict=True))
    carried = _mapped(camera, start)
    own = np.hypot(*(end - carried).T) > _OWN_PX
    start, end, carried = start[own], end[own], carried[own]
    near = _NEAR * float(np.hypot(size.width, size.height))
    scale = np.array([width / size.width, height / size.height])
    things: list[OwnMotion] = []
    for _ in range(_MOST_TRIES):
        taken, motion = _one_thing(start, end, near)
        if motion is None:
            break
        if np.median(np.hypot(*(end[taken] - carried[taken]).T)) > _OWN_PX:
            thing = _described(start[taken], motion, scale)
            is_far = thing.start.distance_to(thing.end) > _FARTHEST * max(width, height)
            if thing.radius <= _LARGEST * max(width, height) and not is_far:
                things.append(thing)
        start, end, carried = start[~taken], end[~taken], carried[~taken]
    things.sort(key=lambda thing: -thing.features)
    alike = 3 * _THING_PX * float(scale.max())
    kept: list[OwnMotion] = []
    for thing in things:
        if not any(_is_part_of(thing, other, alike) for other in kept):
            kept.append(thing)
    return tuple(kept[:MOST_THINGS])


def _is_part_of(thing: OwnMotion, other: OwnMotion, alike: float) -> bool:
    """A rest of another thing that moves nearly as it does: the edge of something that bends, or a loose fit."""
    apart = (thing.end - thing.start).distance_to(other.end - other.start)
    return thing.start.distance_to(other.start) < 1.5 * other.radius and apart < alike


def _camera(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(3, 3) homography of what most features do; where there is none, a shift."""
    import cv2

    cv2.setRNGSeed(0)  # the same frames must always give the same suggestions
    found, _ = cv2.findHomography(start, end, cv2.RANSAC, _CAMERA_PX)
    if found is not None:
        return found
    shift = np.eye(3)
    shift[:2, 2] = np.median(end - start, axis=0)
    return shift


def _mapped(camera: np.ndarray, places: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.perspectiveTransform(places[:, None], camera)[:, 0]


def _unexplained(first: np.ndarray, last: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """(h, w) bool: what the camera's motion does not make alike."""
    import cv2

    height, width = first.shape
    back = cv2.warpPerspective(last, camera, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    seen = cv2.warpPerspective(np.ones_like(last), camera, (width, height), flags=cv2.WARP_INVERSE_MAP)
    soft = (cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.float32) for picture in (first, back))
    apart = cv2.GaussianBlur(np.abs(next(soft) - next(soft)), (0, 0), 2.0)
    return (apart > _UNLIKE) & (seen > 0)


def _searched(
    first: np.ndarray, last: np.ndarray, where: np.ndarray, size: Size, tick: Callable[[], None]
) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) float32 places on both working pictures of patches that find each other, there and back.

    Features are few on soft things; a patch needs no corners.
    """
    import cv2

    small = Size(max(size.width // 2, 1), max(size.height // 2, 1))
    pair = working_pair(first, last, small)
    rows, columns = np.nonzero(cv2.resize(where.astype(np.uint8), (small.width, small.height))[::_GRID, ::_GRID])
    step = max(1, len(rows) // _MOST_PATCHES)
    found = []
    for row, column in zip(rows[::step] * _GRID, columns[::step] * _GRID, strict=True):
        tick()
        spot = Point(float(column) + 0.5, float(row) + 0.5)
        there = propose_match(pair[0], pair[1], spot, _PATCH)
        back = propose_match(pair[1], pair[0], there, _PATCH) if there is not None else None
        if there is not None and back is not None and back.distance_to(spot) < 1.0:
            found.append((spot.x * 2 - 0.5, spot.y * 2 - 0.5, there.x * 2 - 0.5, there.y * 2 - 0.5))
    both = np.array(found, np.float32).reshape(-1, 4)
    return both[:, :2], both[:, 2:]


def _one_thing(start: np.ndarray, end: np.ndarray, near: float) -> tuple[np.ndarray, np.ndarray | None]:
    """(n,) bool of the features that share a rigid motion and lie together, and the (2, 3) motion; None when none do.

    Features that share a motion but lie apart stay for the next call.
    """
    import cv2

    nothing = np.zeros(len(start), bool)
    if len(start) < _FEWEST:
        return nothing, None
    cv2.setRNGSeed(0)
    motion, inliers = cv2.estimateAffinePartial2D(
        start, end, method=cv2.RANSAC, ransacReprojThreshold=_THING_PX, maxIters=4000
    )
    if motion is None:
        return nothing, None
    shared = np.nonzero(inliers[:, 0])[0]
    together = shared[_largest_group(start[shared], near)] if len(shared) else shared
    growth = float(np.hypot(motion[0, 0], motion[1, 0]))
    if len(together) < _FEWEST or not _GROWTH[0] < growth < _GROWTH[1]:
        return nothing, None
    taken = nothing.copy()
    taken[together] = True
    return taken, motion


def _largest_group(places: np.ndarray, near: float) -> np.ndarray:
    """Indices of the largest set in which one gets from each to each by steps shorter than `near`."""
    touching = np.hypot(*np.moveaxis(places[:, None] - places[None], 2, 0)) < near
    left = np.ones(len(places), bool)
    best = np.zeros(0, np.int64)
    while left.any():
        group = np.zeros(len(places), bool)
        group[np.nonzero(left)[0][0]] = True
        while True:
            grown = touching[group].any(axis=0) & left
            if (grown == group).all():
                break
            group = grown
        left &= ~group
        if group.sum() > len(best):
            best = np.nonzero(group)[0]
    return best


def _described(start: np.ndarray, motion: np.ndarray, scale: np.ndarray) -> OwnMotion:
    """The path's point is the middle of the features; it goes where the motion of all of them takes it."""
    middle = np.median(start.astype(np.float64), axis=0)
    there = motion[:, :2] @ middle + motion[:, 2]
    # Features count from a pixel's centre, canvas points from its corner.
    begin, stop = (middle + 0.5) * scale, (there + 0.5) * scale
    reach = float(np.percentile(np.hypot(*((start - middle) * scale).T), 95))
    radius = max(8.0, _MARGIN * reach)
    return OwnMotion(Point(*begin.tolist()), Point(*stop.tolist()), radius, len(start))
