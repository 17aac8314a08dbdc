"""The frames of one run: small pictures along time, and a larger one of the moment that all runs show."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from mpd_studio.core.geometry import Size
from mpd_studio.core.inbetween import InbetweenResult
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of
from mpd_studio.ui.thumbnails import Thumbnails

_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class LabMoment(QWidget):
    """One frame of a run, in a box of 16 : 9."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._result: InbetweenResult | None = None
        self._index = 0
        self._shown: QPixmap | None = None
        unit = metrics_for(self.font()).unit
        self.setFixedSize(44 * unit, round(44 * unit * 9 / 16))
        self.setAccessibleName(tr("The frame that all runs show"))
        thumbnails.arrived.connect(self.update)

    @property
    def shown(self) -> QPixmap | None:
        """As last painted."""
        return self._shown

    def show_frame(self, result: InbetweenResult, index: int) -> None:
        """index: of the gap, from 0."""
        if result != self._result:
            self._shown = None
        self._result, self._index = result, index
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Until a frame is read, the one before it stays: nothing flickers while the pointer moves."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect())
        painter.fillRect(box, QColor(tokens_of(self).surround))
        if self._result is not None:
            found = self._thumbnails.pixmap(self._result.frames.path(self._index), _pixels(self, box))
            self._shown = found or self._shown
            _draw(painter, self._shown, box)
        painter.end()


class LabStrip(QWidget):
    """Signals:
    hovered(int): the pointer is over this frame (from 0). left(): it went away. picked(int): a frame was clicked, or
        reached by the arrow keys.
    """

    hovered = Signal(int)
    left = Signal()
    picked = Signal(int)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._result: InbetweenResult | None = None
        self._index = 0
        unit = metrics_for(self.font()).unit
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(11 * unit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        thumbnails.arrived.connect(self.update)

    @property
    def index(self) -> int:
        return self._index

    @property
    def result(self) -> InbetweenResult | None:
        return self._result

    def sizeHint(self) -> QSize:
        return QSize(4 * self.height(), self.height())

    def show_result(self, result: InbetweenResult, title: str) -> None:
        if result != self._result:
            self._result = result
            self.setAccessibleName(tr("Frames of {title}").format(title=title))
            self.set_index(self._index)

    def set_index(self, index: int) -> None:
        """Show this frame of the gap, from 0."""
        count = self._result.frames.count if self._result else 1
        self._index = min(max(index, 0), count - 1)
        self.update()

    def frame_at(self, x: float) -> int:
        """The frame under a place of the widget."""
        count = self._result.frames.count if self._result else 1
        return min(max(int(x / max(self.width(), 1) * count), 0), count - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered.emit(self.frame_at(event.position().x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(self.frame_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        del event
        self.left.emit()

    def event(self, event: QEvent) -> bool:
        """Arrow keys go before the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _KEYS.get(Qt.Key(event.key()))
        if step is None or self._result is None:
            super().keyPressEvent(event)
            return
        self.picked.emit(min(max(self._index + step, 0), self._result.frames.count - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        tokens, row = tokens_of(self), QRectF(self.rect())
        painter.fillRect(row, QColor(tokens.surround))
        if self._result is not None:
            self._paint_row(painter, row)
            self._paint_marker(painter, row)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRect(row.adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_row(self, painter: QPainter, row: QRectF) -> None:
        """As many frames as find room, evenly chosen, each in the middle of its stretch of time."""
        assert self._result is not None
        count, aspect = self._result.frames.count, self._aspect()
        room = max(1, min(count, int(row.width() / max(1.0, row.height() * aspect))))
        width = row.width() / room
        for place in range(room):
            cell = QRectF(row.left() + place * width, row.top(), width, row.height())
            _draw(painter, self._pixmap(int((place + 0.5) * count / room), cell), cell)

    def _paint_marker(self, painter: QPainter, row: QRectF) -> None:
        assert self._result is not None
        count = self._result.frames.count
        x = row.left() + (self._index + 0.5) * row.width() / count
        painter.fillRect(QRectF(x - 1.5, row.top(), 3, row.height()), QColor(0, 0, 0, 150))
        painter.fillRect(QRectF(x - 0.5, row.top(), 1, row.height()), QColor(tokens_of(self).accent))

    def _pixmap(self, index: int, box: QRectF) -> QPixmap | None:
        assert self._result is not None
        return self._thumbnails.pixmap(self._result.frames.path(index), _pixels(self, box))

    def _aspect(self) -> float:
        canvas = self._result.request.canvas if self._result else Size(16, 9)
        return canvas.width / canvas.height


def _pixels(widget: QWidget, box: QRectF) -> Size:
    ratio = widget.devicePixelRatioF()
    return Size(max(1, round(box.width() * ratio)), max(1, round(box.height() * ratio)))


def _draw(painter: QPainter, pixmap: QPixmap | None, box: QRectF) -> None:
    """In the middle of the box, in its own proportions."""
    if pixmap is None or pixmap.isNull():
        return
    size = pixmap.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    spot = QRectF(0, 0, size.width(), size.height())
    spot.moveCenter(box.center())
    painter.drawPixmap(spot, pixmap, QRectF(pixmap.rect()))
