"""Motion as seen from a moment between the two frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.course import bend_at
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import grid, resize_flow, resize_plane, splat_together

_LEAST = 1e-3  # weight of motion nobody trusts: it fills only where nothing else arrives
_FARTHEST = np.float32(-80)  # cv2.exp takes a hundred times as long over what it cannot tell from 0
_STRIP = 32  # rows worked on at a time: what they need fits the processor's cache


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
    height, width = field.forward.shape[:2]
    stated = _stated(field, time)
    thrown = resize_flow(fill_holes(*_thrown(field, stated, time)), height, width)
    velocity, sees_first, sees_last = np.empty_like(thrown), *np.empty((2, height, width), np.float32)
    bend = None if field.course is None else np.empty_like(thrown)
    for top in range(0, height, _STRIP):
        rows = slice(top, min(top + _STRIP, height))
        way, here = _planes(thrown[rows]), _planes(grid(rows.stop - top, width, top))
        for nearest in (True, False):  # at first one of two motions: what lies between them nothing has
            way = _settled(stated, time, way, here, nearest)
        found, sees = _looked_up(stated, time, way, here)
        _lay(velocity[rows], way[:2])
        sees_first[rows], sees_last[rows] = sees
        if bend is not None:
            _lay(bend[rows], _mean(found[:, 2:], sees, time))
    return MotionAt(time, velocity, sees_first, sees_last, bend)


def _planes(*pairs: np.ndarray) -> np.ndarray:
    """(h, w, 2) arrays as one of (2n, h, w): numpy and OpenCV are twice as fast with planes of x and y."""
    planes = np.empty((2 * len(pairs), *pairs[0].shape[:2]), np.float32)
    for index, pair in enumerate(pairs):
        planes[2 * index], planes[2 * index + 1] = pair[..., 0], pair[..., 1]
    return planes


def _lay(pairs: np.ndarray, planes: np.ndarray) -> None:
    pairs[..., 0], pairs[..., 1] = planes


def _stated(field: MotionField, time: float) -> np.ndarray:
    """(2, k, h, w) float32: for each frame, what its own flow states of its pixels.

    k is 2, x and y of the velocity, or 4, with those of the bend where it is known; so it is for a way.
    """
    planes = [field.forward, -field.backward]
    if field.course is not None:
        planes[1:1] = [bend_at(field.course.on_first, time)]
        planes.append(bend_at(field.course.on_last, time))
    return _planes(*planes).reshape(2, -1, *field.forward.shape[:2])


def _settled(stated: np.ndarray, time: float, way: np.ndarray, here: np.ndarray, nearest: bool) -> np.ndarray:
    """The way that both frames state for what this one finds from `here`, as far as they agree with it."""
    found, sees = _looked_up(stated, time, way, here, nearest)
    settled = _mean(found, sees, time)
    settled[:2] += way[:2]
    return settled


def _looked_up(
    stated: np.ndarray, time: float, way: np.ndarray, here: np.ndarray, nearest: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """What each frame's own flow states where a way finds it; of the velocity, how far that is from the way's.

    here: (2, h, w), where even motion would have the pixels, if the way has no bend.
    Returns: (2, k, h, w), and (2, h, w) in 0..1: how far the two agree.
    """
    import cv2

    sampling = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    velocity = way[:2]
    even = here - way[2:] if len(way) > 2 else here
    found = np.empty((2, len(stated[0]), *here.shape[1:]), np.float32)
    for planes, own, step in zip(found, stated, (-time, 1 - time), strict=True):
        x, y = even + np.float32(step) * velocity
        for plane, known in zip(planes, own, strict=True):
            cv2.remap(known, x, y, sampling, plane, cv2.BORDER_REPLICATE)
    apart = found[:, :2]
    apart -= velocity
    return found, _alike(apart, _allowed(velocity))


def _mean(found: np.ndarray, sees: np.ndarray, time: float) -> np.ndarray:
    """(k, h, w): of what both frames state, by time and by how far it agrees; where nothing does, hardly anything."""
    import cv2

    total = cv2.addWeighted(sees[0], 1 - time, sees[1], time, _LEAST)
    mean = found[0] * cv2.divide(sees[0], total, scale=1 - time)
    mean += found[1] * cv2.divide(sees[1], total, scale=time)
    return mean


def _thrown(field: MotionField, stated: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray]:
    """As `splat`, of what both frames state, at half size."""
    height, width = (max(side // 2, 1) for side in stated.shape[2:])
    scales = [np.float32(width / stated.shape[3]), np.float32(height / stated.shape[2])] * 2
    thrown = []
    trusts = field.forward_trust, field.backward_trust
    for own, trust, way, share in zip(stated, trusts, (time, time - 1), (1 - time, time), strict=True):
        planes = [resize_plane(plane, height, width) * scale for plane, scale in zip(own, scales, strict=False)]
        to = [np.float32(way) * velocity for velocity in planes[:2]]
        if len(planes) > 2:
            to = [even + bend for even, bend in zip(to, planes[2:], strict=True)]
        weight = np.maximum(resize_plane(trust, height, width), np.float32(_LEAST)) * np.float32(share)
        thrown.append((planes[:2], to, weight))
    return splat_together(*thrown)


def same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(h, w) float32 in 0..1: how far two velocities agree; long motion excuses more."""
    return _alike(_planes(one - other)[None], _allowed(_planes(other)))[0]


def _allowed(velocity: np.ndarray) -> np.ndarray:
    """(h, w): the negative square of how far planes of x and y may be off."""
    import cv2

    x, y = velocity
    return cv2.addWeighted(x * x, -0.0025, y * y, -0.0025, -1)


def _alike(apart: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """As `same`, of (n, 2, h, w) planes of how far x and y are off. Returns: (n, h, w)."""
    import cv2

    squares = apart * apart
    square = squares[:, 0]
    square += squares[:, 1]
    square /= allowed
    np.maximum(square, _FARTHEST, out=square)
    for plane in square:
        cv2.exp(plane, plane)
    return square
