"""Export: which format, where to, under which name. The work itself shows in the status line."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.core.timeline import PlacedGap
from mpd_studio.session.session import Session
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.theme import metrics_for


class ExportDialog(QDialog):
    """gap: export its chosen take; None: the chosen take of every gap, each into a folder of its own."""

    def __init__(self, session: Session, gap: PlacedGap | None, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._gap = gap
        grid = metrics_for(self.font())
        settings = session.preferences.settings
        self.setWindowTitle(tr("Export take") if gap else tr("Export all gaps"))
        self.format = QComboBox()
        self.format.setAccessibleName(tr("Format"))
        for info in session.exporter.exporters():
            self.format.addItem(info.title, info.id)
        self.format.setCurrentIndex(max(0, self.format.findData(settings.export_format)))
        self.folder = QLineEdit(settings.export_folder or str(Path.home() / "mpd-studio"))
        self.folder.setAccessibleName(tr("Folder"))
        browse = QPushButton(tr("Choose…"))
        browse.setToolTip(tr("Choose the folder to write into."))
        self.name = QLineEdit(f"{_plain(session.document.title)}_gap{number:02d}")
        self.name.setAccessibleName(tr("Name"))
        self.overwrite = QCheckBox(tr("Replace what stands there"))
        self.overwrite.setToolTip(tr("Without it, a folder that holds files is refused."))
        self.matte = QCheckBox(tr("With the confidence as a matte"))
        self.matte.setToolTip(
            tr("Grey pictures beside the frames, 16 bits: white where the engine trusts its pixels, black where not.")
        )
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        form = QFormLayout()
        form.setSpacing(2 * grid.unit)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Format"), self.format)
        form.addRow(tr("Folder"), where)
        if gap is not None:
            form.addRow(tr("Name"), self.name)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * grid.unit, 4 * grid.unit, 4 * grid.unit, 4 * grid.unit)
        column.setSpacing(3 * grid.unit)
        column.addWidget(label(self._what(number), "section", wraps=True))
        column.addLayout(form)
        column.addWidget(self.matte)
        column.addWidget(self.overwrite)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        column.addWidget(self.buttons)
        self.setMinimumWidth(120 * grid.unit)
        self.buttons.accepted.connect(self._export)
        self.buttons.rejected.connect(self.reject)
        browse.clicked.connect(self._browse)

    def _what(self, number: int) -> str:
        if self._gap is None:
            return tr("The chosen take of every gap, each into a folder of its own.")
        take = self._gap.gap.chosen_take
        name = take.name if take else ""
        return tr("Gap {number}, {take}: {frames}").format(
            number=number, take=name, frames=frames_text(self._gap.gap.length)
        )

    def _browse(self) -> None:
        dialog = QFileDialog(self, tr("Folder to write into"), self.folder.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    def _export(self) -> None:
        folder, exporter_id = Path(self.folder.text()).expanduser(), self.format.currentData()
        self._session.preferences.set(export_folder=str(folder), export_format=exporter_id)
        overwrite, matte = self.overwrite.isChecked(), self.matte.isChecked()
        if self._gap is None:
            self._session.exporter.export_all(exporter_id, folder, overwrite, matte)
        elif self._gap.gap.chosen is not None:
            name = self.name.text().strip() or "frame"
            self._session.exporter.export_take(
                self._gap.gap.id, self._gap.gap.chosen, exporter_id, folder, name, overwrite, matte
            )
        self.accept()


def _plain(title: str) -> str:
    """A title as part of a file name."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in title)
