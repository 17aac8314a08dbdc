"""Motion as seen from a moment between the two frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.field import MotionField
from mpd_studio.motion.warp import grid, sample, splat

_LEAST = 1e-3  # weight of motion nobody trusts: it fills only where nothing else arrives


@dataclass(frozen=True, slots=True, eq=False)
class MotionAt:
    """velocity: (h, w, 2) float32 whole-gap displacement of what lies at each pixel at time `time`.

    sees_first, sees_last: (h, w) float32 in 0..1, whether that content is visible in the first and last frame.
    """

    time: float
    velocity: np.ndarray
    sees_first: np.ndarray
    sees_last: np.ndarray


def motion_at(field: MotionField, time: float, steps: int = 2) -> MotionAt:
    """Throw both flows to `time`, fill what nobody reached, then settle each pixel on the layer it landed on."""
    height, width = field.forward.shape[:2]
    velocity, weight = _thrown(field, time)
    velocity = _filled(velocity, weight)
    here = grid(height, width)
    for _ in range(steps):
        velocity = _settled(field, time, velocity, here)
    from_first = sample(field.forward, here - time * velocity)
    from_last = -sample(field.backward, here + (1 - time) * velocity)
    sees_first = _same(from_first, velocity)
    sees_last = _same(from_last, velocity)
    return MotionAt(time, velocity, sees_first, sees_last)


def _thrown(field: MotionField, time: float) -> tuple[np.ndarray, np.ndarray]:
    early = (1 - time) * np.maximum(field.forward_trust, _LEAST)
    late = time * np.maximum(field.backward_trust, _LEAST)
    v0, w0 = splat(field.forward, time * field.forward, early)
    v1, w1 = splat(-field.backward, (1 - time) * field.backward, late)
    total = w0 + w1
    return (v0 * w0[..., None] + v1 * w1[..., None]) / np.maximum(total, 1e-12)[..., None], total


def _filled(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Holes take the weighted mean of what lies around, near before far."""
    import cv2

    hole = weight <= 1e-6
    if not hole.any():
        return values
    known = (~hole).astype(np.float32)
    filled, sigma = values.copy(), 1.0
    while hole.any() and sigma < 256:
        share = cv2.GaussianBlur(known, (0, 0), sigma)
        spread = cv2.GaussianBlur(values * known[..., None], (0, 0), sigma)
        reached = hole & (share > 1e-3)
        filled[reached] = spread[reached] / share[reached][:, None]
        hole &= ~reached
        sigma *= 2
    return filled


def _settled(field: MotionField, time: float, velocity: np.ndarray, here: np.ndarray) -> np.ndarray:
    from_first = sample(field.forward, here - time * velocity)
    from_last = -sample(field.backward, here + (1 - time) * velocity)
    a = ((1 - time) * _same(from_first, velocity))[..., None]
    b = (time * _same(from_last, velocity))[..., None]
    keep = 1e-3
    return (a * from_first + b * from_last + keep * velocity) / (a + b + keep)


def _same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    difference = one - other
    square = np.square(difference).sum(axis=2)
    allowed = 1.0 + 0.0025 * np.square(other).sum(axis=2)
    return np.exp(-square / allowed)
