"""Motion as seen from a moment between the two frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import grid, resize_flow, sample, splat

_LEAST = 1e-3  # weight of motion nobody trusts: it fills only where nothing else arrives
_SETTLING = 3


@dataclass(frozen=True, slots=True, eq=False)
class MotionAt:
    """velocity: (h, w, 2) float32 whole-gap displacement of what lies at each pixel at `time`, in working pixels.

    sees_first, sees_last: (h, w) float32 in 0..1, whether that content is visible in the first and last frame.
    """

    time: float
    velocity: np.ndarray
    sees_first: np.ndarray
    sees_last: np.ndarray


def motion_at(field: MotionField, time: float) -> MotionAt:
    """Throw both flows to `time`, fill what nobody reached, then settle each pixel on the layer it landed on.

    Throwing is done at half size, because it costs most; settling, at full size, makes it exact again.
    """
    height, width = field.forward.shape[:2]
    half = field.resized(Size(max(width // 2, 1), max(height // 2, 1)))
    velocity = resize_flow(fill_holes(*_thrown(half, time)), height, width)
    here = grid(height, width)
    from_first, from_last = _fetched(field, time, velocity, here)
    for _ in range(_SETTLING):
        early = ((1 - time) * same(from_first, velocity))[..., None]
        late = (time * same(from_last, velocity))[..., None]
        velocity = (early * from_first + late * from_last + _LEAST * velocity) / (early + late + _LEAST)
        from_first, from_last = _fetched(field, time, velocity, here)
    return MotionAt(time, velocity, same(from_first, velocity), same(from_last, velocity))


def _thrown(field: MotionField, time: float) -> tuple[np.ndarray, np.ndarray]:
    early = (1 - time) * np.maximum(field.forward_trust, _LEAST)
    late = time * np.maximum(field.backward_trust, _LEAST)
    v0, w0 = splat(field.forward, time * field.forward, early)
    v1, w1 = splat(-field.backward, (1 - time) * field.backward, late)
    total = w0 + w1
    return (v0 * w0[..., None] + v1 * w1[..., None]) / np.maximum(total, 1e-12)[..., None], total


def _fetched(field: MotionField, time: float, velocity: np.ndarray, here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The velocities that the two frames' own flows state for what `velocity` finds there."""
    from_first = sample(field.forward, here - np.float32(time) * velocity)
    from_last = -sample(field.backward, here + np.float32(1 - time) * velocity)
    return from_first, from_last


def same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(h, w) float32 in 0..1: how far two velocities agree; long motion excuses more."""
    apart = one - other
    square = apart[..., 0] ** 2 + apart[..., 1] ** 2
    allowed = 1.0 + 0.0025 * (other[..., 0] ** 2 + other[..., 1] ** 2)
    return np.exp(-square / allowed)
