"""The picture under the drawings: one pixmap stretched over the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

_SHARP_FROM = 2.0  # device pixels per pixel of the picture, above which pixels are shown as squares


class PictureItem(QGraphicsItem):
    """Fills `area` (canvas pixels) with a picture of any size. Keeps the last picture until it gets another."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self._area = QRectF(0, 0, 1, 1)
        self._is_rough = False

    @property
    def pixmap(self) -> QPixmap:
        return self._pixmap

    def set_pixmap(self, pixmap: QPixmap) -> None:
        self._pixmap = pixmap
        self.update()

    def set_rough(self, is_rough: bool) -> None:
        """A rough picture has no pixels worth seeing: it is smoothed however large it is shown."""
        if is_rough != self._is_rough:
            self._is_rough = is_rough
            self.update()

    def set_area(self, area: QRectF) -> None:
        if area != self._area:
            self.prepareGeometryChange()
            self._area = QRectF(area)

    def boundingRect(self) -> QRectF:
        return QRectF(self._area)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._pixmap.isNull():
            return
        paint_picture(painter, self._pixmap, self._area, self._is_rough)


def paint_picture(painter: QPainter, pixmap: QPixmap, area: QRectF, is_rough: bool = False) -> None:
    """Paint a picture that fills `area` of the scene: smoothly, but above 200 % as exact squares unless it is rough.

    The whole picture is drawn whatever is exposed: the painter is clipped already, and a cut-out with fractional
    edges would be smoothed differently along them.
    """
    shown = painter.deviceTransform().m11() * area.width() / pixmap.width()
    is_exact = abs(shown - 1.0) < 1e-6
    painter.setRenderHint(
        QPainter.RenderHint.SmoothPixmapTransform, (is_rough or shown <= _SHARP_FROM) and not is_exact
    )
    painter.drawPixmap(area, pixmap, QRectF(pixmap.rect()))
