"""One motion path on the canvas: curve, anchors, points, ghosts of every new frame, reach."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import LINEAR, Easing, MotionPath
from mpd_studio.motion.paths import new_frame_times, positions
from mpd_studio.ui.canvas import ink
from mpd_studio.ui.canvas.path_shape import curve

_LABEL_PX = 12
_LABEL_HALO = 1.4
_LABEL_AWAY = 16.0
_PIN_ARM = 9.0
_MOST_GHOSTS = 240  # more dots than this are a line


@dataclass(frozen=True, slots=True)
class PathLook:
    """Everything a drawn path depends on. time: of what is shown; new_frames: in the gap; ease: of the whole gap."""

    path: MotionPath
    color: int
    ease: Easing = LINEAR
    new_frames: int = 1
    time: float = 0.0
    is_selected: bool = False
    picked: int | None = None


class PathItem(QGraphicsItem):
    """Draws a PathLook. Signs keep their size on screen, so it must be told the view's scale."""

    def __init__(self, look: PathLook, scale: float) -> None:
        super().__init__()
        self._look = look
        self._scale = scale
        self._corners = np.empty((0, 2))
        self._line = QPainterPath()
        self._ghosts = np.empty((0, 2))
        self._now = Point(0, 0)
        self._box = QRectF()
        self._shape_changed()

    @property
    def look(self) -> PathLook:
        return self._look

    def set_look(self, look: PathLook) -> None:
        old, self._look = self._look, look
        if (old.path, old.ease, old.new_frames, old.time) != (look.path, look.ease, look.new_frames, look.time):
            self._shape_changed()
        elif old != look:
            self.prepareGeometryChange()  # the reach is drawn for the selected path only
            self._box = self._bounds()
            self.update()

    def set_scale(self, scale: float) -> None:
        self.prepareGeometryChange()
        self._scale = scale
        self._line = _line_between_signs(self._corners, ink.HANDLE / scale)
        self._box = self._bounds()

    def boundingRect(self) -> QRectF:
        return self._box

    @property
    def ghosts(self) -> np.ndarray:
        """(new frames, 2): where each new frame has the path's point, in canvas pixels."""
        return self._ghosts

    @property
    def now(self) -> Point:
        """Where the path's point is on the frame that is shown."""
        return self._now

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = self._look
        color = ink.path_color(look.color)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if look.path.is_pin:
            self._paint_reach(painter, color)
            self._paint_pin(painter, color)
            return
        if look.is_selected:
            self._paint_reach(painter, color)
        ink.stroke_with_halo(painter, self._line, color, ink.LINE + (0.75 if look.is_selected else 0.0))
        self._paint_ghosts(painter, color)
        self._paint_points(painter, color)
        if 0.0 < look.time < 1.0:
            self._paint_now(painter, color)

    def _shape_changed(self) -> None:
        self.prepareGeometryChange()
        look = self._look
        self._corners = curve(look.path)[1]
        self._line = _line_between_signs(self._corners, ink.HANDLE / self._scale)
        times = new_frame_times(look.new_frames) if look.new_frames <= _MOST_GHOSTS else np.empty(0)
        self._ghosts = positions(look.path, look.ease, times)
        x, y = positions(look.path, look.ease, np.array([look.time]))[0]
        self._now = Point(float(x), float(y))
        self._box = self._bounds()
        self.update()

    def _bounds(self) -> QRectF:
        signs = (_LABEL_AWAY + _LABEL_PX + ink.HANDLE) / self._scale
        (left, top), (right, bottom) = self._corners.min(axis=0), self._corners.max(axis=0)
        box = QRectF(QPointF(left, top), QPointF(right, bottom))
        if self._look.is_selected or self._look.path.is_pin:
            reach = self._look.path.radius
            box = box.united(QRectF(self._now.x - reach, self._now.y - reach, 2 * reach, 2 * reach))
        return box.adjusted(-signs, -signs, signs, signs)

    def _paint_reach(self, painter: QPainter, color: QColor) -> None:
        """The ring of influence around the point on this frame, with its handle; a carried region replaces it."""
        path = self._look.path
        if path.region is not None:
            return
        ring = QPainterPath()
        ring.addEllipse(QPointF(self._now.x, self._now.y), path.radius, path.radius)
        ink.stroke_with_halo(painter, ring, color, 1.0, Qt.PenStyle.DashLine)
        if not self._look.is_selected:
            return
        painter.save()
        ink.on_screen(painter, QPointF(self._now.x + path.radius, self._now.y), self._scale)
        ink.fill_with_halo(painter, ink.diamond(ink.HANDLE), ink.PAPER)
        painter.restore()

    def _paint_pin(self, painter: QPainter, color: QColor) -> None:
        """A cross through a disc: nothing leads away from it. The selected one is filled white."""
        painter.save()
        ink.on_screen(painter, QPointF(self._now.x, self._now.y), self._scale)
        cross = QPainterPath()
        for x, y in ((1.0, 0.0), (0.0, 1.0)):
            cross.moveTo(-x * _PIN_ARM, -y * _PIN_ARM)
            cross.lineTo(x * _PIN_ARM, y * _PIN_ARM)
        ink.stroke_with_halo(painter, cross, color, 2.0)
        ink.fill_with_halo(painter, ink.disc(ink.HANDLE), ink.PAPER if self._look.is_selected else color)
        painter.restore()

    def _paint_ghosts(self, painter: QPainter, color: QColor) -> None:
        dots = QPainterPath()
        reach = ink.GHOST / self._scale
        for x, y in self._ghosts:
            dots.addEllipse(QPointF(x, y), reach, reach)
        dots.setFillRule(Qt.FillRule.WindingFill)
        ink.fill_with_halo(painter, dots, ink.PAPER if self._look.is_selected else color)

    def _paint_points(self, painter: QPainter, color: QColor) -> None:
        points = self._look.path.points
        last = len(points) - 1
        for index, point in enumerate(points):
            if 0 < index < last and not self._look.is_selected:
                continue
            painter.save()
            ink.on_screen(painter, QPointF(point.position.x, point.position.y), self._scale)
            self._paint_sign(painter, color, index, last)
            painter.restore()
        self._paint_letter(painter, color, 0, "A")
        self._paint_letter(painter, color, last, "B")

    def _paint_sign(self, painter: QPainter, color: QColor, index: int, last: int) -> None:
        """First anchor: ring. Last anchor: square. Between: disc. The picked one is filled white."""
        is_picked = self._look.is_selected and self._look.picked == index
        if index == 0:
            shape = ink.disc(ink.HANDLE)
        elif index == last:
            shape = ink.square(ink.HANDLE - 0.5)
        else:
            shape = ink.disc(ink.HANDLE - 1)
        if index in (0, last):
            if is_picked:
                painter.fillPath(shape, ink.PAPER)
            ink.stroke_with_halo(painter, shape, color, 2.0)
        else:
            ink.fill_with_halo(painter, shape, ink.PAPER if is_picked else color)

    def _paint_letter(self, painter: QPainter, color: QColor, index: int, text: str) -> None:
        points = self._look.path.points
        at = points[index].position
        other = points[1 if index == 0 else index - 1].position
        painter.save()
        ink.on_screen(painter, QPointF(at.x, at.y), self._scale)
        painter.translate(*_away_from(at, other, 1.0 if text == "B" else -1.0))
        ink.fill_with_halo(painter, ink.letter(text, _LABEL_PX), color, _LABEL_HALO)
        painter.restore()

    def _paint_now(self, painter: QPainter, color: QColor) -> None:
        painter.save()
        ink.on_screen(painter, QPointF(self._now.x, self._now.y), self._scale)
        ink.stroke_with_halo(painter, ink.disc(ink.HANDLE + 3), ink.PAPER, 2.0)
        ink.fill_with_halo(painter, ink.disc(ink.GHOST + 1), color)
        painter.restore()


