"""The engine that stays loaded from one generation to the next, and when it is let go."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from mpd_studio.core.progress import Reporter
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Job
from mpd_studio.jobs.worker import Worker
from mpd_studio.session.new_id import new_id
from mpd_studio.session.preferences import Preferences
from mpd_studio.workflow.engine_holder import EngineHolder

IDLE_MS = 5 * 60 * 1000  # the graphics card is the editor's as well, who will not know why it is full


class KeptEngine(QObject):
    """Lives in the GUI thread; the holder is used in the GPU lane alone, so letting go is a job of that lane."""

    def __init__(
        self, preferences: Preferences, lane: Worker, parent: QObject | None = None, idle_ms: int = IDLE_MS
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._lane = lane
        self._answers = Answers(lane, self)
        self._holder = EngineHolder()
        self._lent_id: str | None = None  # of the engine that the holder has, or may have, now
        self._idle = QTimer(self, singleShot=True, interval=idle_ms)
        self._idle.timeout.connect(self._on_idle)
        preferences.changed.connect(self._on_preferences_changed)

    def for_run(self, engine_id: str) -> EngineHolder | None:
        """What the next job of the lane gets its engine from; None where no engine is to be kept."""
        if not self._preferences.settings.keep_engine_loaded:
            return None
        self._idle.stop()
        self._lent_id = engine_id
        return self._holder

    def run_ended(self) -> None:
        """However it ended. After a while without another one the engine goes."""
        if self._lent_id is not None:
            self._idle.start()

    def is_wanted(self, engine_id: str) -> None:
        """The next run will ask for this engine: another one need not stay."""
        if self._lent_id not in (None, engine_id):
            self.let_go()

    def let_go(self) -> None:
        """Give its memory back, after what runs and waits in the lane."""
        if self._lent_id is not None:
            self._idle.stop()
            self._lent_id = None
            self._answers.ask(Job(new_id("unload"), "Unload the engine", partial(_release, self._holder)))

    def close(self) -> None:
        """Give its memory back here and now. Only once the lane has stopped."""
        self._idle.stop()
        self._holder.release()

    def _on_idle(self) -> None:
        if self._lane.is_idle:
            self.let_go()
        else:  # the next generation has begun meanwhile
            self._idle.start()

    def _on_preferences_changed(self) -> None:
        if not self._preferences.settings.keep_engine_loaded:
            self.let_go()


def _release(holder: EngineHolder, reporter: Reporter) -> None:
    del reporter
    holder.release()
