"""Frames made side by side: in order, stopped by a cancel, and never left running."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mpd_studio.core.errors import Cancelled, MpdError
from mpd_studio.engines.flow.side_by_side import side_by_side


def nothing() -> None:
    """A tick that never stops anybody."""


@pytest.mark.parametrize("count", [1, 2, 7])
def test_frames_come_in_order_though_later_ones_are_ready_first(count: int):
    odd_is_made = [threading.Event() for _ in range(count + 1)]

    def make(index: int, go_on: Callable[[], None]) -> int:
        if index % 2 == 0 and index + 1 < count:
            assert odd_is_made[index + 1].wait(10)
        odd_is_made[index].set()
        return index

    assert list(side_by_side(make, count, nothing)) == list(range(count))


def test_no_more_than_two_are_ahead_of_who_uses_them():
    begun: list[int] = []

    def make(index: int, go_on: Callable[[], None]) -> int:
        begun.append(index)
        return index

    frames = side_by_side(make, 50, nothing)
    assert next(frames) == 0
    frames.close()
    assert max(begun) <= 2


def test_a_cancel_while_waiting_stops_what_is_being_made():
    is_asked = threading.Event()
    stopped: list[int] = []

    def make(index: int, go_on: Callable[[], None]) -> int:
        is_asked.set()
        try:
            while True:
                go_on()
        except Cancelled:
            stopped.append(index)
            raise

    def tick() -> None:
        if is_asked.is_set():
            raise Cancelled

    with pytest.raises(Cancelled):
        list(side_by_side(make, 9, tick))
    assert stopped
    assert max(stopped) <= 1


def test_what_goes_wrong_with_a_frame_reaches_who_waits_for_it():
    def make(index: int, go_on: Callable[[], None]) -> int:
        if index == 2:
            raise MpdError("no")
        return index

    frames = side_by_side(make, 5, nothing)
    assert [next(frames), next(frames)] == [0, 1]
    with pytest.raises(MpdError):
        next(frames)
