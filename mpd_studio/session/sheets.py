"""The contract sheets of takes, as they stand beside the frames."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.progress import Reporter
from mpd_studio.core.timeline import Take
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.sheet import LineState, SheetLine

SHEET_FILE = "sheet.json"
Lines = tuple[SheetLine, ...]


class TakeSheets(QObject):
    """Each sheet is read once, in the I/O lane: a finished take never changes.

    Signals:
        arrived(): a sheet that was asked for is there.
    """

    arrived = Signal()

    def __init__(self, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answers = Answers(lanes.io, self)
        self._known: dict[PurePath, Lines] = {}
        self._asked: set[PurePath] = set()

    def lines(self, take: Take) -> Lines | None:
        """The ticked lines of a take; None until arrived(). Where there is no sheet, what the take itself knows."""
        folder = take.result.frames.folder
        if folder not in self._known and folder not in self._asked:
            self._asked.add(folder)
            job = Job(new_id("sheet"), f"Read the sheet of {take.name}", partial(read_sheet, Path(folder)))
            self._answers.ask(job, partial(self._on_read, take), partial(self._on_failed, take))
        return self._known.get(folder)

    def _on_read(self, take: Take, lines: Lines | None) -> None:
        self._known[take.result.frames.folder] = lines or _told_by(take)
        self.arrived.emit()

    def _on_failed(self, take: Take, failure: Failure) -> None:
        del failure
        self._on_read(take, None)


def read_sheet(folder: Path, reporter: Reporter) -> Lines | None:
    """None: there is no sheet in the folder, or none that can be read."""
    del reporter
    try:
        doc = json.loads((folder / SHEET_FILE).read_text(encoding="utf-8"))
        return tuple(
            SheetLine(str(line["id"]), str(line["text"]), LineState(line["state"]), str(line["detail"]))
            for line in doc["lines"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _told_by(take: Take) -> Lines:
    result = take.result
    state = LineState.WARN if result.reasons else LineState.NOTE
    text = f"The sheet is no longer beside the frames. The take was checked: {result.verdict}"
    return (SheetLine("verdict", text, state, "; ".join(result.reasons)),)
