"""The command palette: type what you want to do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.panels.two_column_delegate import ASIDE, TwoColumnDelegate
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_ACTION = int(Qt.ItemDataRole.UserRole) + 20


class CommandPalette(QFrame):
    """Built from the action table each time it opens. What cannot be done now stands last, with its reason."""

    def __init__(self, table: ActionTable, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._table = table
        grid = metrics_for(self.font())
        self.setProperty("role", "panel")
        self.setFrameShape(QFrame.Shape.Box)
        self._field = QLineEdit(placeholderText=tr("What do you want to do?"))
        self._field.setAccessibleName(tr("Command"))
        self._list = QListWidget()
        self._list.setItemDelegate(TwoColumnDelegate(self._list, QSize(grid.icon, grid.icon)))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAccessibleName(tr("Commands"))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * grid.unit, 2 * grid.unit, 2 * grid.unit, 2 * grid.unit)
        column.addWidget(self._field)
        column.addWidget(self._list)
        self.setFixedSize(120 * grid.unit, 90 * grid.unit)
        self._field.textChanged.connect(self._fill)
        self._field.installEventFilter(self)
        self._list.itemClicked.connect(lambda: self.run_current())

    @property
    def field(self) -> QLineEdit:
        return self._field

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(self._list.item(row).text() for row in range(self._list.count()))

    def open_over(self, window: QWidget) -> None:
        self._table.refresh()
        self._field.clear()
        self._fill("")
        top = window.mapToGlobal(window.rect().topLeft())
        self.move(top.x() + (window.width() - self.width()) // 2, top.y() + window.height() // 8)
        self.show()
        self._field.setFocus()

    def run_current(self) -> None:
        item = self._list.currentItem()
        action = item.data(_ACTION) if item else None
        if isinstance(action, QAction) and action.isEnabled():
            self.hide()
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step and self._list.count():
                self._list.setCurrentRow((self._list.currentRow() + step) % self._list.count())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run_current()
                return True
        return False

    def _fill(self, typed: str) -> None:
        self._list.clear()
        words = typed.lower().split()
        found: list[tuple[bool, int, int, QAction, str]] = []
        for order, row in enumerate(self._table.rows):
            action = self._table.action(row.id)
            title = action.text().replace("&", "")
            text = f"{title} {tr(row.menu.value)} {tr(row.tip)}".lower()
            if all(word in text for word in words):
                rank = 0 if words and title.lower().startswith(words[0]) else 1 if not words else 2
                found.append((not action.isEnabled(), rank, order, action, title))
        for _, _, _, action, title in sorted(found, key=lambda entry: entry[:3]):
            item = QListWidgetItem(action.icon(), title)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item.setData(ASIDE, keys)
            item.setData(_ACTION, action)
            item.setToolTip(action.toolTip())
            if not action.isEnabled():
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
                item.setData(ASIDE, action.toolTip().split("\n")[-1])
            self._list.addItem(item)
        self._list.setCurrentRow(0)
