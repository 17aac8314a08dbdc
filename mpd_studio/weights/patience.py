"""How long a bad line is put up with, and waiting that a cancel ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from mpd_studio.core.progress import Reporter
from mpd_studio.weights.hub import ConnectionTrouble

_LONGEST_PAUSE_S = 30.0
_NOTICE_S = 0.2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """tries: how often in a row nothing may come before giving up. pause_s: before the second try, then doubled."""

    tries: int = 6
    pause_s: float = 1.0

    def pause(self, failures: int, reporter: Reporter) -> None:
        """After so many failures in a row. Raises: Cancelled."""
        left = min(self.pause_s * 2 ** (failures - 1), _LONGEST_PAUSE_S)
        never = threading.Event()
        while left > 0:
            reporter.raise_if_cancelled()
            never.wait(min(left, _NOTICE_S))
            left -= _NOTICE_S

    def ask(self, question: Callable[[], T], reporter: Reporter) -> T:
        """The answer, however many tries it takes. Raises: ConnectionTrouble: the last of them."""
        for failures in range(1, self.tries):
            try:
                return question()
            except ConnectionTrouble:
                self.pause(failures, reporter)
        return question()


PATIENCE = Patience()
