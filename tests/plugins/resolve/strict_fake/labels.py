"""Timecode as Resolve counts it: by the nominal rate, dropped labels after ";". Written apart from the bridge's own."""

from __future__ import annotations


def nominal_of(rate: str) -> int:
    return {"23": 24, "29": 30, "47": 48, "59": 60, "119": 120}.get(rate.split(".")[0], int(float(rate.split()[0])))


def label(frame: int, nominal: int, drop: bool) -> str:
    """Counts up minute by minute: slow, and plainly right."""
    minutes, rest = 0, frame
    while rest >= (size := _minute(minutes, nominal, drop)):
        rest -= size
        minutes += 1
    if drop and minutes % 10:
        rest += nominal // 15
    mark = ";" if drop else ":"
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // nominal:02d}{mark}{rest % nominal:02d}"


def count(text: str, nominal: int, drop: bool) -> int | None:
    """The frame of a label; None for a label that does not exist."""
    parts = text.replace(";", ":").split(":")
    if len(parts) != 4 or not all(part.isdigit() for part in parts) or (";" in text) != drop:
        return None
    hours, minutes, seconds, frames = map(int, parts)
    if minutes > 59 or seconds > 59 or frames >= nominal:
        return None
    if drop and minutes % 10 and seconds == 0 and frames < nominal // 15:
        return None
    whole_minutes = hours * 60 + minutes
    start = sum(_minute(minute, nominal, drop) for minute in range(whole_minutes))
    return start + seconds * nominal + frames - (nominal // 15 if drop and minutes % 10 else 0)


def _minute(minute: int, nominal: int, drop: bool) -> int:
    return nominal * 60 - (nominal // 15 if drop and minute % 10 else 0)
