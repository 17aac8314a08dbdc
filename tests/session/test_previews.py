"""Previews are there while a generation for their gap runs, and gone when it ends, however it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from footage import GAP
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import EngineFailed
from mpd_studio.core.ids import GapId
from mpd_studio.core.progress import Preview, Reporter
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Job
from mpd_studio.jobs.worker import Worker
from mpd_studio.session.frame_work import PreviewFrame
from mpd_studio.session.previews import Previews
from mpd_studio.session.session import Session

OTHER = GapId("another gap")


def preview_at(*places: int, step: int = 1, steps: int = 4) -> Preview:
    """Each picture as bright as its place, and brighter by 100 in the second half of the steps."""
    frames = np.zeros((len(places), 4, 6, 3), np.uint8)
    frames += np.array(places, np.uint8).reshape(-1, 1, 1, 1) + (100 if 2 * step > steps else 0)
    frames.flags.writeable = False
    return Preview(frames, places, step, steps)


class Lane:
    """A lane and a board of its own, and work that shows one preview after the other as it is let."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        self.worker = Worker("test")
        self.board = JobBoard()
        self.board.follow(self.worker)
        self.previews = Previews(session.document, self.board, self.worker)
        self.heard: list[object] = []
        self.previews.changed.connect(self.heard.append)
        self.stop = threading.Event()
        self._qtbot = qtbot

    def run(self, job_id: str, shown: tuple[Preview, ...], end: Callable[[], object], gap: GapId | None = GAP) -> None:
        """Submit work that shows previews, waits for `stop` and ends as `end` does. Returns when they were sent."""
        self.stop.clear()
        self.heard.clear()
        sent = threading.Event()

        def work(reporter: Reporter) -> object:
            for preview in shown:  # not through the reporter, whose throttle has tests of its own
                self.worker.previewed.emit(job_id, preview)
            sent.set()
            while not self.stop.wait(0.005):
                reporter.raise_if_cancelled()
            return end()

        self.board.submit(self.worker, Job(job_id, "", work), gap)
        self._qtbot.waitUntil(sent.is_set)
        self._qtbot.waitUntil(lambda: gap is None or len(self.heard) >= len(shown))

    def finish(self, job_id: str) -> None:
        self.stop.set()
        self._qtbot.waitUntil(lambda: (row := self.board.row(job_id)) is not None and row.state.has_ended)

    def wait_until_gone(self) -> None:
        """Board and previews hear of an ending one after the other."""
        self._qtbot.waitUntil(lambda: self.previews.preview(GAP) is None)


@pytest.fixture
def lane(qtbot: QtBot, gap_session: Session) -> Iterator[Lane]:
    made = Lane(gap_session, qtbot)
    yield made
    assert made.worker.close()


def _fail() -> None:
    raise EngineFailed("It broke. Try again.")


def test_the_preview_of_a_running_job_is_its_gaps_and_moves_on(lane: Lane) -> None:
    lane.run("a", (preview_at(1, 3), preview_at(1, 3, step=3)), lambda: None)
    live = lane.previews.preview(GAP)
    assert live is not None
    assert (live.step, live.steps) == (3, 4)
    assert [(place, int(pixels[0, 0, 0])) for place, pixels in live.frames] == [(1, 101), (3, 103)]
    assert not any(pixels.flags.writeable for _, pixels in live.frames)
    assert lane.previews.preview(OTHER) is None
    assert lane.heard == [GAP, GAP]
    assert [live.nearest(place)[0] for place in (1, 2, 3, 9)] == [1, 1, 3, 3]


@pytest.mark.parametrize("ending", ["done", "failed", "cancelled"])
def test_it_goes_with_every_ending(lane: Lane, ending: str) -> None:
    lane.run("a", (preview_at(1),), _fail if ending == "failed" else lambda: None)
    assert lane.previews.on_canvas(GAP) is not None
    if ending == "cancelled":
        lane.board.cancel("a")
    lane.finish("a")
    lane.wait_until_gone()
    assert lane.previews.on_canvas(GAP) is None
    assert lane.heard == [GAP, GAP]


def test_what_belongs_to_no_gap_is_not_shown(lane: Lane) -> None:
    lane.run("a", (preview_at(1),), lambda: None, None)
    lane.finish("a")
    assert lane.heard == []


def test_a_part_of_a_long_gap_replaces_only_its_own_stretch(lane: Lane) -> None:
    coarse = preview_at(4, 12, 20, 28, 36)
    part = preview_at(10, 14, 18, 22, step=3)
    lane.run("a", (coarse, part), lambda: None)
    live = lane.previews.preview(GAP)
    assert live is not None
    assert [place for place, _ in live.frames] == [4, 10, 14, 18, 22, 28, 36]
    assert [int(pixels[0, 0, 0]) for _, pixels in live.frames] == [4, 110, 114, 118, 122, 28, 36]


def test_a_gap_with_a_take_keeps_the_take_on_the_canvas_until_the_user_says_otherwise(
    lane: Lane, qtbot: QtBot, gap_session: Session
) -> None:
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
    lane.run("a", (preview_at(1),), lambda: None)
    assert lane.previews.preview(GAP) is not None
    assert lane.previews.on_canvas(GAP) is None
    lane.previews.put_on_canvas(GAP, True)
    lane.previews.put_on_canvas(GAP, True)
    assert lane.previews.on_canvas(GAP) is lane.previews.preview(GAP)
    lane.previews.put_on_canvas(GAP, False)
    assert lane.previews.on_canvas(GAP) is None
    assert lane.heard == [GAP] * 3
    lane.finish("a")
    lane.wait_until_gone()
    lane.previews.put_on_canvas(GAP, True)
    assert lane.previews.on_canvas(GAP) is None


def test_the_next_job_starts_with_nothing_of_the_last(lane: Lane) -> None:
    lane.run("a", (preview_at(1, 2, 3),), lambda: None)
    lane.previews.put_on_canvas(GAP, False)
    lane.finish("a")
    lane.wait_until_gone()
    lane.run("b", (preview_at(2),), lambda: None)
    live = lane.previews.on_canvas(GAP)
    assert live is not None
    assert [place for place, _ in live.frames] == [2]
    lane.finish("b")


def test_its_pictures_are_frames_for_the_canvas_at_once(gap_session: Session) -> None:
    pixels = preview_at(7).frames[0]
    assert gap_session.frames.request(PreviewFrame(pixels), urgent=True) is pixels


def test_a_take_of_flow_brings_no_preview(qtbot: QtBot, gap_session: Session) -> None:
    heard: list[object] = []
    gap_session.previews.changed.connect(heard.append)
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
    assert heard == []
