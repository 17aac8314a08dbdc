"""The list of gaps: state, number, length."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QListView, QStackedLayout, QWidget

from mpd_studio.core.drawing_edits import differ_only_in_guidance
from mpd_studio.core.timeline import GapRows, PlacedGap, Timeline
from mpd_studio.session.session import Session
from mpd_studio.ui.gap_index import GapIndex
from mpd_studio.ui.icons import build_icon
from mpd_studio.ui.panels.two_column_delegate import ASIDE, TwoColumnDelegate
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.theme import tokens_of

Index = QModelIndex | QPersistentModelIndex


class GapModel(QAbstractListModel):
    """A row is described when it is seen: of a thousand gaps a list shows twenty."""

    def __init__(self, session: Session, index: GapIndex, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._widget = parent
        self._index = index
        self._count = len(self.gaps)

    @property
    def gaps(self) -> GapRows:
        return self._index.gaps(self._session.document.timeline)

    def refresh(self) -> None:
        if len(self.gaps) != self._count:
            self.beginResetModel()
            self._count = len(self.gaps)
            self.endResetModel()
        elif self._count:
            self.dataChanged.emit(self.index(0), self.index(self._count - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        del parent
        return self._count

    def data(self, index: Index, role: int = 0) -> object:
        if not 0 <= index.row() < len(self.gaps):
            return None
        placed = self.gaps[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return tr("Gap {number}").format(number=index.row() + 1)
            case Qt.ItemDataRole.DecorationRole:
                return self._icon(placed)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(placed)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return f"{frames_text(placed.gap.length)}, {_state(placed)}"
        return tr("{length} f").format(length=placed.gap.length) if role == ASIDE else None

    def _icon(self, placed: PlacedGap) -> QIcon:
        tokens = tokens_of(self._widget)
        if placed.gap.id == self._session.selection.gap_id:
            return build_icon("selected", tokens, tokens.accent)
        if placed.gap.chosen_take:
            return build_icon("filled", tokens)
        return build_icon("waiting", tokens, tokens.gap)

    def _tip(self, placed: PlacedGap) -> str:
        timeline = self._session.document.timeline
        range_text = f"{timeline.timecode(placed.start)} – {timeline.timecode(placed.stop - 1)}"
        return f"{range_text}\n{frames_text(placed.gap.length)}, {_state(placed)}"


class GapList(QWidget):
    """Click or arrow keys select the gap; a double click or Return also goes there."""

    def __init__(self, session: Session, index: GapIndex, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._index = index
        self._model = GapModel(session, index, self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(TwoColumnDelegate(self.list))
        self.list.setAccessibleName(tr("Gaps"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty: QLabel = label(
            tr("No gaps yet.\n\nMove two clips apart on the timeline, or mark a range with I and O and press Ctrl+G."),
            "quiet",
            wraps=True,
        )
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setMargin(12)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._empty)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.activated.connect(self._on_activated)
        session.document.changed.connect(self._on_document)
        session.selection.changed.connect(self._refresh)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pages"):
            self._refresh()

    def _on_document(self, before: Timeline, after: Timeline) -> None:
        if not differ_only_in_guidance(before, after):
            self._refresh()

    def _refresh(self) -> None:
        self._model.refresh()
        self._pages.setCurrentWidget(self.list if self._model.rowCount() else self._empty)
        row = self._index.row(self._session.document.timeline, self._session.selection.gap_id)
        chooser = self.list.selectionModel()
        if row is None:
            chooser.clear()
        elif self.list.currentIndex().row() != row:
            self.list.setCurrentIndex(self._model.index(row))

    def _on_current(self, current: QModelIndex) -> None:
        if current.isValid():
            self._session.selection.select_gap(self._model.gaps[current.row()].gap.id)

    def _on_activated(self, index: QModelIndex) -> None:
        self._session.selection.set_playhead(self._model.gaps[index.row()].start)


def _state(placed: PlacedGap) -> str:
    take = placed.gap.chosen_take
    return tr("filled with {take}").format(take=take.name) if take else tr("waits for frames")
