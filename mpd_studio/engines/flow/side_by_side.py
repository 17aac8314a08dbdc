"""Frames made side by side, one on each core, and handed out in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from mpd_studio.core.errors import Cancelled

Made = TypeVar("Made")

AT_ONCE = 2  # more would need more memory, and numpy holds the interpreter's lock now and then
_WAIT_S = 0.1


def side_by_side(
    make: Callable[[int, Callable[[], None]], Made], count: int, tick: Callable[[], None]
) -> Generator[Made, None, None]:
    """make(0, ...), make(1, ...) up to count - 1, in order; the next ones are being made while one is used.

    make: called in other threads, several at a time; it must call what it is handed often, which raises Cancelled
    once nobody waits for the frames any more. tick: called in the caller's thread while it waits; may raise to stop.
    """
    stop = threading.Event()

    def go_on() -> None:
        if stop.is_set():
            raise Cancelled

    with ThreadPoolExecutor(min(AT_ONCE, count), thread_name_prefix="new frame") as makers:
        try:
            coming = deque(makers.submit(make, index, go_on) for index in range(min(AT_ONCE, count)))
            for index in range(count):
                made = _awaited(coming.popleft(), tick)
                if index + AT_ONCE < count:
                    coming.append(makers.submit(make, index + AT_ONCE, go_on))
                yield made
        finally:
            stop.set()


def _awaited(coming: Future[Made], tick: Callable[[], None]) -> Made:
    while True:
        tick()
        try:
            return coming.result(_WAIT_S)
        except TimeoutError:
            if coming.done():  # the frame itself timed out, not the wait for it
                return coming.result()
