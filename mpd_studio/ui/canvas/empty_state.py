"""What the canvas says when there is nothing to show yet."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from mpd_studio.ui.canvas.tool import tr
from mpd_studio.ui.theme import metrics_for


class EmptyState(QWidget):
    """One sentence and one button.

    Signals:
        demo_wanted(): the button was pressed.
        files_dropped(list of Path)
    """

    demo_wanted = Signal()
    files_dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
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

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = files_in(event.mimeData())
        if files:
            self.files_dropped.emit(files)
            event.acceptProposedAction()


def files_in(dropped: QMimeData) -> list[Path]:
    """The files of this machine among what is dropped."""
    return [Path(url.toLocalFile()) for url in dropped.urls() if url.isLocalFile()]
