"""The canvas: shows a frame, draws the guidance on top, and hands the mouse and the keys to the tools."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPixmapCache,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from mpd_studio.session.selection import Tool
from mpd_studio.session.session import Session
from mpd_studio.ui.canvas.bars import CaptionBar, HintBar
from mpd_studio.ui.canvas.canvas_keys import press_key, wants_key
from mpd_studio.ui.canvas.canvas_menu import build_menu
from mpd_studio.ui.canvas.drags import Pointer
from mpd_studio.ui.canvas.empty_state import EmptyState, append_drop
from mpd_studio.ui.canvas.guidance_layer import GuidanceLayer
from mpd_studio.ui.canvas.overlay_items import BrushCircle, PreviewItem
from mpd_studio.ui.canvas.pan_zoom_view import PanZoomView, is_plain_space
from mpd_studio.ui.canvas.picture_layer import PictureLayer
from mpd_studio.ui.canvas.preview_tag import PreviewTag
from mpd_studio.ui.canvas.shown_frame import ShownFrame, ShownKind, shown_frame
from mpd_studio.ui.canvas.stage import Stage
from mpd_studio.ui.canvas.tool import CanvasTool
from mpd_studio.ui.canvas.tools import make_tools
from mpd_studio.ui.media_drops import can_drop
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of

_DRAWING_CACHE_KIB = 96 * 1024  # Qt keeps pictures of drawings that rest here; its own 10 MiB hold three of them
_REACH = 8.0  # logical pixels around the pointer that count as "on it"
_DRAG_FROM = 4  # pixels the pointer must go before a press is a drag


class CanvasView(PanZoomView):
    """Signals: demo_wanted(): "Open the demo" was pressed on the empty canvas; zoom_changed, space_tapped."""

    demo_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._gap_id = session.selection.gap_id
        self._pressed_at: QPoint | None = None
        self._is_dragged = False
        self._wipes = False
        self.stage = Stage(session, self)
        self.tools = make_tools(self.stage)
        self.pictures = PictureLayer(self.scene(), session, self)
        self.layer = GuidanceLayer(self.scene(), self.stage)
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), _DRAWING_CACHE_KIB))
        self._preview = PreviewItem()
        self._circle = BrushCircle()
        self.scene().addItem(self._preview)
        self.scene().addItem(self._circle)
        self.caption_bar = CaptionBar(self)
        self.hint_bar = HintBar(self)
        self.preview_tag = PreviewTag(self)
        self.empty_state = EmptyState(session, self)
        metrics = metrics_for(self.font())
        self.setViewportMargins(0, metrics.row, 0, metrics.row)
        self.setMinimumSize(80 * metrics.unit, 60 * metrics.unit)
        self.setAcceptDrops(True)
        self.setAccessibleName(tr("Canvas"))
        self._listen()
        self._changed()

    @property
    def shown(self) -> ShownFrame:
        """What is shown now."""
        return self.stage.shown

    @property
    def tool(self) -> CanvasTool:
        """The active tool."""
        return self.tools[self._session.selection.tool]

    # Keeping in step with the session

    def _listen(self) -> None:
        session = self._session
        session.document.changed.connect(self._changed)
        session.selection.changed.connect(self._selection_changed)
        session.selection.playhead_changed.connect(self._changed)
        session.drafts.changed.connect(self._changed)
        session.previews.changed.connect(self._changed)
        session.trust_maps.arrived.connect(self._changed)
        session.motion_maps.changed.connect(self._changed)
        session.motions.changed.connect(self._changed)
        session.generator.plan_changed.connect(self._changed)  # another engine may go along other motions
        session.suggestions.changed.connect(self._changed)
        self.space_tapped.connect(session.player.toggle)
        self.stage.changed.connect(self._stage_changed)
        self.pictures.failed.connect(self.caption_bar.caption.setText)
        self.caption_bar.onion_changed.connect(self.pictures.set_onion_strength)
        self.empty_state.demo_wanted.connect(self.demo_wanted)

    def _changed(self, *_: object) -> None:
        """Show what the session says now."""
        session = self._session
        self.stage.shown = shown_frame(session)
        self.pictures.show(self.stage.shown, self.stage.placed, tokens_of(self))
        self.zoom.show_area(session.document.timeline.canvas, self.pictures.area)
        self.zoomed()
        self.layer.refresh()
        self.empty_state.setVisible(session.document.timeline.length == 0)
        self._refresh_words()
        self._after_tool()

    def _selection_changed(self) -> None:
        """A drag ends with its gap. Another tool drops what the last one had begun."""
        gap_id = self._session.selection.gap_id
        if gap_id != self._gap_id:
            self._gap_id = gap_id
            if self.tool.is_busy:
                self.tool.settle()
                self._pressed_at = None  # the button may still be down: from here on it moves nothing
        for name, tool in self.tools.items():
            if name is not self._session.selection.tool and tool.is_busy:
                tool.cancel()
        self._changed()

    def _stage_changed(self) -> None:
        self.layer.refresh()
        self._after_tool()

    def _refresh_words(self) -> None:
        shown, bar = self.stage.shown, self.caption_bar
        bar.caption.setText(shown.caption)
        self.preview_tag.setVisible(shown.kind is ShownKind.PREVIEW)
        bar.confidence.set_value(shown.confidence, self.pictures.heat.shown_map)
        bar.other.setText(self.pictures.other_caption)
        bar.other.setVisible(bool(self.pictures.other_caption))
        bar.onion.setVisible(self._session.selection.onion_skin)

    def zoomed(self) -> None:
        super().zoomed()
        self.layer.set_scale(self.zoom.scale)
        self.pictures.set_scale(self.zoom.scale)
        percent = tr("{0} %").format(round(self.zoom.device_scale * 100))
        self.caption_bar.zoom.setText(percent if self._session.document.timeline.length else "")

    def _after_tool(self) -> None:
        """What a tool shows besides its edits."""
        self._preview.show_line(self.tool.preview(), self.zoom.scale)
        self.hint_bar.hint.setText(self.tool.hint)
        self._circle.set_brush(self.stage.brush_width, self.stage.brush_softness, self.zoom.scale)
        if not self._paints:
            self._circle.setVisible(False)
        self.show_cursor()

    @property
    def _paints(self) -> bool:
        return self._session.selection.tool is Tool.BRUSH and self.stage.boundary is not None

    def tool_cursor(self) -> Qt.CursorShape:
        return self.tool.cursor if self.stage.time is not None else Qt.CursorShape.ArrowCursor

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.begins_pan(event) and self._is_for_tools(event):
            self._begin_press(event)
            self._wipes = self._is_on_wipe(event)
            if not self._wipes:
                self.tool.press(self._pointer(event))
            self._after_tool()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.begins_pan(event) and self._is_for_tools(event):
            self._begin_press(event)
            self.tool.double_click(self._pointer(event))
            self._after_tool()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.is_panning:
            super().mouseMoveEvent(event)
            return
        pointer = self._pointer(event)
        if self._pressed_at is None:
            self.tool.hover(pointer)
        elif self._wipes:
            self.pictures.set_wipe(pointer.position.x)
        else:
            self.tool.move(pointer)
        if self._paints:
            self._circle.show_at(pointer.position)
        self._after_tool()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.is_panning:
            super().mouseReleaseEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton and self._pressed_at is not None:
            if not self._wipes:
                self.tool.release(self._pointer(event))
            self._pressed_at, self._wipes = None, False
            self._after_tool()
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse and not self.tool.is_busy:
            self.tool.pick(Pointer(self.canvas_point(event.x(), event.y()), _REACH / self.zoom.scale))
        menu = build_menu(self.stage, self)
        if menu is not None:
            menu.popup(event.globalPos())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        self._after_tool()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._after_tool()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._circle.setVisible(False)
        super().leaveEvent(event)

    def _is_for_tools(self, event: QMouseEvent) -> bool:
        at = self.canvas_point(event.position().x(), event.position().y())
        return event.button() == Qt.MouseButton.LeftButton and not self.pictures.is_beside(at.x)

    def _begin_press(self, event: QMouseEvent) -> None:
        self._pressed_at, self._is_dragged, self._wipes = event.position().toPoint(), False, False

    def _pointer(self, event: QMouseEvent) -> Pointer:
        if self._pressed_at is not None and not self._is_dragged:
            way = (event.position().toPoint() - self._pressed_at).manhattanLength()
            self._is_dragged = way >= min(_DRAG_FROM, QApplication.startDragDistance())
        return Pointer(
            self.canvas_point(event.position().x(), event.position().y()),
            _REACH / self.zoom.scale,
            bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier),
            bool(event.modifiers() & Qt.KeyboardModifier.AltModifier),
            self._is_dragged,
        )

    def _is_on_wipe(self, event: QMouseEvent) -> bool:
        line, at = self.pictures.wipe_x, self._pointer(event)
        return line is not None and abs(at.position.x - line) <= at.reach

    # Keys

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.caption_bar.set_focused(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.caption_bar.set_focused(False)

    def event(self, event: QEvent) -> bool:
        # Accepting the override makes the key ours before the window's shortcuts see it.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if wants_key(event, self.stage, self.tool):
            press_key(event, self.stage, self.tool)
            self._after_tool()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat() and not self.tool.is_busy:
            self._session.document.end_merge()  # a row of nudges ends with the key
        super().keyReleaseEvent(event)

    def _wants(self, event: QKeyEvent) -> bool:
        return is_plain_space(event) or wants_key(event, self.stage, self.tool)

    # Dropped files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if can_drop(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if can_drop(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if append_drop(self._session, event.mimeData()):
            event.acceptProposedAction()

    # Looks

    def resizeEvent(self, event: QResizeEvent) -> None:
        row = self.caption_bar.height()
        self.caption_bar.setGeometry(0, 0, self.width(), row)
        self.hint_bar.setGeometry(0, self.height() - row, self.width(), row)
        self.preview_tag.move(row // 2, row + row // 2)
        self.empty_state.setGeometry(self.viewport().geometry())
        super().resizeEvent(event)
