"""The contract sheet: what will be made, or what was, line by line with its state."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of


class State(Protocol):
    @property
    def value(self) -> str: ...


class Line(Protocol):
    """A line of the session's sheet."""

    @property
    def text(self) -> str: ...

    @property
    def detail(self) -> str: ...

    @property
    def state(self) -> State: ...


class SheetView(QWidget):
    """state: "todo", "pass", "warn" or "note", said by a drawn icon and in words to those who do not see it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = metrics_for(self.font()).unit
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * unit)
        self._grid.setVerticalSpacing(unit)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._states: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text.text() for _, text in self._rows if not text.isHidden())

    @property
    def states(self) -> tuple[str, ...]:
        """Of the lines shown, in order."""
        return self._states

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        self._states = tuple(line.state.value for line in lines)
        tokens = tokens_of(self)
        looks = {
            "todo": ("todo", tokens.quiet, tr("to do")),
            "pass": ("pass", tokens.text, tr("passed")),
            "warn": ("warn", tokens.check, tr("warning")),
            "note": ("info", tokens.quiet, tr("note")),
        }
        while len(self._rows) < len(lines):
            self._add_row()
        for (icon, text), line in zip(self._rows, lines, strict=False):
            name, color, words = looks[line.state.value]
            icon.setPixmap(icon_pixmap(name, color, 14, self.devicePixelRatioF()))
            text.setText(f"{line.text}: {line.detail}" if line.detail else line.text)
            text.setAccessibleName(f"{line.text}: {words}")
            text.setToolTip(words)
        for index, (icon, text) in enumerate(self._rows):
            icon.setVisible(index < len(lines))
            text.setVisible(index < len(lines))

    def _add_row(self) -> None:
        icon, text = QLabel(), label("", wraps=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = len(self._rows)
        self._grid.addWidget(icon, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(text, row, 1)
        self._rows.append((icon, text))
