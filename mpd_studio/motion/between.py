"""Motion as seen from a moment between the two frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.motion.course import bend_at
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import grid, resize_flow, splat

_LEAST = 1e-3  # weight of motion nobody trusts: it fills only where nothing else arrives
_SETTLING = 2


@dataclass(frozen=True, slots=True, eq=False)
class MotionAt:
    """velocity: (h, w, 2) float32 whole-gap displacement of what lies at each pixel at `time`, in working pixels.

    sees_first, sees_last: (h, w) float32 in 0..1, whether that content is visible in the first and last frame.
    bend: (h, w, 2) float32, how far the content is from where even motion would have it; None: nowhere.
    """

    time: float
    velocity: np.ndarray
    sees_first: np.ndarray
    sees_last: np.ndarray
    bend: np.ndarray | None = None


def motion_at(field: MotionField, time: float) -> MotionAt:
    """Throw both flows to `time`, fill what nobody reached, then settle each pixel on the layer it landed on.

    Throwing is done at half size, because it costs most; settling, at full size, makes it exact again.
    """
    import cv2

    height, width = field.forward.shape[:2]
    half = field.resized(Size(max(width // 2, 1), max(height // 2, 1)))
    thrown = resize_flow(fill_holes(*_thrown(half, time)), height, width)
    on_first, on_last = (None, None) if field.course is None else (field.course.on_first, field.course.on_last)
    stated = _stated(field.forward, on_first, time), _stated(-field.backward, on_last, time)
    # x and y in planes of their own: numpy and OpenCV are twice as fast with them.
    here, velocity = cv2.split(grid(height, width)), cv2.split(thrown)
    found, weights = _looked_up(stated, time, velocity, here)
    for _ in range(_SETTLING):
        velocity = _mean(found, weights, time, slice(0, 2), velocity)
        bend = _mean(found, weights, time, slice(2, 4)) if field.course is not None else (0.0, 0.0)
        found, weights = _looked_up(stated, time, velocity, [at - by for at, by in zip(here, bend, strict=True)])
    bend = None if field.course is None else cv2.merge(_mean(found, weights, time, slice(2, 4)))
    return MotionAt(time, cv2.merge(velocity), *weights, bend)


def _stated(velocity: np.ndarray, course: np.ndarray | None, time: float) -> list[np.ndarray]:
    """Planes of what a frame's own flow states: x and y of the velocity, and those of the bend where it is known."""
    import cv2

    bend = [] if course is None else cv2.split(bend_at(course, time))
    return [*cv2.split(velocity), *bend]


def _looked_up(
    stated: tuple[list[np.ndarray], list[np.ndarray]],
    time: float,
    velocity: Sequence[np.ndarray],
    here: Sequence[np.ndarray],
) -> tuple[list[list[np.ndarray]], tuple[np.ndarray, np.ndarray]]:
    """Planes of what both frames' own flows state for what `velocity` finds there, and how far that agrees.

    velocity, here: planes of x and y. here: where each pixel would be with even motion.
    """
    import cv2

    found = []
    for own, way in zip(stated, (-time, 1 - time), strict=True):
        x, y = (cv2.scaleAdd(axis, way, at) for at, axis in zip(here, velocity, strict=True))
        found.append([cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in own])
    excused = _excused(velocity)
    return found, (_alike(found[0], velocity, excused), _alike(found[1], velocity, excused))


def _mean(
    found: list[list[np.ndarray]],
    weights: tuple[np.ndarray, np.ndarray],
    time: float,
    planes: slice,
    otherwise: Sequence[np.ndarray] | None = None,
) -> list[np.ndarray]:
    """Planes of what both frames state, weighed by time and by how far it agrees; `otherwise` where nothing does."""
    early, late = weights[0] * np.float32(1 - time), weights[1] * np.float32(time)
    share = 1 / (early + late + np.float32(_LEAST))
    early, late = early * share, late * share
    means = [early * one + late * other for one, other in zip(found[0][planes], found[1][planes], strict=True)]
    if otherwise is None:
        return means
    rest = share * np.float32(_LEAST)
    return [mean + rest * plane for mean, plane in zip(means, otherwise, strict=True)]


def _thrown(field: MotionField, time: float) -> tuple[np.ndarray, np.ndarray]:
    early = (1 - time) * np.maximum(field.forward_trust, _LEAST)
    late = time * np.maximum(field.backward_trust, _LEAST)
    there, back = time * field.forward, (1 - time) * field.backward
    if field.course is not None:
        there = there + bend_at(field.course.on_first, time)
        back = back + bend_at(field.course.on_last, time)
    v0, w0 = splat(field.forward, there, early)
    v1, w1 = splat(-field.backward, back, late)
    total = w0 + w1
    return (v0 * w0[..., None] + v1 * w1[..., None]) / np.maximum(total, 1e-12)[..., None], total


def same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(h, w) float32 in 0..1: how far two velocities agree; long motion excuses more."""
    planes = [other[..., 0], other[..., 1]]
    return _alike([one[..., 0], one[..., 1]], planes, _excused(planes))


def _excused(velocity: Sequence[np.ndarray]) -> np.ndarray:
    """The negative square of how far planes of x and y may be off."""
    square = np.square(velocity[0])
    square += np.square(velocity[1])
    square *= np.float32(-0.0025)
    square -= 1
    return square


def _alike(one: Sequence[np.ndarray], other: Sequence[np.ndarray], excused: np.ndarray) -> np.ndarray:
    """As `same`, of planes of x and y."""
    square, down = one[0] - other[0], one[1] - other[1]
    square *= square
    down *= down
    square += down
    square /= excused
    return np.exp(square, out=square)
