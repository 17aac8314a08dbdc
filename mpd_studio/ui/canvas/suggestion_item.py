"""Suggested paths: dashed, with their reach and a number, until they are accepted or rejected."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.core.guidance import MotionPath
from mpd_studio.ui.canvas import ink

_NUMBER_PX = 14
_HEAD_PX = 8.0


class SuggestionItem(QGraphicsItem):
    """All suggestions of the shown gap in one item; it must be told the view's scale."""

    def __init__(self) -> None:
        super().__init__()
        self._paths: tuple[MotionPath, ...] = ()
        self._scale = 1.0
        self.setZValue(15)

    @property
    def paths(self) -> tuple[MotionPath, ...]:
        return self._paths

    def set_scale(self, scale: float) -> None:
        self.prepareGeometryChange()
        self._scale = scale

    def show_paths(self, paths: tuple[MotionPath, ...]) -> None:
        if paths != self._paths:
            self.prepareGeometryChange()
            self._paths = paths
            self.update()

    def boundingRect(self) -> QRectF:
        box = QRectF()
        room = 3 * _NUMBER_PX / self._scale
        for path in self._paths:
            reach = path.radius + room
            for point in (path.start, path.end):
                box = box.united(QRectF(point.x - reach, point.y - reach, 2 * reach, 2 * reach))
        return box

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, path in enumerate(self._paths, 1):
            start, end = QPointF(path.start.x, path.start.y), QPointF(path.end.x, path.end.y)
            ring = QPainterPath()
            ring.addEllipse(start, path.radius, path.radius)
            ink.stroke_with_halo(painter, ring, ink.PAPER, 1.0, Qt.PenStyle.DotLine)
            ink.stroke_with_halo(painter, self._arrow(start, end), ink.PAPER, 2.0, Qt.PenStyle.DashLine)
            painter.save()
            ink.on_screen(painter, start - QPointF(0, path.radius), self._scale)
            ink.fill_with_halo(painter, ink.letter(str(number), _NUMBER_PX), ink.PAPER, 2.0)
            painter.restore()

    def _arrow(self, start: QPointF, end: QPointF) -> QPainterPath:
        line = QPainterPath(start)
        line.lineTo(end)
        way = end - start
        length = max((way.x() ** 2 + way.y() ** 2) ** 0.5, 1e-6)
        along = way / length * (_HEAD_PX / self._scale)
        aside = QPointF(-along.y(), along.x()) * 0.6
        line.moveTo(end - along + aside)
        line.lineTo(end)
        line.lineTo(end - along - aside)
        return line
