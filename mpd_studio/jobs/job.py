"""A unit of work and the ways it can end, as values."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from mpd_studio.core.errors import MpdError
from mpd_studio.core.progress import Reporter

Work = Callable[[Reporter], object]


@dataclass(frozen=True, slots=True)
class Job:
    """id: unique for the life of the program. work: called once in the worker's thread; returns a frozen value."""

    id: str
    title: str
    work: Work


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as text, so that no exception (and nothing its traceback holds alive) crosses threads.

    kind: name of the error's class. message: for the user. details: the traceback, for a report.
    """

    kind: str
    message: str
    details: str = ""


def failure_from(error: BaseException) -> Failure:
    """The text of an error. What is not an MpdError is a fault of ours and says so."""
    details = "".join(traceback.format_exception(error))
    kind = type(error).__name__
    if isinstance(error, MpdError):
        return Failure(kind, str(error), details)
    if isinstance(error, MemoryError):
        return Failure(kind, "There is not enough memory. Close other programs, or work at a smaller size.", details)
    if isinstance(error, OSError):
        return Failure(
            kind, f"The system refused: {error}. Check the disk and the permissions, and try again.", details
        )
    reason = str(error) or "no reason was given"
    return Failure(kind, f"Something went wrong that should not have: {reason}. The details help to mend it.", details)


class JobState(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
