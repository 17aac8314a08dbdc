"""The lines of a CMX 3600 edit list as events, each with the lines it takes, for writing back between them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate, parse_timecode

_LABEL = r"(-?\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3})"
_EVENT = re.compile(
    rf"^\s*(\d+)\s+(\S(?:.{{0,80}}?\S)?)\s+([A-Z0-9/]+)\s+(C|D|W\d{{0,3}}|K(?:\s?[BO])?)(?:\s+(\d{{1,4}}))?"
    rf"\s+{_LABEL}\s+{_LABEL}\s+{_LABEL}\s+{_LABEL}\s*$",
    re.IGNORECASE,
)
_SPEED = re.compile(r"^\s*M2\s+(\S.*?)\s+(-?\d+(?:\.\d+)?)\s+[\d:;.,]+\s*$", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*\*?\s*([A-Z][A-Z0-9 _]*?)\s*:\s*(.*?)\s*$", re.IGNORECASE)
_BLACK = frozenset({"BL", "BLK", "BLACK"})
_LONGEST_LINE = 2000


@dataclass(slots=True)
class Event:
    """One line of an event, with what follows it.

    labels: source in, source out, record in, record out. first_line, stop_line: its lines and comments, half-open.
    comments: (name in capitals, text). speeds: (reel, frames a second) of M2 lines.
    is_drop: by the FCM line in effect.
    """

    number: int
    reel: str
    channels: str
    kind: str
    transition: int
    labels: tuple[str, str, str, str]
    first_line: int
    is_drop: bool
    stop_line: int = 0
    comments: list[tuple[str, str]] = field(default_factory=list)
    speeds: list[tuple[str, float]] = field(default_factory=list)

    @property
    def is_video(self) -> bool:
        return self.channels == "B" or "V" in self.channels

    @property
    def track(self) -> int:
        """From 1."""
        found = re.search(r"V(\d{1,2})", self.channels)
        return int(found[1]) or 1 if found else 1

    @property
    def is_black(self) -> bool:
        return self.reel.upper() in _BLACK

    def comment(self, *names: str) -> str:
        return next((text for name, text in self.comments if name in names and text), "")


@dataclass(slots=True)
class EventList:
    """first_fcm: whether the first FCM line says drop-frame; None without one."""

    title: str = ""
    rate_text: str = ""
    first_fcm: bool | None = None
    events: list[Event] = field(default_factory=list)


def parse_events(lines: list[str], name: str) -> EventList:
    """Raises: TimelineError: a line begins like an event and is none, or there are no events."""
    found = EventList()
    is_drop = False
    for number, line in enumerate(lines):
        if len(line) > _LONGEST_LINE:
            raise TimelineError(f"{name} is no EDL: line {number + 1} has {len(line)} characters.")
        text = line.strip()
        if event := _EVENT.match(line):
            found.events.append(_event(event, number, is_drop))
        elif re.match(r"\d{3,}\s", text):
            raise TimelineError(
                f"Line {number + 1} of {name} is damaged or no event of a CMX 3600 list: '{text[:60]}'. "
                "Export the EDL again."
            )
        elif text.upper().startswith("FCM:"):
            is_drop = "NON" not in text.upper()
            found.first_fcm = is_drop if found.first_fcm is None else found.first_fcm
            continue  # it belongs to the event that follows
        elif text.upper().startswith("TITLE:"):
            found.title = text[6:].strip()
        else:
            _note(found, text)
        if found.events and text:
            found.events[-1].stop_line = number + 1
    if not found.events:
        raise TimelineError(f"{name} holds no events of a CMX 3600 edit list. Export the EDL again.")
    return found


def _event(match: re.Match[str], line: int, is_drop: bool) -> Event:
    number, reel, channels, kind, transition = match.group(1, 2, 3, 4, 5)
    labels = (match[6], match[7], match[8], match[9])
    kind = re.sub(r"\s", "", kind.upper())
    return Event(int(number), reel, channels.upper(), kind, int(transition or 0), labels, line, is_drop)


def _note(found: EventList, text: str) -> None:
    if speed := _SPEED.match(text):
        for event in reversed(found.events):
            if event.number != found.events[-1].number:
                break
            if event.reel == speed[1].strip() or event is found.events[-1]:
                event.speeds.append((speed[1].strip(), float(speed[2])))
                break
        return
    comment = _COMMENT.match(text)
    if comment is None:
        return
    name, said = comment[1].upper(), comment[2]
    if name == "FRAME RATE":
        found.rate_text = said
    elif found.events:
        # Comments of a transition stand after its second line, and speak of both.
        for event in reversed(found.events):
            if event.number != found.events[-1].number:
                break
            event.comments.append((name, said))


def is_drop_label(label: str) -> bool:
    return ";" in label or "," in label


def label_number(label: str, rate: FrameRate, is_drop: bool) -> int:
    """The frame number of a label, whatever its separators.

    Raises:
        ValueError: no such label at this rate.
    """
    hours, minutes, seconds, frames = re.split(r"[:;.,]", label.removeprefix("-"))
    number = parse_timecode(f"{hours}:{minutes}:{seconds}{';' if is_drop else ':'}{frames}", rate)
    return -number if label.startswith("-") else number


def guessed_rate(found: EventList) -> FrameRate:
    """A rate that has all the labels: the file does not say which."""
    highest = max(int(re.split(r"[:;.,]", label)[3]) for event in found.events for label in event.labels)
    is_drop = found.first_fcm or any(is_drop_label(label) for event in found.events for label in event.labels[2:])
    if is_drop or highest >= 50:
        return FrameRate(60000, 1001) if highest >= 30 else FrameRate(30000, 1001)
    for nominal in (24, 25):
        if highest < nominal:
            return FrameRate(nominal)
    return FrameRate(30000, 1001) if highest < 30 else FrameRate(50)
