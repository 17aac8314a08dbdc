"""The sampler lab: the selected gap through several samplers and engines, side by side and synchronous in time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from mpd_studio.core.ids import GapId
from mpd_studio.core.timeline import PlacedGap
from mpd_studio.session.lab import COLUMNS, LabEntry, LabOrder
from mpd_studio.session.session import Session
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.panels.lab_choices import LabChoices
from mpd_studio.ui.panels.lab_plots import LabPlots
from mpd_studio.ui.panels.lab_row import LabRow
from mpd_studio.ui.pieces import label, rule
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for
from mpd_studio.ui.thumbnails import Thumbnails

_PLOTS_FROM_UNITS = 275  # a narrower panel leaves the room to the rows


class LabPanel(QWidget):
    """Looks at nothing while it is hidden."""

    def __init__(self, session: Session, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._desk = desk
        self._lab = session.lab
        self._thumbnails = Thumbnails(session.frames, self)
        self._placed: PlacedGap | None = None  # as last refreshed: moments are counted from its start
        self._gap_id: GapId | None = None
        self._shown: tuple[LabEntry, ...] = ()
        self.rows: list[LabRow] = []
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Lab"))
        self.choices = LabChoices(session.lab)
        self.plots = LabPlots()
        self._empty = label("", "quiet", wraps=True)
        self._kept = ElidedLabel(tr("Results stay until you remove them, also when the project is closed."))
        self._kept.setProperty("role", "caption")
        self.clear = QPushButton(tr("Remove all"))
        self.clear.setToolTip(tr("Delete the results of this gap from the disk. Takes made of them stay."))
        self._build()
        self.choices.run_wanted.connect(self._run)
        self.choices.cancel_wanted.connect(self._cancel)
        self.clear.clicked.connect(self._clear)
        session.lab.changed.connect(self._refresh)
        session.jobs.changed.connect(self._on_jobs)
        session.document.changed.connect(self._refresh)
        session.selection.changed.connect(self._refresh)
        session.selection.playhead_changed.connect(self._follow_playhead)
        session.generator.plan_changed.connect(self._refresh)  # also when weights came or went

    @property
    def empty_text(self) -> str:
        return "" if self._empty.isHidden() else self._empty.text()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_plots()

    def show_moment(self, index: int) -> None:
        """All runs show this frame of the gap, from 0."""
        for row in self.rows:
            row.show_moment(index)

    def _build(self) -> None:
        unit = metrics_for(self.font()).unit
        page = QWidget()
        page.setProperty("role", "panel")
        self._rows = QVBoxLayout(page)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addWidget(self._empty)
        self._rows.addStretch(1)
        self._empty.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        foot = QHBoxLayout()
        foot.setContentsMargins(2 * unit, 0, 2 * unit, unit)
        foot.addWidget(self._kept, 1)
        foot.addWidget(self.clear)
        middle = QVBoxLayout()
        middle.setSpacing(unit)
        middle.addWidget(area, 1)
        middle.addLayout(foot)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.choices)
        line.addWidget(rule(upright=True))
        line.addLayout(middle, 1)
        line.addWidget(self.plots)
        self.setMinimumHeight(30 * unit)

    def _refresh(self, *signalled: object) -> None:
        del signalled
        if not self.isVisible():
            return
        self._placed = placed = self._desk.situation().gap
        self._gap_id = placed.gap.id if placed else None
        entries = self._lab.entries(self._gap_id) if self._gap_id else ()
        self._match(len(entries))
        self._shown = entries
        best = _best(entries)
        for number, (row, entry) in enumerate(zip(self.rows, entries, strict=True), 1):
            row.show_entry(number, entry, self._state(entry), self._lab.why_not_take(entry), best.get(entry.id, ()))
        self._empty.setVisible(not entries)
        self._empty.setText(self._empty_text(placed))
        self._kept.setVisible(bool(entries))
        self.clear.setVisible(bool(entries))
        self.clear.setEnabled(any(not entry.job_id for entry in entries))
        self.choices.show_gap(self._gap_id)
        self.plots.show_entries(entries)
        self._show_plots()
        self._follow_playhead()

    def _match(self, count: int) -> None:
        while len(self.rows) > count:
            row = self.rows.pop()
            self._rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.rows) < count:
            row, index = LabRow(self._thumbnails), len(self.rows)
            row.use_wanted.connect(lambda i=index: self._lab.use(self._shown[i].id))
            row.remove_wanted.connect(lambda i=index: self._lab.remove(self._shown[i].id))
            row.strip.hovered.connect(self.show_moment)
            row.strip.left.connect(self._follow_playhead)
            row.strip.picked.connect(self._go_to)
            self.rows.append(row)
            self._rows.insertWidget(index, row)

    def _state(self, entry: LabEntry) -> str:
        job = self._session.jobs.row(entry.job_id) if entry.job_id else None
        if job is None or not job.stage:
            return tr("waits") if entry.job_id else ""
        return f"{tr(job.stage)} {job.done} / {job.total}" if job.total > 1 else tr(job.stage)

    def _empty_text(self, placed: PlacedGap | None) -> str:
        if placed is None:
            return tr("Select a gap to make it with several samplers and engines, and to compare what they make.")
        return tr(
            "Tick what to compare, and press Run. Each run fills this gap once, from the same frames. Their pictures "
            "and figures stand here side by side; 'Use as take' puts the best into the project."
        )

    def _show_plots(self) -> None:
        is_wide = self.width() >= _PLOTS_FROM_UNITS * metrics_for(self.font()).unit
        self.plots.setVisible(is_wide and any(entry.result for entry in self._shown))

    def _follow_playhead(self, *signalled: object) -> None:
        """Between hovers, all runs show what the canvas shows."""
        del signalled
        if self._placed and self.isVisible():
            self.show_moment(self._session.selection.playhead - self._placed.start)

    def _go_to(self, index: int) -> None:
        if self._placed:
            self._session.player.pause()
            self._session.selection.set_playhead(self._placed.start + index)

    def _on_jobs(self) -> None:
        """Progress moves the words of the running row alone."""
        if self.isVisible() and any(entry.job_id for entry in self._shown):
            for number, (row, entry) in enumerate(zip(self.rows, self._shown, strict=True), 1):
                if entry.job_id:
                    row.show_entry(number, entry, self._state(entry), "", ())

    def _run(self, order: LabOrder) -> None:
        if self._gap_id:
            self._lab.run(self._gap_id, order)

    def _cancel(self) -> None:
        if self._gap_id:
            self._lab.cancel(self._gap_id)

    def _clear(self) -> None:
        self._lab.remove(*(entry.id for entry in self._shown))


def _best(entries: tuple[LabEntry, ...]) -> dict[str, set[str]]:
    """Entry → ids of the figures in which no other run is better; nothing where there is nothing to compare."""
    best: dict[str, set[str]] = {}
    for column in COLUMNS:
        values = [
            (entry.id, value) for entry in entries if entry.made and (value := column.value(entry.made)) is not None
        ]
        if not column.better or len(values) < 2:
            continue
        off = {entry_id: abs(value - 1) if column.better == "one" else value for entry_id, value in values}
        least = min(off.values())
        if least < max(off.values()):
            for entry_id, value in off.items():
                if value == least:
                    best.setdefault(entry_id, set()).add(column.id)
    return best
