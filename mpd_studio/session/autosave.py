"""Keeps the journal of a document at most one action behind it."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.progress import Reporter
from mpd_studio.core.timeline import Timeline
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.jobs.worker import Worker
from mpd_studio.session.journal import write_journal
from mpd_studio.session.message import warning
from mpd_studio.session.new_id import new_id
from mpd_studio.session.project_home import ProjectHome

# Reached only by actions a few milliseconds apart on a machine that is busy: then safety goes before the 16 ms.
_PATIENCE_S = 0.03


class Autosave(QObject):
    """Writes snapshots in the journal lane; of those that wait, the newest replaces the others.

    Signals:
        message(Message): autosave stopped working, or works again.
    """

    message = Signal(object)

    def __init__(self, lane: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._answers = Answers(lane, self)
        self._waiting_id = ""
        self._waiting_for: Path | None = None
        self._is_safe = threading.Event()
        self._is_safe.set()
        self._is_broken = False

    def write(self, home: ProjectHome, timeline: Timeline) -> None:
        """Bring a snapshot on its way."""
        if self._waiting_for == home.journal:  # never the last snapshot of another project
            self._lane.withdraw(self._waiting_id)
        self._waiting_for = home.journal
        self._is_safe = threading.Event()
        job = Job(new_id("journal"), "Autosave", partial(_write, home, timeline, self._is_safe))
        self._waiting_id = self._answers.ask(job, self._on_written, self._on_failed)

    def wait_for_last(self) -> None:
        """Called before the next action: the one before it is then on disk, so that a crash loses one at most.

        Two actions of a person are far enough apart for this to return at once. It gives up after 30 ms: a disk
        that hangs must not stop the window.
        """
        self._is_safe.wait(_PATIENCE_S)

    def _on_written(self, value: object) -> None:
        del value
        self._is_broken = False

    def _on_failed(self, failure: Failure) -> None:
        if not self._is_broken:  # said once, not at every edit
            self.message.emit(warning(failure.message, failure.details))
        self._is_broken = True


def _write(home: ProjectHome, timeline: Timeline, is_safe: threading.Event, reporter: Reporter) -> None:
    del reporter  # a snapshot is always written whole
    try:
        write_journal(home.journal, timeline, is_safe.set)
    finally:
        is_safe.set()
