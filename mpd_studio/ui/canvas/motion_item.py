"""The motion of every pixel over the picture: as arrows, or as colours of a wheel, with a legend."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.session.selection import MotionView
from mpd_studio.ui.canvas import ink
from mpd_studio.ui.images import pixmap_of
from mpd_studio.ui.texts import tr

_STEP = 34.0  # logical pixels on screen between two arrows
_SHORTEST = 1.5  # logical pixels; less is a dot
_OPACITY = 0.7
_LEGEND = 56.0
_ROOM = 10.0
_TEXT_PX = 12
_LONGEST = 99.5  # percentile of the lengths that the wheel's rim stands for: single pixels are chance


class MotionItem(QGraphicsItem):
    """Lies over the pictures and under what is drawn; it must be told the view's scale."""

    def __init__(self) -> None:
        super().__init__()
        self._area = QRectF(0, 0, 1, 1)
        self._motion: np.ndarray | None = None
        self._view = MotionView.OFF
        self._scale = 1.0
        self._time = 0.0
        self._longest = 0.0
        self._is_kept = False
        self._colors = QPixmap()
        self.setZValue(5)
        self.setVisible(False)

    @property
    def motion(self) -> np.ndarray | None:
        """What is shown: (h, w, 2) float32 in canvas pixels over the whole gap."""
        return self._motion if self.isVisible() else None

    @property
    def legend(self) -> str:
        what = tr("Motion over the whole gap, first to last frame.")
        if self._is_kept:
            what = tr("Motion kept with the gap, first to last frame.")
        between = "\n" if self._view is MotionView.COLORS else " "  # beside the wheel there is room for two lines
        return f"{what}{between}{tr('Longest: {0} px').format(round(self._longest))}"

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        self.update()

    def show_motion(
        self, view: MotionView, motion: np.ndarray | None, time: float, area: QRectF, is_kept: bool = False
    ) -> None:
        """None hides it. time: of the gap, at which things are where the picture shows them. is_kept: with the gap, and
        not measured between its ends.
        """
        self._is_kept = is_kept
        self.setVisible(view is not MotionView.OFF and motion is not None)
        if area != self._area:
            self.prepareGeometryChange()
            self._area = QRectF(area)
        if motion is self._motion and (view, time) == (self._view, self._time):
            return
        self._motion, self._view, self._time = motion, view, time
        if motion is not None:
            self._longest = float(np.percentile(np.hypot(motion[..., 0], motion[..., 1]), _LONGEST))
            if view is MotionView.COLORS:
                self._colors = pixmap_of(colors_of(motion, self._longest))
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._area)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._motion is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._view is MotionView.COLORS:
            painter.setOpacity(_OPACITY)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(self._area, self._colors, QRectF(self._colors.rect()))
            painter.setOpacity(1.0)
        else:
            painter.setClipRect(self._area)
            ink.stroke_with_halo(painter, self._arrows(self._motion), ink.PAPER, 1.0)
        self._paint_legend(painter)

    def _arrows(self, motion: np.ndarray) -> QPainterPath:
        """To scale, each from where a thing is on the first frame to where it is on the last."""
        height, width = motion.shape[:2]
        across = max(2, min(60, int(self._area.width() * self._scale / _STEP)))
        down = max(2, round(across * self._area.height() / self._area.width()))
        path = QPainterPath()
        head = 4.0 / self._scale
        for row in (np.arange(down) + 0.5) / down:
            for column in (np.arange(across) + 0.5) / across:
                x, y = (float(value) for value in motion[int(row * height), int(column * width)])
                here = QPointF(column * self._area.width(), row * self._area.height())
                tail, tip = here - QPointF(x, y) * self._time, here + QPointF(x, y) * (1 - self._time)
                length = float(np.hypot(x, y))
                if length * self._scale < _SHORTEST:
                    path.addEllipse(here, 0.5 / self._scale, 0.5 / self._scale)
                    continue
                path.moveTo(tail)
                path.lineTo(tip)
                along, aside = QPointF(x, y) / length * head, QPointF(-y, x) / length * head * 0.6
                path.moveTo(tip - along + aside)
                path.lineTo(tip)
                path.lineTo(tip - along - aside)
        return path

    def _paint_legend(self, painter: QPainter) -> None:
        """In the lower left corner of the picture, of one size on screen."""
        font = QFont()
        font.setPixelSize(_TEXT_PX)
        metrics = QFontMetricsF(font)
        text_width = max(metrics.horizontalAdvance(line) for line in self.legend.splitlines())
        is_wheel = self._view is MotionView.COLORS
        height = _LEGEND if is_wheel else 2 * _TEXT_PX
        painter.save()
        ink.on_screen(painter, self._area.bottomLeft(), self._scale)
        left = _ROOM + (_LEGEND + _ROOM if is_wheel else _ROOM / 2)
        box = QRectF(_ROOM, -_ROOM - height, left + text_width, height)
        painter.fillRect(box, QColor(0, 0, 0, 170))
        if is_wheel:
            painter.drawPixmap(QPointF(box.left() + 4, box.top() + 4), wheel(int(_LEGEND) - 8))
        painter.setFont(font)
        painter.setPen(ink.PAPER)
        rest = box.adjusted(left - _ROOM, 0, 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.legend)
        painter.restore()


def colors_of(motion: np.ndarray, longest: float) -> np.ndarray:
    """(h, w, 3) uint8: the direction as a hue, the length as how full the colour is; white where nothing moves.

    Right is red, down is yellow-green, left is cyan, up is violet. longest: in the motion's unit; longer looks alike.
    """
    angle = np.arctan2(motion[..., 1], motion[..., 0]) / (2 * np.pi) % 1.0
    full = np.clip(np.hypot(motion[..., 0], motion[..., 1]) / max(longest, 1.0), 0, 1)[..., None]
    hue = np.stack([(angle * 6 + offset) % 6 for offset in (0.0, 4.0, 2.0)], axis=-1)
    pure = np.clip(np.abs(hue - 3) - 1, 0, 1)
    return np.rint(255 * (1 - full * (1 - pure))).astype(np.uint8)


def wheel(side: int) -> QPixmap:
    """The colours of all directions: what a thing's motion out of the middle would look like."""
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    places = np.dstack(np.meshgrid(axis, axis))
    colors = colors_of(places * 100, 100.0)
    away = np.hypot(places[..., 0], places[..., 1])
    alpha = np.clip((1 - away) * side / 2 + 0.5, 0, 1)
    return pixmap_of(np.dstack([colors, np.rint(255 * alpha).astype(np.uint8)]))
