"""Frame rates as Resolve writes them, and timecode labels. Whole numbers only: a rate is never a decimal here."""

import re
from typing import NamedTuple, Optional

from .job_folder.errors import BridgeError

# Resolve says "23.976", but also "23.98", and in some versions a timeline answers "29.0" for 29.97. It has no rate of
# 23, 29 or 59 frames a second, so these can mean nothing else.
_NTSC = {
    "23": 24,
    "23.97": 24,
    "23.976": 24,
    "23.98": 24,
    "29": 30,
    "29.97": 30,
    "47": 48,
    "47.95": 48,
    "47.952": 48,
    "59": 60,
    "59.94": 60,
    "95.904": 96,
    "119": 120,
    "119.88": 120,
}
_SAID = {24: "23.976", 30: "29.97", 48: "47.952", 60: "59.94", 96: "95.904", 120: "119.88"}
_TIMECODE = re.compile("([0-9]{1,3}):([0-9]{2}):([0-9]{2})([:;.,])([0-9]{2,3})")


class Rate(NamedTuple):
    """num/den frames a second. drop: how labels are counted; no frame is dropped."""

    num: int
    den: int
    drop: bool = False

    @property
    def nominal(self) -> int:
        """Frames in a second of timecode."""
        return max(1, (2 * self.num + self.den) // (2 * self.den))

    @property
    def text(self) -> str:
        """As Resolve writes the rate of a clip: "24", "23.976"."""
        if self.den == 1:
            return str(self.num)
        return _SAID.get(self.nominal, "%g" % (float(self.num) / self.den))

    def is_same_speed(self, other: "Rate") -> bool:
        return self.num * other.den == other.num * self.den

    def as_json(self) -> dict:
        return {"num": self.num, "den": self.den, "drop": self.drop, "nominal": self.nominal}


def read_rate(text: object, drop: bool = False) -> Optional[Rate]:
    """The rate that a setting or a clip property names; None where it names none that is known exactly."""
    if not isinstance(text, str):
        return None
    words = text.upper().replace("FPS", "").split()
    if not words:
        return None
    number = words[0]
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    labels = "DF" in words[1:] or drop
    nominal = _NTSC.get(number)
    if nominal is not None:
        return Rate(nominal * 1000, 1001, labels and nominal % 30 == 0)
    return Rate(int(number), 1) if number.isdigit() and 1 <= int(number) <= 1000 else None


def timeline_rate(said_by_timeline: object, said_by_project: object, drop_setting: object, start_tc: object) -> Rate:
    """The rate of a timeline, from all that is said about it.

    Raises:
        BridgeError: RATE_MISMATCH: nobody names a rate that is known exactly.
    """
    drop = drop_setting == "1" or (isinstance(start_tc, str) and ";" in start_tc)
    for text in (said_by_timeline, said_by_project):
        rate = read_rate(text, drop)
        if rate is not None:
            return rate
    message = "The timeline's frame rate reads %r, which names no exact rate. Set it anew in the timeline's settings."
    raise BridgeError(
        "RATE_MISMATCH", message % (said_by_timeline,), timeline=said_by_timeline, project=said_by_project
    )


def label_of(frame: int, rate: Rate) -> str:
    """The timecode of a frame that is counted from 00:00:00:00."""
    nominal, mark = rate.nominal, ":"
    if rate.drop:
        mark = ";"
        dropped = nominal // 15  # two labels a minute at 29.97, but not in every tenth minute
        minute = nominal * 60 - dropped
        tens, rest = divmod(frame, minute * 10 + dropped)
        frame += dropped * 9 * tens
        if rest > dropped:
            frame += dropped * ((rest - dropped) // minute)
    seconds, frames = divmod(frame, nominal)
    width = 3 if nominal > 100 else 2
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return "%02d:%02d:%02d%s%0*d" % (hours, minutes, seconds % 60, mark, width, frames)


def frame_of(label: object, rate: Rate) -> Optional[int]:
    """The frame that a timecode names, counted from 00:00:00:00; None for what is no timecode."""
    found = _TIMECODE.match(label) if isinstance(label, str) else None
    if not found:
        return None
    hours, minutes, seconds, frames = (int(found.group(part)) for part in (1, 2, 3, 5))
    frame = ((hours * 60 + minutes) * 60 + seconds) * rate.nominal + frames
    if rate.drop:
        total = hours * 60 + minutes
        frame -= rate.nominal // 15 * (total - total // 10)
    return frame
