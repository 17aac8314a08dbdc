"""Length and boundary frames of the selected gap."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QSpinBox, QWidget

from mpd_studio.core.gap_edits import set_gap_length
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.timeline import PlacedGap
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.pieces import IconButton, inset_text, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_LONGEST = 9_999_999


class GapEnds(QWidget):
    def __init__(self, session: Session, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._placed: PlacedGap | None = None
        unit = metrics_for(self.font()).unit
        self.length = QSpinBox(minimum=1, maximum=_LONGEST)
        self.length.setSuffix(tr(" frames"))
        self.length.setAccessibleName(tr("Length of the gap"))
        self.length.setToolTip(tr("Missing frames. What follows on the track moves."))
        self.length.setKeyboardTracking(False)
        inset_text(self.length)
        self._first, self._last = ElidedLabel(), ElidedLabel()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(unit)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows = (
            (tr("Length"), self.length),
            (tr("First frame"), _line(self._first, IconButton("", action=table.action("guidance.first")), unit)),
            (tr("Last frame"), _line(self._last, IconButton("", action=table.action("guidance.last")), unit)),
        )
        for text, field in rows:
            caption = label(text, "quiet")
            caption.setMinimumWidth(19 * unit)
            form.addRow(caption, field)
        self.length.valueChanged.connect(self._on_length)

    def show_gap(self, placed: PlacedGap) -> None:
        self._placed = placed
        self.length.blockSignals(True)
        self.length.setSuffix(tr(" frame") if placed.gap.length == 1 else tr(" frames"))
        self.length.setValue(placed.gap.length)
        self.length.blockSignals(False)
        self._first.setText(_frame_text(placed.first))
        self._last.setText(_frame_text(placed.last))

    def _on_length(self, length: int) -> None:
        if self._placed is not None:
            gap_id = self._placed.gap.id
            self._session.document.apply(
                tr("Set gap length"), lambda timeline: set_gap_length(timeline, gap_id, length), ("length", gap_id)
            )


def _line(text: QWidget, button: QWidget, unit: int) -> QWidget:
    page = QWidget()
    line = QHBoxLayout(page)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(unit)
    line.addWidget(text, 1)
    line.addWidget(button)
    return page


def _frame_text(frame: FrameRef | None) -> str:
    if frame is None:
        return tr("none yet")
    return frame.media.name if frame.media.frame_count == 1 else f"{frame.media.name} · {frame.index}"
