"""The motion of the selected gap: predict it, look at it, edit it; then the engine goes along it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mpd_studio.core.gap_motion import MOST_SCALE, MOST_SMOOTH, GapMotion, MotionEdits
from mpd_studio.core.guidance import Boundary, RegionMode
from mpd_studio.core.ids import GapId
from mpd_studio.core.timeline import PlacedGap
from mpd_studio.session.selection import MotionView, Shown
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.motion_drops import dropped_motion, take_motion
from mpd_studio.ui.panels.captioned_form import captioned_form, number_field
from mpd_studio.ui.panels.engine_options import CAPTION_UNITS
from mpd_studio.ui.panels.option_fields import elide_to_fit
from mpd_studio.ui.pieces import IconButton, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class MotionPanel(QWidget):
    """Shows the motion of one end of a gap: of the last frame where the canvas shows that, else of the first."""

    def __init__(self, session: Session, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._placed: PlacedGap | None = None
        self.setAcceptDrops(True)
        unit = metrics_for(self.font()).unit
        self.of = _choice(tr("Frame that moves"), tr("Which end's motion is shown and edited; the canvas shows it."))
        self.of.addItem(tr("first frame"), Boundary.FIRST)
        self.of.addItem(tr("last frame"), Boundary.LAST)
        self.state = label("", "quiet", wraps=True)
        self.button = QPushButton()
        self.button.clicked.connect(self._on_button)
        self._files = [IconButton("", action=table.action(f"motion.{name}")) for name in ("load", "save", "remove")]
        self.view = _choice(tr("Shown as"), tr("How the motion is shown over the picture."))
        for text, view in _VIEWS:
            self.view.addItem(tr(text), view)
        self.scale = number_field(
            0, 100 * MOST_SCALE, tr("Scale"), tr("How many times as far everything goes."), " %", 10
        )
        self.smooth = number_field(
            0,
            100 * MOST_SMOOTH,
            tr("Smooth"),
            tr("How widely neighbours are mixed, as a share of the picture's width."),
            " %",
            0.5,
        )
        self.inside = _choice(tr("Inside"), tr("Keep the motion inside of a region alone, drawn on this frame."))
        self.measured = number_field(
            0,
            100,
            tr("Measured ends"),
            tr("How far things end where both boundary frames show them, by optical flow."),
            " %",
            10,
        )
        self._edits = captioned_form(
            unit,
            CAPTION_UNITS,
            (tr("Scale"), self.scale),
            (tr("Smooth"), self.smooth),
            (tr("Inside"), self.inside),
            (tr("Measured ends"), self.measured),
        )
        line = QHBoxLayout()
        line.setSpacing(unit)
        line.addWidget(self.button, 1)
        for each in self._files:
            line.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(captioned_form(unit, CAPTION_UNITS, (tr("Of"), self.of)))
        column.addWidget(self.state)
        column.addLayout(line)
        column.addWidget(captioned_form(unit, CAPTION_UNITS, (tr("Shown as"), self.view)))
        column.addWidget(self._edits)
        self._connect()

    def _connect(self) -> None:
        self.of.activated.connect(self._on_of)
        self.view.activated.connect(lambda: self._session.selection.set_motion_view(self.view.currentData()))
        self.inside.activated.connect(lambda: self._edit(lambda e: replace(e, inside=self.inside.currentData())))
        for box, field in ((self.scale, "scale"), (self.smooth, "smooth"), (self.measured, "measured")):
            box.valueChanged.connect(lambda value, field=field: self._edit_number(field, value / 100))
            box.editingFinished.connect(self._session.document.end_merge)
        self._session.motions.predicted.connect(self._on_predicted)

    @property
    def aside(self) -> str:
        """A few words for the section's heading."""
        motion = self._motion
        return "" if motion is None else tr("predicted") if motion.origin == "predicted" else tr("loaded")

    def show_gap(self, placed: PlacedGap) -> None:
        self._placed = placed
        desk, of = self._session.motions, self._session.selection.end
        gap_id, motion = placed.gap.id, placed.gap.motion(of)
        self.of.setCurrentIndex(self.of.findData(of))
        self._show_view(placed)
        self.state.setText(_state(placed, of, desk.is_predicting(gap_id)))
        problem = desk.problem(gap_id)
        if desk.is_predicting(gap_id):
            self.button.setText(tr("Stop"))
            self.button.setToolTip(tr("Stop predicting. The motion that is kept stays."))
        else:
            self.button.setText(tr("Predict again") if motion else tr("Predict motion"))
            self.button.setToolTip(problem or tr("Let the engine say how this frame moves, before any frame is made."))
        self.button.setEnabled(not problem or desk.is_predicting(gap_id))
        self._edits.setVisible(motion is not None)
        if motion is not None:
            self._show_edits(motion, placed)

    def _show_view(self, placed: PlacedGap) -> None:
        """Only what is kept can move the picture; arrows and colours show what is measured as well."""
        row, model = self.view.findData(MotionView.MOVING), self.view.model()
        if isinstance(model, QStandardItemModel):
            model.item(row).setEnabled(bool(placed.gap.motions))
        why = "" if placed.gap.motions else tr("There is no motion yet: predict or load one.")
        self.view.setItemData(row, why, Qt.ItemDataRole.ToolTipRole)
        self.view.setCurrentIndex(self.view.findData(self._session.selection.motion_view))

    def _show_edits(self, motion: GapMotion, placed: PlacedGap) -> None:
        edits = motion.edits
        for box, share in ((self.scale, edits.scale), (self.smooth, edits.smooth), (self.measured, edits.measured)):
            box.blockSignals(True)
            box.setValue(100 * share)
            box.blockSignals(False)
        self.inside.clear()
        self.inside.addItem(tr("whole picture"), None)
        for number, region in enumerate(placed.gap.guidance.regions, 1):
            if region.on is motion.of:
                mode = tr("moves") if region.mode is RegionMode.MOVES else tr("holds still")
                self.inside.addItem(tr("Region {0} ({1})").format(number, mode), region.id)
        self.inside.setCurrentIndex(max(0, self.inside.findData(edits.inside)))

    @property
    def _gap_id(self) -> GapId | None:
        return self._placed.gap.id if self._placed is not None else None

    @property
    def _motion(self) -> GapMotion | None:
        gap_id = self._gap_id
        return self._session.motions.motion(gap_id, self._session.selection.end) if gap_id is not None else None

    def _edit(self, change: Callable[[MotionEdits], MotionEdits], field: str = "") -> None:
        motion, gap_id = self._motion, self._gap_id  # as it is in the document now: signals may come late
        if motion is not None and gap_id is not None:
            self._session.motions.set_edits(gap_id, motion.of, change(motion.edits), field)

    def _edit_number(self, field: str, value: float) -> None:
        self._edit(lambda edits: replace(edits, **{field: round(value, 4)}), field)

    def _on_of(self) -> None:
        is_last = self.of.currentData() is Boundary.LAST
        self._session.selection.set_shown(Shown.LAST if is_last else Shown.FIRST)

    def _on_button(self) -> None:
        gap_id, desk = self._gap_id, self._session.motions
        if gap_id is None:
            return
        if desk.is_predicting(gap_id):
            desk.cancel(gap_id)
        else:
            desk.predict(gap_id, self._session.selection.end)

    def _on_predicted(self, gap_id: GapId, of: Boundary) -> None:
        """It is to be seen at once, on its own frame."""
        selection = self._session.selection
        if gap_id != selection.gap_id:
            return
        selection.set_shown(Shown.LAST if of is Boundary.LAST else Shown.FIRST)
        if selection.motion_view is MotionView.OFF:
            selection.set_motion_view(MotionView.ARROWS)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_motion(event.mimeData(), is_asked_for=True) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        file = dropped_motion(event.mimeData(), is_asked_for=True)
        if file is not None:
            take_motion(self._session, file)
            event.acceptProposedAction()


