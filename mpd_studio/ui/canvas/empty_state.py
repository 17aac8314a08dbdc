"""What the canvas says when there is nothing to show yet."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from mpd_studio.session.session import Session
from mpd_studio.ui.media_drops import DropSpot, can_drop, files_of, take_drop
from mpd_studio.ui.motion_drops import dropped_motion, take_motion
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class EmptyState(QWidget):
    """One sentence and one button. It takes drops itself: those on a child never reach the view behind it.

    Signals: demo_wanted(): the button was pressed.
    """

    demo_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
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
        if can_drop(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if append_drop(self._session, event.mimeData()):
            event.acceptProposedAction()


def append_drop(session: Session, dropped: QMimeData) -> bool:
    """Open dropped files, or put media of the bin behind the first track's end; a motion goes to the selected gap.

    Returns whether there was any.
    """
    motion = dropped_motion(dropped)
    if motion is not None:
        take_motion(session, motion)
        return True
    files = files_of(dropped)
    if files:
        session.importer.open_files(files)
        return True
    end = session.document.timeline.tracks[0].length
    return take_drop(session, dropped, DropSpot(0, end, 0))
