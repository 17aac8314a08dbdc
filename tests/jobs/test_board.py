"""The job list: states, progress, time left."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import EngineFailed
from mpd_studio.core.ids import GapId
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.jobs.board import JobBoard, JobRow
from mpd_studio.jobs.job import Job, JobState
from mpd_studio.jobs.worker import Worker


class Steps:
    """Work that goes on one report at a time."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.let = threading.Semaphore(0)

    def work(self, reporter: Reporter) -> str:
        for done in range(self.total + 1):
            while not self.let.acquire(timeout=0.005):
                reporter.raise_if_cancelled()
            reporter.report(Progress("New frames", done, self.total))
        return "made"


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(qtbot: QtBot, clock: Clock) -> JobBoard:
    return JobBoard(clock=clock)


def _row(board: JobBoard, job_id: str) -> JobRow:
    row = board.row(job_id)
    assert row is not None
    return row


def test_row_goes_from_queued_through_running_to_done(qtbot: QtBot, worker: Worker, board: JobBoard) -> None:
    steps = Steps(2)
    board.submit(worker, Job("a", "Gap 3: 19 frames", steps.work), GapId("gap-3"))
    assert board.rows == (JobRow("a", "Gap 3: 19 frames", gap_id=GapId("gap-3")),)
    qtbot.waitUntil(lambda: _row(board, "a").state is JobState.RUNNING)
    steps.let.release(3)
    qtbot.waitUntil(lambda: _row(board, "a").state is JobState.DONE)
    assert _row(board, "a").left_s is None
    assert board.current is None


def test_time_left_is_told_from_the_pace_so_far(qtbot: QtBot, worker: Worker, board: JobBoard, clock: Clock) -> None:
    steps = Steps(10)
    board.submit(worker, Job("a", "A", steps.work))
    steps.let.release()
    qtbot.waitUntil(lambda: _row(board, "a").stage == "New frames")
    assert _row(board, "a").left_s is None
    for done in (1, 2):
        clock.now_s += 3.0
        # Reports closer than 50 ms of real time are dropped, so wait for each to arrive.
        qtbot.wait(60)
        steps.let.release()
        qtbot.waitUntil(lambda done=done: _row(board, "a").done == done)
    assert _row(board, "a").left_s == pytest.approx(8 * 3.0)
    clock.now_s += 1.0
    assert _row(board, "a").left_s == pytest.approx(8 * 3.0 - 1.0)
    assert _row(board, "a").elapsed_s == pytest.approx(7.0)
    board.cancel("a")
    qtbot.waitUntil(lambda: _row(board, "a").state is JobState.CANCELLED)


def test_a_stage_that_is_not_counted_does_not_hide_one_that_is(qtbot: QtBot, worker: Worker, board: JobBoard) -> None:
    let = threading.Semaphore(0)
    reports = [("Looking", 0, 0), ("New frames", 1, 2), ("Writing", 0, 0), ("New frames", 2, 2), ("Writing", 1, 0)]
    shown: list[tuple[str, int, int]] = []

    def work(reporter: Reporter) -> None:
        for stage, done, total in reports:
            while not let.acquire(timeout=0.005):
                reporter.raise_if_cancelled()
            worker.progressed.emit("a", Progress(stage, done, total))
        while True:
            let.acquire(timeout=0.005)
            reporter.raise_if_cancelled()

    def note(*_: object) -> None:
        row = _row(board, "a")
        shown.append((row.stage, row.done, row.total))

    board.submit(worker, Job("a", "A", work))
    worker.progressed.connect(note)
    for count in range(1, len(reports) + 1):
        let.release()
        qtbot.waitUntil(lambda count=count: len(shown) == count)
    assert shown == [reports[0], reports[1], reports[1], reports[3], reports[4]]
    board.cancel("a")
    qtbot.waitUntil(lambda: _row(board, "a").state is JobState.CANCELLED)


