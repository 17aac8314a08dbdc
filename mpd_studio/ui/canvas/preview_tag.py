"""The tag on a preview, so that nobody takes it for a take."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from mpd_studio.ui.texts import tr


class PreviewTag(QLabel):
    """Lies over the canvas and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("PREVIEW"), parent)
        self.setProperty("role", "tag")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("What the canvas shows is a preview"))
        self.setVisible(False)
