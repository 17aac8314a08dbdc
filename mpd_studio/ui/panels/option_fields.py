"""One field for each kind of option of an engine. It says a possible value, or None: leave it to the engine."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QFocusEvent, QRegularExpressionValidator, QValidator, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSizePolicy

from mpd_studio.core.engine_option import EngineOption, OptionKind, OptionValue
from mpd_studio.ui.pieces import inset_text
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_DECIMALS = 4
_LEAST_UNITS = 20  # of a field: narrower than its own hint, so that the panel fits beside the canvas of a small window


class _Calm:
    """The wheel scrolls the panel, and changes only the field that was clicked before."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():  # type: ignore[attr-defined]  # mixed into widgets
            super().wheelEvent(event)  # type: ignore[misc]  # as above
        else:
            event.ignore()


class ChoiceField(_Calm, QComboBox):
    """Signals: said(value or None)."""

    said = Signal(object)

    def __init__(self, option: EngineOption) -> None:
        super().__init__()
        self._option = option
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        elide_to_fit(self)
        for choice in option.choices:
            self.addItem(tr(choice.title), choice.value)
            if choice.help:
                tip = f"{tr(choice.title)}: {tr(choice.help)}"
                self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.activated.connect(self._on_activated)

    def show_value(self, said: OptionValue | None, in_effect: OptionValue) -> None:
        del said
        self.setCurrentIndex(self.findData(in_effect))

    def _on_activated(self) -> None:
        value = self.currentData()
        self.said.emit(None if value == self._option.default else value)


class SwitchField(QCheckBox):
    """Signals: said(value or None)."""

    said = Signal(object)

    def __init__(self, option: EngineOption) -> None:
        super().__init__()
        self._option = option
        self.clicked.connect(self._on_clicked)

    def show_value(self, said: OptionValue | None, in_effect: OptionValue) -> None:
        del said
        self.setChecked(bool(in_effect))

    def _on_clicked(self, is_on: bool) -> None:
        self.said.emit(None if is_on == self._option.default else is_on)


class NumberField(_Calm, QDoubleSpinBox):
    """A number in its range. A derived one is "auto (25)" until it is set; emptying the field makes it so again.

    Signals: said(value or None).
    """

    said = Signal(object)

    def __init__(self, option: EngineOption) -> None:
        super().__init__()
        self._option = option
        self._auto_value = option.default
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setDecimals(0 if option.kind is OptionKind.WHOLE else _DECIMALS)
        # One below the range stands for "auto"; nobody can type it.
        self.setRange(option.low - 1 if option.is_derived else option.low, option.high)
        self.setSingleStep(option.step)
        inset_text(self)
        self.valueChanged.connect(self._on_value)

    def show_value(self, said: OptionValue | None, in_effect: OptionValue) -> None:
        """What is being typed stays."""
        value = self.minimum() if self._option.is_derived and said is None else float(in_effect)
        self.blockSignals(True)
        if self._option.is_derived:
            text = tr("auto ({value})").format(value=self.textFromValue(float(in_effect)))
            if said is None:
                self._auto_value = in_effect
            if text != self.specialValueText() and said is None:
                self.setSpecialValueText(text)
        if value != self.value():
            self.setValue(value)
        self.blockSignals(False)

    def textFromValue(self, value: float) -> str:
        return self.locale().toString(round(value, _DECIMALS), "g", 6)

    def valueFromText(self, text: str) -> float:
        value, is_number = self.locale().toDouble(text.strip())
        return value if is_number else self.minimum()

    def validate(self, text: str, position: int) -> Any:
        return self._judge(text.strip()), text, position

    def stepBy(self, steps: int) -> None:
        option = self._option
        start = float(self._auto_value) if self.value() < option.low else self.value()
        self.setValue(min(option.high, max(option.low, start + steps * option.step)))

    def _judge(self, text: str) -> QValidator.State:
        option, auto = self._option, self.specialValueText()
        if option.is_derived and text in ("", auto):
            return QValidator.State.Acceptable
        is_whole = option.kind is OptionKind.WHOLE
        value, is_number = self.locale().toInt(text) if is_whole else self.locale().toDouble(text)
        if not is_number:
            begins = {"", *("-" * (option.low < 0)), *(self.locale().decimalPoint() * (not is_whole))}
            may_become = text in begins or (bool(text) and auto.startswith(text))
            return QValidator.State.Intermediate if may_become else QValidator.State.Invalid
        if value > option.high:
            return QValidator.State.Invalid
        return QValidator.State.Acceptable if value >= option.low else QValidator.State.Intermediate

    def _on_value(self, value: float) -> None:
        option = self._option
        is_auto = value < option.low if option.is_derived else value == option.default
        self.said.emit(None if is_auto else option.type(round(value, _DECIMALS)))


class TextField(QLineEdit):
    """Signals: said(value or None)."""

    said = Signal(object)

    def __init__(self, option: EngineOption) -> None:
        super().__init__()
        self._option = option
        self._shown = ""
        self.setPlaceholderText(str(option.default) or (tr("auto") if option.pattern else ""))
        if option.pattern:
            pattern = QRegularExpression(f"({option.pattern})?")
            self.setValidator(QRegularExpressionValidator(pattern, self))
        self.editingFinished.connect(self._on_edited)

    def show_value(self, said: OptionValue | None, in_effect: OptionValue) -> None:
        text = "" if said is None else str(in_effect)
        if text != self._shown:
            self._shown = text
            self.setText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What is no value does not stay."""
        if not self.hasAcceptableInput():
            self.setText(self._shown)
        super().focusOutEvent(event)

    def _on_edited(self) -> None:
        text = self.text().strip()
        if text != self._shown:
            self._shown = text
            self.said.emit(text if text and text != self._option.default else None)


def elide_to_fit(box: QComboBox) -> None:
    """Long names may not widen the panel."""
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    box.setMinimumContentsLength(6)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumWidth(_LEAST_UNITS * metrics_for(box.font()).unit)
