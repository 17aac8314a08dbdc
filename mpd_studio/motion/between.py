"""Motion as seen from a moment between the two frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.motion.course import bend_at
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import grid, resize_flow, sample, splat

_LEAST = 1e-3  # weight of motion nobody trusts: it fills only where nothing else arrives
_SETTLING = 3


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
    half = field.resized(Size(max(width // 2, 1), max(height // 2, 1)))
    velocity = resize_flow(fill_holes(*_thrown(half, time)), height, width)
    here = grid(height, width)
    states, weights, bend = _looked_up(field, time, velocity, here)
    for _ in range(_SETTLING):
        early, late = weights[0] * (1 - time), weights[1] * time
        total = (early + late + _LEAST)[..., None]
        velocity = (early[..., None] * states[0] + late[..., None] * states[1] + _LEAST * velocity) / total
        states, weights, bend = _looked_up(field, time, velocity, here if bend is None else here - bend)
    return MotionAt(time, velocity, *weights, bend)


def _looked_up(
    field: MotionField, time: float, velocity: np.ndarray, here: np.ndarray
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray], np.ndarray | None]:
    """What the two frames' own flows state for what `velocity` finds there, how far that agrees, and the bend there.

    here: where each pixel would be with even motion.
    """
    early = here - np.float32(time) * velocity
    late = here + np.float32(1 - time) * velocity
    states = sample(field.forward, early), -sample(field.backward, late)
    weights = same(states[0], velocity), same(states[1], velocity)
    if field.course is None:
        return states, weights, None
    told = sample(bend_at(field.course.on_first, time), early), sample(bend_at(field.course.on_last, time), late)
    shares = ((1 - time) * weights[0])[..., None], (time * weights[1])[..., None]
    bend = (shares[0] * told[0] + shares[1] * told[1]) / (shares[0] + shares[1] + np.float32(_LEAST))
    return states, weights, bend


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
    apart = one - other
    square = apart[..., 0] ** 2 + apart[..., 1] ** 2
    allowed = 1.0 + 0.0025 * (other[..., 0] ** 2 + other[..., 1] ** 2)
    return np.exp(-square / allowed)
