"""Motion as seen from a moment between the two frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.motion.course import bend_at
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import grid, resize_flow, splat_together

_LEAST = 1e-3  # weight of motion nobody trusts: it fills only where nothing else arrives
_FARTHEST = np.float32(-80)  # cv2.exp takes a hundred times as long over what it cannot tell from 0
_STRIP = 40  # rows worked on at a time: what they need fits the processor's cache


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


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """Planes of x and y, each for itself: numpy and OpenCV are twice as fast with them.

    velocity, bend: as in MotionAt; bend is empty where motion is even.
    """

    velocity: list[np.ndarray]
    bend: list[np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What a way finds on the two frames.

    stated: what each frame's own flow states there; of the velocity, how far that is from the way's.
    sees: of each frame (h, w) float32 in 0..1, how far the two agree.
    """

    stated: tuple[_Way, _Way]
    sees: tuple[np.ndarray, np.ndarray]


def motion_at(field: MotionField, time: float) -> MotionAt:
    """Throw both flows to `time`, fill what nobody reached, then settle each pixel on the layer it landed on.

    Throwing is done at half size, because it costs most; settling, at full size, makes it exact again.
    """
    height, width = field.forward.shape[:2]
    half = field.resized(Size(max(width // 2, 1), max(height // 2, 1)))
    thrown = resize_flow(fill_holes(*_thrown(half, time)), height, width)
    stated = _stated(field, time)
    velocity, sees_first, sees_last = np.empty_like(thrown), *np.empty((2, height, width), np.float32)
    bend = None if field.course is None else np.empty_like(thrown)
    for top in range(0, height, _STRIP):
        rows = slice(top, min(top + _STRIP, height))
        way, here = _Way(_planes(thrown[rows]), []), _planes(grid(rows.stop - top, width, top))
        for nearest in (True, False):  # at first one of two motions: what lies between them nothing has
            way = _settled(stated, time, way, here, nearest)
        found = _looked_up(stated, time, way, here)
        velocity[rows, :, 0], velocity[rows, :, 1] = way.velocity
        sees_first[rows], sees_last[rows] = found.sees
        if bend is not None:
            bend[rows, :, 0], bend[rows, :, 1] = _bend(found, _shares(found.sees, time))
    return MotionAt(time, velocity, sees_first, sees_last, bend)


def _planes(pairs: np.ndarray) -> list[np.ndarray]:
    return [np.ascontiguousarray(pairs[..., axis]) for axis in (0, 1)]


def _stated(field: MotionField, time: float) -> tuple[_Way, _Way]:
    """What each frame's own flow states of its pixels."""
    forward, backward = _planes(field.forward), [-plane for plane in _planes(field.backward)]
    if field.course is None:
        return _Way(forward, []), _Way(backward, [])
    bends = (_planes(bend_at(course, time)) for course in (field.course.on_first, field.course.on_last))
    return _Way(forward, next(bends)), _Way(backward, next(bends))


def _settled(stated: tuple[_Way, _Way], time: float, way: _Way, here: list[np.ndarray], nearest: bool) -> _Way:
    """The way that both frames state for what this one finds from `here`, as far as they agree with it."""
    found = _looked_up(stated, time, way, here, nearest)
    shares = _shares(found.sees, time)
    changes = _mean([one.velocity for one in found.stated], shares)
    return _Way([plane + change for plane, change in zip(way.velocity, changes, strict=True)], _bend(found, shares))


def _looked_up(
    stated: tuple[_Way, _Way], time: float, way: _Way, here: list[np.ndarray], nearest: bool = False
) -> _Found:
    import cv2

    sampling = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    if way.bend:
        here = [at - by for at, by in zip(here, way.bend, strict=True)]  # where it would be with even motion
    allowed, found, sees = _allowed(way.velocity), [], []
    for own, step in zip(stated, (-time, 1 - time), strict=True):
        x, y = (cv2.scaleAdd(axis, step, at) for axis, at in zip(way.velocity, here, strict=True))
        velocity, bend = (
            [cv2.remap(plane, x, y, sampling, borderMode=cv2.BORDER_REPLICATE) for plane in planes]
            for planes in (own.velocity, own.bend)
        )
        for plane, axis in zip(velocity, way.velocity, strict=True):
            plane -= axis
        found.append(_Way(velocity, bend))
        sees.append(_alike(velocity, allowed))
    return _Found((found[0], found[1]), (sees[0], sees[1]))


def _shares(sees: tuple[np.ndarray, np.ndarray], time: float) -> tuple[np.ndarray, np.ndarray]:
    """What each frame states counts by time and by how far it agrees; where neither does, hardly at all."""
    import cv2

    total = cv2.addWeighted(sees[0], 1 - time, sees[1], time, _LEAST)
    return cv2.divide(sees[0], total, scale=1 - time), cv2.divide(sees[1], total, scale=time)


def _mean(planes: list[list[np.ndarray]], shares: tuple[np.ndarray, np.ndarray]) -> list[np.ndarray]:
    return [shares[0] * one + shares[1] * other for one, other in zip(*planes, strict=True)]


def _bend(found: _Found, shares: tuple[np.ndarray, np.ndarray]) -> list[np.ndarray]:
    return _mean([one.bend for one in found.stated], shares)


def _thrown(field: MotionField, time: float) -> tuple[np.ndarray, np.ndarray]:
    early = np.float32(1 - time) * np.maximum(field.forward_trust, np.float32(_LEAST))
    late = np.float32(time) * np.maximum(field.backward_trust, np.float32(_LEAST))
    there, back = np.float32(time) * field.forward, np.float32(1 - time) * field.backward
    if field.course is not None:
        there = there + bend_at(field.course.on_first, time)
        back = back + bend_at(field.course.on_last, time)
    return splat_together((field.forward, there, early), (-field.backward, back, late))


def same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(h, w) float32 in 0..1: how far two velocities agree; long motion excuses more."""
    planes = _planes(other)
    return _alike([mine - its for mine, its in zip(_planes(one), planes, strict=True)], _allowed(planes))


def _allowed(velocity: Sequence[np.ndarray]) -> np.ndarray:
    """The negative square of how far planes of x and y may be off."""
    import cv2

    squares = [cv2.multiply(plane, plane) for plane in velocity]
    return cv2.addWeighted(squares[0], -0.0025, squares[1], -0.0025, -1)


def _alike(apart: Sequence[np.ndarray], allowed: np.ndarray) -> np.ndarray:
    """As `same`, of planes of how far x and y are off."""
    import cv2

    square, down = (cv2.multiply(plane, plane) for plane in apart)
    square += down
    square /= allowed
    return cv2.exp(np.maximum(square, _FARTHEST, out=square), square)
