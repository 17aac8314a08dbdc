"""The timeline: draws the tracks of the document and turns mouse, wheel and drops into edits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from mpd_studio.core.drawing_edits import differ_only_in_guidance
from mpd_studio.core.edits import rename_track
from mpd_studio.core.ids import GapId
from mpd_studio.core.timeline import Clip, Gap
from mpd_studio.core.trust import Trust
from mpd_studio.session.session import Session
from mpd_studio.ui.gap_index import GapIndex
from mpd_studio.ui.media_drops import DropSpot, can_drop, drop_length, take_drop
from mpd_studio.ui.situation import clip_at
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.theme import caption_font, metrics_for, tokens_of
from mpd_studio.ui.thumbnails import Thumbnails
from mpd_studio.ui.timeline.frame_paint import paint_drop, paint_focus, paint_hint, paint_snap, paint_track_names
from mpd_studio.ui.timeline.gestures import Gesture, Scrub, begin_drag
from mpd_studio.ui.timeline.hits import Hit, Place, find_hit, hit_by_keyboard
from mpd_studio.ui.timeline.item_paint import Brushes
from mpd_studio.ui.timeline.lanes import Lanes
from mpd_studio.ui.timeline.ribbon import ribbon_tip, runs, trust_in
from mpd_studio.ui.timeline.ruler import paint_marks, paint_playhead, paint_ruler
from mpd_studio.ui.timeline.scale import Rows, TimeScale
from mpd_studio.ui.timeline.snapping import NO_SNAP, Snap
from mpd_studio.ui.timeline.track_name import TrackNameField
from mpd_studio.ui.timeline.track_paint import Marks, paint_track
from mpd_studio.ui.timeline.zoom_scroll import Spread, ZoomScrollView

_DRAG_STARTS_PX = 4
_EDGE_PX = 6.0
_PLAYHEAD_HALF_PX = 7
_SNAP_PX = 8


class TimelineView(ZoomScrollView):
    """Only what is visible is painted and asked for, so a thousand clips cost as much as ten.

    Signals:
        menu_wanted(hit, global position): the user asked for the menu of what lies there.
    """

    menu_wanted = Signal(object, object)

    def __init__(self, session: Session, index: GapIndex, parent: QWidget | None = None) -> None:
        super().__init__(self._as_it_is, parent)
        self._index = index
        self._session = session
        self._lanes = Lanes()
        self._thumbnails = Thumbnails(session.frames, self)
        self._gesture: Gesture | None = None
        self._pressed: tuple[QPointF, Hit, Qt.KeyboardModifier] | None = None
        self._pan: QPoint | None = None
        self._drop: DropSpot | None = None
        self._ribbons: dict[GapId, list[tuple[int, int, Trust]]] = {}  # as last painted
        self._playhead = session.selection.playhead
        self._key = session.document.key
        self.setObjectName("timeline")
        self.setAccessibleName(tr("Timeline"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAcceptDrops(True)
        self.setMinimumHeight(22 * metrics_for(self.font()).unit)
        self.viewport().setMouseTracking(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._thumbnails.arrived.connect(self.viewport().update)
        session.document.changed.connect(self._on_document)
        session.selection.changed.connect(self._on_selection)
        session.selection.playhead_changed.connect(self._on_playhead)
        session.jobs.changed.connect(self.viewport().update)
        session.missing.changed.connect(self.viewport().update)
        session.drafts.changed.connect(self._on_drafts)
        self._on_document(session.document.timeline, session.document.timeline)

    # What is where

    def _as_it_is(self) -> Spread:
        grid = metrics_for(self.font())
        ruler = grid.row
        count = max(1, len(self._lanes))
        room = self.viewport().height() - ruler - grid.unit
        track = max(11 * grid.unit, min(20 * grid.unit, room // count - grid.unit))
        rows = Rows(11 * grid.unit, ruler, track, grid.unit, count, self.verticalScrollBar().value())
        return Spread(rows, self._lanes.timeline.length, self._playhead, self._gesture is not None)

    def wanted_height(self) -> int:
        """Enough for all tracks at a modest height."""
        low = replace(self.rows, track=13 * self.rows.spacing)
        return low.ruler + low.height + self.horizontalScrollBar().sizeHint().height()

    def hit(self, point: QPointF) -> Hit:
        """What lies under a point of the viewport."""
        return find_hit(point.x(), point.y(), self.scale, self.rows, self._lanes, _EDGE_PX)

    def box_of(self, track: int, start: int, length: int) -> QRectF:
        """The rectangle of an item in the viewport."""
        scale, rows = self.scale, self.rows
        return QRectF(scale.x(start), rows.top(track), max(1.0, length * scale.per_frame), rows.track)

    # Changes of the session

    def _on_document(self, before: object, after: object) -> None:
        del before
        was_empty = not self._lanes.timeline.length
        timeline = self._session.document.timeline
        del after
        is_other = self._session.document.key != self._key
        self._key = self._session.document.key
        looks_alike = not was_empty and not is_other and differ_only_in_guidance(self._lanes.timeline, timeline)
        self._lanes.take(timeline)
        if looks_alike:
            return
        if (self._is_fitted or was_empty or is_other) and self._gesture is None:
            self.zoom_fit()
        else:
            self.set_ranges()
        self.viewport().update()

    def _on_selection(self) -> None:
        self.setAccessibleDescription(self._spoken())
        self.viewport().update()

    def _on_drafts(self, gap_id: GapId) -> None:
        """Of a draft the ribbon is seen; while a path is dragged it seldom changes."""
        row = self._index.row(self._lanes.timeline, gap_id)
        gap = None if row is None else self._index.gaps(self._lanes.timeline)[row].gap
        if gap is not None and runs(trust_in(gap, self._session.drafts)[: gap.length]) != self._ribbons.get(gap_id):
            self.viewport().update()

    def _trust_to_paint(self, gap: Gap) -> tuple[float, ...]:
        values = trust_in(gap, self._session.drafts)
        self._ribbons[gap.id] = runs(values[: gap.length])
        return values

    def _spoken(self) -> str:
        selection = self._session.selection
        row = self._index.row(self._lanes.timeline, selection.gap_id)
        if row is None:
            return ""
        length = self._index.gaps(self._lanes.timeline)[row].gap.length
        return tr("Gap {number}, {frames}").format(number=row + 1, frames=frames_text(length))

    def _on_playhead(self, frame: int) -> None:
        scale, height = self.scale, self.viewport().height()
        for x in (scale.x(self._playhead), scale.x(frame)):
            self.viewport().update(QRect(round(x) - _PLAYHEAD_HALF_PX, 0, 2 * _PLAYHEAD_HALF_PX + 1, height))
        self._playhead = frame
        if self._gesture is None:
            self.keep_in_view(frame)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(caption_font(self.font()))
        tokens, scale, rows = tokens_of(self), self.scale, self.rows
        width, height = self.viewport().width(), self.viewport().height()
        painter.fillRect(event.rect(), QColor(tokens.window))
        seen = QRectF(event.rect()).intersected(QRectF(rows.header, 0, width - rows.header, height))
        painter.save()
        painter.setClipRect(QRectF(rows.header, rows.ruler, width - rows.header, height - rows.ruler))
        self._paint_tracks(painter, seen, scale, rows)
        if self._drop is not None:
            paint_drop(painter, self.box_of(self._drop.track, self._drop.start, max(1, self._drop.length)), tokens)
        painter.restore()
        self._paint_frame(painter, scale, rows, width, height)
        if self._gesture is not None and self._gesture.snapped_at is not None:
            paint_snap(painter, scale.x(self._gesture.snapped_at), rows.ruler, height, tokens)
        painter.end()

    def _paint_tracks(self, painter: QPainter, seen: QRectF, scale: TimeScale, rows: Rows) -> None:
        tokens, timeline, selection = tokens_of(self), self._lanes.timeline, self._session.selection
        caption = round(painter.fontMetrics().height() * 1.2)
        brushes = Brushes(
            tokens, scale, seen, self._thumbnails, timeline.canvas, caption, self._session.missing.is_missing
        )
        busy = {row.gap_id for row in self._session.jobs.rows if not row.state.has_ended}
        number = partial(self._index.row, timeline)
        marks = Marks(
            selection.clip_id, selection.gap_id, busy, lambda gap: (number(gap) or 0) + 1, self._trust_to_paint
        )
        for track in range(len(self._lanes)):
            line = QRectF(rows.header, rows.top(track), self.viewport().width(), rows.track)
            paint_track(painter, self._lanes[track], line, marks, brushes)
        if not timeline.length:
            painter.setFont(self.font())
            area = QRectF(rows.header, rows.ruler, self.viewport().width() - rows.header, rows.height)
            paint_hint(painter, area, tokens)

    def _paint_frame(self, painter: QPainter, scale: TimeScale, rows: Rows, width: int, height: int) -> None:
        """Ruler, track names, marks and the playhead: what lies over the tracks."""
        tokens, selection = tokens_of(self), self._session.selection
        painter.fillRect(QRectF(0, 0, width, rows.ruler), QColor(tokens.window))
        painter.save()
        painter.setClipRect(QRectF(rows.header, 0, width - rows.header, height))
        ruler = QRectF(rows.header, 0, width - rows.header, rows.ruler)
        painter.setFont(caption_font(self.font()))
        paint_ruler(painter, ruler, self._lanes.timeline, scale, tokens)
        paint_marks(painter, ruler, selection.mark_in, selection.mark_out, scale, tokens)
        if self._lanes.timeline.length:
            paint_playhead(painter, scale.x(self._playhead), rows.ruler, height, tokens)
        painter.restore()
        paint_track_names(painter, self._lanes, rows, width, height, tokens)
        if self.hasFocus():
            paint_focus(painter, width, height, tokens)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), ribbon_tip(self.hit(QPointF(event.pos())), self._session.drafts), self)
            return True
        return super().viewportEvent(event)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton:
            self._pan = event.position().toPoint()
            return
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        hit = self.hit(event.position())
        selection = self._session.selection
        if hit.place in (Place.RULER, Place.EMPTY):
            if hit.place is Place.EMPTY:
                selection.clear()
            self._gesture = Scrub(self._session)
            self._gesture.drag(hit.frame, 0)
        elif isinstance(hit.item, Clip):
            selection.select_clip(hit.item.id)
            self._pressed = (event.position(), hit, event.modifiers())
        elif isinstance(hit.item, Gap):
            selection.select_gap(hit.item.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._pan is not None:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() + self._pan.x() - point.toPoint().x())
            self._pan = point.toPoint()
            return
        if self._pressed is not None and self._gesture is None:
            if (point - self._pressed[0]).manhattanLength() < _DRAG_STARTS_PX:
                return
            press, hit, modifiers = self._pressed
            alone = bool(modifiers & Qt.KeyboardModifier.AltModifier)
            self._gesture = begin_drag(self._session.document, hit, alone, self.scale.nearest(press.x()))
        if self._gesture is None:
            self._show_cursor(self.hit(point))
            return
        is_scrub = isinstance(self._gesture, Scrub)
        frame = self.scale.frame(point.x()) if is_scrub else self.scale.nearest(point.x())
        snap = NO_SNAP if is_scrub else self._snap(event.modifiers())
        self._gesture.drag(frame, self.rows.nearest_track(point.y()), snap)
        self.viewport().update()

    def _snap(self, modifiers: Qt.KeyboardModifier) -> Snap:
        is_off = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if is_off or not self._session.preferences.settings.snapping:
            return NO_SNAP
        return Snap(round(_SNAP_PX / self.scale.per_frame), self._playhead)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        if self._gesture is not None:
            self._gesture.end()
        self._gesture = None
        self._pressed = None
        self._pan = None
        self.set_ranges()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On a gap or clip: the playhead goes to its first frame. On a track's name: it can be changed."""
        hit = self.hit(event.position())
        if hit.place is Place.HEADER and hit.track is not None:
            self.begin_rename_track(hit.track)
        elif hit.item is not None:
            self._session.selection.set_playhead(hit.start)

    def begin_rename_track(self, track: int) -> TrackNameField:
        """A field over the name of a track."""
        rows, unit = self.rows, self.rows.spacing
        name = self._lanes[track].track.name
        box = QRect(unit, rows.top(track) + (rows.track - 7 * unit) // 2, 40 * unit, 7 * unit)
        return TrackNameField(name, box, partial(self._rename_track, track), self.viewport())

    def _rename_track(self, track: int, name: str) -> None:
        self._session.document.apply(tr("Rename track"), lambda timeline: rename_track(timeline, track, name))

    def _show_cursor(self, hit: Hit) -> None:
        is_edge = hit.place in (Place.HEAD, Place.TAIL)
        self.viewport().setCursor(Qt.CursorShape.SplitHCursor if is_edge else Qt.CursorShape.ArrowCursor)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        selection, spot = self._session.selection, event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            hit = hit_by_keyboard(self._lanes, selection.clip_id, selection.gap_id, self._playhead)
            seen = QRectF(self.viewport().rect())
            if hit.item is not None and hit.track is not None:
                box = self.box_of(hit.track, hit.start, hit.item.length).intersected(seen)
                seen = seen if box.isEmpty() else box
            spot = self.viewport().mapToGlobal(seen.center().toPoint())
        else:
            hit = self.hit(QPointF(event.pos()))
        if isinstance(hit.item, Clip):
            selection.select_clip(hit.item.id)
        elif isinstance(hit.item, Gap):
            selection.select_gap(hit.item.id)
        self.menu_wanted.emit(hit, spot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return selects what stands under the playhead; the other keys are actions of the window."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.select_at_playhead()
            return
        super().keyPressEvent(event)

    def select_at_playhead(self) -> None:
        placed = clip_at(self._lanes.timeline, self._playhead)
        if placed:
            self._session.selection.select_clip(placed.clip.id)
            return
        for track in range(len(self._lanes)):
            found = self._lanes[track].at(self._playhead)
            if found and isinstance(found[1], Gap):
                self._session.selection.select_gap(found[1].id)

    def focusInEvent(self, event: QEvent) -> None:  # type: ignore[override]  # any event will do: only repaints
        del event
        self.viewport().update()

    def focusOutEvent(self, event: QEvent) -> None:  # type: ignore[override]  # any event will do: only repaints
        del event
        self.viewport().update()

    # Drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if can_drop(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if can_drop(event.mimeData()):
            self._drop = self._spot(event.position(), event.mimeData())
            event.acceptProposedAction()
            self.viewport().update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        del event
        self._drop = None
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        spot = self._spot(event.position(), event.mimeData())
        self._drop = None
        if take_drop(self._session, event.mimeData(), spot):
            event.acceptProposedAction()
        self.viewport().update()

    def _spot(self, point: QPointF, mime: QMimeData) -> DropSpot:
        track = self.rows.nearest_track(point.y())
        length = drop_length(self._lanes.timeline, mime)
        start = self._lanes[track].free_start(max(0, self.scale.nearest(point.x())), max(1, length))
        return DropSpot(track, start, length)
