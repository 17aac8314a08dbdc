"""The middle of the window: tools and canvas, the transport below, messages over the canvas's foot."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.canvas.tools import ToolColumn
from mpd_studio.ui.canvas.view import CanvasView
from mpd_studio.ui.messages import MessageBar
from mpd_studio.ui.theme import metrics_for
from mpd_studio.ui.transport import Transport

_BAR_FROM_EDGE = 3  # units


class Centre(QWidget):
    def __init__(self, session: Session, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = CanvasView(session)
        self.tools = ToolColumn(session)
        self.transport = Transport(session, table)
        self.messages = MessageBar(self, table)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.tools)
        row.addWidget(self.canvas, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(self.transport)
        self.messages.resized.connect(self._place_messages)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_messages()

    def _place_messages(self) -> None:
        """At the foot of the picture, as wide as it, as high as its text needs; nothing else moves."""
        grid = metrics_for(self.font())
        margin = _BAR_FROM_EDGE * grid.unit
        area = self.canvas.geometry().adjusted(margin, margin, -margin, -margin - grid.row)
        layout = self.messages.layout()
        if layout:
            layout.activate()  # a row inside it remembers how high the last message was until it is laid out anew
        wanted = layout.totalHeightForWidth(area.width()) if layout else 0
        height = max(wanted, self.messages.minimumSizeHint().height())
        self.messages.setGeometry(area.left(), area.bottom() - height + 1, area.width(), height)
