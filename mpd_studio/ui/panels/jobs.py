"""The list of jobs: what runs, what waits, and what ended how. Opens above the status line."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from mpd_studio.session.session import Session
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.panels.job_line import JobLine, Row
from mpd_studio.ui.pieces import label, rule
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_SHOWN = 30
_TICK_MS = 500  # the time left goes on between two reports


class JobsPopup(QFrame):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._session = session
        self._keys: list[tuple[str, str]] | None = None
        self._lines: list[JobLine] = []
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._fill)
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
        self.setFixedSize(124 * grid.unit, 70 * grid.unit)
        self._clear.clicked.connect(session.jobs.clear_ended)
        session.jobs.changed.connect(self._on_changed)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text.text() for text in self.findChildren(ElidedLabel) if text.isVisible())

    def open_above(self, corner: QPoint) -> None:
        """corner: global position of the popup's lower right corner."""
        self._keys = None  # the theme may be another one by now
        self._fill()
        self.move(corner - QPoint(self.width(), self.height()))
        self.show()

    def showEvent(self, event: QShowEvent) -> None:
        self._tick.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._tick.stop()
        super().hideEvent(event)

    def _on_changed(self) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        """New lines only where a job came, went or ended: a button must not go from under the pointer."""
        rows = self._session.jobs.rows[-_SHOWN:][::-1]
        keys = [(row.id, row.state.name) for row in rows]
        if keys != self._keys:
            self._keys = keys
            self._replace(rows)
        for line, row in zip(self._lines, rows, strict=True):
            line.show_row(row)

    def _replace(self, rows: tuple[Row, ...]) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        self._empty.setVisible(not rows)
        self._clear.setEnabled(any(row.state.has_ended for row in rows))
        self._lines = [JobLine(self._session, row) for row in rows]
        for line, row in zip(self._lines, rows, strict=True):
            self._rows.addWidget(line)
            line.dress(row)
        self._rows.addStretch(1)
