"""Keys that belong to the widget in hand go to it, not to the window's shortcuts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTabBar,
    QWidget,
)

_ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})
_UP_DOWN = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})
_OWN_KEYS: tuple[tuple[type[QWidget], frozenset[Qt.Key]], ...] = (
    (QAbstractButton, frozenset({Qt.Key.Key_Space})),
    (QComboBox, _UP_DOWN | {Qt.Key.Key_Space}),
    (QTabBar, frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right})),
    (QAbstractItemView, _UP_DOWN),
    (QAbstractSlider, _ARROWS),
)


DROPS_ON_ESCAPE = "drops_on_escape"
_FIELDS = (QLineEdit, QAbstractSpinBox)


class KeyGuard(QObject):
    """Watches only the widget that has the focus: a filter on the whole program would cost every event a call.

    Text fields guard the keys that write; buttons, lists, combo boxes and tabs guard none. Escape leaves a field of the
    desk, so that it does not also leave a mode of the window.
    """

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        app.focusChanged.connect(self._on_focus)

    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if new is not None and isinstance(new, (*_FIELDS, *(kind for kind, _ in _OWN_KEYS))):
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and isinstance(watched, _FIELDS):
            return self._escape(watched, event)
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent) or event.modifiers():
            return False
        if any(isinstance(watched, kind) and event.key() in keys for kind, keys in _OWN_KEYS):
            event.accept()
            return True
        return False

    def _escape(self, field: QWidget, event: QKeyEvent) -> bool:
        # In a dialog it closes the dialog; an editor that drops what was typed says so.
        if field.window() is not self.parent() or field.property(DROPS_ON_ESCAPE):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            field.clearFocus()
        return True
