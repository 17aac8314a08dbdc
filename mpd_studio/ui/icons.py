"""Icons: drawn as SVG on a 16 px grid, coloured by the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mpd_studio.core.resources import resource
from mpd_studio.ui.tokens import Tokens

_SIDE = 16
_SCALES = (1, 2, 3)


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def draw_icon(painter: QPainter, name: str, color: str, target: QRectF) -> None:
    """Paint an icon at any size."""
    QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", color).encode())).render(painter, target)


@lru_cache(maxsize=512)
def icon_pixmap(name: str, color: str, side: int = _SIDE, ratio: float = 1.0) -> QPixmap:
    """An icon as a square pixmap of `side` logical pixels. GUI thread only."""
    pixels = round(side * ratio)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_icon(painter, name, color, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=256)
def build_icon(name: str, tokens: Tokens, color: str = "") -> QIcon:
    """An icon in the theme's text colour (or `color`), fainter when disabled."""
    icon = QIcon()
    for ratio in _SCALES:
        icon.addPixmap(icon_pixmap(name, color or tokens.text, _SIDE, ratio))
        icon.addPixmap(icon_pixmap(name, tokens.disabled, _SIDE, ratio), QIcon.Mode.Disabled)
    return icon