_VIEWS = (
    ("hidden", MotionView.OFF),
    ("arrows", MotionView.ARROWS),
    ("colours", MotionView.COLORS),
    ("moving picture", MotionView.MOVING),
)


def _state(placed: PlacedGap, of: Boundary, is_predicting: bool) -> str:
    """What there is, and what will be done with it."""
    if is_predicting:
        return tr("Being predicted. The status line shows how far it is.")
    motion, other = placed.gap.motion(of), placed.gap.motion(_other(of))
    if motion is None and other is None:
        return tr(
            "None yet: the engine predicts it while it generates. Predict it here to see and edit it first, "
            "or drop a file of motion (.npz, .flo, .exr)."
        )
    if motion is None:
        return tr("None of its own: it follows from that of the {0} frame.").format(_word(_other(of)))
    if not motion.is_of(placed.first if of is Boundary.FIRST else placed.last):
        return tr("Made of another {0} frame than the gap has now. Predict it again, or remove it.").format(_word(of))
    source = tr("Predicted") if motion.origin == "predicted" else tr("Loaded from {0}").format(motion.origin)
    return tr("{0}. Generate goes along it.").format(source)


def _other(of: Boundary) -> Boundary:
    return Boundary.FIRST if of is Boundary.LAST else Boundary.LAST


def _word(of: Boundary) -> str:
    return tr("first") if of is Boundary.FIRST else tr("last")


def _choice(name: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    elide_to_fit(box)
    return box
