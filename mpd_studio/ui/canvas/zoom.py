"""Zoom and pan of the canvas: fit, pixel-true, around a point; remembered for every canvas size."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView

from mpd_studio.core.geometry import Size

LOWEST, HIGHEST = 0.02, 64.0  # device pixels per canvas pixel
_WHEEL_STEP = 1.2
_NEARLY = 1.08


@dataclass(frozen=True, slots=True)
class ZoomState:
    """scale: logical view pixels per canvas pixel, None for "fit". center: the canvas point in the middle."""

    scale: float | None = None
    center: tuple[float, float] = (0.0, 0.0)


class Zoom:
    """Moves one QGraphicsView. Scene coordinates are canvas pixels, so the view's transform is the zoom alone."""

    def __init__(self, view: QGraphicsView) -> None:
        self._view = view
        self._area = QRectF(0, 0, 1, 1)
        self._size: Size | None = None
        self._is_fit = True
        self._states: dict[Size, ZoomState] = {}

    @property
    def scale(self) -> float:
        """Logical view pixels per canvas pixel."""
        return self._view.transform().m11()

    @property
    def device_scale(self) -> float:
        """Device pixels per canvas pixel: 1.0 is pixel-true."""
        return self.scale * self._view.devicePixelRatioF()

    @property
    def is_fit(self) -> bool:
        return self._is_fit

    def show_area(self, size: Size, area: QRectF) -> None:
        """The canvas has this size and the pictures fill this area; a size seen before gets its zoom back."""
        if size != self._size:
            self._remember()
            state = self._states.get(size, ZoomState())
            self._size, self._area = size, QRectF(area)
            if state.scale is None:
                self.fit()
            else:
                self._is_fit = False
                self._set_scale(state.scale)
                self._view.centerOn(QPointF(*state.center))
        elif area != self._area:
            self._area = QRectF(area)
            self.fit() if self._is_fit else self._set_scale(self.scale)

    def fit(self) -> None:
        """The whole area, as large as the view allows, with a little room around it."""
        self._is_fit = True
        room = self._view.viewport().rect()
        margin = min(16.0, room.width() * 0.05, room.height() * 0.05)
        width, height = max(1.0, room.width() - 2 * margin), max(1.0, room.height() - 2 * margin)
        scale = min(width / self._area.width(), height / self._area.height())
        true = 1 / self._view.devicePixelRatioF()
        # Nearly pixel-true would blur every pixel for a few more of size.
        self._set_scale(true if true <= scale < _NEARLY * true else scale)
        self._view.centerOn(self._area.center())

    def pixel_true(self) -> None:
        """One canvas pixel is one device pixel; the middle of the view stays."""
        self.to_device_scale(1.0, self._view.viewport().rect().center())

    def to_device_scale(self, device_scale: float, around: QPoint) -> None:
        """Another zoom; the canvas point under `around` (viewport pixels) stays where it is."""
        before = self._view.mapToScene(around)
        self._is_fit = False
        bounded = min(max(device_scale, LOWEST), HIGHEST)
        self._set_scale(bounded / self._view.devicePixelRatioF())
        moved = self._view.mapFromScene(before) - around
        self.pan(-moved)

    def by_wheel(self, angle: float, around: QPoint) -> None:
        """angle: eighths of a degree, 120 for one notch; up zooms in."""
        self.to_device_scale(self.device_scale * _WHEEL_STEP ** (angle / 120), around)

    def by_pinch(self, factor: float, around: QPoint) -> None:
        self.to_device_scale(self.device_scale * factor, around)

    def pan(self, by: QPoint) -> None:
        """Move the picture by viewport pixels."""
        if not by.isNull():
            self._is_fit = False
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - by.x())
        down.setValue(down.value() - by.y())

    def view_resized(self) -> None:
        if self._is_fit:
            self.fit()
        else:
            self._set_scale(self.scale)

    def _set_scale(self, scale: float) -> None:
        # The scene reaches one view beyond the picture, so that any part of it can be panned to the middle.
        room = self._view.viewport().size()
        across, down = room.width() / scale, room.height() / scale
        self._view.setSceneRect(self._area.adjusted(-across, -down, across, down))
        self._view.setTransform(QTransform.fromScale(scale, scale))

    def _remember(self) -> None:
        if self._size is None:
            return
        center = self._view.mapToScene(self._view.viewport().rect().center())
        self._states[self._size] = ZoomState(None if self._is_fit else self.scale, (center.x(), center.y()))
