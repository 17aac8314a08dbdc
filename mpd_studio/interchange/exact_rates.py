"""Exact frame rates from the rounded numbers that files carry."""

from __future__ import annotations

import math
from fractions import Fraction

from mpd_studio.core.frames import FrameRate

_NTSC_TOLERANCE = 0.0051  # 23.98 means 24000/1001


def exact_rate(value: float) -> FrameRate | None:
    """24000/1001 for 23.976 or 23.98; None for what is no rate."""
    if not math.isfinite(value) or not 0 < value <= 1000:
        return None
    if abs(value - round(value)) < 1e-6:
        return Fraction(round(value)) or None
    for nominal in (24, 30, 48, 60, 120, 240):
        if abs(value - nominal * 1000 / 1001) < _NTSC_TOLERANCE:
            return Fraction(nominal * 1000, 1001)
    return Fraction(value).limit_denominator(1001)


def ntsc_rate(timebase: int, is_ntsc: bool) -> FrameRate:
    """FCP 7's way: 24 and TRUE are 24000/1001."""
    return Fraction(timebase * 1000, 1001) if is_ntsc else Fraction(timebase)


def as_ntsc(rate: FrameRate) -> tuple[int, bool] | None:
    """(timebase, is NTSC); None for rates that are neither whole nor 1000/1001 of a whole number."""
    if rate.denominator == 1:
        return rate.numerator, False
    nominal = rate * Fraction(1001, 1000)
    return (nominal.numerator, True) if nominal.denominator == 1 else None
