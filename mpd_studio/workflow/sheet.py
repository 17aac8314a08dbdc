"""The contract sheet: what a run promises before it starts, and the same lines with ticks after it.

A sheet is a value; it stands beside the frames as sheet.txt and sheet.json.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from mpd_studio.core.figures import Figure
from mpd_studio.core.frames import format_timecode, rate_text
from mpd_studio.core.inbetween import InbetweenRequest


class LineState(Enum):
    TODO = "todo"  # a promise of a run that has not ended yet
    PASS = "pass"
    WARN = "warn"
    NOTE = "note"


_TICKS = {LineState.TODO: "[ ]", LineState.PASS: "[x]", LineState.WARN: "[!]", LineState.NOTE: " - "}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One promise. id: stable name for programs; detail: figures or the reason of a warning."""

    id: str
    text: str
    state: LineState = LineState.TODO
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    lines: tuple[SheetLine, ...]

    @property
    def verdict(self) -> str:
        """ "TODO" before the run, then "PASS" or "WARN"."""
        states = {line.state for line in self.lines}
        if LineState.WARN in states:
            return "WARN"
        return "TODO" if LineState.TODO in states else "PASS"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the verdict is WARN."""
        return tuple(f"{line.text}: {line.detail}" for line in self.lines if line.state is LineState.WARN)

    def with_line(self, line: SheetLine) -> Sheet:
        """The line of the same id replaced, or added at the end."""
        if any(old.id == line.id for old in self.lines):
            return replace(self, lines=tuple(line if old.id == line.id else old for old in self.lines))
        return replace(self, lines=(*self.lines, line))

    def with_figures(self, figures: tuple[Figure, ...]) -> Sheet:
        """What the engine tells, line by line; what is told again stands in its old line.

        Ids get a prefix of their own, so that no engine can replace a promise.
        """
        sheet = self
        for figure in figures:
            if figure.text:
                state = LineState.WARN if figure.warning else LineState.NOTE
                sheet = sheet.with_line(SheetLine(f"engine-{figure.id}", figure.text, state, figure.warning))
        return sheet

    def as_text(self) -> str:
        rows = [f"{_TICKS[line.state]} {line.text}{f' ({line.detail})' if line.detail else ''}" for line in self.lines]
        return "\n".join([self.title, *rows, f"Verdict: {self.verdict}", ""])

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "title": self.title,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "lines": [
                {"id": line.id, "text": line.text, "state": line.state.value, "detail": line.detail}
                for line in self.lines
            ],
        }


@dataclass(frozen=True, slots=True)
class GapPlace:
    """Where a gap lies, for the sheet: the number of its first new frame, counted from 00:00:00:00."""

    start: int
    drop_frame: bool = False


def sheet_before(
    request: InbetweenRequest, place: GapPlace, *, format_title: str, notes: tuple[str, ...] = ()
) -> Sheet:
    """What the run promises. notes: what the user should know before it (assumed tags, scaled ends …)."""
    rate, count = request.rate, request.new_frames
    start, stop = (format_timecode(frame, rate, place.drop_frame) for frame in (place.start, place.start + count))
    frames = "1 new frame" if count == 1 else f"{count} new frames"
    title = f"gap {start} – {stop} = {frames} at {rate_text(rate)}; engine makes {count}"
    lines = [
        SheetLine("count", f"exactly {frames}"),
        SheetLine("size", f"every frame {request.canvas}"),
        SheetLine("duplicates", "no duplicate and no frozen frames"),
        SheetLine("strobe", "no period-2 strobe"),
        SheetLine("pulse", "no brightness pulse beyond the source's own"),
        SheetLine("black", "no black frame that the ends do not have"),
        SheetLine("first", f"first boundary frame untouched: {request.first.media.name}, frame {request.first.index}"),
        SheetLine("last", f"last boundary frame untouched: {request.last.media.name}, frame {request.last.index}"),
        SheetLine("tags", f"colour tags as the source: {_tags(request)}"),
        SheetLine("files", f"written whole and read back: {format_title}"),
    ]
    return Sheet(title, (*lines, *(SheetLine(f"note-{i}", note, LineState.NOTE) for i, note in enumerate(notes, 1))))


def _tags(request: InbetweenRequest) -> str:
    color = request.first.media.color
    return f"{color.primaries} primaries, {color.transfer} transfer"
