"""The small parts panels are made of: captions, rules, icon buttons, fold-out sections."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.ui.icons import build_icon
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of


def label(text: str, role: str = "", wraps: bool = False) -> QLabel:
    """role: "caption", "quiet", "title", "section" or none, as in the style sheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if role:
        made.setProperty("role", role)
    return made


def rule(upright: bool = False) -> QFrame:
    """A separator of one pixel."""
    made = QFrame()
    made.setProperty("role", "upright-rule" if upright else "rule")
    return made


def inset_text(box: QAbstractSpinBox) -> None:
    """The figures begin where the words of other fields do: a style sheet's padding does not reach into the box."""
    editor = box.findChild(QLineEdit)
    if editor is not None:
        editor.setTextMargins(2 * metrics_for(box.font()).unit - 2, 0, 0, 0)


class IconButton(QToolButton):
    """A tool button with an icon of the theme. With an action it shows the action's state and tool tip."""

    def __init__(self, icon: str, name: str = "", tip: str = "", action: QAction | None = None) -> None:
        super().__init__()
        self._icon = icon
        grid = metrics_for(self.font())
        self.setIconSize(QSize(grid.icon, grid.icon))
        self.setFixedSize(grid.row + grid.unit, grid.row + grid.unit)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if action is not None:
            self.setDefaultAction(action)
        else:
            self._dress()
            self.setToolTip(tip or name)
        self.setAccessibleName(name or (action.text() if action else ""))

    def set_icon(self, icon: str) -> None:
        self._icon = icon
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.defaultAction() is None:
            self._dress()

    def _dress(self) -> None:
        self.setIcon(build_icon(self._icon, tokens_of(self)))


class FoldSection(QWidget):
    """A heading that opens and closes what is below it."""

    def __init__(self, title: str, body: QWidget, is_open: bool = True) -> None:
        super().__init__()
        self.body = body
        self._title = title
        self._head = QToolButton()
        self._head.setProperty("role", "section")
        self._head.setCheckable(True)
        self._head.setChecked(is_open)
        self._head.setText(title)
        self._head.setAccessibleName(title)
        self._head.setToolTip(tr("Open or close this part."))
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._aside = label("", "caption")
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._head)
        line.addStretch(1)
        line.addWidget(self._aside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics_for(self.font()).unit)
        column.addLayout(line)
        column.addWidget(body)
        self._head.toggled.connect(self._on_toggled)
        self._on_toggled(is_open)

    def set_aside(self, text: str) -> None:
        """A few words at the right end of the heading."""
        self._aside.setText(text)

    def set_open(self, is_open: bool) -> None:
        self._head.setChecked(is_open)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._on_toggled(self._head.isChecked())

    def _on_toggled(self, is_open: bool) -> None:
        self.body.setVisible(is_open)
        self._head.setIcon(build_icon("fold-open" if is_open else "fold-closed", tokens_of(self)))
