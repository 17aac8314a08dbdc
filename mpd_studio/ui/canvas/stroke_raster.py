"""Brush strokes as a picture of coverage that grows stroke by stroke.

Filling the outline of a stroke of 2,000 points takes 25 ms at every repaint, wherever it is clipped; so strokes are
painted once into a mask, a piece at a time, and the mask is what gets drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QTransform

from mpd_studio.core.guidance import Stroke

_TILE = 256  # the mask grows by whole tiles, so that it is seldom copied
_LARGEST = 16384  # device pixels: more than any screen has
_RIM = 2.0  # logical pixels of border and halo together
_SOLID = QColor(0, 0, 0, 255)


class StrokeRaster:
    """The area under a list of strokes, one alpha value per canvas pixel; overlaps are no darker."""

    def __init__(self) -> None:
        self._strokes: tuple[Stroke, ...] = ()
        self._mask = QImage()
        self._place = QRect()

    @property
    def is_empty(self) -> bool:
        return self._mask.isNull()

    @property
    def place(self) -> QRectF:
        """Where the mask lies, in canvas pixels."""
        return QRectF(self._place)

    @property
    def mask(self) -> QImage:
        return self._mask

    def set_strokes(self, strokes: tuple[Stroke, ...]) -> QRectF | None:
        """Follow the strokes. Returns the place of what was added where they only grew, else None."""
        pieces = _growth(self._strokes, strokes)
        self._strokes = strokes
        if pieces is None:
            self._mask, self._place = QImage(), QRect()
            pieces, grew = list(strokes), False
        else:
            grew = True
        dirty = QRectF()
        for piece in pieces:
            dirty = dirty.united(_box(piece))
        if not dirty.isEmpty():
            self._make_room(dirty)
            self._paint(pieces)
        return dirty if grew else None

    def _make_room(self, box: QRectF) -> None:
        wanted = _tiles(box)
        if self._place.contains(wanted):
            return
        place = self._place.united(wanted)
        larger = QImage(place.size(), QImage.Format.Format_Alpha8)
        larger.fill(0)
        if not self._mask.isNull():
            painter = QPainter(larger)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawImage(self._place.topLeft() - place.topLeft(), self._mask)
            painter.end()
        self._mask, self._place = larger, place

    def _paint(self, pieces: list[Stroke]) -> None:
        painter = QPainter(self._mask)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-QPointF(self._place.topLeft()))
        for piece in pieces:
            points = [QPointF(point.x, point.y) for point in piece.points]
            if len(points) == 1:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(_SOLID)
                painter.drawEllipse(points[0], piece.width / 2, piece.width / 2)
                continue
            painter.setPen(QPen(_SOLID, piece.width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            for start, stop in pairwise(points):
                painter.drawLine(start, stop)
        painter.end()


def paint_coverage(
    painter: QPainter, raster: StrokeRaster, exposed: QRectF, inside: Sequence[QBrush], border: QColor, halo: QColor
) -> None:
    """Fill the covered area with brushes one over the other, and draw a border of one screen pixel with a halo.

    exposed: what needs painting, in canvas pixels; only that much is worked on.
    """
    to_device = painter.deviceTransform()
    rim = _RIM * painter.device().devicePixelRatioF()
    room = (rim + 1) / to_device.m11()
    wanted = exposed.intersected(raster.place).adjusted(-room, -room, room, room)
    screen = QRect(0, 0, _LARGEST, _LARGEST)
    device = to_device.mapRect(wanted).toAlignedRect().intersected(screen)
    if raster.is_empty or device.isEmpty():
        return
    origin = QPointF(device.topLeft())
    covered = _transparent(device.size())
    with_mask = QPainter(covered)
    with_mask.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    with_mask.drawImage(to_device.mapRect(raster.place).translated(-origin), raster.mask)
    with_mask.end()
    layers = (
        _filled(covered, inside, to_device.m11(), to_device.map(QPointF(0, 0)) - origin),
        _rim(covered, rim, halo),
        _rim(covered, rim / 2, border),
    )
    painter.save()
    painter.setWorldTransform(to_device.inverted()[0] * painter.worldTransform())  # now in device pixels
    for layer in layers:
        painter.drawImage(origin, layer)
    painter.restore()


def _filled(covered: QImage, inside: Sequence[QBrush], scale: float, canvas_origin: QPointF) -> QImage:
    """The brushes, anchored to the canvas, where it is covered."""
    layer = _transparent(covered.size())
    painter = QPainter(layer)
    painter.setBrushOrigin(canvas_origin)
    for brush in inside:
        flat = QBrush(brush)
        flat.setTransform(flat.transform() * QTransform.fromScale(scale, scale))
        painter.fillRect(layer.rect(), flat)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.drawImage(0, 0, covered)
    painter.end()
    return layer


def _rim(covered: QImage, reach: float, color: QColor) -> QImage:
    """A line of `reach` device pixels around what is covered: the shape moved every way, less the shape."""
    layer = _transparent(covered.size())
    painter = QPainter(layer)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    step = max(1, round(reach))
    for x, y in ((step, 0), (-step, 0), (0, step), (0, -step)):
        painter.drawImage(x, y, covered)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(layer.rect(), color)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.drawImage(0, 0, covered)
    painter.end()
    return layer


def _transparent(size: QSize) -> QImage:
    layer = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    layer.fill(0)
    return layer


def _growth(old: tuple[Stroke, ...], new: tuple[Stroke, ...]) -> list[Stroke] | None:
    """What must be painted over the old strokes to get the new ones; None where some of the old are gone."""
    if not old or len(new) < len(old) or new[: len(old) - 1] != old[:-1]:
        return None
    last, grown = old[-1], new[len(old) - 1]
    done = len(last.points)
    if (last.width, last.softness) != (grown.width, grown.softness) or grown.points[:done] != last.points:
        return None
    pieces = list(new[len(old) :])
    if len(grown.points) > done:
        pieces.insert(0, Stroke(grown.points[done - 1 :], grown.width, grown.softness))
    return pieces


def _box(stroke: Stroke) -> QRectF:
    half = stroke.width / 2 + 1
    xs, ys = [point.x for point in stroke.points], [point.y for point in stroke.points]
    return QRectF(QPointF(min(xs) - half, min(ys) - half), QPointF(max(xs) + half, max(ys) + half))


def _tiles(box: QRectF) -> QRect:
    left, top = math.floor(box.left() / _TILE), math.floor(box.top() / _TILE)
    right, bottom = math.ceil(box.right() / _TILE), math.ceil(box.bottom() / _TILE)
    return QRect(left * _TILE, top * _TILE, (right - left) * _TILE, (bottom - top) * _TILE)
