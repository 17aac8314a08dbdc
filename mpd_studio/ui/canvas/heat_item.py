"""Where a made frame can be trusted, over the picture and under what is drawn."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.ui.images import pixmap_of
from mpd_studio.ui.tokens import Tokens
from mpd_studio.ui.trust_looks import heat_pixels


class HeatItem(QGraphicsItem):
    """Hidden where there is no map."""

    def __init__(self) -> None:
        super().__init__()
        self._area = QRectF(0, 0, 1, 1)
        self._map: np.ndarray | None = None
        self._tokens: Tokens | None = None
        self._heat = QPixmap()
        self.setZValue(4)
        self.setVisible(False)

    @property
    def shown_map(self) -> np.ndarray | None:
        """(h, w) uint8, 255 where a pixel is trusted."""
        return self._map if self.isVisible() else None

    def show_map(self, plane: np.ndarray | None, area: QRectF, tokens: Tokens) -> None:
        """None hides it."""
        self.setVisible(plane is not None)
        if area != self._area:
            self.prepareGeometryChange()
            self._area = QRectF(area)
        if plane is None or (plane is self._map and tokens is self._tokens):
            return
        self._map, self._tokens = plane, tokens
        self._heat = pixmap_of(heat_pixels(plane, tokens))
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._area)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self._area, self._heat, QRectF(self._heat.rect()))
