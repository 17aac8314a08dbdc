"""Every key at a glance, from the action table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class ShortcutsDialog(QDialog):
    def __init__(self, table: ActionTable, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keys"))
        unit = metrics_for(self.font()).unit
        rows = [row for row in table.rows if row.keys]
        self.field = QLineEdit(placeholderText=tr("Find"))
        self.field.setAccessibleName(tr("Find a key or command"))
        self._keys = QTableWidget(len(rows), 3)
        self._keys.setAccessibleName(tr("Keys"))
        self._keys.setHorizontalHeaderLabels([tr("Menu"), tr("Command"), tr("Key")])
        self._keys.verticalHeader().hide()
        self._keys.setShowGrid(False)
        self._keys.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._keys.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._keys.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for index, row in enumerate(rows):
            native = QKeySequence.SequenceFormat.NativeText
            keys = "  ".join(QKeySequence(key).toString(native) for key in row.keys)
            for column, text in enumerate((tr(row.menu.value), tr(row.title), keys)):
                item = QTableWidgetItem(text)
                item.setToolTip(tr(row.tip))
                self._keys.setItem(index, column, item)
        self._keys.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self._keys.resizeColumnToContents(0)
        self._keys.setColumnWidth(2, 40 * unit)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self._keys)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.resize(150 * unit, 150 * unit)
        self.field.textChanged.connect(self._filter)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def shown_commands(self) -> tuple[str, ...]:
        rows = [row for row in range(self._keys.rowCount()) if not self._keys.isRowHidden(row)]
        return tuple(item.text() for row in rows if (item := self._keys.item(row, 1)))

    def _filter(self, typed: str) -> None:
        for row in range(self._keys.rowCount()):
            texts = [item.text().lower() for column in range(3) if (item := self._keys.item(row, column))]
            self._keys.setRowHidden(row, typed.lower() not in " ".join(texts))
