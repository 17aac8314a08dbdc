"""What a lane said, in order: a QObject that writes down every signal of a Worker and the thread it came in."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread

from mpd_studio.core.progress import Progress
from mpd_studio.jobs.job import Failure
from mpd_studio.jobs.worker import Worker


class LaneLog(QObject):
    """events: (what, job id, value) of everything but progress; progress: (job id, Progress)."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self.events: list[tuple[str, str, object]] = []
        self.progress: list[tuple[str, Progress]] = []
        self.threads: set[QThread] = set()
        worker.begun.connect(self._on_begun)
        worker.progressed.connect(self._on_progressed)
        worker.finished_with.connect(self._on_finished)
        worker.failed.connect(self._on_failed)
        worker.cancelled.connect(self._on_cancelled)

    def endings(self, job_id: str) -> list[str]:
        return [what for what, key, _ in self.events if key == job_id and what != "begun"]

    def began(self) -> list[str]:
        return [key for what, key, _ in self.events if what == "begun"]

    def value(self, job_id: str) -> object:
        return next(value for what, key, value in self.events if key == job_id and what != "begun")

    def _add(self, what: str, job_id: str, value: object = None) -> None:
        self.threads.add(QThread.currentThread())
        self.events.append((what, job_id, value))

    def _on_begun(self, job_id: str) -> None:
        self._add("begun", job_id)

    def _on_progressed(self, job_id: str, progress: Progress) -> None:
        self.threads.add(QThread.currentThread())
        self.progress.append((job_id, progress))

    def _on_finished(self, job_id: str, value: object) -> None:
        self._add("finished", job_id, value)

    def _on_failed(self, job_id: str, failure: Failure) -> None:
        self._add("failed", job_id, failure)

    def _on_cancelled(self, job_id: str) -> None:
        self._add("cancelled", job_id)
