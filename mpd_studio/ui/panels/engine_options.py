"""What the chosen engine can be told: a form from its own description."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mpd_studio.core.engine_option import EngineOption, OptionKind, is_shown
from mpd_studio.session.session import Session
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.panels.option_fields import ChoiceField, NumberField, SwitchField, TextField
from mpd_studio.ui.panels.path_field import PathField
from mpd_studio.ui.panels.weights_field import WeightsField
from mpd_studio.ui.pieces import FoldSection, IconButton
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

CAPTION_UNITS = 25  # width of the captions, so that the fields of all forms of the panel stand in one column
_FIELDS = {
    OptionKind.CHOICE: ChoiceField,
    OptionKind.WHOLE: NumberField,
    OptionKind.NUMBER: NumberField,
    OptionKind.SWITCH: SwitchField,
    OptionKind.TEXT: TextField,
    OptionKind.PATH: PathField,
}
OptionField = ChoiceField | NumberField | SwitchField | TextField | PathField | WeightsField


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One option on the screen. line: the field with its reset button, a row of `form`."""

    option: EngineOption
    form: QFormLayout
    caption: ElidedLabel
    field: OptionField
    reset: IconButton
    line: QWidget


class EngineOptions(QWidget):
    """Changes the options of the session's plan; show_weights opens the window of weights."""

    def __init__(self, session: Session, show_weights: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._show_weights = show_weights
        self._options: tuple[EngineOption, ...] = ()
        self._rows: dict[str, _Row] = {}
        self._body: QWidget | None = None
        self.more: FoldSection | None = None
        self.reset_all = QPushButton(tr("Reset all"))
        self.reset_all.setToolTip(tr("Leave every option to the engine again."))
        self.reset_all.clicked.connect(session.generator.reset_options)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(metrics_for(self.font()).unit)
        self._column.addWidget(self.reset_all)
        session.generator.plan_changed.connect(self.refresh)
        self.refresh()

    def field(self, name: str) -> OptionField:
        """The field of an option of the present engine. Raises: KeyError."""
        return self._rows[name].field

    def caption(self, name: str) -> str:
        return self._rows[name].caption.text()

    def reset_button(self, name: str) -> IconButton:
        return self._rows[name].reset

    def is_offered(self, name: str) -> bool:
        """Whether the option has an effect beside the others; it may still be folded away."""
        row = self._rows[name]
        return row.form.isRowVisible(row.line)

    def refresh(self) -> None:
        generator = self._session.generator
        engine = generator.engine
        options = engine.options if engine is not None else ()
        options = tuple(option for option in options if option.kind is not OptionKind.FILE)
        if options != self._options:
            self._options = options
            self._build()
        self.setVisible(bool(options))
        if not options:
            return
        said, in_effect = dict(generator.said), generator.options_in_effect()
        for row in self._rows.values():
            name = row.option.name
            row.form.setRowVisible(row.line, is_shown(row.option, options, said))
            row.field.show_value(said.get(name), in_effect[name])
            self._mark(row, name in said)
        folded = sum(row.option.is_advanced and name in said for name, row in self._rows.items())
        if self.more is not None:
            self.more.set_aside(tr("{count} changed").format(count=folded) if folded else "")
        self.reset_all.setVisible(bool(generator.plan.options))

    def _mark(self, row: _Row, is_changed: bool) -> None:
        title = tr(row.option.title)
        text = f"• {title}" if is_changed else title
        if text == row.caption.text():
            return
        row.caption.setText(text)
        row.caption.setToolTip(_tip(row.option))
        row.reset.setVisible(is_changed)
        row.field.setAccessibleName(f"{title}, {tr('changed')}" if is_changed else title)

    def _build(self) -> None:
        if self._body is not None:
            self._body.hide()
            self._body.deleteLater()
        self._rows.clear()
        unit = metrics_for(self.font()).unit
        self._body, self.more = QWidget(), None
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self._form([option for option in self._options if not option.is_advanced]))
        advanced = [option for option in self._options if option.is_advanced]
        if advanced:
            self.more = FoldSection(tr("More"), self._form(advanced), is_open=False)
            column.addWidget(self.more)
        self._column.insertWidget(0, self._body)

    def _form(self, options: list[EngineOption]) -> QWidget:
        unit = metrics_for(self.font()).unit
        body = QWidget()
        form = QFormLayout(body)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(unit)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for option in options:
            row = self._row(option, form)
            form.addRow(row.caption, row.line)
            self._rows[option.name] = row
        return body

    def _row(self, option: EngineOption, form: QFormLayout) -> _Row:
        grid = metrics_for(self.font())
        caption = ElidedLabel()
        caption.setProperty("role", "quiet")
        caption.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        caption.setFixedWidth(CAPTION_UNITS * grid.unit)
        caption.setMinimumHeight(grid.row)
        field = self._field(option)
        field.setToolTip(_tip(option))
        caption.setBuddy(field)
        reset = IconButton(
            "undo",
            tr("Reset {option}").format(option=tr(option.title)),
            tr("Leave this option to the engine again."),
        )
        keeps = reset.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(keeps)
        reset.hide()
        reset.clicked.connect(partial(self._session.generator.set_option, option.name, None))
        line = QWidget()
        parts = QHBoxLayout(line)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(grid.unit)
        parts.addWidget(field, 1)
        if isinstance(field, PathField):
            parts.addWidget(field.browse)
        parts.addWidget(reset)
        return _Row(option, form, caption, field, reset, line)

    def _field(self, option: EngineOption) -> OptionField:
        if option.kind is OptionKind.WEIGHTS:
            field = WeightsField(self._session.weights, self._show_weights, self._session.generator.plan.engine_id)
        else:
            field = _FIELDS[option.kind](option)
        field.said.connect(partial(self._session.generator.set_option, option.name))
        return field


def _tip(option: EngineOption) -> str:
    lines = [tr(option.help)]
    lines += [f"{tr(choice.title)}: {tr(choice.help)}" for choice in option.choices if choice.help]
    if option.kind in (OptionKind.WHOLE, OptionKind.NUMBER):
        lines.append(tr("From {low:g} to {high:g}.").format(low=option.low, high=option.high))
    if option.kind is OptionKind.PATH:
        lines.append(tr("Type it, pick it, or drop it here. Such as {example}.").format(example=option.example))
    if option.is_derived:
        lines.append(tr("Auto follows the quality and the other options; empty the field for auto."))
    return "\n".join(lines)
