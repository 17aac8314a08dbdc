"""What a tool draws while it works: the line that is not yet a region, and the brush's circle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.core.geometry import Point
from mpd_studio.ui.canvas import ink


class PreviewItem(QGraphicsItem):
    """A line in canvas pixels with a mark on its beginning, where a polygon closes."""

    def __init__(self) -> None:
        super().__init__()
        self._line = QPainterPath()
        self._scale = 1.0
        self.setZValue(30)

    def show_line(self, line: QPainterPath | None, scale: float) -> None:
        line = line if line is not None else QPainterPath()
        if line == self._line and scale == self._scale:
            return
        self.prepareGeometryChange()
        self._line, self._scale = line, scale

    def boundingRect(self) -> QRectF:
        room = (ink.HANDLE + 4) / self._scale
        return self._line.boundingRect().adjusted(-room, -room, room, room) if self._line.elementCount() else QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self._line.elementCount():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink.stroke_with_halo(painter, self._line, ink.PAPER, 1.5, Qt.PenStyle.DashLine)
        start = self._line.elementAt(0)
        ink.on_screen(painter, QPointF(start.x, start.y), self._scale)  # type: ignore[attr-defined]  # missing in the stubs
        ink.fill_with_halo(painter, ink.square(ink.HANDLE - 1), ink.PAPER)


class BrushCircle(QGraphicsItem):
    """The brush at the pointer: its full width, and dashed what is fully covered when it is soft."""

    def __init__(self) -> None:
        super().__init__()
        self._radius = 1.0
        self._core = 1.0
        self._scale = 1.0
        self.setZValue(40)
        self.setVisible(False)

    def set_brush(self, width: float, softness: float, scale: float) -> None:
        brush = (width / 2, width / 2 * (1 - softness), scale)
        if brush != (self._radius, self._core, self._scale):
            self.prepareGeometryChange()
            self._radius, self._core, self._scale = brush

    def show_at(self, position: Point) -> None:
        self.setPos(position.x, position.y)
        self.setVisible(True)

    def boundingRect(self) -> QRectF:
        reach = self._radius + 3 / self._scale
        return QRectF(-reach, -reach, 2 * reach, 2 * reach)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink.stroke_with_halo(painter, ink.disc(self._radius), ink.PAPER, 1.0)
        if 0 < self._core < self._radius:
            ink.stroke_with_halo(painter, ink.disc(self._core), ink.PAPER, 1.0, Qt.PenStyle.DotLine)
