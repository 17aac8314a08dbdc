"""A view along time that is zoomed and scrolled: what the timeline needs of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from mpd_studio.ui.timeline.scale import SMALLEST, Rows, TimeScale


@dataclass(frozen=True, slots=True)
class Spread:
    """What is zoomed: where its rows lie, how many frames long it is, where its playhead stands.

    is_dragging: something is held, so that nothing may jump.
    """

    rows: Rows
    length: int
    playhead: int
    is_dragging: bool


class ZoomScrollView(QAbstractScrollArea):
    """Shows as much of a spread as was zoomed and scrolled to."""

    def __init__(self, spread: Callable[[], Spread], parent: QWidget | None = None) -> None:
        """spread: what is to be shown, as it is now; asked from the first resize on."""
        super().__init__(parent)
        self._spread = spread
        self._per_frame = 4.0
        self._is_fitted = True

    @property
    def rows(self) -> Rows:
        return self._spread().rows

    @property
    def scale(self) -> TimeScale:
        return TimeScale(self._per_frame, self.rows.header + 8.0 - self.horizontalScrollBar().value())

    def zoom(self, factor: float, around_x: float | None = None) -> None:
        """around_x: stays in place; the playhead (or the middle) when None."""
        if around_x is None:
            at = self.scale.x(self._spread().playhead)
            inside = self.rows.header <= at <= self.viewport().width()
            around_x = at if inside else self.viewport().width() / 2
        zoomed = self.scale.zoomed(factor, around_x)
        self._per_frame = zoomed.per_frame
        self._is_fitted = False
        self.set_ranges()
        self.horizontalScrollBar().setValue(round(self.rows.header + 8.0 - zoomed.left))
        self.viewport().update()

    def zoom_fit(self) -> None:
        """The whole timeline in the window, with some room behind it."""
        width = self.viewport().width() - self.rows.header - 16
        self._per_frame = max(SMALLEST, min(16.0, width / max(1, self._spread().length * 1.08)))
        self._is_fitted = True
        self.set_ranges()
        self.horizontalScrollBar().setValue(0)
        self.viewport().update()

    def set_ranges(self) -> None:
        visible = self.viewport().width() - self.rows.header
        content = (self._spread().length * 1.08) * self._per_frame + 16
        bar = self.horizontalScrollBar()
        bar.setPageStep(visible)
        bar.setSingleStep(max(1, visible // 20))
        bar.setRange(
            0, max(0, round(content - visible), bar.value() if self._spread().is_dragging else 0)
        )  # no jump during a drag
        rows = self.rows
        tall = self.verticalScrollBar()
        tall.setPageStep(self.viewport().height() - rows.ruler)
        tall.setRange(0, max(0, rows.height - (self.viewport().height() - rows.ruler)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self.zoom_fit()
        else:
            self.set_ranges()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        del dx, dy
        self.viewport().update()

    def keep_in_view(self, frame: int) -> None:
        """Page on when the playhead leaves the window."""
        x, rows, bar = self.scale.x(frame), self.rows, self.horizontalScrollBar()
        if not rows.header <= x <= self.viewport().width() - 8:
            bar.setValue(round(bar.value() + x - rows.header - self.viewport().width() * 0.1))

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.0015 ** steps.y(), event.position().x())
            return
        sideways = steps.x() or (steps.y() if self.verticalScrollBar().maximum() == 0 else 0)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways = steps.y() or steps.x()
        if sideways:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - sideways)
        else:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - steps.y() // 2)
