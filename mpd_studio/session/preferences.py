"""The user's settings, with a signal; saved in the save lane."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.errors import SettingsError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.core.settings import LoadedSettings, Settings, load_settings, save_settings
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.jobs.worker import Worker
from mpd_studio.session.message import Message, message_of, warning
from mpd_studio.session.new_id import new_id


class Preferences(QObject):
    """Read once, when the session is built (a file of a few hundred bytes).

    Signals:
        changed(): a setting has another value.
        message(Message)
    """

    changed = Signal()
    message = Signal(object)

    def __init__(self, paths: ProgramPaths, lane: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = paths.settings
        self._lane = lane
        self._answers = Answers(lane, self)
        self._loaded = load_settings(self._path)
        self._waiting_id = ""

    @property
    def settings(self) -> Settings:
        return self._loaded.settings

    @property
    def notes(self) -> tuple[Message, ...]:
        """What could not be read at the start; there was nobody yet to hear a signal."""
        return tuple(warning(note) for note in self._loaded.notes)

    def set(self, **fields: Any) -> bool:
        """Change settings by name. False, with a message and nothing changed, when a value is out of range."""
        try:
            settings = replace(self.settings, **fields)
        except SettingsError as refusal:
            self.message.emit(warning(str(refusal)))
            return False
        if settings == self.settings:
            return True
        self._loaded = replace(self._loaded, settings=settings)
        self._lane.withdraw(self._waiting_id)
        job = Job(new_id("settings"), "Save settings", partial(_save, self._path, self._loaded))
        self._waiting_id = self._answers.ask(job, failed=self._on_failed)
        self.changed.emit()
        return True

    def _on_failed(self, failure: Failure) -> None:
        self.message.emit(message_of(failure, "The settings were not saved"))


def _save(path: Path, loaded: LoadedSettings, reporter: Reporter) -> None:
    del reporter
    save_settings(path, loaded)
