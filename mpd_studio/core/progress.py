"""What work gets, to report how far it is and to learn that it must stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """stage: what is being done, in the user's words ("Reading", "New frames", "Writing"). done of total."""

    stage: str
    done: int
    total: int


class Reporter(Protocol):
    """Both methods raise Cancelled when the user has stopped the work. Call one at least every 0.5 s."""

    def report(self, progress: Progress) -> None: ...

    def raise_if_cancelled(self) -> None: ...


class SilentReporter:
    """Reports to nobody and is never cancelled."""

    def report(self, progress: Progress) -> None:
        del progress

    def raise_if_cancelled(self) -> None:
        return
