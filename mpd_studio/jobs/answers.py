"""Gives the ending of each job back to the method that asked for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject

from mpd_studio.jobs.job import Failure, Job
from mpd_studio.jobs.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Expected:
    title: str
    done: Callable[[Any], None] | None
    failed: Callable[[Failure], None] | None
    cancelled: Callable[[], None] | None


class Answers(QObject):
    """Sits in the GUI thread beside one lane; what it calls runs in the GUI thread."""

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._expected: dict[str, _Expected] = {}
        worker.finished_with.connect(self._on_finished)
        worker.failed.connect(self._on_failed)
        worker.cancelled.connect(self._on_cancelled)

    def expect(
        self,
        job: Job,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Failure], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> None:
        """Exactly one of the three is called when the job ends. A failure nobody asked about goes to the log."""
        self._expected[job.id] = _Expected(job.title, done, failed, cancelled)

    def ask(
        self,
        job: Job,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Failure], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        *,
        first: bool = False,
    ) -> str:
        """Expect the job's ending and submit it. Returns its id."""
        self.expect(job, done, failed, cancelled)
        self._worker.submit(job, first=first)
        return job.id

    def _on_finished(self, job_id: str, value: object) -> None:
        expected = self._expected.pop(job_id, None)
        if expected is not None and expected.done is not None:
            expected.done(value)

    def _on_failed(self, job_id: str, failure: Failure) -> None:
        expected = self._expected.pop(job_id, None)
        if expected is None:
            return
        if expected.failed is not None:
            expected.failed(failure)
        else:
            log.warning("%s: %s\n%s", expected.title, failure.message, failure.details)

    def _on_cancelled(self, job_id: str) -> None:
        expected = self._expected.pop(job_id, None)
        if expected is not None and expected.cancelled is not None:
            expected.cancelled()
