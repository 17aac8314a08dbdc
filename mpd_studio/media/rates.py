"""The exact frame rate behind rounded time stamps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mpd_studio.core.frames import FrameRate

_STANDARD = tuple(
    Fraction(*pair)
    for pair in (
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48000, 1001), (48, 1), (50, 1), (60000, 1001),
        (60, 1), (120000, 1001), (120, 1), (100, 1), (96, 1), (90, 1), (72, 1), (16, 1), (18, 1), (20, 1),
        (15000, 1001), (15, 1), (12000, 1001), (12, 1), (25, 2), (10, 1), (8, 1), (6, 1), (5, 1),
        (4, 1), (3, 1), (2, 1), (1, 1),
    )
)  # fmt: skip
_NEAR = Fraction(2, 10000)  # 23.98 for 24000/1001 is 1.7e-4 away; 24 is 1e-3 away


@dataclass(frozen=True, slots=True)
class FoundRate:
    rate: FrameRate
    is_vfr: bool


def snapped(rate: Fraction) -> Fraction:
    """23.976 or 2997/125 as 24000/1001; rates that are near no standard one stay as they are."""
    nearest = min(_STANDARD, key=lambda standard: abs(standard - rate))
    return nearest if abs(nearest - rate) <= nearest * _NEAR else rate


def find_rate(pts: Sequence[int], time_base: Fraction, hints: Sequence[Fraction | None]) -> FoundRate:
    """The rate that explains every time stamp to within one tick; else variable, with the mean rate.

    pts: presentation times in ticks, rising. hints: what the container claims, most trusted first.
    """
    claimed = [snapped(hint) for hint in hints if hint and 0 < hint <= 1000]
    if len(pts) < 2:
        return FoundRate(claimed[0] if claimed else Fraction(24), False)
    mean = Fraction(len(pts) - 1) / ((pts[-1] - pts[0]) * time_base)
    by_distance = sorted(_STANDARD, key=lambda standard: abs(standard - mean))
    for rate in [*claimed, *by_distance[:4]]:
        if _explains(rate, pts, time_base):
            return FoundRate(rate, False)
    simple = mean.limit_denominator(1001)
    if _explains(simple, pts, time_base):
        return FoundRate(simple, False)
    close = by_distance[0]
    return FoundRate(close if abs(close - mean) <= close / 100 else simple, True)


def _explains(rate: Fraction, pts: Sequence[int], time_base: Fraction) -> bool:
    # Clips may start on a rounded tick too, so the grid is allowed to lie anywhere within one tick.
    step = 1 / (rate * time_base)
    offsets = [float(value - pts[0] - index * step) for index, value in enumerate(pts)]
    return max(offsets) - min(offsets) <= 1.0 + 1e-6
