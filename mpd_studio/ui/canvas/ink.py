"""How drawings stay readable on any picture: the colours of paths, the dark halo, hatches, and lengths on screen."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen, QPixmap, QTransform

from mpd_studio.core.guidance import RegionMode

# Okabe and Ito's colours in their order; black is left out, because the halo is black.
PATH_COLORS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
HALO = QColor(0, 0, 0, 190)
PAPER = QColor(255, 255, 255)
REGION_COLORS = {RegionMode.STILL: "#ffffff", RegionMode.MOVES: "#f0e442"}

# On screen, in logical pixels at the 13 px font.
LINE = 1.5
HANDLE = 5.0
GHOST = 2.25
HATCH = 14


def path_color(index: int) -> QColor:
    return QColor(PATH_COLORS[index % len(PATH_COLORS)])


def pen(painter: QPainter, color: QColor, width: float = LINE, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen whose width is counted in logical pixels on screen, whatever the painter's zoom.

    Not a cosmetic pen: Qt counts those in device pixels, so that they would be thin on a dense screen.
    """
    per_unit = painter.deviceTransform().m11() / painter.device().devicePixelRatioF()
    return QPen(color, width / per_unit, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def stroke_with_halo(
    painter: QPainter,
    line: QPainterPath,
    color: QColor,
    width: float = LINE,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
) -> None:
    """A line with one dark pixel on either side."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(painter, HALO, width + 2))
    painter.drawPath(line)
    painter.setPen(pen(painter, color, width, style))
    painter.drawPath(line)


def fill_with_halo(painter: QPainter, shape: QPainterPath, color: QColor, halo: float = 1.0) -> None:
    """A filled sign with a dark rim outside."""
    painter.setPen(pen(painter, HALO, 2 * halo))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(shape)
    painter.fillPath(shape, color)


def on_screen(painter: QPainter, at: QPointF, scale: float) -> None:
    """From here on the painter draws in screen pixels around a canvas point; the caller saves and restores."""
    painter.translate(at)
    painter.scale(1 / scale, 1 / scale)


@lru_cache(maxsize=64)
def letter(text: str, pixel_size: int) -> QPainterPath:
    """Letters as a shape, centred on the origin."""
    font = QFont()
    font.setPixelSize(pixel_size)
    font.setBold(True)
    shape = QPainterPath()
    shape.addText(0, 0, font, text)
    box = shape.boundingRect()
    shape.translate(-box.center().x(), -box.center().y())
    return shape


def diamond(reach: float) -> QPainterPath:
    shape = QPainterPath(QPointF(0, -reach))
    for x, y in ((reach, 0.0), (0.0, reach), (-reach, 0.0)):
        shape.lineTo(x, y)
    shape.closeSubpath()
    return shape


def square(reach: float) -> QPainterPath:
    shape = QPainterPath()
    shape.addRect(QRectF(-reach, -reach, 2 * reach, 2 * reach))
    return shape


def disc(reach: float) -> QPainterPath:
    shape = QPainterPath()
    shape.addEllipse(QPointF(0, 0), reach, reach)
    return shape


def hatch(mode: RegionMode, scale: float) -> QBrush:
    """Crossed lines for what holds still, arrows for what moves; of one size on screen at every zoom."""
    brush = QBrush(_hatch_tile(mode))
    brush.setTransform(QTransform.fromScale(1 / scale, 1 / scale))
    return brush


@lru_cache(maxsize=4)
def _hatch_tile(mode: RegionMode) -> QPixmap:
    side = HATCH
    tile = QPixmap(side, side)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    lines = _cross_lines(side) if mode is RegionMode.STILL else _arrow_lines(side)
    color = QColor(REGION_COLORS[mode])
    color.setAlpha(150)
    for ink, width in ((QColor(0, 0, 0, 90), 2.5), (color, 1.0)):
        painter.setPen(QPen(ink, width))
        painter.drawLines(lines)
    painter.end()
    return tile


def _cross_lines(side: float) -> list[QLineF]:
    """Both diagonals, drawn beyond the edges so that the tiles join."""
    return [QLineF(-1, -1, side + 1, side + 1), QLineF(-1, side + 1, side + 1, -1)]


def _arrow_lines(side: float) -> list[QLineF]:
    """A small arrow to the right."""
    middle = side / 2
    return [
        QLineF(2, middle, side - 4, middle),
        QLineF(side - 7, middle - 3, side - 4, middle),
        QLineF(side - 7, middle + 3, side - 4, middle),
    ]
