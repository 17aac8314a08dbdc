"""The projects that were open lately, newest first."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Job
from mpd_studio.jobs.worker import Worker
from mpd_studio.session.new_id import new_id

_KEPT = 10


class RecentFiles(QObject):
    """Signals: changed(): the list is another."""

    changed = Signal()

    def __init__(self, paths: ProgramPaths, lane: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = paths.config / "recent.json"
        self._lane = lane
        self._answers = Answers(lane, self)
        self._waiting_id = ""
        self._files = _read(self._path)

    def files(self) -> tuple[Path, ...]:
        """They may have been deleted since."""
        return self._files

    def add(self, path: Path) -> None:
        """Put a project first."""
        self._replace((path, *(file for file in self._files if file != path))[:_KEPT])

    def remove(self, path: Path) -> None:
        """A project that is gone leaves the list."""
        self._replace(tuple(file for file in self._files if file != path))

    def clear(self) -> None:
        self._replace(())

    def _replace(self, files: tuple[Path, ...]) -> None:
        if files == self._files:
            return
        self._files = files
        self._lane.withdraw(self._waiting_id)
        # A list that cannot be saved is no reason to interrupt anybody: the failure goes to the log.
        self._waiting_id = self._answers.ask(
            Job(new_id("recent"), "Save recent files", partial(_save, self._path, files))
        )
        self.changed.emit()


def _read(path: Path) -> tuple[Path, ...]:
    """Whatever in the file is a list of texts; nothing when it is broken."""
    try:
        doc = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    return tuple(Path(entry) for entry in doc if isinstance(entry, str))[:_KEPT] if isinstance(doc, list) else ()


def _save(path: Path, files: tuple[Path, ...], reporter: Reporter) -> None:
    del reporter
    write_atomically(path, json.dumps([str(file) for file in files], indent=1).encode())
