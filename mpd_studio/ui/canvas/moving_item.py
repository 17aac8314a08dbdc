"""A boundary frame moved along its motion, again and again, over the pictures and under what is drawn."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.ui.canvas import ink
from mpd_studio.ui.images import pixmap_of
from mpd_studio.ui.texts import tr

_RESTS = 4  # steps that the last frame stays before it begins again
_ROOM = 10.0
_TEXT_PX = 12


class MovingItem(QGraphicsItem):
    """Hidden where there are no frames. Whoever shows it calls step() as often as a frame lasts."""

    def __init__(self) -> None:
        super().__init__()
        self._area = QRectF(0, 0, 1, 1)
        self._frames: tuple[np.ndarray, ...] = ()
        self._pixmaps: dict[int, QPixmap] = {}
        self._step = 0
        self._scale = 1.0
        self.setZValue(3)
        self.setVisible(False)

    @property
    def count(self) -> int:
        """Of frames; 0 while it is hidden."""
        return len(self._frames)

    @property
    def index(self) -> int:
        """Of the frame that is shown."""
        return min(self._step, max(0, self.count - 1))

    @property
    def legend(self) -> str:
        return tr("Moved along the motion: {0} of {1}").format(self.index + 1, self.count)

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        self.update()

    def show_frames(self, frames: tuple[np.ndarray, ...] | None, area: QRectF) -> None:
        """frames: (h, w, 3) uint8 RGB each; None hides it."""
        self.setVisible(bool(frames))
        if area != self._area:
            self.prepareGeometryChange()
            self._area = QRectF(area)
        frames = frames or ()
        if frames is not self._frames:
            self._frames = frames
            self._pixmaps.clear()
            self.update()

    def step(self) -> None:
        if self._frames:
            self._step = (self._step + 1) % (len(self._frames) + _RESTS)
            self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._area)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self._frames:
            return
        index = self.index
        if index not in self._pixmaps:
            self._pixmaps[index] = pixmap_of(self._frames[index])
        picture = self._pixmaps[index]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self._area, picture, QRectF(picture.rect()))
        self._paint_legend(painter)

    def _paint_legend(self, painter: QPainter) -> None:
        """In the lower left corner of the picture, of one size on screen; figures do not change its width."""
        font = QFont()
        font.setPixelSize(_TEXT_PX)
        longest = tr("Moved along the motion: {0} of {1}").format(self.count, self.count)
        height = 2.0 * _TEXT_PX
        painter.save()
        ink.on_screen(painter, self._area.bottomLeft(), self._scale)
        box = QRectF(QPointF(_ROOM, -_ROOM - height), QPointF(0, -_ROOM))
        box.setWidth(QFontMetricsF(font).horizontalAdvance(longest) + _ROOM)
        painter.fillRect(box, QColor(0, 0, 0, 170))
        painter.setFont(font)
        painter.setPen(ink.PAPER)
        inner = box.adjusted(_ROOM / 2, 0, 0, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.legend)
        painter.restore()