def test_failed_job_keeps_its_failure_and_says_so(qtbot: QtBot, worker: Worker, board: JobBoard) -> None:
    def work(reporter: Reporter) -> None:
        raise EngineFailed("Flow could not be computed. Try the crossfade engine.")

    with qtbot.waitSignal(board.failed) as told:
        board.submit(worker, Job("a", "A", work))
    row = _row(board, "a")
    assert told.args == [row]
    assert row.failure is not None
    assert row.failure.message.startswith("Flow could not be computed")


def test_what_did_not_come_to_an_end_is_tried_again_by_whoever_submitted_it(
    qtbot: QtBot, worker: Worker, board: JobBoard
) -> None:
    again: list[str] = []

    def broken(reporter: Reporter) -> None:
        raise EngineFailed("It broke.")

    for key, work in (("broken", broken), ("stopped", Steps(1).work), ("fine", lambda reporter: 1)):
        board.submit(worker, Job(key, key, work), again=lambda key=key: again.append(key))
    board.submit(worker, Job("alone", "alone", broken))
    assert not any(row.can_try_again for row in board.rows)
    board.try_again("broken")  # it is on its way
    qtbot.waitUntil(lambda: _row(board, "stopped").state is JobState.RUNNING)
    board.cancel("stopped")
    qtbot.waitUntil(lambda: all(row.state.has_ended for row in board.rows))
    assert [row.id for row in board.rows if row.can_try_again] == ["broken", "stopped"]
    for row in board.rows:
        board.try_again(row.id)
    assert again == ["broken", "stopped"]


def test_frames_of_a_gap_stand_before_a_long_download(qtbot: QtBot, worker: Worker, board: JobBoard) -> None:
    download, frames, other = Steps(1), Steps(1), Worker("other")
    try:
        board.submit(other, Job("download", "Get", download.work))
        qtbot.waitUntil(lambda: _row(board, "download").state is JobState.RUNNING)
        board.submit(worker, Job("frames", "Gap 1", frames.work), GapId("gap-1"))
        qtbot.waitUntil(lambda: _row(board, "frames").state is JobState.RUNNING)
        current = board.current
        assert current is not None
        assert current.id == "frames"
        board.cancel("frames")
        qtbot.waitUntil(lambda: _row(board, "frames").state is JobState.CANCELLED)
        current = board.current
        assert current is not None
        assert current.id == "download"
    finally:
        assert other.close()


def test_waiting_job_is_cancelled_at_once(qtbot: QtBot, worker: Worker, board: JobBoard) -> None:
    steps = Steps(1)
    board.submit(worker, Job("a", "A", steps.work))
    board.submit(worker, Job("b", "B", steps.work))
    qtbot.waitUntil(lambda: _row(board, "a").state is JobState.RUNNING)
    current = board.current
    assert current is not None
    assert current.id == "a"
    board.cancel("b")
    assert _row(board, "b").state is JobState.CANCELLED
    board.cancel("a")
    qtbot.waitUntil(lambda: _row(board, "a").state is JobState.CANCELLED)


def test_clear_ended_keeps_what_still_runs(qtbot: QtBot, worker: Worker, board: JobBoard) -> None:
    steps = Steps(0)
    board.submit(worker, Job("a", "A", lambda reporter: None))
    board.submit(worker, Job("b", "B", steps.work))
    qtbot.waitUntil(lambda: _row(board, "b").state is JobState.RUNNING)
    board.clear_ended()
    assert [row.id for row in board.rows] == ["b"]
    steps.let.release()
    qtbot.waitUntil(lambda: _row(board, "b").state is JobState.DONE)


def test_one_board_follows_several_lanes(qtbot: QtBot, worker: Worker, board: JobBoard) -> None:
    other = Worker("other")
    board.submit(worker, Job("a", "A", lambda reporter: 1))
    board.submit(other, Job("b", "B", lambda reporter: 2))
    qtbot.waitUntil(lambda: all(row.state is JobState.DONE for row in board.rows))
    assert other.close()
