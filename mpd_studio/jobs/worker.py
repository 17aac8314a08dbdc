"""One lane: a thread that runs jobs in order, each with exactly one of three endings."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from mpd_studio.core.errors import Cancelled
from mpd_studio.core.progress import Preview, Progress, Reporter
from mpd_studio.jobs.job import Job, failure_from

log = logging.getLogger(__name__)

_REPORT_INTERVAL_S = 0.05  # at most 20 reports a second leave the lane
_PREVIEW_INTERVAL_S = 0.5  # and at most 2 previews
CLOSE_TIMEOUT_S = 10.0


class Worker(QThread):
    """A thread with a queue. The object lives in the GUI thread, so its signals arrive there.

    Connect only to methods of QObjects: they then run in the GUI thread, one after another, never in the lane.

    Signals:
        begun(job id): the work has started.
        progressed(job id, Progress): at most 20 times a second.
        previewed(job id, Preview): at most twice a second.
        finished_with(job id, value), failed(job id, Failure), cancelled(job id): exactly one of them for every job,
            also for one that is cancelled while it waits, or submitted after close().
    """

    begun = Signal(str)
    progressed = Signal(str, object)
    previewed = Signal(str, object)
    finished_with = Signal(str, object)
    failed = Signal(str, object)
    cancelled = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._waiting: deque[Job] = deque()
        self._running: _Run | None = None
        self._is_closing = False
        self._changed = threading.Condition()

    def submit(self, job: Job, *, first: bool = False) -> None:
        """Queue a job, at the front of the queue with `first`. The thread starts with the first job."""
        with self._changed:
            is_refused = self._is_closing
            if not is_refused:
                self._waiting.insert(0 if first else len(self._waiting), job)
                self._changed.notify()
        if is_refused:
            self.cancelled.emit(job.id)
        elif not self.isRunning():
            self.start()

    def cancel(self, job_id: str) -> None:
        """End a job early: at once when it waits, at its next report when it runs. An ended job stays as it is."""
        if self.withdraw(job_id):
            return
        with self._changed:
            if self._running is not None and self._running.job.id == job_id:
                self._running.stop.set()

    def withdraw(self, job_id: str) -> bool:
        """Cancel a job that has not begun; False, and nothing happens, when it has."""
        with self._changed:
            job = next((job for job in self._waiting if job.id == job_id), None)
            if job is not None:
                self._waiting.remove(job)
        if job is not None:
            self.cancelled.emit(job.id)
        return job is not None

    @property
    def is_idle(self) -> bool:
        """Nothing runs and nothing waits."""
        with self._changed:
            return self._running is None and not self._waiting

    def begin_closing(self, *, finish_waiting: bool = False) -> None:
        """Refuse new jobs; cancel what waits and what runs, or do it all first with `finish_waiting`."""
        with self._changed:
            self._is_closing = True
            dropped = () if finish_waiting else tuple(self._waiting)
            if not finish_waiting:
                self._waiting.clear()
                if self._running is not None:
                    self._running.stop.set()
            self._changed.notify_all()
        for job in dropped:
            self.cancelled.emit(job.id)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S, *, finish_waiting: bool = False) -> bool:
        """Stop for good: begin_closing, then wait for the thread to end, at most timeout_s.

        Returns False when it still runs then: the object must be kept alive in that case, and the process left
        without destroying it.
        """
        self.begin_closing(finish_waiting=finish_waiting)
        if not self.isRunning():
            return True
        has_stopped = self.wait(round(timeout_s * 1000))
        if not has_stopped:
            log.warning("The lane '%s' did not stop within %g s.", self.objectName(), timeout_s)
        return has_stopped

    def run(self) -> None:
        """The thread itself; called by Qt."""
        while (run := self._next()) is not None:
            self._work(run)
            with self._changed:
                self._running = None

    def _next(self) -> _Run | None:
        """Wait for a job; None when the lane closes."""
        with self._changed:
            while not self._waiting:
                if self._is_closing:
                    return None
                self._changed.wait()
            self._running = _Run(self._waiting.popleft())
            return self._running

    def _work(self, run: _Run) -> None:
        job = run.job
        self.begun.emit(job.id)
        reporter = LaneReporter(
            run.stop,
            lambda progress: self.progressed.emit(job.id, progress),
            lambda preview: self.previewed.emit(job.id, preview),
        )
        try:
            reporter.raise_if_cancelled()
            value = job.work(reporter)
        except Cancelled:
            self.cancelled.emit(job.id)
        except BaseException as error:  # the thread's edge: whatever a library raises, the lane lives on
            log.debug("Job '%s' failed.", job.title, exc_info=True)
            self.failed.emit(job.id, failure_from(error))
        else:
            self.finished_with.emit(job.id, value)


class _Run:
    """A job on its way, and the flag that asks it to stop."""

    __slots__ = ("job", "stop")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.stop = threading.Event()


class LaneReporter(Reporter):
    """What work gets. Used in the lane's thread only; raises Cancelled once the job was asked to stop.

    A report that comes too soon waits, the newest of each stage, until the work calls again.
    """

    def __init__(
        self,
        stop: threading.Event,
        emit: Callable[[Progress], None],
        show: Callable[[Preview], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stop = stop
        self._emit = emit
        self._show = show
        self._clock = clock
        self._held: dict[str, Progress] = {}  # by stage, the one that has waited longest first
        self._last_s = float("-inf")
        self._last_preview_s = float("-inf")

    def report(self, progress: Progress) -> None:
        self._held.pop(progress.stage, None)
        self._held[progress.stage] = progress
        self.raise_if_cancelled()

    def wants_preview(self) -> bool:
        return self._clock() - self._last_preview_s >= _PREVIEW_INTERVAL_S

    def preview(self, preview: Preview) -> None:
        now = self._clock()
        if now - self._last_preview_s >= _PREVIEW_INTERVAL_S:
            self._last_preview_s = now
            self._show(preview)

    def raise_if_cancelled(self) -> None:
        if self._stop.is_set():
            raise Cancelled
        if self._held and (now := self._clock()) - self._last_s >= _REPORT_INTERVAL_S:
            self._last_s = now
            self._emit(self._held.pop(next(iter(self._held))))
