"""A field over a track's name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from mpd_studio.ui.key_guard import DROPS_ON_ESCAPE
from mpd_studio.ui.texts import tr


class TrackNameField(QLineEdit):
    """Return, or a click elsewhere, keeps what was typed; Escape does not. It deletes itself when it is done."""

    def __init__(self, name: str, box: QRect, keep: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(name, parent)
        self._old = name
        self._back_to = parent
        self._keep = keep
        self._is_done = False
        self.setAccessibleName(tr("Name of the track"))
        self.setProperty(DROPS_ON_ESCAPE, True)
        self.setGeometry(box)
        self.selectAll()
        self.editingFinished.connect(self._finish)
        self.show()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self._leave()
            event.accept()
            return True
        return super().event(event)

    def _finish(self) -> None:
        name = self.text().strip()
        if not self._is_done and name and name != self._old:
            self._keep(name)
        self._leave()

    def _leave(self) -> None:
        if not self._is_done:
            self._is_done = True
            self.hide()
            self.deleteLater()
            self._back_to.setFocus()
