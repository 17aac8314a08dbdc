"""A view of a scene in canvas pixels that can be zoomed and panned: wheel, pinch, Space or middle button and drag."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGestureEvent, QGraphicsScene, QGraphicsView, QPinchGesture, QWidget

from mpd_studio.core.geometry import Point
from mpd_studio.ui.canvas.zoom import Zoom
from mpd_studio.ui.theme import tokens_of

_GREY_18 = "#767676"  # 18 % reflectance in sRGB code values


class PanZoomView(QGraphicsView):
    """Scene coordinates are canvas pixels.

    Signals:
        zoom_changed(device_scale): 1.0 is pixel-true.
        space_tapped(): Space was pressed and let go without panning.
    """

    zoom_changed = Signal(float)
    space_tapped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zoom = Zoom(self)
        self._is_grey = False
        self._space_held = False
        self._space_panned = False
        self._pan_from: QPoint | None = None
        self._told_scale = 0.0
        self.setScene(QGraphicsScene(self))
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)

    # For the window around it

    def zoom_fit(self) -> None:
        self.zoom.fit()
        self.zoomed()

    def zoom_pixel(self) -> None:
        """One canvas pixel is one pixel of the screen."""
        self.zoom.pixel_true()
        self.zoomed()

    def zoom_by(self, factor: float) -> None:
        """Around the middle of the view."""
        self._pinch(factor, self.viewport().rect().center())

    def set_grey_surround(self, is_grey: bool) -> None:
        """18 % grey around the picture, in place of the theme's colour."""
        self._is_grey = is_grey
        self.viewport().update()

    @property
    def is_grey_surround(self) -> bool:
        return self._is_grey

    # For the view that is built on it

    @property
    def is_panning(self) -> bool:
        return self._pan_from is not None

    def tool_cursor(self) -> Qt.CursorShape:
        """The pointer while neither panning nor about to."""
        return Qt.CursorShape.ArrowCursor

    def zoomed(self) -> None:
        """The zoom has changed: whoever draws signs of a size on screen must follow."""
        if self.zoom.device_scale != self._told_scale:
            self._told_scale = self.zoom.device_scale
            self.zoom_changed.emit(self._told_scale)

    def canvas_point(self, x: float, y: float) -> Point:
        """The canvas point under a place of the viewport, finer than the whole pixels of mapToScene."""
        to_view = self.viewportTransform()
        return Point((x - to_view.dx()) / to_view.m11(), (y - to_view.dy()) / to_view.m22())

    def show_cursor(self) -> None:
        if self._pan_from is not None:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space_held:
            shape = Qt.CursorShape.OpenHandCursor
        else:
            shape = self.tool_cursor()
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def begins_pan(self, event: QMouseEvent) -> bool:
        """A press that pans; False: it is for the tools."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if event.button() != Qt.MouseButton.MiddleButton and not (is_left and self._space_held):
            return False
        self._pan_from = event.position().toPoint()
        self._space_panned = self._space_held
        self.show_cursor()
        return True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            position = event.position().toPoint()
            self.zoom.pan(position - self._pan_from)
            self._pan_from = position

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pan_from = None
        self.show_cursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        is_touchpad = not event.pixelDelta().isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase
        if is_touchpad and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom.pan(event.pixelDelta())
        else:
            self.zoom.by_wheel(event.angleDelta().y(), event.position().toPoint())
        self.zoomed()
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._pinch(1 + event.value(), event.position().toPoint())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._pinch(pinch.scaleFactor(), self.viewport().mapFromGlobal(pinch.centerPoint().toPoint()))
                return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not is_plain_space(event):
            event.ignore()
        elif not event.isAutoRepeat():
            self._space_held, self._space_panned = True, False
            self.show_cursor()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or not self._space_held:
            event.ignore()
        elif not event.isAutoRepeat():
            self._space_held = False
            self.show_cursor()
            if not self._space_panned:
                self.space_tapped.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space_held = False
        self.show_cursor()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.zoom.view_resized()
        self.zoomed()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, QColor(_GREY_18 if self._is_grey else tokens_of(self).surround))

    def _pinch(self, factor: float, around: QPoint) -> None:
        self.zoom.by_pinch(factor, around)
        self.zoomed()


def is_plain_space(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Space and not event.modifiers()
