"""Ghosts: what the selected path carries, cut out of the first frame and laid along the path, like onion skin."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.core.guidance import Easing, MotionPath
from mpd_studio.motion.paths import new_frame_times, positions, progress
from mpd_studio.session.cut_outs import CutOut
from mpd_studio.ui.images import pixmap_of

_MOST = 5
_OPACITY, _VEIL = 0.5, 0.2  # on a boundary frame; on a new frame, which shows the thing itself


class GhostItem(QGraphicsItem):
    """Moves with every mouse move, because nothing is measured for it: the piece was cut out when it was drafted."""

    def __init__(self) -> None:
        super().__init__()
        self._cut: CutOut | None = None
        self._drawn: tuple[MotionPath, Easing, int, float] | None = None
        self._pixmap = QPixmap()
        self._places: tuple[QTransform, ...] = ()
        self._box = QRectF()
        self._opacity = _OPACITY
        self.setZValue(8)
        self.setVisible(False)

    @property
    def places(self) -> tuple[QTransform, ...]:
        """From pixels of the cut-out to canvas pixels, one for each ghost."""
        return self._places if self.isVisible() else ()

    def show_ghosts(self, cut: CutOut | None, path: MotionPath, ease: Easing, new_frames: int, shown: float) -> None:
        """shown: the gap time of the picture below, which shows the thing itself at that time."""
        drawn = (path, ease, new_frames, shown)
        if cut is self._cut and drawn == self._drawn and self.isVisible() == (cut is not None):
            return
        self._drawn = drawn
        self.prepareGeometryChange()
        self.setVisible(cut is not None)
        if cut is None:
            return
        if cut is not self._cut:
            self._cut, self._pixmap = cut, pixmap_of(cut.pixels)
        self._opacity = _VEIL if 0 < shown < 1 else _OPACITY
        times = ghost_times(new_frames, shown)
        spots = positions(path, ease, times)
        self._places = tuple(
            _placed(cut, progress(path, ease, float(time)), float(x), float(y))
            for time, (x, y) in zip(times, spots, strict=True)
        )
        whole = QRectF(self._pixmap.rect())
        self._box = QRectF()
        for place in self._places:
            self._box = self._box.united(place.mapRect(whole))
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._box)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(self._opacity)
        for place in self._places:
            painter.save()
            painter.setTransform(place, True)
            painter.drawPixmap(QPointF(0, 0), self._pixmap)
            painter.restore()


def ghost_times(new_frames: int, shown: float) -> np.ndarray:
    """(n,) float64 times of some new frames, evenly chosen and at most five, without the one that is shown."""
    times = new_frame_times(new_frames)
    chosen = times[np.unique(np.linspace(0, len(times) - 1, min(_MOST, len(times))).round().astype(int))]
    return chosen[np.abs(chosen - shown) > 0.5 / (new_frames + 1)]


def _placed(cut: CutOut, along: float, x: float, y: float) -> QTransform:
    """Turned and grown about the path's point, which lies at x, y then."""
    (a, b), (c, d) = cut.turn.matrix(along).tolist()
    start = cut.path.start
    on_first = QTransform(cut.pixel.x, 0, 0, cut.pixel.y, cut.corner.x - start.x, cut.corner.y - start.y)
    return on_first * QTransform(a, c, b, d, 0, 0) * QTransform.fromTranslate(x, y)
