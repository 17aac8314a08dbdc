"""Where a motion path is at a time: easings and monotone cubic curves (Fritsch and Carlson 1980). numpy only."""

from __future__ import annotations

from typing import overload

import numpy as np

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import LINEAR, Easing, EasingKind, MotionPath


def new_frame_times(new_frames: int) -> np.ndarray:
    """(n,) float64: the times of the new frames, strictly between 0 and 1."""
    return np.arange(1, new_frames + 1) / (new_frames + 1)


@overload
def ease(easing: Easing, t: float) -> float: ...
@overload
def ease(easing: Easing, t: np.ndarray) -> np.ndarray: ...
def ease(easing: Easing, t: float | np.ndarray) -> float | np.ndarray:
    """How far along (0..1) the easing is at t; t outside 0..1 counts as its nearest end. Never falls with t."""
    times = np.clip(np.asarray(t, np.float64), 0.0, 1.0)
    match easing.kind:
        case EasingKind.LINEAR:
            eased = times
        case EasingKind.IN:
            eased = times**2
        case EasingKind.OUT:
            eased = 1 - (1 - times) ** 2
        case EasingKind.IN_OUT:
            eased = times * times * (3 - 2 * times)
        case EasingKind.HOLD:
            eased = np.where(times >= 1.0, 1.0, 0.0)
        case EasingKind.CURVE:
            knots, values = np.array(easing.curve, np.float64).T
            eased = np.clip(monotone_cubic(knots, values, times), 0.0, 1.0)
    return eased if isinstance(t, np.ndarray) else float(eased)


def position(path: MotionPath, guidance_ease: Easing, t: float) -> Point:
    """Where the path is at gap time t, in canvas pixels."""
    x, y = positions(path, guidance_ease, np.array([t]))[0]
    return Point(float(x), float(y))


def positions(path: MotionPath, guidance_ease: Easing, times: np.ndarray) -> np.ndarray:
    """Where the path is at each gap time.

    guidance_ease: the ease of the whole gap (Guidance.ease), applied before the path's own easing.
    times: (n,) fractions of the gap.
    Returns: (n, 2) float64 of x, y in canvas pixels.
    """
    along = ease(path.easing, ease(guidance_ease, np.asarray(times, np.float64)))
    knots = np.array([point.time for point in path.points])
    corners = np.array([(point.position.x, point.position.y) for point in path.points])
    return np.stack([monotone_cubic(knots, corners[:, axis], along) for axis in (0, 1)], axis=1)


def progress(path: MotionPath | None, guidance_ease: Easing, t: float) -> float:
    """How far (0..1) what the path carries has come at gap time t: the eased time, whatever the curve's shape."""
    return ease(path.easing if path else LINEAR, ease(guidance_ease, t))


def monotone_cubic(knots: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The cubic Hermite curve through (knots, values) that never overshoots; outside the knots its end values.

    knots: (n,) rising, n >= 2. values: (n,). at: any shape. Returns: float64 of the shape of `at`.
    """
    steps = np.diff(knots)
    slopes = np.diff(values) / steps
    tangents = _tangents(steps, slopes)
    at = np.clip(at, knots[0], knots[-1])
    piece = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(steps) - 1)
    s = (at - knots[piece]) / steps[piece]
    h = steps[piece]
    left, right = values[piece], values[piece + 1]
    curve = (
        (1 + 2 * s) * (1 - s) ** 2 * left
        + s * (1 - s) ** 2 * h * tangents[piece]
        + s * s * (3 - 2 * s) * right
        + s * s * (s - 1) * h * tangents[piece + 1]
    )
    return np.clip(curve, np.minimum(left, right), np.maximum(left, right))  # rounding may step over by one ulp


def _tangents(steps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Tangents that keep each piece monotone: the weighted harmonic mean inside, a bounded parabola at the ends."""
    if len(steps) == 1:
        return np.array([slopes[0], slopes[0]])
    before, after = slopes[:-1], slopes[1:]
    w1, w2 = 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1]
    same = before * after > 0
    safe_before, safe_after = np.where(same, before, 1.0), np.where(same, after, 1.0)
    inner = np.where(same, (w1 + w2) / (w1 / safe_before + w2 / safe_after), 0.0)
    return np.concatenate(
        [
            [_end_tangent(steps[0], steps[1], slopes[0], slopes[1])],
            inner,
            [_end_tangent(steps[-1], steps[-2], slopes[-1], slopes[-2])],
        ]
    )


def _end_tangent(h0: float, h1: float, s0: float, s1: float) -> float:
    tangent = ((2 * h0 + h1) * s0 - h0 * s1) / (h0 + h1)
    if tangent * s0 <= 0:
        return 0.0
    if s0 * s1 < 0 and abs(tangent) > 3 * abs(s0):
        return 3 * s0
    return tangent
