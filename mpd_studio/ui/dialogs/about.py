"""About: name, version, licences."""

from __future__ import annotations

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from mpd_studio import __version__
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class AboutDialog(QDialog):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("About MPD Studio"))
        unit = metrics_for(self.font()).unit
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * unit, 6 * unit, 6 * unit, 4 * unit)
        column.setSpacing(2 * unit)
        column.addWidget(label(f"MPD Studio {__version__}", "title"))
        column.addWidget(
            label(tr("Fill a gap on a timeline with new frames, exactly as many as are missing."), wraps=True)
        )
        column.addWidget(
            label(
                tr("Apache-2.0. Made with Qt {qt} (LGPL), FFmpeg through PyAV, OpenCV and NumPy.").format(
                    qt=qVersion()
                ),
                "quiet",
                wraps=True,
            )
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.setMinimumWidth(100 * unit)
