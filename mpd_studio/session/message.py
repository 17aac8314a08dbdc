"""What the program says to the user in passing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mpd_studio.jobs.job import Failure


class MessageKind(Enum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """text: one or two sentences: the thing, the reason, the way out. details: to fold out and copy.

    actions: ids of the window's actions that are ways out, offered as buttons.
    """

    kind: MessageKind
    text: str
    details: str = ""
    actions: tuple[str, ...] = ()


def info(text: str, details: str = "") -> Message:
    return Message(MessageKind.INFO, text, details)


def warning(text: str, details: str = "") -> Message:
    return Message(MessageKind.WARNING, text, details)


def error(text: str, details: str = "") -> Message:
    return Message(MessageKind.ERROR, text, details)


def message_of(failure: Failure, what: str = "") -> Message:
    """A failed job as a message; `what` says which one, where the reason alone would not."""
    return error(f"{what}: {failure.message}" if what else failure.message, failure.details)
