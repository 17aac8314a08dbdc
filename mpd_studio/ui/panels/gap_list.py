"""The list of gaps: state, number, length."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QStackedLayout, QWidget

from mpd_studio.core.ids import GapId
from mpd_studio.core.timeline import PlacedGap, gaps_of
from mpd_studio.session.session import Session
from mpd_studio.ui.icons import build_icon
from mpd_studio.ui.panels.two_column_delegate import ASIDE, TwoColumnDelegate
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.theme import tokens_of

_GAP_ID = int(Qt.ItemDataRole.UserRole)


class GapList(QWidget):
    """Click or arrow keys select the gap; a double click also goes there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._list = QListWidget()
        self._list.setItemDelegate(TwoColumnDelegate(self._list))
        self._list.setAccessibleName(tr("Gaps"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty: QLabel = label(
            tr("No gaps yet.\n\nMove two clips apart on the timeline, or mark a range with I and O and press Ctrl+G."),
            "quiet",
            wraps=True,
        )
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setMargin(12)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._list)
        self._pages.addWidget(self._empty)
        self._list.currentItemChanged.connect(self._on_current)
        self._list.itemActivated.connect(self._on_activated)
        session.document.changed.connect(self._fill)
        session.selection.changed.connect(self._on_selection)
        self._fill()

    @property
    def list(self) -> QListWidget:
        return self._list

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pages"):
            self._fill()

    def _fill(self) -> None:
        timeline = self._session.document.timeline
        gaps = gaps_of(timeline)
        self._pages.setCurrentWidget(self._list if gaps else self._empty)
        self._list.blockSignals(True)
        while self._list.count() > len(gaps):
            self._list.takeItem(self._list.count() - 1)
        while self._list.count() < len(gaps):
            self._list.addItem(QListWidgetItem())
        for number, placed in enumerate(gaps, 1):
            self._show(self._list.item(number - 1), number, placed)
        self._list.blockSignals(False)
        self._on_selection()

    def _show(self, item: QListWidgetItem, number: int, placed: PlacedGap) -> None:
        tokens = tokens_of(self)
        timeline = self._session.document.timeline
        is_selected = placed.gap.id == self._session.selection.gap_id
        take = placed.gap.chosen_take
        icon, color, state = (
            ("filled", tokens.text, tr("filled with {take}").format(take=take.name))
            if take
            else ("waiting", tokens.gap, tr("waits for frames"))
        )
        if is_selected:
            icon, color = "selected", tokens.accent
        item.setIcon(build_icon(icon, tokens, color))
        item.setText(tr("Gap {number}").format(number=number))
        item.setData(ASIDE, tr("{length} f").format(length=placed.gap.length))
        item.setData(_GAP_ID, placed.gap.id)
        range_text = f"{timeline.timecode(placed.start)} – {timeline.timecode(placed.stop - 1)}"
        item.setToolTip(f"{range_text}\n{frames_text(placed.gap.length)}, {state}")
        item.setData(int(Qt.ItemDataRole.AccessibleDescriptionRole), state)

    def _on_selection(self) -> None:
        gaps = gaps_of(self._session.document.timeline)
        self._list.blockSignals(True)
        self._list.setCurrentRow(-1)
        for row, placed in enumerate(gaps):
            self._show(self._list.item(row), row + 1, placed)
            if placed.gap.id == self._session.selection.gap_id:
                self._list.setCurrentRow(row)
        self._list.blockSignals(False)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._session.selection.select_gap(GapId(item.data(_GAP_ID)))

    def _on_activated(self, item: QListWidgetItem) -> None:
        gaps = gaps_of(self._session.document.timeline)
        start = next((placed.start for placed in gaps if placed.gap.id == item.data(_GAP_ID)), None)
        if start is not None:
            self._session.selection.set_playhead(start)
