"""Which weights an engine takes: those that are here, a folder, or whatever is found first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox

from mpd_studio.core.engine_option import OptionValue
from mpd_studio.session.weights_desk import WeightsDesk
from mpd_studio.ui.folder_question import ask_folder
from mpd_studio.ui.panels.option_fields import elide_to_fit
from mpd_studio.ui.texts import tr

_FOLDER, _DIALOG = "/folder", "/dialog"  # no weights can be called so


class WeightsField(QComboBox):
    """show_weights opens the window of weights.

    Signals: said(value or None).
    """

    said = Signal(object)

    def __init__(self, desk: WeightsDesk, show_weights: Callable[[], None], engine_id: str) -> None:
        super().__init__()
        self._desk = desk
        self._show_weights = show_weights
        self._engine_id = engine_id
        self._value, self._tip = "", ""
        self._shown: list[tuple[str, str]] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        elide_to_fit(self)
        self.activated.connect(self._on_activated)
        desk.changed.connect(self._fill)

    def show_value(self, said: OptionValue | None, in_effect: OptionValue) -> None:
        self._value = str(in_effect)
        self._fill()
        self._tell_what_comes_first(said is not None)

    def _tell_what_comes_first(self, is_said: bool) -> None:
        self._tip = self._tip or self.toolTip()
        used = self._desk.used(self._engine_id)
        if is_said and used and used != self._value:
            line = tr("Named here, so the ones in use in the window of weights ({name}) are not taken.")
            self.setToolTip(f"{self._tip}\n{line.format(name=Path(used).name)}")
        else:
            self.setToolTip(self._tip)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A turn of the wheel may not choose a folder."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows open the list, in which nothing is chosen before Return: two entries open windows."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def _fill(self) -> None:
        """Anew only where something is new, so that a list that stands open stays as it is."""
        entries = self._entries()
        if entries != self._shown:
            self._shown = entries
            self.clear()
            for text, value in entries:
                self.addItem(text, value)
                self.setItemData(self.count() - 1, value, Qt.ItemDataRole.ToolTipRole)
            self.insertSeparator(self.count())
            self.addItem(tr("Other folder…"), _FOLDER)
            self.addItem(tr("Weights…"), _DIALOG)
        self.setCurrentIndex(self.findData(self._value))

    def _entries(self) -> list[tuple[str, str]]:
        """Text and value."""
        chosen = self._desk.chosen("", self._engine_id)
        entries = [(tr("auto ({value})").format(value=chosen.label) if chosen else tr("auto"), "")]
        usable = [row for row in self._desk.rows if row.is_usable and row.is_for(self._engine_id)]
        rows = [row for row in self._desk.rows if row in usable or row.name == self._value]
        entries += [(row.label, row.name) for row in rows]
        if all(value != self._value for _, value in entries):
            entries.append((Path(self._value).name or self._value, self._value))
        return entries

    def _on_activated(self) -> None:
        value = self.currentData()
        if value in (_FOLDER, _DIALOG):
            self.setCurrentIndex(self.findData(self._value))
        if value == _FOLDER:
            ask_folder(self.window(), tr("Folder of weights"), "", self._take_folder)
        elif value == _DIALOG:
            self._show_weights()
        else:
            self.said.emit(value or None)

    def _take_folder(self, folder: Path) -> None:
        self.said.emit(str(folder))
