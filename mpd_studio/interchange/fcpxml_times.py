"""Times of FCPXML: rational seconds, whole multiples of a frame."""

from __future__ import annotations

import re
from fractions import Fraction

from mpd_studio.core.frames import FrameRate

_SECONDS = re.compile(r"^(-?\d{1,18}(?:\.\d{1,9})?)(?:/(\d{1,12}))?s$")
_NAMED_RATE = re.compile(r"(?:p|i)(2398|24|25|2997|30|50|5994|60)$")
_RATES = {
    "2398": Fraction(24000, 1001),
    "2997": Fraction(30000, 1001),
    "5994": Fraction(60000, 1001),
}


def seconds_of(text: str | None) -> Fraction | None:
    """ "1001/24000s", "5s", "0.5s" as seconds; None for what is no time."""
    found = _SECONDS.match((text or "").strip())
    if found is None or (found[2] and int(found[2]) == 0):
        return None
    return Fraction(found[1]) / int(found[2] or 1)


def time_text(frames: int, rate: FrameRate) -> str:
    """A number of frames as FCPXML writes it: 48048/24000s."""
    return f"{frames * rate.denominator}/{rate.numerator}s" if frames else "0s"


def exact_text(seconds: Fraction, rate: FrameRate) -> str:
    """Seconds that need not be whole frames."""
    frames = seconds * rate
    if frames.denominator == 1:
        return time_text(frames.numerator, rate)
    return f"{seconds.numerator}/{seconds.denominator}s"


def named_rate(format_name: str) -> FrameRate | None:
    """The rate that a format's name says: FFVideoFormat1080p2398."""
    found = _NAMED_RATE.search(format_name)
    return None if found is None else _RATES.get(found[1]) or Fraction(int(found[1]))
