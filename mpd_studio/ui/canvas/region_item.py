"""One motion region on the canvas: outline or strokes, a hatch that says what it does, corners, feather."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import MotionRegion
from mpd_studio.ui.canvas import ink
from mpd_studio.ui.canvas.region_shape import bounds
from mpd_studio.ui.canvas.stroke_raster import StrokeRaster, paint_coverage

_NOWHERE = Point(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class RegionLook:
    """Everything a drawn region depends on.

    carried: how far the path it follows has moved it on the frame that is shown. is_here: it was drawn on this
    boundary frame, or inside the gap. picked: the corner that keys act on.
    """

    region: MotionRegion
    carried: Point = _NOWHERE
    is_here: bool = True
    is_selected: bool = False
    picked: int | None = None


class RegionItem(QGraphicsItem):
    """Draws a RegionLook. Signs keep their size on screen, so it must be told the view's scale."""

    def __init__(self, look: RegionLook, scale: float) -> None:
        super().__init__()
        self._look = look
        self._scale = scale
        self._strokes = StrokeRaster()
        self._outline = QPainterPath()
        self._box = QRectF()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # to know what is exposed
        self._shape_changed(None)

    @property
    def look(self) -> RegionLook:
        return self._look

    def set_look(self, look: RegionLook) -> None:
        old, self._look = self._look, look
        if old.region != look.region or old.carried != look.carried or old.is_selected != look.is_selected:
            self._shape_changed(old)
        elif old != look:
            self.update()

    def set_scale(self, scale: float) -> None:
        self.prepareGeometryChange()
        self._scale = scale
        self._box = self._bounds()

    def boundingRect(self) -> QRectF:
        return self._box

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if look.is_here else 0.55)
        if look.is_selected and look.region.feather > 0:
            self._paint_feather(painter)
        if look.region.outline:
            self._paint_outlined(painter)
        elif look.region.strokes:
            self._paint_strokes(painter, option.exposedRect, _NOWHERE)
        if look.carried != _NOWHERE:
            self._paint_carried(painter, option.exposedRect)
        if look.is_selected:
            self._paint_handles(painter)

    def _color(self) -> QColor:
        return QColor(ink.REGION_COLORS[self._look.region.mode])

    def _shape_changed(self, old: RegionLook | None) -> None:
        region = self._look.region
        added = self._strokes.set_strokes(region.strokes)
        if region.outline and (old is None or old.region.outline != region.outline):
            self._outline = QPainterPath()
            self._outline.addPolygon(QPolygonF([QPointF(point.x, point.y) for point in region.outline]))
            self._outline.closeSubpath()
        only_grew = (
            added is not None
            and old is not None
            and old.is_selected == self._look.is_selected
            and old.carried == self._look.carried == _NOWHERE
        )
        box = self._bounds()
        if box != self._box:
            # Qt repaints the old and the new box of an item that changes its own; a growing stroke needs neither.
            self.prepareGeometryChange()
            self._box = box
        if only_grew and added is not None:
            around = 4 / self._scale
            self.update(added.adjusted(-around, -around, around, around))
        else:
            self.update()

    def _bounds(self) -> QRectF:
        region = self._look.region
        if region.strokes:
            box = self._strokes.place  # grows by whole tiles: a box that grew with every move would repaint all
        else:
            around = bounds(region)
            box = QRectF(around.left, around.top, around.right - around.left, around.bottom - around.top)
        carried = box.translated(self._look.carried.x, self._look.carried.y)
        room = (region.feather if self._look.is_selected else 0.0) + (ink.HANDLE + 4) / self._scale
        return box.united(carried).adjusted(-room, -room, room, room)

    def _paint_outlined(self, painter: QPainter) -> None:
        look = self._look
        for brush in self._brushes():
            painter.fillPath(self._outline, brush)
        style = Qt.PenStyle.SolidLine if look.is_here else Qt.PenStyle.DashLine
        width = ink.LINE + (0.75 if look.is_selected else 0.0)
        ink.stroke_with_halo(painter, self._outline, self._color(), width, style)

    def _paint_strokes(self, painter: QPainter, exposed: QRectF, offset: Point) -> None:
        painter.save()
        painter.translate(offset.x, offset.y)
        there = exposed.translated(-offset.x, -offset.y)
        brushes = self._brushes() if offset == _NOWHERE else ()
        paint_coverage(painter, self._strokes, there, brushes, self._color(), ink.HALO)
        painter.restore()

    def _brushes(self) -> tuple[QBrush, ...]:
        tint = QColor(0, 0, 0, 70 if self._look.is_selected else 40)
        return QBrush(tint), ink.hatch(self._look.region.mode, self._scale)

    def _paint_feather(self, painter: QPainter) -> None:
        """A light band as wide as the soft edge; half of the pen lies inside, under the hatch."""
        color = self._color()
        color.setAlpha(50)
        band = QPen(color, 2 * self._look.region.feather)
        band.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(band)
        if self._look.region.outline:
            painter.drawPath(self._outline)

    def _paint_carried(self, painter: QPainter, exposed: QRectF) -> None:
        """Where the path has carried it on this frame."""
        carried = self._look.carried
        if self._look.region.strokes:
            self._paint_strokes(painter, exposed, carried)
            return
        painter.save()
        painter.translate(carried.x, carried.y)
        ink.stroke_with_halo(painter, self._outline, self._color(), 1.0, Qt.PenStyle.DashLine)
        painter.restore()

    def _paint_handles(self, painter: QPainter) -> None:
        region = self._look.region
        for index, corner in enumerate(region.outline):
            painter.save()
            ink.on_screen(painter, QPointF(corner.x, corner.y), self._scale)
            is_picked = index == self._look.picked
            shape = ink.square(ink.HANDLE - 0.5 if is_picked else ink.HANDLE - 2)
            ink.fill_with_halo(painter, shape, ink.PAPER if is_picked else self._color())
            painter.restore()
        if region.outline:
            handle = feather_handle(region)
            painter.save()
            ink.on_screen(painter, QPointF(handle.x, handle.y), self._scale)
            ink.fill_with_halo(painter, ink.diamond(ink.HANDLE), ink.PAPER)
            painter.restore()


def feather_handle(region: MotionRegion) -> Point:
    """Where the handle of the feather is: on the soft edge, right of the region's middle."""
    around = bounds(region)
    return Point(around.right + region.feather, (around.top + around.bottom) / 2)
