"""What the lab is to compare: samplers and engines to tick, seeds, and what is to be equal for all of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.core.errors import MpdError
from mpd_studio.core.ids import GapId
from mpd_studio.session.lab import Lab, LabOrder, order_of
from mpd_studio.ui.pieces import inset_text, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_CALLS, _STEPS = 0, 1
_AT_FIRST = ("mpd_vibid", "vibid", "flow")


class LabChoices(QWidget):
    """Signals: run_wanted(LabOrder). cancel_wanted()."""

    run_wanted = Signal(object)
    cancel_wanted = Signal()

    def __init__(self, lab: Lab, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._gap_id: GapId | None = None
        self._choices = lab.choices()
        can_diffuse = any(choice.is_sampler and not choice.problem for choice in self._choices)
        first = _AT_FIRST if can_diffuse else ("flow", "crossfade")
        self.boxes = {
            choice.id: self._box(choice.title, choice.problem, choice.id in first) for choice in self._choices
        }
        self.seeds = QLineEdit("1")
        self.seeds.setAccessibleName(tr("Seeds"))
        self.seeds.setToolTip(tr("Each sampler runs once with each of these numbers: 1, 2, 3."))
        self.equal = QComboBox()
        self.equal.addItems([tr("Equal calls"), tr("Equal steps")])
        self.equal.setAccessibleName(tr("What is equal for all samplers"))
        self.equal.setToolTip(
            tr("Equal calls: every sampler gets the steps that make about this many calls of the model, for each clip.")
        )
        self.amount = QSpinBox()
        self.amount.setRange(2, 5000)
        self.amount.setValue(65)
        self.amount.setAccessibleName(tr("Calls or steps"))
        inset_text(self.amount)
        self.run = QPushButton(tr("Run"))
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("Stop the runs of this gap. What is finished stays."))
        self._why = label("", "caption", wraps=True)
        self._build()
        for box in self.boxes.values():
            box.toggled.connect(self.refresh)
        self.seeds.textChanged.connect(self.refresh)
        self.equal.currentIndexChanged.connect(self._on_equal)
        self.amount.valueChanged.connect(self.refresh)
        self.run.clicked.connect(self._on_run)
        self.cancel.clicked.connect(self.cancel_wanted)

    @property
    def reason(self) -> str:
        """Why nothing can be run; "" when something can."""
        return self._why.text() if not self.run.isEnabled() else ""

    def show_gap(self, gap_id: GapId | None) -> None:
        self._gap_id = gap_id
        self.refresh()

    def refresh(self) -> None:
        running = self._gap_id is not None and self._lab.is_running(self._gap_id)
        self.cancel.setEnabled(running)
        count, words = self._count()
        self.run.setEnabled(count > 0)
        self.run.setText(tr("Run {count}").format(count=count) if count else tr("Run"))
        self.run.setToolTip(words)
        self._why.setText(words)

    def _count(self) -> tuple[int, str]:
        """How many runs there would be, and what they would cost; or 0, and why there are none."""
        if self._gap_id is None:
            return 0, tr("Select a gap first.")
        try:
            runs = self._lab.planned(self._gap_id, self._order())
        except MpdError as error:
            return 0, str(error)
        problem = self._lab.weights_problem() if any(run.sampler for run in runs) else ""
        if problem:
            return 0, tr("{problem} Get them in Window, Weights, or untick the samplers.").format(problem=problem)
        calls = sum(run.calls or 0 for run in runs)
        return len(runs), tr("{calls} calls of the model in all.").format(calls=calls) if calls else ""

    def _order(self) -> LabOrder:
        chosen = tuple(choice for choice in self._choices if self.boxes[choice.id].isChecked())
        amount = self.amount.value()
        is_calls = self.equal.currentIndex() == _CALLS
        return order_of(chosen, self.seeds.text(), amount if is_calls else None, None if is_calls else amount)

    def _on_equal(self, index: int) -> None:
        self.amount.setValue(65 if index == _CALLS else 25)
        self.refresh()

    def _on_run(self) -> None:
        if self._count()[0]:
            self.run_wanted.emit(self._order())

    def _box(self, title: str, problem: str, is_on: bool) -> QCheckBox:
        box = QCheckBox(title)
        box.setChecked(is_on and not problem)
        box.setEnabled(not problem)
        box.setToolTip(problem)
        return box

    def _build(self) -> None:
        unit = metrics_for(self.font()).unit
        page = QWidget()
        page.setProperty("role", "panel")
        boxes = QVBoxLayout(page)
        boxes.setContentsMargins(3 * unit, unit, 3 * unit, unit)
        boxes.setSpacing(unit // 2)
        boxes.addWidget(label(tr("Samplers"), "caption"))
        is_sampler = True
        for choice in self._choices:
            if is_sampler and not choice.is_sampler:
                boxes.addSpacing(unit)
                boxes.addWidget(label(tr("Engines"), "caption"))
                is_sampler = False
            boxes.addWidget(self.boxes[choice.id])
        boxes.addSpacing(unit)
        boxes.addLayout(_line(unit, label(tr("Seeds"), "caption"), self.seeds))
        boxes.addLayout(_line(unit, self.equal, self.amount))
        boxes.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        low = QVBoxLayout()
        low.setContentsMargins(3 * unit, 0, 2 * unit, 0)
        low.setSpacing(unit)
        low.addWidget(self._why)
        low.addLayout(_line(unit, self.run, self.cancel))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2 * unit)
        column.setSpacing(unit)
        column.addWidget(area, 1)
        column.addLayout(low)
        self.setFixedWidth(58 * unit)


def _line(unit: int, *widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(unit)
    for widget in widgets:
        line.addWidget(widget, 0 if widget is widgets[0] and len(widgets) == 2 and not _is_wide(widget) else 1)
    return line


def _is_wide(widget: QWidget) -> bool:
    return isinstance(widget, QPushButton | QComboBox)
