"""The few things that move by themselves between two frames: paths to begin with.

What explains most of the picture is the camera's doing and suggests nothing. Of the matched features, and of the spots
that the flow explains and the camera does not, those that share one rigid motion and lie together are one thing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Point, Size
from mpd_studio.motion.appearance import appearance, difference_along
from mpd_studio.motion.flow import Effort, two_way_flow
from mpd_studio.motion.luminance import grey, working_pair, working_size
from mpd_studio.motion.matches import LARGE_PX, features, matched
from mpd_studio.motion.warp import grid, resize_plane

MOST_THINGS = 6
_WORKING_PIXELS = 640 * 360
_FEATURES = 3000
_FEWEST = 8  # features and spots of one thing: six were seen to agree by chance beside a place that something left
_CAMERA_PX = 3.0  # working pixels, for the camera's motion, which parallax makes inexact
_THING_PX = 2.0
_OWN_PX = 3.0  # how far a thing's motion must differ from the camera's
_NEAR = 0.09  # of the picture's diagonal: features farther apart than that belong to two things
_MOST_TRIES = 24
_UNLIKE = 6.0  # grey levels, averaged over some pixels, that the camera's motion leaves unexplained
_FLOW = Effort(working_pixels=130_000)
_SPACING = 6  # pixels of the flow's size between the spots that are asked
_GAIN = 6.0  # how much better (appearance.difference) the flow must explain a spot than the camera's motion
_EXPLAINED = 0.6  # part of what the camera's motion leaves unexplained that the flow may leave
_COVERED = 0.08  # of a thing that its spots must cover: scattered ones are chance
_SIMPLER = 0.02  # part of the pixels that a camera's motion must explain more than a simpler one
_MARGIN = 1.25  # of the radius: features lie inside a thing's outline
_LARGEST, _FARTHEST = 0.34, 0.45  # of the longer side: a radius beyond is scenery, a way beyond is a repeating pattern
_GROWTH = (0.6, 1.7)


@dataclass(frozen=True, slots=True)
class OwnMotion:
    """A thing in pixels of the frames: its middle on both, its reach, and how many features and spots speak for it."""

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
    start, end = matched(*(features(picture, _FEATURES, size_px=LARGE_PX) for picture in small))
    if len(start) < _FEWEST:
        return ()
    camera = _camera(small[0], small[1], start, end)
    unexplained = _unexplained(small[0], small[1], camera)
    flowing = _flowing(first, last, camera, unexplained, tick)
    start, end = (np.concatenate(both) for both in zip((start, end), flowing, strict=True))
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
            spot = (_SPACING * size.width / working_size(size, _FLOW.working_pixels).width) ** 2 * scale[0] * scale[1]
            is_loose = thing.features * spot < _COVERED * math.pi * thing.radius**2
            if thing.radius <= _LARGEST * max(width, height) and not is_far and not is_loose:
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


def _camera(first: np.ndarray, last: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(3, 3) homography of what the camera does: what most features do, unless less motion explains as many pixels.

    Few features on a bare floor agree about a homography that no pixel knows of.
    """
    import cv2

    shift = np.eye(3)
    shift[:2, 2] = np.median(end - start, axis=0)
    cv2.setRNGSeed(0)  # the same frames must always give the same suggestions
    turned, _ = cv2.estimateAffinePartial2D(start, end, method=cv2.RANSAC, ransacReprojThreshold=_CAMERA_PX)
    cv2.setRNGSeed(0)
    bent, _ = cv2.findHomography(start, end, cv2.RANSAC, _CAMERA_PX)
    tries: list[np.ndarray] = [np.eye(3), shift]
    if turned is not None:
        tries.append(np.vstack([turned, [0, 0, 1]]))
    if bent is not None:
        tries.append(bent)
    left = [_left_over(first, last, each) + _SIMPLER * step for step, each in enumerate(tries)]
    return tries[int(np.argmin(left))]


def _left_over(first: np.ndarray, last: np.ndarray, camera: np.ndarray) -> float:
    """Part of the pixels that the camera's motion does not explain; off the picture, half of them."""
    apart, seen = _apart(first, last, camera)
    return float(np.where(seen, apart > _UNLIKE, 0.5).mean())


def _mapped(camera: np.ndarray, places: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.perspectiveTransform(places[:, None], camera)[:, 0]


def _unexplained(first: np.ndarray, last: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """(h, w) bool: what the camera's motion does not make alike."""
    apart, seen = _apart(first, last, camera)
    return (apart > _UNLIKE) & seen


def _apart(first: np.ndarray, last: np.ndarray, camera: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) float32 grey levels between both frames under the camera's motion, and bool where both show something."""
    import cv2

    height, width = first.shape
    back = cv2.warpPerspective(last, camera, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    seen = cv2.warpPerspective(np.ones_like(last), camera, (width, height), flags=cv2.WARP_INVERSE_MAP)
    soft = (cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.float32) for picture in (first, back))
    apart = next(soft) - next(soft)
    if seen.any():
        apart -= np.median(apart[seen > 0])  # a camera that sets its exposure anew changes all alike
    return cv2.GaussianBlur(np.abs(apart), (0, 0), 2.0), seen > 0


def _flowing(
    first: np.ndarray, last: np.ndarray, camera: np.ndarray, unexplained: np.ndarray, tick: Callable[[], None]
) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) float32 places on both working pictures of spots that the flow explains and the camera does not.

    Smooth and equal things have few features; the flow finds them by their outlines.
    """
    size = Size(unexplained.shape[1], unexplained.shape[0])
    small = working_size(size, _FLOW.working_pixels)
    pair = working_pair(first, last, small)
    field = two_way_flow(pair[0], pair[1], _FLOW, tick)
    looks = appearance(pair[0]), appearance(pair[1])
    here = grid(small.height, small.width)
    scale = np.array([size.width / small.width, size.height / small.height])
    by_camera = (_mapped(camera, (here.reshape(-1, 2) * scale).astype(np.float32)) / scale).reshape(here.shape) - here
    costs = [difference_along(*looks, flow.astype(np.float32)) for flow in (by_camera, field.forward)]
    camera_cost, flow_cost = (_smooth(cost) for cost in costs)
    explained = (camera_cost - flow_cost > _GAIN) & (flow_cost < _EXPLAINED * camera_cost)
    gone = here + by_camera  # the camera may have taken a spot off the picture: nothing tells what became of it
    gained = explained & (gone >= 0).all(axis=2) & (gone < [small.width, small.height]).all(axis=2)
    open_spots = resize_plane(unexplained.astype(np.float32), small.height, small.width) > 0.5
    chosen = (gained & open_spots & (field.forward_trust > 0.5))[_SPACING // 2 :: _SPACING, _SPACING // 2 :: _SPACING]
    start = here[_SPACING // 2 :: _SPACING, _SPACING // 2 :: _SPACING][chosen]
    end = start + field.forward[_SPACING // 2 :: _SPACING, _SPACING // 2 :: _SPACING][chosen]
    return (start * scale).astype(np.float32), (end * scale).astype(np.float32)


def _smooth(cost: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.GaussianBlur(cost, (0, 0), 2.0)


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
