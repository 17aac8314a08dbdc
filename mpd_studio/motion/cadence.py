"""Footage whose rate was changed by leaving frames out or repeating them: when each of its frames was taken.

Sixty frames a second kept as twenty-five are two and three sixtieths apart by turns; animation drawn "on twos" shows
each drawing twice. Everything in such a picture goes far in one step and less far in the next, by the same factor, in
a rhythm that only a few pairs of rates can have. Where the steps around a gap show such a rhythm, the moments of the
frames within it are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.motion.flow import dense_flow, trust
from mpd_studio.motion.luminance import grey, working_size

# Frames taken for each frame kept: 60 as 25, 60 as 24, 30 as 24, 30 as 25, 48 as 30, 50 as 30; 24 as 30, 25 as 30,
# 24 as 60, every frame twice, every frame thrice.
_RATES = tuple(map(Fraction, ("12/5", "5/2", "5/4", "6/5", "8/5", "5/3", "4/5", "5/6", "2/5", "1/2", "1/3")))
_PIXELS = 40_000  # a rhythm of the whole picture needs no detail
_SHORTEST_PX = 0.5  # mean of two steps below which their lengths are not compared
_LEAST_SHARE = 0.03  # of the picture that must move for a comparison to count
_MOST_SPREAD = 0.7  # between quartiles of the ratios within a picture: a rhythm is the same for everything in it
_STILL = 2.0  # logarithm of the ratio of steps at which the shorter one counts as none
_EVEN = 0.5  # prior: most footage has no rhythm
_NOISE, _SPEEDING = 0.08, 0.15  # of logarithms of ratios: how exactly they are measured, how fast things speed up
_SURE, _FIT = 0.9, 0.1  # posterior a rhythm must have; root of the mean square that it may leave unexplained
_FEWEST, _KNOWN = 4, 0.6  # comparisons, and their part of all: with less, anything would look like a rhythm


@dataclass(frozen=True, slots=True)
class Moments:
    """When frames were taken, where the gap's ends are at 0 and 1. before, after: the footage, nearest first."""

    before: tuple[float, ...]
    missing: tuple[float, ...]
    after: tuple[float, ...]

    def at(self, time: float) -> float:
        """The moment that is shown at gap time `time`, were frames shown evenly."""
        shown = np.linspace(0, 1, len(self.missing) + 2)
        return float(np.interp(time, shown, (0.0, *self.missing, 1.0)))


def moments_of(
    ends: tuple[np.ndarray, np.ndarray],
    before: Sequence[np.ndarray],
    after: Sequence[np.ndarray],
    new_frames: int,
    tick: Callable[[], None] = lambda: None,
) -> Moments | None:
    """When frames of the footage were taken, if its rate was changed; None: evenly, or it cannot be told.

    ends, before, after: (h, w, 3) uint8, the footage nearest first. new_frames: how many are missing between the ends.
    """
    pictures = [_small(picture) for picture in (*before[::-1], *ends, *after)]
    counts = [1] * len(before) + [new_frames + 1] + [1] * len(after)
    found = fitting_moments(_ratios(pictures, tick), counts)
    if found is None:
        return None
    first = len(before)
    last = first + new_frames + 1
    parts = found[:first][::-1], found[first + 1 : last], found[last + 1 :]
    return Moments(*(tuple(part.tolist()) for part in parts))


def fitting_moments(ratios: Sequence[float | None], counts: Sequence[int]) -> np.ndarray | None:
    """Moments of all frames that a rhythm gives which explains `ratios`; None where none does, or none is needed.

    ratios: logarithms of how much longer each step is than the one before it; None where that is not known.
    counts: frames that each step takes; one more than there are ratios. The longest is the gap.
    """
    known = np.array([ratio is not None for ratio in ratios], bool)
    if known.sum() < max(_FEWEST, _KNOWN * len(known)):
        return None
    seen = np.clip(np.array([ratio or 0.0 for ratio in ratios])[known], -_STILL, _STILL)
    apart = (np.add(counts[1:], counts[:-1]) / 2)[known]
    gap = int(np.argmax(counts))
    even, _ = _explained(seen - _lengths(np.ones(sum(counts), int), counts)[known], apart)
    total, found = _EVEN * even, {}
    for steps, prior in _rhythms(sum(counts)):
        if len(set(np.delete(steps, slice(sum(counts[:gap]), sum(counts[: gap + 1]))).tolist())) == 1:
            continue  # uneven within the gap alone: a start or a stop explains as much
        likely, left = _explained(seen - _lengths(steps, counts)[known], apart)
        total += (1 - _EVEN) * prior * likely
        if left <= _FIT**2:
            moments = _moments(steps, counts, gap)
            key = tuple(np.round(moments, 6))
            found[key] = found.get(key, 0.0) + (1 - _EVEN) * prior * likely
    certain = sum(found.values())
    if certain < _SURE * total:
        return None
    return np.sum([np.array(moments) * share for moments, share in found.items()], axis=0) / certain


