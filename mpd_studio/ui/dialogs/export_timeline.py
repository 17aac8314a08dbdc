"""Export timeline: which format, where to, how the movies of the takes are made."""

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
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.session.session import Session
from mpd_studio.session.timeline_files import KINDS, kind_of, steps_in_resolve, suffix_for
from mpd_studio.ui.pieces import inset_text, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_MOST_HANDLES = 250
_RESOLVE = "resolve"  # in place of a suffix: a folder with several files


class ExportTimelineDialog(QDialog):
    """The timeline of the project with its chosen takes, for an editor; the format it came from is suggested."""

    def __init__(self, session: Session, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Export timeline"))
        self._session = session
        origin = session.document.timeline.origin
        folder = session.preferences.settings.export_folder or str(Path.home() / "mpd-studio")
        self.format = QComboBox()
        self.format.setAccessibleName(tr("Format"))
        for kind in KINDS:
            self.format.addItem(kind.title, suffix_for(kind.id, origin))
        self.format.addItem(tr("Folder for DaVinci Resolve, by hand"), _RESOLVE)
        if origin is not None and (kind_id := kind_of(origin)):
            self.format.setCurrentIndex(self.format.findData(suffix_for(kind_id, origin)))
            folder = str(origin.parent)
        self.folder = QLineEdit(folder)
        self.folder.setAccessibleName(tr("Folder"))
        self.name = QLineEdit(f"{_plain(title)}_filled")
        self.name.setAccessibleName(tr("Name"))
        self.movie = QComboBox()
        self.movie.setAccessibleName(tr("Movies"))
        self.movie.setToolTip(tr("Editors take movies of the new frames, not their pictures."))
        self.movie.addItem(tr("As the pictures need"), None)
        for info in session.exporter.exporters():
            if info.is_movie and not info.problem:
                self.movie.addItem(info.title, info.id)
        self.handles = QSpinBox()
        self.handles.setAccessibleName(tr("Handles"))
        self.handles.setRange(0, _MOST_HANDLES)
        self.handles.setSuffix(tr(" frames"))
        inset_text(self.handles)
        self.handles.setToolTip(tr("Footage at both ends of each movie, to trim with in the editor."))
        self.overwrite = QCheckBox(tr("Replace what stands there"))
        self.overwrite.setToolTip(tr("Without it, a name that is taken is refused."))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self.steps = label("", "quiet", wraps=True)
        self._lay_out(origin.name if origin is not None else "")
        self.format.currentIndexChanged.connect(self._show_steps)
        self.name.textChanged.connect(self._show_steps)
        self._show_steps()
        self.buttons.accepted.connect(self._export)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self, origin: str) -> None:
        grid = metrics_for(self.font())
        browse = QPushButton(tr("Choose…"))
        browse.setToolTip(tr("Choose the folder to write into."))
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        form = QFormLayout()
        form.setSpacing(2 * grid.unit)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Format"), self.format)
        form.addRow(tr("Folder"), where)
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Movies"), self.movie)
        form.addRow(tr("Handles"), self.handles)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * grid.unit, 4 * grid.unit, 4 * grid.unit, 4 * grid.unit)
        column.setSpacing(3 * grid.unit)
        column.addWidget(
            label(tr("The timeline with the chosen takes in its gaps, and a movie of each."), "section", wraps=True)
        )
        if origin:
            text = tr("In the format of {name}, that file is written with the gaps filled and all else as it is.")
            column.addWidget(label(text.format(name=origin), "quiet", wraps=True))
        column.addLayout(form)
        column.addWidget(self.steps)
        column.addWidget(self.overwrite)
        column.addWidget(self.buttons)
        self.setMinimumWidth(120 * grid.unit)

    def _browse(self) -> None:
        dialog = QFileDialog(self, tr("Folder to write into"), self.folder.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    def _show_steps(self) -> None:
        """What is to be done in Resolve, before the folder is written; for other formats nothing."""
        is_resolve = self.format.currentData() == _RESOLVE
        self.movie.setEnabled(not is_resolve)
        self.steps.setVisible(is_resolve)
        self.steps.setText(steps_in_resolve(self._place("")).strip() if is_resolve else "")
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def _place(self, suffix: str) -> Path:
        name = _plain(self.name.text().strip().removesuffix(suffix)) or "timeline"
        return Path(self.folder.text()).expanduser() / f"{name}{suffix}"

    def _export(self) -> None:
        suffix, timelines = self.format.currentData(), self._session.timelines
        handles, overwrite = self.handles.value(), self.overwrite.isChecked()
        if suffix == _RESOLVE:
            timelines.export_for_resolve(self._place(""), handles, overwrite)
        else:
            timelines.export(self._place(suffix), self.movie.currentData(), handles, overwrite)
        self.accept()


def _plain(title: str) -> str:
    """A title as a file name on every system."""
    return "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in title).strip(". ")
