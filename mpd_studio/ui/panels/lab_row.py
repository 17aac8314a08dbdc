"""One run of the lab: what it was, its figures, its frames, and the way to make it a take."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mpd_studio.session.lab import COLUMNS, LabEntry, notes_of, with_unit
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.panels.lab_strip import LabMoment, LabStrip
from mpd_studio.ui.pieces import IconButton, label, rule
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for
from mpd_studio.ui.thumbnails import Thumbnails


class LabRow(QWidget):
    """Signals: use_wanted(), remove_wanted()."""

    use_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = metrics_for(self.font()).unit
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = ElidedLabel()
        self._title.setProperty("role", "section")
        self._state = ElidedLabel()
        self.moment, self.strip = LabMoment(thumbnails), LabStrip(thumbnails)
        self.use = QPushButton(tr("Use as take"))
        self.remove = IconButton("delete", tr("Remove result"), tr("Delete this result. Takes made of it stay."))
        self.figures = [label("", "caption") for _ in COLUMNS]
        figures = QGridLayout()
        figures.setContentsMargins(0, 0, 0, 0)
        figures.setHorizontalSpacing(2 * unit)
        figures.setVerticalSpacing(0)
        for column, (figure, text) in enumerate(zip(COLUMNS, self.figures, strict=True)):
            head = label(tr(figure.title), "caption")
            head.setToolTip(_explained(figure.help, figure.better))
            text.setToolTip(head.toolTip())
            text.setFixedWidth(14 * unit)  # so that the columns of all rows lie below each other, bold or not
            figures.addWidget(head, 0, column)
            figures.addWidget(text, 1, column)
        figures.setColumnStretch(len(COLUMNS), 1)
        self._figures = QWidget()
        self._figures.setLayout(figures)
        head_line = QHBoxLayout()
        head_line.setSpacing(2 * unit)
        head_line.addWidget(self._title, 1)
        head_line.addWidget(self._state, 2)
        head_line.addWidget(self.use)
        head_line.addWidget(self.remove)
        right = QVBoxLayout()
        right.setSpacing(unit)
        right.addLayout(head_line)
        right.addWidget(self._figures)
        right.addWidget(self.strip)
        right.addStretch(1)
        line = QHBoxLayout()
        line.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        line.setSpacing(2 * unit)
        line.addWidget(self.moment, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(line)
        whole.addWidget(rule())
        self.use.clicked.connect(self.use_wanted)
        self.remove.clicked.connect(self.remove_wanted)

    @property
    def texts(self) -> tuple[str, ...]:
        """The title, the state, and the figures."""
        return (self._title.text(), self._state.text(), *(text.text() for text in self.figures))

    def show_moment(self, index: int) -> None:
        """Show a frame of the gap, from 0; before the gap its first, after it its last."""
        self.strip.set_index(index)
        if self.strip.result is not None:
            self.moment.show_frame(self.strip.result, self.strip.index)

    def show_entry(self, number: int, entry: LabEntry, state: str, why_not: str, best: Collection[str]) -> None:
        """Everything about a run, as it is now.

        number: as the plots name it. state: of a run that has not ended, in words. best: ids of the figures in which
        no other run is better.
        """
        made = entry.made
        self._title.setText(f"{number}  {entry.run.title}")
        steps = tr("{steps} steps").format(steps=entry.run.steps) if entry.run.steps else ""
        told = " ".join(notes_of(made)) if made else state
        verdict = made.result.verdict if made and made.result else ""
        self._state.setText(" · ".join(word for word in (steps, verdict, told) if word))
        has_frames = entry.result is not None
        self._figures.setVisible(has_frames)
        self.strip.setVisible(has_frames)
        self.moment.setVisible(has_frames)
        self.use.setVisible(has_frames)
        self.use.setEnabled(not why_not)
        self.use.setToolTip(why_not or tr("Copy it into the project and show it in the gap. Undo takes it back."))
        self.remove.setEnabled(made is not None)
        if made is None or entry.result is None:
            return
        self.strip.show_result(entry.result, entry.run.title)
        for column, text in zip(COLUMNS, self.figures, strict=True):
            text.setText(with_unit(column, made))
            font = text.font()
            font.setBold(column.id in best)
            text.setFont(font)


def _explained(help_text: str, better: str) -> str:
    words = {"lower": tr("Lower is better."), "one": tr("The nearer to 1 the better.")}
    return " ".join(word for word in (tr(help_text), words.get(better, "")) if word)
