"""A label that never asks for more room than there is: long texts are elided in the middle and told in the tool tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """whole_or_not: a text of few figures, of which a part would say nothing, is shown whole or not at all."""

    def __init__(self, text: str = "", parent: QWidget | None = None, whole_or_not: bool = False) -> None:
        super().__init__(parent)
        self._whole_or_not = whole_or_not
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        box = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, box.width())
        if self._whole_or_not and text != self.text():
            text = ""
        painter.setPen(self.palette().windowText().color())
        painter.drawText(box, self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
