"""What lies in reference cycles is destroyed in the GUI thread, soon, and long looks wait until nobody moves."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QLabel
from window_driver import Driver

from mpd_studio.core.progress import Reporter
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Job, Work
from mpd_studio.jobs.worker import Worker
from mpd_studio.ui.garbage import GarbageCollector

_GIVE_UP_S = 20.0


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    made = GarbageCollector(lambda: 0)
    made.install()
    yield made
    made.remove()


class Knot:
    """Plain Python that holds itself."""

    def __init__(self) -> None:
        self.me = self


class Burial:
    """When and in which thread a thing went."""

    def __init__(self, thing: object) -> None:
        self.thread: int | None = None
        weakref.finalize(thing, self._note)

    def _note(self) -> None:
        self.thread = threading.get_ident()


def tied_label() -> Burial:
    """A widget that only a cycle keeps."""
    label = QLabel("tied")
    label.setProperty("kept", True)
    label.me = label  # type: ignore[attr-defined]  # Python's side of a widget takes any attribute
    return Burial(label)


def in_lane(desk: Driver, work: Work) -> list[object]:
    """What the work returned, once it has."""
    ended: list[object] = []
    lane = Worker("garbage")
    Answers(lane, lane).ask(Job("garbage", "Garbage", work), ended.append)
    desk.wait(lambda: bool(ended))
    assert lane.close()
    return ended


def heaping(is_enough: Callable[[], bool]) -> Work:
    """Work that makes cycle after cycle. Returns whether it was enough before it gave up."""

    def work(reporter: Reporter) -> bool:
        give_up_s = time.monotonic() + _GIVE_UP_S
        while not is_enough() and time.monotonic() < give_up_s:
            for _ in range(200):
                Knot()
            reporter.raise_if_cancelled()
        return is_enough()

    return work


@pytest.mark.usefixtures("collector")
def test_a_widget_in_a_cycle_goes_in_the_gui_thread_while_a_lane_allocates(desk: Driver) -> None:
    burials = [tied_label() for _ in range(20)]
    assert in_lane(desk, heaping(lambda: all(burial.thread for burial in burials))) == [True]
    assert {burial.thread for burial in burials} == {threading.get_ident()}


def test_pythons_own_collection_would_destroy_it_in_the_lane(desk: Driver) -> None:
    """What the collector is there for; plain objects here, since widgets can deadlock."""
    knot = Knot()
    burial = Burial(knot)
    del knot

    def work(reporter: Reporter) -> object:
        gc.enable()  # the suite has switched it off
        return heaping(lambda: burial.thread is not None)(reporter)

    assert in_lane(desk, work) == [True]
    assert burial.thread != threading.get_ident()


@pytest.mark.usefixtures("collector")
def test_cycles_that_a_lane_makes_are_freed_while_it_works(desk: Driver) -> None:
    made: list[Burial] = []

    def work(reporter: Reporter) -> bool:
        knot = Knot()
        made.append(Burial(knot))
        del knot
        return bool(heaping(lambda: made[0].thread is not None)(reporter))

    assert in_lane(desk, work) == [True]


@pytest.mark.usefixtures("collector")
def test_a_lane_that_asks_for_a_collection_waits_for_one_in_the_gui_thread(desk: Driver) -> None:
    burial = tied_label()

    def work(reporter: Reporter) -> tuple[int, bool]:
        del reporter
        return gc.collect(), burial.thread is not None

    ((found, is_gone),) = in_lane(desk, work)  # type: ignore[misc]  # as work returns it
    assert found > 0
    assert is_gone
    assert burial.thread == threading.get_ident()


def test_asking_while_the_gui_thread_is_busy_ends_without_it(collector: GarbageCollector) -> None:
    """As while it closes, and waits for the lanes."""
    del collector
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(gc.collect()))
    thread.start()
    thread.join(_GIVE_UP_S)
    assert found == [0]


def test_it_leaves_everything_as_it_was() -> None:
    gc.enable()
    before = gc.collect
    collector = GarbageCollector(lambda: 0)
    collector.install()
    assert not gc.isenabled()
    assert gc.collect is not before
    collector.remove()
    assert gc.isenabled()
    assert gc.collect is before
    assert gc.get_freeze_count() == 0


class Clockwork:
    """A collector whose seconds are counted out, and one old cycle for it."""

    def __init__(self) -> None:
        self.playhead = 0
        self.collector = GarbageCollector(lambda: self.playhead)
        self.collector.look_at_old()

    def old_knot(self) -> Burial:
        knot = Knot()
        burial = Burial(knot)
        for _ in range(gc.get_threshold()[2] + 2):
            gc.collect(1)
        return burial

    def seconds_until(self, burial: Burial, *, moving: bool) -> int:
        for second in range(1, 1000):
            self.playhead += moving
            self.collector.look_at_old()
            if burial.thread is not None:
                return second
        raise AssertionError("never freed")


@pytest.fixture
def clockwork() -> Iterator[Clockwork]:
    gc.freeze()  # what the tests before left is much, and not its concern
    yield Clockwork()
    gc.unfreeze()


def test_old_cycles_are_freed_once_nobody_moves(clockwork: Clockwork) -> None:
    assert clockwork.seconds_until(clockwork.old_knot(), moving=False) == 2


def test_old_cycles_wait_a_minute_while_somebody_moves(clockwork: Clockwork) -> None:
    assert clockwork.seconds_until(clockwork.old_knot(), moving=True) == 59  # one look was before


def test_a_library_that_was_loaded_is_set_aside_unseen(clockwork: Clockwork) -> None:
    loaded = [[number] for number in range(60_000)]
    burial = clockwork.old_knot()
    assert clockwork.seconds_until(burial, moving=False) > 500
    assert len(loaded) == 60_000


def test_what_was_set_aside_is_looked_at_again_after_ten_quiet_minutes(clockwork: Clockwork) -> None:
    knot = Knot()
    burial = Burial(knot)
    clockwork.seconds_until(clockwork.old_knot(), moving=False)
    del knot
    assert 500 < clockwork.seconds_until(burial, moving=False) < 600
    assert burial.thread == threading.get_ident()
