"""How things speed up, slow down and turn within the gap, told by the footage around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mpd_studio.motion.course import Course
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.flow import dense_flow, trust
from mpd_studio.motion.luminance import grey
from mpd_studio.motion.warp import grid, sample

_NOISE_PX = 0.3  # of a measured displacement
_UNEVEN = 0.25  # of a frame's motion: cameras and hands do not move as clocks do
_LIKELY = 0.015  # bend to expect, as a part of the whole motion, times the square of the frames: it grows as fast
_MOST_LIKELY = 0.35  # for long gaps
_REACH = 5.0  # px over which neighbours share their measurements
_WIDE = 12.0  # px over which the unevenness of motion is judged
_DOUBT = 0.5  # measurements' worth of believing that things move as usual
_FEWEST_PX = 0.5  # motion below this has no course worth telling

_Sighting = tuple[float, tuple[np.ndarray, np.ndarray]]  # when, and the flow from the end to there with its trust


def measure_course(
    field: MotionField,
    ends: tuple[np.ndarray, np.ndarray],
    before: Sequence[np.ndarray],
    after: Sequence[np.ndarray],
    step: float,
    tick: Callable[[], None] = lambda: None,
    moments: tuple[Sequence[float], Sequence[float]] | None = None,
) -> Course:
    """The smoothest ways that pass where the footage around the gap shows things.

    ends, before, after: (h, w, 3) uint8 of the field's size; the footage nearest first. step: time from frame to
    frame, where the whole gap takes 1. moments: when the footage was taken, below 0 and above 1; None: a step apart.
    """
    if moments is None:
        moments = [-step * number for number, _ in enumerate(before, 1)], [1 + step * n for n, _ in enumerate(after, 1)]
    earlier = list(zip(moments[0], _seen(ends[0], before, tick), strict=True))
    later = list(zip(moments[1], _seen(ends[1], after, tick), strict=True))
    on_first = _solved(field.forward, field.forward_trust, earlier, later, step)
    tick()
    # Seen from the last frame, time runs back.
    later, earlier = ([(1 - time, seen) for time, seen in side] for side in (later, earlier))
    on_last = _solved(field.backward, field.backward_trust, later, earlier, step)
    on_last[..., 2:] *= -1  # it was solved with time running back
    return Course(on_first, on_last)


def _seen(
    end: np.ndarray, footage: Sequence[np.ndarray], tick: Callable[[], None]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Flow from `end` to each frame of the footage, with its trust. Each search starts from the one before."""
    here, found = grey(end), []
    there = back = None
    for number, picture in enumerate(footage, 1):
        tick()
        other = grey(picture)
        grown = np.float32(number / max(number - 1, 1))
        there = dense_flow(here, other, None if there is None else there * grown)
        back = dense_flow(other, here, None if back is None else back * grown)
        found.append((there, trust(there, back)))
    return found


def _solved(
    motion: np.ndarray,
    known: np.ndarray,
    near: Sequence[_Sighting],
    far: Sequence[_Sighting],
    step: float,
) -> np.ndarray:
    """Bends by least squares, each pixel with its neighbourhood, held back where little is told (ridge).

    near: times, and displacements from this frame's own side; far: from the other's, looked up where the motion goes.
    """
    speed = motion[..., 0] ** 2 + motion[..., 1] ** 2
    there = grid(*known.shape) + motion
    likely = min(_LIKELY / step**2, _MOST_LIKELY) ** 2 * speed + _NOISE_PX**2
    sums = np.zeros((*known.shape, 9), np.float32)
    for time, (flow, sure) in near:
        _add(sums, time, flow - np.float32(time) * motion, sure * known, speed, likely)
    for time, (flow, sure) in far:
        residual = sample(flow, there) - np.float32(time - 1) * motion
        _add(sums, time, residual, sample(sure, there) * known, speed, likely)
    return _bends(sums, likely, speed)


def _add(
    sums: np.ndarray,
    time: float,
    residual: np.ndarray,
    sure: np.ndarray,
    speed: np.ndarray,
    likely: np.ndarray,
) -> None:
    """Count one measurement: `residual` is where the footage has the pixel at `time`, beside even motion."""
    even = time * (1 - time)
    odd = even * (time - 0.5)
    away = abs(time - 0.5) - 0.5
    noise = _NOISE_PX**2 + (_UNEVEN * away) ** 2 * speed
    expected = noise + likely * (even**2 + odd**2)
    square = residual[..., 0] ** 2 + residual[..., 1] ** 2
    weight = sure / noise * np.exp(-square / (8 * expected))  # what no likely course explains is something else
    parts = (even * even, even * odd, odd * odd)
    for index, part in enumerate(parts):
        sums[..., index] += np.float32(part) * weight
    sums[..., 7] += weight * square
    sums[..., 8] += sure
    for axis in (0, 1):
        sums[..., 3 + axis] += np.float32(even) * weight * residual[..., axis]
        sums[..., 5 + axis] += np.float32(odd) * weight * residual[..., axis]


def _bends(sums: np.ndarray, likely: np.ndarray, speed: np.ndarray) -> np.ndarray:
    smooth = _spread(sums, _REACH)
    held = 1 / likely
    bends = _least_squares(smooth, held)
    told = sum(bends[..., index] * smooth[..., 3 + index] for index in range(4))
    # Two axes, less the two numbers that were fitted on each: what is left over is how unevenly things move.
    left = _spread(np.dstack([smooth[..., 7] - told, 2 * np.maximum(smooth[..., 8] - 2, 0)]), _WIDE)
    uneven = (left[..., 0] + _DOUBT) / (left[..., 1] + _DOUBT)
    bends = _least_squares(smooth, held * np.maximum(uneven, 1))
    return bends * np.clip(np.sqrt(speed) / _FEWEST_PX - 1, 0, 1)[..., None]


def _least_squares(sums: np.ndarray, held: np.ndarray) -> np.ndarray:
    """(h, w, 4) float32: even and odd bends; `held` is what pulls them towards 0."""
    a, b, c = sums[..., 0] + held, sums[..., 1], sums[..., 2] + held
    share = 1 / np.maximum(a * c - b * b, 1e-12)
    bends = np.empty((*held.shape, 4), np.float32)
    for axis in (0, 1):
        even, odd = sums[..., 3 + axis], sums[..., 5 + axis]
        bends[..., axis] = (c * even - b * odd) * share
        bends[..., 2 + axis] = (a * odd - b * even) * share
    return bends


def _spread(planes: np.ndarray, reach: float) -> np.ndarray:
    """Each plane's mean over a neighbourhood."""
    import cv2

    spread = [cv2.GaussianBlur(np.ascontiguousarray(planes[..., i]), (0, 0), reach) for i in range(planes.shape[2])]
    return np.dstack(spread)
