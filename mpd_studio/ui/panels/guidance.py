"""The guidance of the selected gap: its ease, its paths and regions, and the values of the selected one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.core.gap_edits import nearest_first, replace_path, replace_region, set_ease
from mpd_studio.core.guidance import Easing, EasingKind, Guidance, MotionPath, MotionRegion, RegionMode
from mpd_studio.core.ids import GapId, PathId, RegionId
from mpd_studio.core.timeline import Gap, find_gap
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.icons import build_icon
from mpd_studio.ui.panels.captioned_form import captioned_form, number_field
from mpd_studio.ui.panels.suggestions import SuggestionRows
from mpd_studio.ui.panels.two_column_delegate import ASIDE, TwoColumnDelegate
from mpd_studio.ui.pieces import IconButton, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of
from mpd_studio.ui.tokens import Tokens

_KIND = int(Qt.ItemDataRole.UserRole) + 10
_ID = int(Qt.ItemDataRole.UserRole) + 11
_ROWS_SEEN = 4
_CAPTION_UNITS = 19


class _Row(NamedTuple):
    """A path or region in the list."""

    kind: str
    id: str
    icon: str
    title: str
    aside: str
    is_selected: bool


class GuidancePanel(QWidget):
    """Shows one gap at a time; every change is an edit."""

    def __init__(self, session: Session, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._gap: Gap | None = None
        self._filled: tuple[Tokens, list[_Row]] | None = None  # what the list shows now
        grid = metrics_for(self.font())
        hint = tr("Nothing drawn yet. P draws a path, H sets a pin, R outlines a region.")
        self._hint = label(hint, "quiet", wraps=True)
        self._list = QListWidget()
        self._list.setItemDelegate(TwoColumnDelegate(self._list))
        self._list.setAccessibleName(tr("Paths and regions"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.addAction(table.action("edit.delete"))
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._row_px = grid.row
        self.ease = _easing_box(tr("Easing of the whole gap"))
        self.easing = _easing_box(tr("Easing of the path"))
        self.radius = number_field(
            1, 4000, tr("Radius of the path"), tr("How far the path takes its surroundings along."), " px"
        )
        self.mode = QComboBox()
        self.mode.addItem(tr("moves"), RegionMode.MOVES)
        self.mode.addItem(tr("holds still"), RegionMode.STILL)
        self.mode.setAccessibleName(tr("What the region does"))
        self.mode.setToolTip(tr("'moves': only the inside of such regions moves. 'holds still': it stays as it is."))
        self._feather = number_field(0, 400, tr("Feather of the region"), tr("Width of the region's soft edge."), " px")
        self.follows = QComboBox()
        self.follows.setAccessibleName(tr("Path the region follows"))
        self.carries = QComboBox()
        self.carries.setAccessibleName(tr("Region the path carries"))
        self._nearer = IconButton("", action=table.action("guidance.nearer"))
        self._farther = IconButton("", action=table.action("guidance.farther"))
        self._path_form = captioned_form(
            grid.unit,
            _CAPTION_UNITS,
            (tr("Easing"), self.easing),
            (tr("Radius"), self.radius),
            (tr("Carries"), self.carries),
            (tr("Depth"), _side_by_side(self._nearer, self._farther, grid.unit)),
        )
        self._region_form = captioned_form(
            grid.unit,
            _CAPTION_UNITS,
            (tr("Mode"), self.mode),
            (tr("Feather"), self._feather),
            (tr("Follows"), self.follows),
        )
        self.suggestions = SuggestionRows(session.suggestions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(grid.unit)
        column.addWidget(captioned_form(grid.unit, _CAPTION_UNITS, (tr("Gap easing"), self.ease)))
        column.addWidget(self.suggestions)
        column.addWidget(self._hint)
        column.addWidget(self._list)
        column.addWidget(self._path_form)
        column.addWidget(self._region_form)
        self._connect()

    def _connect(self) -> None:
        self._list.currentItemChanged.connect(self._on_current)
        self.ease.activated.connect(self._on_ease)
        self.easing.activated.connect(
            lambda: self._change_path(lambda path: replace(path, easing=_chosen(self.easing, path.easing)))
        )
        self.carries.activated.connect(
            lambda: self._change_path(lambda path: replace(path, region=self.carries.currentData()))
        )
        self.radius.valueChanged.connect(
            lambda value: self._change_path(lambda path: replace(path, radius=float(value)), "radius")
        )
        self.mode.activated.connect(
            lambda: self._change_region(lambda region: replace(region, mode=self.mode.currentData()))
        )
        self._feather.valueChanged.connect(
            lambda value: self._change_region(lambda region: replace(region, feather=float(value)), "feather")
        )
        self.follows.activated.connect(
            lambda: self._change_region(lambda region: replace(region, follows=self.follows.currentData()))
        )

    @property
    def list(self) -> QListWidget:
        return self._list

    def show_gap(self, gap: Gap) -> None:
        """Draw the state of a gap and of the selection in it."""
        self._gap = gap
        self.suggestions.show_gap(gap.id)
        guidance, selection = gap.guidance, self._session.selection
        _pick_easing(self.ease, guidance.ease)
        self._fill(guidance)
        path = guidance.path(selection.path_id) if selection.path_id else None
        region = guidance.region(selection.region_id) if selection.region_id else None
        self._path_form.setVisible(path is not None)
        self._region_form.setVisible(region is not None)
        if path is not None:
            self._show_path(path, guidance)
        if region is not None:
            self._show_region(region, guidance)

    def _fill(self, guidance: Guidance) -> None:
        """Anew only when it would look otherwise: dragging a path changes nothing here, many times a second."""
        tokens, rows = tokens_of(self), self._rows_of(guidance)
        if (tokens, rows) == self._filled:
            return
        self._filled = (tokens, rows)
        self._list.blockSignals(True)
        self._list.clear()
        for row in rows:
            item = QListWidgetItem(build_icon(row.icon, tokens), row.title)
            item.setData(ASIDE, row.aside)
            item.setData(_KIND, row.kind)
            item.setData(_ID, row.id)
            self._list.addItem(item)
            if row.is_selected:
                self._list.setCurrentItem(item)
        self._list.blockSignals(False)
        count = self._list.count()
        self._list.setVisible(bool(count))
        self._hint.setVisible(not count)
        self._list.setFixedHeight(min(count, _ROWS_SEEN) * self._row_px + 2)

    def _rows_of(self, guidance: Guidance) -> list[_Row]:
        selection, rows = self._session.selection, []
        for path in nearest_first(guidance):
            title = (tr("Pin {number}") if path.is_pin else tr("Path {number}")).format(
                number=guidance.paths.index(path) + 1
            )
            aside = tr("region") if path.region else tr("{radius:.0f} px").format(radius=path.radius)
            icon = "tool-pin" if path.is_pin else "tool-path"
            rows.append(_Row("path", path.id, icon, title, aside, path.id == selection.path_id))
        for number, region in enumerate(guidance.regions, 1):
            title = tr("Region {number}").format(number=number)
            aside = tr("moves") if region.mode is RegionMode.MOVES else tr("holds still")
            is_selected = region.id == selection.region_id
            rows.append(_Row("region", region.id, "tool-region", title, aside, is_selected))
        return rows

    def _show_path(self, path: MotionPath, guidance: Guidance) -> None:
        _pick_easing(self.easing, path.easing)
        self.carries.clear()
        self.carries.addItem(tr("within the radius"), None)
        for number, region in enumerate(guidance.regions, 1):
            self.carries.addItem(tr("Region {number}").format(number=number), region.id)
        _pick(self.carries, path.region)
        self.carries.setEnabled(bool(guidance.regions))
        self.carries.setToolTip(
            tr("What moves with the path.") if guidance.regions else tr("This gap has no regions yet: R draws one.")
        )
        self.radius.blockSignals(True)
        self.radius.setValue(path.radius)
        self.radius.blockSignals(False)
        self.radius.setEnabled(path.region is None)
        reason = tr("This path carries a region, so its radius has no effect.")
        self.radius.setToolTip(reason if path.region else tr("How far the path takes its surroundings along."))

    def _show_region(self, region: MotionRegion, guidance: Guidance) -> None:
        _pick(self.mode, region.mode)
        self._feather.blockSignals(True)
        self._feather.setValue(region.feather)
        self._feather.blockSignals(False)
        self.follows.clear()
        self.follows.addItem(tr("no path"), None)
        for number, path in enumerate(guidance.paths, 1):
            self.follows.addItem(tr("Path {number}").format(number=number), path.id)
        _pick(self.follows, region.follows)
        self.follows.setEnabled(bool(guidance.paths))
        self.follows.setToolTip(
            tr("A region can travel along a path.") if guidance.paths else tr("This gap has no paths yet: P draws one.")
        )

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        if item.data(_KIND) == "path":
            self._session.selection.select_path(PathId(item.data(_ID)))
        else:
            self._session.selection.select_region(RegionId(item.data(_ID)))

    def _on_ease(self) -> None:
        if self._gap is not None:
            gap_id, ease = self._gap.id, _chosen(self.ease, self._gap.guidance.ease)
            self._session.document.apply(tr("Set easing"), lambda timeline: set_ease(timeline, gap_id, ease))

    def _gap_now(self) -> tuple[GapId, Guidance] | None:
        """Signals of spin boxes may come late: always change what is in the document now."""
        placed = find_gap(self._session.document.timeline, self._gap.id) if self._gap else None
        return (placed.gap.id, placed.gap.guidance) if placed else None

    def _change_path(self, change: Callable[[MotionPath], MotionPath], field: str = "") -> None:
        now, path_id = self._gap_now(), self._session.selection.path_id
        path = now[1].path(path_id) if now and path_id else None
        if now and path:
            gap_id = now[0]
            key = (field, path.id) if field else None
            self._session.document.apply(
                tr("Change path"), lambda timeline: replace_path(timeline, gap_id, change(path)), key
            )

    def _change_region(self, change: Callable[[MotionRegion], MotionRegion], field: str = "") -> None:
        now, region_id = self._gap_now(), self._session.selection.region_id
        region = now[1].region(region_id) if now and region_id else None
        if now and region:
            gap_id = now[0]
            key = (field, region.id) if field else None
            self._session.document.apply(
                tr("Change region"), lambda timeline: replace_region(timeline, gap_id, change(region)), key
            )


def _easing_box(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    texts = {
        EasingKind.LINEAR: tr("linear"),
        EasingKind.IN: tr("slow start"),
        EasingKind.OUT: tr("slow end"),
        EasingKind.IN_OUT: tr("slow start and end"),
        EasingKind.HOLD: tr("hold, then jump"),
    }
    for kind, text in texts.items():
        box.addItem(text, kind)
    box.setToolTip(tr("How the motion is spread over time."))
    return box


def _chosen(box: QComboBox, now: Easing) -> Easing:
    """A curve has no preset: choosing it again keeps the one that is there."""
    kind = box.currentData()
    return now if kind is EasingKind.CURVE else Easing(kind)


def _pick_easing(box: QComboBox, easing: Easing) -> None:
    """A curve of a guidance file is offered only where there is one."""
    row = box.findData(EasingKind.CURVE)
    if easing.kind is EasingKind.CURVE and row < 0:
        box.addItem(tr("own curve"), EasingKind.CURVE)
    elif easing.kind is not EasingKind.CURVE and row >= 0:
        box.removeItem(row)
    _pick(box, easing.kind)


def _side_by_side(left: QWidget, right: QWidget, unit: int) -> QWidget:
    page = QWidget()
    line = QHBoxLayout(page)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(unit)
    line.addWidget(left)
    line.addWidget(right)
    line.addStretch(1)
    return page


def _pick(box: QComboBox, value: object) -> None:
    index = next((i for i in range(box.count()) if box.itemData(i) == value), -1)
    box.setCurrentIndex(index)
