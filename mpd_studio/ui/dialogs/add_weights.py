"""Take over a folder of weights that is on this machine already."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.session.weights_desk import WeightsDesk
from mpd_studio.ui.folder_question import ask_folder
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class AddWeightsDialog(QDialog):
    def __init__(self, desk: WeightsDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Add a folder of weights"))
        self._desk = desk
        unit = metrics_for(self.font()).unit
        self.folder = QLineEdit()
        self.folder.setAccessibleName(tr("Folder"))
        self.browse = QPushButton(tr("Choose…"))
        self.browse.setToolTip(tr("Choose a folder that holds model_index.json, unet, vae and image_encoder."))
        self.name = QLineEdit(placeholderText=tr("by the folder"))
        self.name.setAccessibleName(tr("Name"))
        self.name.setToolTip(tr("How these weights are called from now on: letters, digits, '.', '_' and '-'."))
        self.copy = QCheckBox(tr("Copy the files"))
        self.copy.setToolTip(tr("Without it they are linked where the disk can do so, and take no space."))
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(self.browse)
        form = QFormLayout()
        form.setSpacing(2 * unit)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Folder"), where)
        form.addRow(tr("Name"), self.name)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton(tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setEnabled(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit)
        column.setSpacing(3 * unit)
        text = tr("Every file is read once, so that later damage is found. Your folder is not changed.")
        column.addWidget(label(text, "quiet", wraps=True))
        column.addLayout(form)
        column.addWidget(self.copy)
        column.addWidget(self.buttons)
        self.setMinimumWidth(120 * unit)
        self.browse.clicked.connect(self._browse)
        self.folder.textChanged.connect(self._on_folder)
        self.buttons.accepted.connect(self._add)
        self.buttons.rejected.connect(self.reject)

    def _browse(self) -> None:
        ask_folder(self, tr("Folder of weights"), self.folder.text(), self._take_folder)

    def _take_folder(self, folder: Path) -> None:
        self.folder.setText(str(folder))

    def _on_folder(self, text: str) -> None:
        self.go.setEnabled(bool(text.strip()))

    def _add(self) -> None:
        folder = Path(self.folder.text().strip()).expanduser().absolute()
        self._desk.add(folder, self.name.text().strip(), self.copy.isChecked())
        self.accept()
