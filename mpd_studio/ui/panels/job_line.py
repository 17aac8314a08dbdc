"""A line of the list of jobs. While the job runs, its words change and its buttons stay."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from mpd_studio.session.session import Session
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.pieces import IconButton, label
from mpd_studio.ui.status_line import duration_text, left_text, stage_text
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import tokens_of


class State(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def has_ended(self) -> bool: ...


class Reason(Protocol):
    @property
    def message(self) -> str: ...

    @property
    def details(self) -> str: ...


class Row(Protocol):
    """A row of the session's list of jobs."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def state(self) -> State: ...

    @property
    def stage(self) -> str: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

    @property
    def elapsed_s(self) -> float: ...

    @property
    def left_s(self) -> float | None: ...

    @property
    def is_least(self) -> bool: ...

    @property
    def failure(self) -> Reason | None: ...

    @property
    def can_try_again(self) -> bool: ...


class JobLine(QWidget):
    """Made for a job in one state; when that changes, another line takes its place."""

    def __init__(self, session: Session, row: Row) -> None:
        super().__init__()
        self._session = session
        self._text = ElidedLabel()
        self._time = label("", "caption")
        self._icon = QLabel()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.addWidget(self._icon)
        self._line.addWidget(self._text, 1)
        self._line.addWidget(self._time)
        self._add_buttons(row)
        self.show_row(row)

    def dress(self, row: Row) -> None:
        """The icon in the theme's colours, which are known once the line has its place."""
        tokens = tokens_of(self)
        looks = {
            "QUEUED": ("todo", tokens.quiet),
            "RUNNING": ("draft", tokens.accent),
            "DONE": ("pass", tokens.text),
            "FAILED": ("fail", tokens.no),
            "CANCELLED": ("close", tokens.quiet),
        }
        self._icon.setPixmap(icon_pixmap(*looks[row.state.name], 16, self.devicePixelRatioF()))

    def show_row(self, row: Row) -> None:
        runs = row.state.name == "RUNNING"
        stage = stage_text(row.stage, row.done, row.total) if runs and row.stage else _state_text(row.state)
        words = [row.title, stage]
        if row.failure:
            words.append(row.failure.message)
        self._text.setText(" · ".join(words))
        left = left_text(row.left_s, row.is_least) if runs else ""
        self._time.setText(left or (duration_text(row.elapsed_s) if row.elapsed_s else ""))

    def _add_buttons(self, row: Row) -> None:
        jobs, job_id, failure = self._session.jobs, row.id, row.failure
        if not row.state.has_ended:
            stop = IconButton("close", tr("Cancel"), tr("Stop this job."))
            stop.clicked.connect(lambda: jobs.cancel(job_id))
            self._line.addWidget(stop)
        elif row.can_try_again:
            again = IconButton("retry", tr("Try again"), tr("Start this job again."))
            again.clicked.connect(lambda: jobs.try_again(job_id))
            self._line.addWidget(again)
        if failure:
            copy = IconButton("copy", tr("Copy error"), tr("Copy the error with its details."))
            text_to_copy = f"{failure.message}\n\n{failure.details}"
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text_to_copy))
            self._line.addWidget(copy)


def _state_text(state: State) -> str:
    texts = {
        "QUEUED": tr("waits"),
        "RUNNING": tr("runs"),
        "DONE": tr("done"),
        "FAILED": tr("failed"),
        "CANCELLED": tr("cancelled"),
    }
    return texts[state.name]
