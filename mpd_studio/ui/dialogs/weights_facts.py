"""What is known of some weights: state, place, terms, and how the last work on them ended."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from mpd_studio.session.message import Message, MessageKind
from mpd_studio.session.weights_work import SeenWeights, State
from mpd_studio.ui.dialogs.licence import terms_text
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of


class WeightsFacts(QWidget):
    def __init__(self) -> None:
        super().__init__()
        unit = metrics_for(self.font()).unit
        self._title = label("", "title", wraps=True)
        self._state, self._outcome = label("", wraps=True), label("", wraps=True)
        self._where, self._size, self._licence = ElidedLabel(), label(""), ElidedLabel()
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.terms = QPlainTextEdit(readOnly=True)
        self.terms.setAccessibleName(tr("Terms"))
        self.terms.setMinimumHeight(20 * unit)
        form = QFormLayout()
        form.setSpacing(unit)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, value in (
            (tr("State"), self._state),
            (tr("Size"), self._size),
            (tr("Place"), self._where),
            (tr("Licence"), self._licence),
        ):
            form.addRow(label(title, "quiet"), value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * unit)
        column.addWidget(self._title)
        column.addLayout(form)
        outcome = QHBoxLayout()
        outcome.setSpacing(2 * unit)
        outcome.addWidget(self._icon)
        outcome.addWidget(self._outcome, 1)
        column.addLayout(outcome)
        column.addWidget(self.terms, 1)
        column.addStretch(0)

    @property
    def state_text(self) -> str:
        return self._state.text()

    @property
    def outcome_text(self) -> str:
        return "" if self._outcome.isHidden() else self._outcome.text()

    def show_weights(self, row: SeenWeights, is_busy: bool, is_used: bool, outcome: Message | None) -> None:
        self._title.setText(row.title)
        self._state.setText(state_line(row, is_busy, is_used))
        self._size.setText(row.size_text or tr("as they lie there"))
        self._where.setText(str(row.path) if row.state is not State.MISSING else tr("not on this machine"))
        licence = tr("that of whoever gave them to you")
        if row.licence is not None:
            licence = f"{row.licence.name}, {tr('agreed') if row.is_agreed else tr('not agreed yet')}"
        self._licence.setText(licence)
        text = terms_text(row)
        if text != self.terms.toPlainText():
            self.terms.setPlainText(text)
        self.terms.setVisible(bool(text))
        self._show_outcome(outcome)

    def _show_outcome(self, outcome: Message | None) -> None:
        self._outcome.setVisible(outcome is not None)
        self._icon.setVisible(outcome is not None)
        if outcome is not None:
            details = outcome.details if outcome.kind is MessageKind.WARNING else ""
            self._outcome.setText("\n".join(part for part in (outcome.text, details) if part))
            icon, color = _ICONS[outcome.kind], getattr(tokens_of(self), _COLORS[outcome.kind])
            self._icon.setPixmap(icon_pixmap(icon, color, 16, self.devicePixelRatioF()))


_ICONS = {MessageKind.INFO: "info", MessageKind.WARNING: "warn", MessageKind.ERROR: "error"}
_COLORS = {MessageKind.INFO: "accent", MessageKind.WARNING: "check", MessageKind.ERROR: "no"}


def state_word(row: SeenWeights, is_busy: bool) -> str:
    """For the list: one or two words."""
    if is_busy:
        return tr("at work …")
    if row.state is State.PRESENT and not row.is_agreed:
        return tr("terms not agreed")
    return {
        State.PRESENT: tr("present"),
        State.PARTIAL: tr("partial"),
        State.MISSING: tr("missing"),
        State.BROKEN: tr("broken"),
    }[row.state]


def state_line(row: SeenWeights, is_busy: bool, is_used: bool) -> str:
    """For the eyes: what the state means."""
    if is_busy:
        return tr("At work. The status line shows how far it is; you can go on with something else.")
    inspection = row.folder.inspection
    words = {
        State.PRESENT: tr("Present: all files are there and look whole."),
        State.MISSING: tr("Missing: nothing of them is here."),
        State.PARTIAL: tr("Partial: {files} lacking.").format(files=_files(len(inspection.missing))),
        State.BROKEN: tr("Broken: {files} cannot be right.").format(files=_files(len(inspection.broken))),
    }
    return words[row.state] + (" " + tr("In use.") if is_used else "")


def _files(count: int) -> str:
    return tr("1 file") if count == 1 else tr("{count} files").format(count=count)
