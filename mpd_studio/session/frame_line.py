"""Requests for pictures on their way to one lane: each once, the urgent ones first, a bounded number waiting."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job, Work
from mpd_studio.jobs.worker import Worker
from mpd_studio.session.frame_work import FrameEyes
from mpd_studio.session.new_id import new_id


class FrameLine:
    """eyes: belong to the lane. A request that is dropped ends without a word to whoever asked."""

    def __init__(self, lane: Worker, eyes: FrameEyes, most_waiting: int, parent: QObject) -> None:
        self.eyes = eyes
        self._lane = lane
        self._answers = Answers(lane, parent)
        self._most_waiting = most_waiting
        self._jobs: dict[Hashable, str] = {}  # oldest first

    def ask(
        self,
        key: Hashable,
        work: Work,
        done: Callable[[np.ndarray], None],
        failed: Callable[[Failure], None],
        *,
        first: bool,
        hurry: bool = False,
    ) -> None:
        """first: before all that wait. hurry: bring it forward when it waits already."""
        pending = self._jobs.get(key)
        if pending is not None and not (hurry and self._lane.withdraw(pending)):
            return
        while len(self._jobs) >= self._most_waiting and self._drop_oldest():
            pass
        job = Job(new_id("frame"), "Read a frame", work)
        self._jobs[key] = job.id
        self._answers.ask(
            job,
            partial(self._on_done, key, job.id, done),
            partial(self._on_failed, key, job.id, failed),
            partial(self._forget, key, job.id),
            first=first,
        )

    def drop(self, key: Hashable) -> None:
        """Give up a request that has not begun."""
        job_id = self._jobs.get(key)
        if job_id is not None:
            self._lane.withdraw(job_id)

    @property
    def waiting(self) -> int:
        """Requests that have not ended."""
        return len(self._jobs)

    def _drop_oldest(self) -> bool:
        return any(self._lane.withdraw(job_id) for job_id in tuple(self._jobs.values()))

    def _on_done(self, key: Hashable, job_id: str, done: Callable[[np.ndarray], None], value: np.ndarray) -> None:
        self._forget(key, job_id)
        done(value)

    def _on_failed(self, key: Hashable, job_id: str, failed: Callable[[Failure], None], failure: Failure) -> None:
        self._forget(key, job_id)
        failed(failure)

    def _forget(self, key: Hashable, job_id: str) -> None:
        if self._jobs.get(key) == job_id:
            del self._jobs[key]
