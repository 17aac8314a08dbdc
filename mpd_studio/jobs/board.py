"""The list of jobs as a value for the eyes: queued, running, ended; progress and times."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.ids import GapId
from mpd_studio.core.progress import Progress
from mpd_studio.jobs.job import Failure, Job, JobState
from mpd_studio.jobs.pace import Pace
from mpd_studio.jobs.worker import Worker

_KEPT_ROWS = 200


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job. stage, done, total: as last reported.

    left_s: None while it cannot be told yet. is_least: more will be needed than left_s, nobody knows how much.
    can_try_again: it was neither done nor is it on its way, and who submitted it can start the same once more.
    """

    id: str
    title: str
    state: JobState = JobState.QUEUED
    stage: str = ""
    done: int = 0
    total: int = 0
    elapsed_s: float = 0.0
    left_s: float | None = None
    is_least: bool = False
    failure: Failure | None = None
    gap_id: GapId | None = None
    can_try_again: bool = False


@dataclass(slots=True)
class _Entry:
    """A row on its way: times are the clock's."""

    row: JobRow
    worker: Worker
    again: Callable[[], object] | None = None
    began_s: float = 0.0
    pace: Pace = field(default_factory=Pace)
    was_stopped: bool = False


class JobBoard(QObject):
    """Follows the jobs a user can see.

    Signals:
        changed(): a job was added, moved on or ended.
        failed(JobRow): a job ended with a failure.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._followed: list[Worker] = []

    def follow(self, worker: Worker) -> None:
        """Listen to a lane. Who follows it before others connect is up to date when they are told."""
        if worker not in self._followed:
            self._followed.append(worker)
            worker.begun.connect(self._on_begun)
            worker.progressed.connect(self._on_progressed)
            worker.finished_with.connect(self._on_finished)
            worker.failed.connect(self._on_failed)
            worker.cancelled.connect(self._on_cancelled)

    def submit(
        self, worker: Worker, job: Job, gap_id: GapId | None = None, again: Callable[[], object] | None = None
    ) -> str:
        """Show a job and hand it to its lane. Returns the job's id.

        again: starts the same once more, or says why it cannot be; for try_again().
        """
        self.follow(worker)
        self._entries[job.id] = _Entry(JobRow(job.id, job.title, gap_id=gap_id), worker, again)
        self._forget_oldest()
        self.changed.emit()
        worker.submit(job)
        return job.id

    @property
    def rows(self) -> tuple[JobRow, ...]:
        """Oldest first, with the times of this moment."""
        return tuple(self._timed(entry) for entry in self._entries.values())

    @property
    def current(self) -> JobRow | None:
        """The job that runs, else the next that waits, else None; of several, first those that fill a gap.

        A download that goes on for an hour may not stand before the frames somebody waits for.
        """
        rows = sorted(self.rows, key=lambda row: row.gap_id is None)
        running = next((row for row in rows if row.state is JobState.RUNNING), None)
        return running or next((row for row in rows if row.state is JobState.QUEUED), None)

    def row(self, job_id: str) -> JobRow | None:
        entry = self._entries.get(job_id)
        return None if entry is None else self._timed(entry)

    def cancel(self, job_id: str) -> None:
        entry = self._entries.get(job_id)
        if entry is not None and not entry.row.state.has_ended:
            entry.was_stopped = True
            entry.worker.cancel(job_id)

    def try_again(self, job_id: str) -> None:
        """Start what failed or was cancelled once more, as a new job."""
        entry = self._entries.get(job_id)
        if entry is not None and entry.row.can_try_again and entry.again is not None:
            entry.again()

    def was_stopped(self, job_id: str) -> bool:
        """Somebody cancelled it, though it may have ended well in that very moment."""
        entry = self._entries.get(job_id)
        return entry is not None and entry.was_stopped

    def clear_ended(self) -> None:
        self._entries = {key: entry for key, entry in self._entries.items() if not entry.row.state.has_ended}
        self.changed.emit()

    def _forget_oldest(self) -> None:
        ended = [key for key, entry in self._entries.items() if entry.row.state.has_ended]
        for key in ended[: max(0, len(self._entries) - _KEPT_ROWS)]:
            del self._entries[key]

    def _timed(self, entry: _Entry) -> JobRow:
        if entry.row.state is not JobState.RUNNING:
            return entry.row
        now = self._clock()
        pace = entry.pace
        return replace(entry.row, elapsed_s=now - entry.began_s, left_s=pace.left_s(now), is_least=pace.is_least)

    def _on_begun(self, job_id: str) -> None:
        entry = self._entries.get(job_id)
        if entry is not None:
            entry.began_s = self._clock()
            entry.row = replace(entry.row, state=JobState.RUNNING)
            self.changed.emit()

    def _on_progressed(self, job_id: str, progress: Progress) -> None:
        entry = self._entries.get(job_id)
        if entry is None:
            return
        entry.pace.report(progress, self._clock())
        if (
            progress.total or entry.row.done >= entry.row.total
        ):  # what is not counted does not hide what is, between two
            entry.row = replace(entry.row, stage=progress.stage, done=progress.done, total=progress.total)
            self.changed.emit()

    def _on_finished(self, job_id: str, value: object) -> None:
        del value
        self._end(job_id, JobState.DONE)

    def _on_cancelled(self, job_id: str) -> None:
        self._end(job_id, JobState.CANCELLED)

    def _on_failed(self, job_id: str, failure: Failure) -> None:
        entry = self._end(job_id, JobState.FAILED, failure)
        if entry is not None:
            self.failed.emit(entry.row)

    def _end(self, job_id: str, state: JobState, failure: Failure | None = None) -> _Entry | None:
        entry = self._entries.get(job_id)
        if entry is None:
            return None
        elapsed_s = self._clock() - entry.began_s if entry.row.state is JobState.RUNNING else 0.0
        done = entry.row.total if state is JobState.DONE else entry.row.done
        entry.row = replace(
            entry.row,
            state=state,
            done=done,
            elapsed_s=elapsed_s,
            left_s=None,
            failure=failure,
            can_try_again=state is not JobState.DONE and entry.again is not None,
        )
        self.changed.emit()
        return entry
