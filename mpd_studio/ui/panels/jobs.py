"""The list of jobs: what runs, what waits, and what ended how. Opens above the status line."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from mpd_studio.session.session import Session
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.pieces import IconButton, label, rule
from mpd_studio.ui.status_line import duration_text
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of

_SHOWN = 30


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
    def elapsed_s(self) -> float: ...

    @property
    def failure(self) -> Reason | None: ...

    @property
    def gap_id(self) -> str | None: ...


class JobsPopup(QFrame):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._session = session
        grid = metrics_for(self.font())
        self.setProperty("role", "panel")
        self.setFrameShape(QFrame.Shape.Box)
        self.setAccessibleName(tr("Jobs"))
        self._clear = QPushButton(tr("Clear ended"))
        self._clear.setToolTip(tr("Take what has ended off this list."))
        self._empty = label(tr("Nothing has been made yet. Select a gap and press G."), "quiet", wraps=True)
        page = QWidget()
        page.setProperty("role", "panel")
        self._rows = QVBoxLayout(page)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(grid.unit)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        head = QHBoxLayout()
        head.addWidget(label(tr("Jobs"), "title"))
        head.addStretch(1)
        head.addWidget(self._clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * grid.unit, 2 * grid.unit, 3 * grid.unit, 3 * grid.unit)
        column.addLayout(head)
        column.addWidget(rule())
        column.addWidget(self._empty)
        column.addWidget(area, 1)
        self.setFixedSize(100 * grid.unit, 70 * grid.unit)
        self._clear.clicked.connect(session.jobs.clear_ended)
        session.jobs.changed.connect(self._on_changed)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text.text() for text in self.findChildren(ElidedLabel) if text.isVisible())

    def open_above(self, corner: QPoint) -> None:
        """corner: global position of the popup's lower right corner."""
        self._fill()
        self.move(corner - QPoint(self.width(), self.height()))
        self.show()

    def _on_changed(self) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        rows = self._session.jobs.rows[-_SHOWN:][::-1]
        self._empty.setVisible(not rows)
        self._clear.setEnabled(any(row.state.has_ended for row in rows))
        for row in rows:
            self._rows.addWidget(self._line(row))
        self._rows.addStretch(1)

    def _line(self, row: Row) -> QWidget:
        tokens = tokens_of(self)
        looks = {
            "QUEUED": ("todo", tokens.quiet, tr("waits")),
            "RUNNING": ("draft", tokens.accent, tr("runs")),
            "DONE": ("pass", tokens.text, tr("done")),
            "FAILED": ("fail", tokens.no, tr("failed")),
            "CANCELLED": ("close", tokens.quiet, tr("cancelled")),
        }
        icon_name, color, state = looks[row.state.name]
        job_id, elapsed, failure = row.id, row.elapsed_s, row.failure
        line_widget = QWidget()
        line = QHBoxLayout(line_widget)
        line.setContentsMargins(0, 0, 0, 0)
        icon = QLabel()
        icon.setPixmap(icon_pixmap(icon_name, color, 16, self.devicePixelRatioF()))
        line.addWidget(icon)
        words = f"{row.title} · {state}"
        text = ElidedLabel(f"{words} · {failure.message}" if failure else words)
        line.addWidget(text, 1)
        if elapsed:
            line.addWidget(label(duration_text(elapsed), "caption"))
        if not row.state.has_ended:
            stop = IconButton("close", tr("Cancel"), tr("Stop this job."))
            stop.clicked.connect(lambda: self._session.generator.cancel(job_id))
            line.addWidget(stop)
        elif state in (tr("failed"), tr("cancelled")) and row.gap_id:
            again = IconButton("retry", tr("Try again"), tr("Start this job again."))
            again.clicked.connect(lambda: self._session.generator.retry(job_id))
            line.addWidget(again)
        if failure:
            copy = IconButton("copy", tr("Copy error"), tr("Copy the error with its details."))
            text_to_copy = f"{failure.message}\n\n{failure.details}"
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text_to_copy))
            line.addWidget(copy)
        return line_widget