def _small(picture: np.ndarray) -> np.ndarray:
    import cv2

    luma = grey(picture)
    size = working_size(Size(luma.shape[1], luma.shape[0]), _PIXELS)
    return cv2.resize(luma, (size.width, size.height), interpolation=cv2.INTER_AREA)


def _ratios(pictures: Sequence[np.ndarray], tick: Callable[[], None]) -> list[float | None]:
    """For each picture but the outer ones: the logarithm of the step after it over the step before it."""
    found: list[float | None] = []
    earlier: tuple[np.ndarray, np.ndarray] | None = None
    for here, following in pairwise(pictures):
        tick()
        there, back = dense_flow(here, following), dense_flow(following, here)
        if earlier is not None:
            found.append(_compared(*earlier, there, trust(there, back)))
        earlier = back, trust(back, there)
    return found


def _compared(back: np.ndarray, sure_back: np.ndarray, there: np.ndarray, sure_there: np.ndarray) -> float | None:
    """Logarithm of how much longer the step `there` is than the one `back`, of what goes straight on (median)."""
    long, short = np.hypot(there[..., 0], there[..., 1]), np.hypot(back[..., 0], back[..., 1])
    onward = -(there * back).sum(axis=2)
    straight = onward > 0.9 * long * short
    standing = np.minimum(long, short) < 0.1  # has no direction, but says that the step was none
    moving = (sure_back * sure_there > 0.5) & (long + short > 2 * _SHORTEST_PX) & (straight | standing)
    if moving.mean() < _LEAST_SHARE:
        return None
    ratios = np.log(np.maximum(long[moving], 0.05) / np.maximum(short[moving], 0.05))
    low, middle, high = np.percentile(np.clip(ratios, -_STILL, _STILL), (25, 50, 75))
    return float(middle) if high - low < _MOST_SPREAD else None


def _rhythms(steps: int) -> Iterator[tuple[np.ndarray, float]]:
    """Each possible row of steps, in frames taken for each frame kept, and how much of the prior it has."""
    for rate in _RATES:
        phases = rate.denominator
        for phase in range(phases):
            taken = [(number * rate + Fraction(phase, phases)).__floor__() for number in range(steps + 1)]
            yield np.diff(taken), 1 / (len(_RATES) * phases)


def _lengths(steps: np.ndarray, counts: Sequence[int]) -> np.ndarray:
    """Logarithms of the ratios that a row of steps would show."""
    lengths = np.add.reduceat(steps, np.cumsum([0, *counts[:-1]])).astype(np.float64)
    return np.clip(np.diff(np.log(np.maximum(lengths, 0.05))), -_STILL, _STILL)


def _explained(left: np.ndarray, apart: np.ndarray) -> tuple[float, float]:
    """Likelihood of what a row of steps leaves, beside things speeding up evenly, and its mean square.

    The strength of the noise is not known, but hardly below `_NOISE`: it is integrated over.
    """
    speeding = (apart @ left) / (apart @ apart + (_NOISE / _SPEEDING) ** 2)
    square = float(np.sum(np.square(left - speeding * apart)))
    return float((square + 2 * _NOISE**2) ** (-(len(left) + 2) / 2)), square / len(left)


def _moments(steps: np.ndarray, counts: Sequence[int], gap: int) -> np.ndarray:
    """Of all frames, 0 at the gap's first end and 1 at its last."""
    taken = np.concatenate([[0], np.cumsum(steps)]).astype(np.float64)
    start = sum(counts[:gap])
    whole = taken[start + counts[gap]] - taken[start]
    if whole <= 0:  # the gap shows one frame all along
        return np.arange(-start, len(taken) - start) / counts[gap]
    return (taken - taken[start]) / whole
