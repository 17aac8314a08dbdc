"""Editors: which were found, whether our side stands in each, and the gaps that have come from them.

It stands beside the desk and blocks nothing.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.session.bridge_desk import BridgeDesk
from mpd_studio.session.editors_desk import EditorsDesk, SeenEditor
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_NAMED = 8
_ID = int(Qt.ItemDataRole.UserRole)


class EditorsDialog(QDialog):
    def __init__(self, editors: EditorsDesk, bridge: BridgeDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Editors"))
        self._editors, self._bridge = editors, bridge
        unit = metrics_for(self.font()).unit
        self.list = _list(tr("Editors"))
        self.state = label("", wraps=True)
        self.folder = label("", "quiet", wraps=True)
        self.folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.next = label("", wraps=True)
        self.waiting = _list(tr("Gaps that have come"))
        self.nothing = label(tr("No gap waits. Send one from the editor."), "quiet", wraps=True)
        self._build_buttons()
        self._fill_column(unit)
        self.resize(140 * unit, 120 * unit)
        self.list.currentRowChanged.connect(self._show)
        self.waiting.currentRowChanged.connect(self._show_waiting)
        self.waiting.itemActivated.connect(self._open)
        editors.changed.connect(self._fill)
        bridge.changed.connect(self._fill_waiting)
        editors.look()
        self._fill()
        self._fill_waiting()

    def _build_buttons(self) -> None:
        self.install = _button(tr("Install"), self._install, tr("Put MPD Studio's side into this editor."))
        self.remove = _button(
            tr("Remove"), self._remove, tr("Take MPD Studio's files out of this editor; others are left.")
        )
        self.add = _button(tr("Add folder…"), None, tr("Name the folder of an editor that was not found."))
        menu = QMenu(self)
        menu.addAction(tr("Add-on folder of Blender…"), lambda: self._ask_folder("blender"))
        menu.addAction(tr("Script folder of DaVinci Resolve (Utility)…"), lambda: self._ask_folder("resolve"))
        self.add.setMenu(menu)
        self.clean = _button("", self._editors.remove_old_jobs, "")
        self.open_gap = _button(
            tr("Open gap"), self._open, tr("Open it as a project. Unsaved edits of this one are kept.")
        )

    def _fill_column(self, unit: int) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit)
        column.setSpacing(2 * unit)
        column.addWidget(self.list, 2)
        for text in (self.state, self.next, self.folder):
            column.addWidget(text)
        column.addLayout(_row(unit, self.install, self.remove, self.add))
        column.addSpacing(2 * unit)
        column.addWidget(label(tr("Gaps that have come"), "section"))
        column.addWidget(self.waiting, 1)
        column.addWidget(self.nothing)
        column.addLayout(_row(unit, self.open_gap, self.clean))
        jobs = label(tr("Jobs folder: {folder}").format(folder=self._bridge.jobs), "quiet", wraps=True)
        jobs.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(jobs)
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        closing.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        column.addWidget(closing)

    # Editors

    def _fill(self) -> None:
        rows, chosen = self._editors.rows, max(0, self.list.currentRow())
        self.list.blockSignals(True)
        self.list.clear()
        for row in rows:
            item = QListWidgetItem(f"{row.title} – {row.state}")
            item.setToolTip(str(row.folder))
            self.list.addItem(item)
        self.list.setCurrentRow(min(chosen, len(rows) - 1))
        self.list.blockSignals(False)
        self._show()
        self._show_old()

    def _show_old(self) -> None:
        """The button says what will go, since nothing brings it back."""
        old = self._editors.old_jobs
        self.clean.setVisible(bool(old))
        self.clean.setText(
            tr("Remove 1 old job") if len(old) == 1 else tr("Remove {count} old jobs").format(count=len(old))
        )
        why = tr("Cancelled or failed, without pictures, untouched for 30 days. They are deleted from the jobs folder:")
        self.clean.setToolTip("\n".join([why, *(job.folder.name for job in old[:_NAMED]), *["…"][: len(old) > _NAMED]]))

    def _row(self) -> SeenEditor | None:
        index = self.list.currentRow()
        return self._editors.rows[index] if 0 <= index < len(self._editors.rows) else None

    def _show(self) -> None:
        row = self._row()
        self.install.setEnabled(row is not None and not row.problem)
        self.remove.setEnabled(row is not None and row.is_installed)
        self.next.setVisible(row is not None and row.is_installed)
        self.folder.setVisible(row is not None)
        if row is None:
            none = tr("No editor was found. Start Blender or DaVinci Resolve once, then look here again.")
            self.state.setText(none if self._editors.has_looked else tr("Looking for editors …"))
            return
        self.install.setText(tr("Install again") if row.is_current else tr("Install"))
        self.state.setText(f"{row.title}: {row.state}")
        self.next.setText(row.next_step)
        self.folder.setText(str(row.folder))

    def _install(self) -> None:
        self._editors.install(self.list.currentRow())

    def _remove(self) -> None:
        self._editors.uninstall(self.list.currentRow())

    def _ask_folder(self, editor: str) -> None:
        dialog = QFileDialog(self, tr("Choose the editor's folder"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self._editors.add(editor, Path(name)))
        dialog.open()

    # Gaps

    def _fill_waiting(self) -> None:
        self.waiting.blockSignals(True)
        self.waiting.clear()
        for job in self._bridge.waiting:
            item = QListWidgetItem(job.title)
            item.setData(_ID, job.id)
            item.setToolTip(job.problem or job.title)
            self.waiting.addItem(item)
        self.waiting.setCurrentRow(0 if self._bridge.waiting else -1)
        self.waiting.blockSignals(False)
        self._show_waiting()

    def _show_waiting(self) -> None:
        item = self.waiting.currentItem()
        problem = next((job.problem for job in self._bridge.waiting if item and job.id == item.data(_ID)), "")
        self.waiting.setVisible(bool(self._bridge.waiting))
        self.nothing.setVisible(not self._bridge.waiting or bool(problem))
        self.nothing.setText(problem or tr("No gap waits. Send one from the editor."))
        self.open_gap.setEnabled(item is not None and not problem)

    def _open(self) -> None:
        item = self.waiting.currentItem()
        if item is not None:
            self._bridge.open(item.data(_ID))


def _list(name: str) -> QListWidget:
    made = QListWidget()
    made.setAccessibleName(name)
    made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def _button(text: str, pressed: object, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.setToolTip(tip)
    if callable(pressed):
        button.clicked.connect(lambda: pressed())
    return button


def _row(unit: int, *buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(2 * unit)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row
