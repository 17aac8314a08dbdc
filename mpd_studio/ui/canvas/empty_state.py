"""What the canvas says when there is nothing to show yet."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from mpd_studio.ui.canvas.tool import tr
from mpd_studio.ui.theme import metrics_for


class EmptyState(QWidget):
    """One sentence and one button. Signals: demo_wanted: the button was pressed."""

    demo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        metrics = metrics_for(self.font())
        self.text = QLabel(tr("Drop two clips here. The space between them becomes a gap."), self)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setWordWrap(True)
        self.button = QPushButton(tr("Open the demo"), self)
        self.button.setToolTip(tr("Two short clips with a gap between them"))
        self.button.clicked.connect(self.demo_wanted)
        column = QVBoxLayout(self)
        column.setSpacing(4 * metrics.unit)
        column.addStretch(1)
        column.addWidget(self.text)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
