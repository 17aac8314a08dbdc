"""Times as MLT writes them: frames, clock time, or timecode."""

from __future__ import annotations

import re
from fractions import Fraction

from mpd_studio.core.frames import FrameRate, parse_timecode

_CLOCK = re.compile(r"^(?:(?:(\d+):)?(\d+):)?(\d+)[.,](\d+)$")
_LABEL = re.compile(r"^(\d+):(\d+):(\d+)([:;])(\d+)$")
_LONGEST = 10**9


def frames_of(text: str, rate: FrameRate) -> int | None:
    """48, 00:00:02.000 or 00:00:02:00 as frames; None for what is none of them."""
    text = text.strip()
    if text.isdecimal():
        frames = int(text) if len(text) < 12 else _LONGEST + 1
    elif clock := _CLOCK.match(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups()[:3])
        second = Fraction(f"{seconds}.{clock[4]}") + 60 * minutes + 3600 * hours
        frames = round(second * rate)
    elif _LABEL.match(text):
        try:
            frames = parse_timecode(text, rate)
        except ValueError:
            return None
    else:
        return None
    return frames if frames <= _LONGEST else None


def clock_time(frames: int, rate: FrameRate) -> str:
    """00:00:02.000"""
    thousandths = round(Fraction(frames) / rate * 1000)
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
