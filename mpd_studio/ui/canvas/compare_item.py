"""Two pictures compared: a wipe with a line to drag, their difference, or one beside the other."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import TakeId
from mpd_studio.core.timeline import PlacedGap
from mpd_studio.session.frame_work import DraftFrame, PictureSource
from mpd_studio.session.selection import Compare
from mpd_studio.session.session import Session
from mpd_studio.ui.canvas import ink
from mpd_studio.ui.canvas.picture_item import paint_picture
from mpd_studio.ui.canvas.shown_frame import ShownFrame
from mpd_studio.ui.texts import tr

_DOUBLINGS = 2  # the difference is shown four times as strong
_BETWEEN = 0.02  # of the width, between two pictures side by side


def other_side(session: Session, placed: PlacedGap | None, shown: ShownFrame) -> tuple[PictureSource | None, str]:
    """What the shown frame is compared with, and its name: a take or the draft; on a boundary frame the other one."""
    if session.selection.compare is Compare.OFF or placed is None:
        return None, ""
    if shown.boundary is Boundary.FIRST:
        return placed.last, tr("Last frame")
    if shown.boundary is Boundary.LAST:
        return placed.first, tr("First frame")
    if shown.index is None:
        return None, ""
    return _take_frame(session, placed, shown.index, session.selection.compare_take)


def _take_frame(
    session: Session, placed: PlacedGap, index: int, take_id: TakeId | None
) -> tuple[PictureSource | None, str]:
    take = next((take for take in placed.gap.takes if take.id == take_id), None)
    if take is not None:
        frames = take.result.frames
        return (frames.path(index), take.name) if index < frames.count else (None, take.name)
    if session.drafts.draft(placed.gap.id) is None:
        return None, tr("No draft yet")
    return DraftFrame(placed.gap.id, index), tr("Draft")


class CompareItem(QGraphicsItem):
    """Draws the other picture over or beside the main one. wipe: where the line is, 0..1 of the width."""

    def __init__(self) -> None:
        super().__init__()
        self._area = QRectF(0, 0, 1, 1)
        self._mode = Compare.OFF
        self._main = QPixmap()
        self._other = QPixmap()
        self._difference = QPixmap()
        self._shown: tuple[Compare, int, int] | None = None
        self._wipe = 0.5
        self._scale = 1.0
        self.setZValue(2)

    @property
    def mode(self) -> Compare:
        return self._mode

    @property
    def wipe(self) -> float:
        return self._wipe

    @property
    def wipe_x(self) -> float | None:
        """Where the line to drag is, in canvas pixels; None where there is none."""
        is_there = self._mode is Compare.WIPE and not self._other.isNull()
        return self._area.left() + self._wipe * self._area.width() if is_there else None

    @property
    def whole_area(self) -> QRectF:
        """What the pictures fill together."""
        return self._area.united(self._beside) if self._mode is Compare.SIDE_BY_SIDE else QRectF(self._area)

    @property
    def _beside(self) -> QRectF:
        return self._area.translated(self._area.width() * (1 + _BETWEEN), 0)

    def set_area(self, area: QRectF) -> None:
        if area != self._area:
            self.prepareGeometryChange()
            self._area = QRectF(area)

    def set_scale(self, scale: float) -> None:
        if scale != self._scale:
            self.prepareGeometryChange()
            self._scale = scale

    def set_wipe(self, fraction: float) -> None:
        self._wipe = min(max(fraction, 0.0), 1.0)
        self.update()

    def show_pictures(self, mode: Compare, main: QPixmap, other: QPixmap) -> None:
        keys = (mode, main.cacheKey(), other.cacheKey())
        if keys == self._shown:
            return  # every edit comes by here, and a change of geometry repaints the whole canvas
        self._shown = keys
        self.prepareGeometryChange()
        self.setVisible(mode is not Compare.OFF)
        self._mode, self._main, self._other = mode, main, other
        is_both = not main.isNull() and not other.isNull()
        self._difference = difference(main, other) if mode is Compare.DIFFERENCE and is_both else QPixmap()
        self.update()

    def boundingRect(self) -> QRectF:
        room = (ink.HANDLE + 10) / self._scale
        return self.whole_area.adjusted(-room, 0, room, 0)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._mode is Compare.OFF or self._other.isNull():
            return
        if self._mode is Compare.SIDE_BY_SIDE:
            paint_picture(painter, self._other, self._beside)
        elif self._mode is Compare.DIFFERENCE and not self._difference.isNull():
            paint_picture(painter, self._difference, self._area)
        elif self._mode is Compare.WIPE:
            self._paint_wipe(painter)

    def _paint_wipe(self, painter: QPainter) -> None:
        x = self.wipe_x
        if x is None:
            return
        painter.save()
        painter.setClipRect(QRectF(x, self._area.top(), self._area.right() - x, self._area.height()))
        paint_picture(painter, self._other, self._area)
        painter.restore()
        line = QPainterPath(QPointF(x, self._area.top()))
        line.lineTo(x, self._area.bottom())
        ink.stroke_with_halo(painter, line, ink.PAPER, 1.0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink.on_screen(painter, QPointF(x, self._area.center().y()), self._scale)
        ink.fill_with_halo(painter, ink.disc(ink.HANDLE + 2), ink.PAPER)
        painter.restore()


def difference(main: QPixmap, other: QPixmap) -> QPixmap:
    """How far each channel of two pictures lies apart, amplified; of the main picture's size."""
    result = QPixmap(main)
    result.setDevicePixelRatio(1.0)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    painter.drawPixmap(result.rect(), other)
    painter.end()
    for _ in range(_DOUBLINGS):
        once = QPixmap(result)
        painter = QPainter(result)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        painter.drawPixmap(0, 0, once)
        painter.end()
    return result
