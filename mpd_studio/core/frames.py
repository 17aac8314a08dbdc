"""Frame rates, ranges of frames, and timecode text (SMPTE ST 12-1).

Frame numbers count frames, never seconds. Drop-frame timecode skips labels, never frames.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

FrameRate = Fraction

_NTSC = {
    Fraction(nominal * 1000, 1001): text
    for nominal, text in ((24, "23.976"), (30, "29.97"), (60, "59.94"), (48, "47.952"), (120, "119.88"))
}
_TIMECODE = re.compile(r"^(\d{1,3}):([0-5]?\d):([0-5]?\d)([:;.,])(\d{1,3})$")


@dataclass(frozen=True, slots=True, order=True)
class FrameRange:
    """A half-open range of frames [start, stop)."""

    start: int
    length: int

    def __post_init__(self) -> None:
        if self.length < 0:
            raise ValueError(f"A range cannot have a negative length ({self.length}).")

    @property
    def stop(self) -> int:
        return self.start + self.length

    def __contains__(self, frame: int) -> bool:
        return self.start <= frame < self.stop

    def moved(self, by: int) -> FrameRange:
        return FrameRange(self.start + by, self.length)


def parse_rate(text: str) -> FrameRate:
    """Read "24", "24000/1001", "23.976", "29.97 DF" as an exact rate.

    Raises:
        ValueError: not a rate, or a decimal that names no exact broadcast rate.
    """
    cleaned = text.strip().upper().removesuffix("DF").removesuffix("NDF").strip()
    try:
        rate = Fraction(cleaned)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"'{text}' is not a frame rate. Write it as 24, 25 or 24000/1001.") from error
    if "/" not in cleaned and rate.denominator != 1:
        rate = _exact(rate, text)
    if not Fraction(1, 1000) <= rate <= 1000:
        raise ValueError(f"'{text}' is not a usable frame rate; it must lie between 0.001 and 1000.")
    return rate


def _exact(decimal: Fraction, text: str) -> FrameRate:
    """23.976 means 24000/1001; other decimals are exact as written (12.5)."""
    for rate in _NTSC:
        if abs(rate - decimal) < Fraction(1, 100) and decimal != round(decimal):
            return rate
    if decimal.denominator <= 1000:
        return decimal
    raise ValueError(f"'{text}' names no exact frame rate. Write it as a fraction, such as 24000/1001.")


def rate_text(rate: FrameRate) -> str:
    """The exact rate as text: "25", "24000/1001"."""
    return str(rate.numerator) if rate.denominator == 1 else f"{rate.numerator}/{rate.denominator}"


def rate_title(rate: FrameRate) -> str:
    """The rate as editors say it: "25", "23.976"."""
    return _NTSC.get(rate) or (str(rate.numerator) if rate.denominator == 1 else f"{float(rate):g}")


def nominal_rate(rate: FrameRate) -> int:
    """Frames per timecode second: 24 for 24000/1001."""
    return max(1, round(rate))


def allows_drop_frame(rate: FrameRate) -> bool:
    """Drop-frame labels exist for 30000/1001 and its multiples only."""
    return rate.denominator == 1001 and rate.numerator % 30000 == 0


def format_timecode(frame: int, rate: FrameRate, drop_frame: bool = False) -> str:
    """The label of a frame: HH:MM:SS:FF, with ";" before FF when labels are dropped.

    frame: counted from 00:00:00:00; negative numbers get a leading minus.
    """
    sign = "-" if frame < 0 else ""
    frame = abs(frame)
    fps = nominal_rate(rate)
    mark = ":"
    if drop_frame and allows_drop_frame(rate):
        mark = ";"
        dropped = fps // 15  # two labels a minute at 29.97, four at 59.94
        per_minute = fps * 60 - dropped
        per_ten = per_minute * 10 + dropped
        tens, rest = divmod(frame, per_ten)
        frame += dropped * 9 * tens + (dropped * ((rest - dropped) // per_minute) if rest > dropped else 0)
    seconds, frames = divmod(frame, fps)
    width = max(2, len(str(fps - 1)))
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{frames:0{width}d}"


def parse_timecode(text: str, rate: FrameRate) -> int:
    """The frame number of a timecode label. ";" or "," before the frames means drop-frame.

    Raises:
        ValueError: not a timecode, a frame beyond the rate, or a label that drop-frame skips.
    """
    match = _TIMECODE.match(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a timecode; write it as 01:00:04:11.")
    hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
    fps = nominal_rate(rate)
    if frames >= fps:
        raise ValueError(f"'{text}' has frame {frames}, but a second has only {fps} frames at {rate_title(rate)}.")
    number = ((hours * 60 + minutes) * 60 + seconds) * fps + frames
    if match[4] in ";," and allows_drop_frame(rate):
        dropped = fps // 15
        if seconds == 0 and frames < dropped and minutes % 10:
            raise ValueError(f"'{text}' does not exist: drop-frame timecode skips this label.")
        total_minutes = hours * 60 + minutes
        number -= dropped * (total_minutes - total_minutes // 10)
    return number


def is_drop_frame_text(text: str) -> bool:
    return ";" in text or "," in text