def _line_between_signs(corners: np.ndarray, reach: float) -> QPainterPath:
    """The curve from the rim of the first anchor's sign to the last's, so that one sees what lies under them."""
    line = QPainterPath()
    start, end = corners[0], corners[-1]
    inner = corners[(np.hypot(*(corners - start).T) > reach) & (np.hypot(*(corners - end).T) > reach)]
    if not len(inner):
        return line
    first, last = inner[0] - start, inner[-1] - end
    line.moveTo(*(start + first * (reach / np.hypot(*first))))
    for x, y in inner:
        line.lineTo(x, y)
    line.lineTo(*(end + last * (reach / np.hypot(*last))))
    return line


def _away_from(at: Point, other: Point, side: float) -> tuple[float, float]:
    """A step on screen from `at` away from the curve; where both points are one, to the given side."""
    distance = at.distance_to(other)
    if distance < 1e-6:
        return side * _LABEL_AWAY, 0.0
    return (at.x - other.x) / distance * _LABEL_AWAY, (at.y - other.y) / distance * _LABEL_AWAY


def ring_handle(look: PathLook, now: Point) -> Point:
    """Where the handle of the reach is."""
    return Point(now.x + look.path.radius, now.y)


def distance_to_ring(now: Point, radius: float, point: Point) -> float:
    return abs(math.hypot(point.x - now.x, point.y - now.y) - radius)
