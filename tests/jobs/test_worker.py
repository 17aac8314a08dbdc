"""The threading contract, sentence by sentence."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from lane_log import LaneLog
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import Cancelled, MediaError
from mpd_studio.core.progress import Preview, Progress, Reporter
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.jobs.worker import LaneReporter, Worker


class Gate:
    """Work that says when it has begun and goes on when it is let."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.opened = threading.Event()

    def work(self, reporter: Reporter) -> str:
        self.begun.set()
        while not self.opened.wait(0.005):
            reporter.raise_if_cancelled()
        return "through"


def _preview(step: int, steps: int) -> Preview:
    frames = np.zeros((1, 4, 6, 3), np.uint8)
    frames.flags.writeable = False
    return Preview(frames, (1,), step, steps)


def _quick(reporter: Reporter) -> str:
    del reporter
    return "done"


def test_job_ends_with_its_value(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    value = ("frozen", 3)
    worker.submit(Job("a", "A", lambda reporter: value))
    qtbot.waitUntil(lambda: log.endings("a") == ["finished"])
    assert log.value("a") is value
    assert log.began() == ["a"]


def test_jobs_run_one_at_a_time_in_order(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    at_work: list[str] = []
    overlaps: list[tuple[str, ...]] = []

    def work(name: str, reporter: Reporter) -> None:
        at_work.append(name)
        overlaps.append(tuple(at_work))
        reporter.raise_if_cancelled()
        at_work.remove(name)

    for name in "abcde":
        worker.submit(Job(name, name, lambda reporter, name=name: work(name, reporter)))
    qtbot.waitUntil(lambda: log.endings("e") == ["finished"])
    assert log.began() == list("abcde")
    assert overlaps == [("a",), ("b",), ("c",), ("d",), ("e",)]


def test_first_goes_before_what_waits(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    gate = Gate()
    worker.submit(Job("gate", "", gate.work))
    qtbot.waitUntil(gate.begun.is_set)
    worker.submit(Job("patient", "", _quick))
    worker.submit(Job("urgent", "", _quick), first=True)
    gate.opened.set()
    qtbot.waitUntil(lambda: bool(log.endings("patient")))
    assert log.began() == ["gate", "urgent", "patient"]


def test_signals_arrive_in_the_gui_thread_and_work_runs_in_another(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    worked_in: list[QThread] = []

    def work(reporter: Reporter) -> None:
        worked_in.append(QThread.currentThread())
        reporter.report(Progress("Reading", 1, 2))

    worker.submit(Job("a", "A", work))
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    assert log.progress == [("a", Progress("Reading", 1, 2))]
    assert log.threads == {worker.thread()}
    assert worked_in == [worker]


def test_job_cancelled_while_queued_never_runs_and_ends_once(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    gate = Gate()
    ran: list[str] = []
    worker.submit(Job("gate", "", gate.work))
    worker.submit(Job("b", "", lambda reporter: ran.append("b")))
    worker.cancel("b")
    assert log.endings("b") == ["cancelled"]
    worker.cancel("b")
    gate.opened.set()
    worker.submit(Job("c", "", _quick))
    qtbot.waitUntil(lambda: bool(log.endings("c")))
    assert log.endings("b") == ["cancelled"]
    assert ran == []


def test_running_job_is_cancelled_at_its_next_report(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    gate = Gate()
    worker.submit(Job("a", "", gate.work))
    qtbot.waitUntil(gate.begun.is_set)
    asked_s = time.monotonic()
    worker.cancel("a")
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    assert log.endings("a") == ["cancelled"]
    assert time.monotonic() - asked_s < 0.5


def test_an_ended_job_cannot_be_cancelled(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    worker.submit(Job("a", "", _quick))
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    worker.cancel("a")
    worker.submit(Job("b", "", _quick))
    qtbot.waitUntil(lambda: bool(log.endings("b")))
    assert log.endings("a") == ["finished"]
    assert log.endings("b") == ["finished"]


def test_withdraw_leaves_a_running_job_alone(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    gate = Gate()
    worker.submit(Job("a", "", gate.work))
    worker.submit(Job("b", "", _quick))
    qtbot.waitUntil(gate.begun.is_set)
    assert not worker.withdraw("a")
    assert worker.withdraw("b")
    gate.opened.set()
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    assert log.endings("a") == ["finished"]
    assert log.endings("b") == ["cancelled"]


def test_a_library_that_swallows_exceptions_cannot_swallow_cancel(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    gate = Gate()

    def work(reporter: Reporter) -> str:
        try:
            gate.work(reporter)
        except Exception:
            return "swallowed"
        return "not stopped"

    worker.submit(Job("a", "", work))
    qtbot.waitUntil(gate.begun.is_set)
    worker.cancel("a")
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    assert log.endings("a") == ["cancelled"]


def test_work_cleans_up_when_cancelled(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    gate = Gate()
    cleaned: list[str] = []

    def work(reporter: Reporter) -> None:
        try:
            gate.work(reporter)
        finally:
            cleaned.append("yes")

    worker.submit(Job("a", "", work))
    qtbot.waitUntil(gate.begun.is_set)
    worker.cancel("a")
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    assert cleaned == ["yes"]


def test_failure_crosses_as_text(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    def work(reporter: Reporter) -> None:
        raise MediaError("clip.mov is empty. Choose another file.")

    worker.submit(Job("a", "", work))
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    failure = log.value("a")
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.message) == ("MediaError", "clip.mov is empty. Choose another file.")
    assert "in work" in failure.details


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "not enough memory"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (ZeroDivisionError("division by zero"), "division by zero"),
        (SystemExit(1), "Something went wrong"),
        (KeyError(), "no reason was given"),
    ],
)
def test_lane_lives_on_after_any_error(
    qtbot: QtBot, worker: Worker, log: LaneLog, error: BaseException, said: str
) -> None:
    def work(reporter: Reporter) -> None:
        raise error

    worker.submit(Job("a", "", work))
    worker.submit(Job("b", "", _quick))
    qtbot.waitUntil(lambda: bool(log.endings("b")))
    failure = log.value("a")
    assert log.endings("a") == ["failed"]
    assert isinstance(failure, Failure)
    assert said in failure.message
    assert log.endings("b") == ["finished"]


def test_progress_leaves_the_lane_at_most_20_times_a_second(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    def work(reporter: Reporter) -> float:
        began_s = time.monotonic()
        done = 0
        while time.monotonic() - began_s < 0.4:
            reporter.report(Progress("Counting", done, 0))
            done += 1
        return time.monotonic() - began_s

    worker.submit(Job("a", "", work))
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    elapsed_s = log.value("a")
    assert isinstance(elapsed_s, float)
    assert 3 <= len(log.progress) <= elapsed_s * 20 + 1


def test_reporter_throttles_by_its_clock() -> None:
    now = [0.0]
    sent: list[int] = []
    reporter = LaneReporter(threading.Event(), lambda progress: sent.append(progress.done), print, lambda: now[0])
    for done, at_s in enumerate((0.0, 0.01, 0.049, 0.05, 0.06, 0.1, 1.0)):
        now[0] = at_s
        reporter.report(Progress("s", done, 7))
    assert sent == [0, 3, 5, 6]


def test_what_came_too_soon_is_told_when_the_work_calls_again() -> None:
    now = [0.0]
    sent: list[tuple[str, int]] = []
    reporter = LaneReporter(
        threading.Event(), lambda progress: sent.append((progress.stage, progress.done)), print, lambda: now[0]
    )
    reporter.report(Progress("New frames", 1, 7))
    reporter.report(Progress("New frames", 2, 7))
    reporter.report(Progress("New frames", 3, 7))
    reporter.report(Progress("Decoding", 1, 2))
    assert sent == [("New frames", 1)]
    for at_s in (0.04, 0.05, 0.09, 0.1, 0.2):
        now[0] = at_s
        reporter.raise_if_cancelled()
    assert sent == [("New frames", 1), ("New frames", 3), ("Decoding", 1)]


def test_previews_are_wanted_and_sent_twice_a_second_at_most() -> None:
    now = [0.0]
    sent: list[int] = []
    reporter = LaneReporter(threading.Event(), print, lambda preview: sent.append(preview.step), lambda: now[0])
    wanted: list[int] = []
    for step, at_s in enumerate((0.0, 0.1, 0.49, 0.5, 0.9, 1.0, 9.0, 9.4)):
        now[0] = at_s
        if reporter.wants_preview():
            wanted.append(step)
        reporter.preview(_preview(step, 7))
    assert wanted == sent == [0, 3, 5, 6]


def test_a_preview_arrives_in_the_gui_thread_as_it_was_sent(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    preview = _preview(2, 7)

    def work(reporter: Reporter) -> str:
        assert reporter.wants_preview()
        reporter.preview(preview)
        return "" if reporter.wants_preview() else "shown"

    got: list[tuple[str, object, QThread]] = []
    worker.previewed.connect(lambda job_id, value: got.append((job_id, value, QThread.currentThread())))
    worker.submit(Job("a", "", work))
    qtbot.waitUntil(lambda: log.endings("a") == ["finished"])
    assert log.value("a") == "shown"
    assert [(job_id, value is preview) for job_id, value, _ in got] == [("a", True)]
    assert got[0][2] == worker.thread()


def test_reporter_raises_even_when_it_would_not_send() -> None:
    stop = threading.Event()
    reporter = LaneReporter(stop, lambda progress: None, lambda preview: None, lambda: 0.0)
    reporter.report(Progress("s", 0, 1))
    stop.set()
    with pytest.raises(Cancelled):
        reporter.report(Progress("s", 1, 1))
    with pytest.raises(Cancelled):
        reporter.raise_if_cancelled()


def test_close_cancels_what_runs_and_what_waits(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    gate = Gate()
    worker.submit(Job("a", "", gate.work))
    worker.submit(Job("b", "", _quick))
    qtbot.waitUntil(gate.begun.is_set)
    assert worker.close()
    assert not worker.isRunning()
    qtbot.waitUntil(lambda: bool(log.endings("a")))
    assert (log.endings("a"), log.endings("b")) == (["cancelled"], ["cancelled"])


def test_close_can_finish_what_waits(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    for name in "abc":
        worker.submit(Job(name, "", _quick))
    assert worker.close(finish_waiting=True)
    qtbot.waitUntil(lambda: bool(log.endings("c")))
    assert [log.endings(name) for name in "abc"] == [["finished"]] * 3


def test_job_after_close_ends_as_cancelled(worker: Worker, log: LaneLog) -> None:
    assert worker.close()
    worker.submit(Job("a", "", _quick))
    assert log.endings("a") == ["cancelled"]
    assert not worker.isRunning()


@pytest.mark.logs("did not stop within")
def test_close_says_when_work_does_not_stop(qtbot: QtBot, worker: Worker) -> None:
    begun, deaf = threading.Event(), threading.Event()

    def work(reporter: Reporter) -> None:
        begun.set()
        deaf.wait(10)

    worker.submit(Job("a", "", work))
    qtbot.waitUntil(begun.is_set)
    assert not worker.close(timeout_s=0.05)
    deaf.set()
    assert worker.close()


def test_every_job_ends_exactly_once_under_a_storm_of_cancels(qtbot: QtBot, worker: Worker, log: LaneLog) -> None:
    names = [f"job {number}" for number in range(200)]

    def work(reporter: Reporter) -> None:
        for done in range(3):
            reporter.report(Progress("s", done, 3))

    for number, name in enumerate(names):
        worker.submit(Job(name, name, work), first=number % 5 == 0)
        if number % 3 == 0:
            worker.cancel(names[number // 2])
    qtbot.waitUntil(lambda: all(log.endings(name) for name in names))
    qtbot.waitUntil(lambda: worker.is_idle)
    assert {len(log.endings(name)) for name in names} == {1}
    assert not {name for name in names if log.endings(name) == ["finished"]} - set(log.began())


def test_an_idle_lane_has_no_thread_before_its_first_job(worker: Worker) -> None:
    assert not worker.isRunning()
    assert worker.is_idle
