"""Onion skin: other moments shown through the picture, so that one sees where things come from and go to."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mpd_studio.core.guidance import Boundary
from mpd_studio.core.timeline import find_gap
from mpd_studio.session.frame_work import PictureSource
from mpd_studio.session.session import Session
from mpd_studio.ui.canvas.picture_item import paint_picture
from mpd_studio.ui.canvas.shown_frame import ShownFrame


def onion_sources(session: Session, shown: ShownFrame) -> tuple[PictureSource | None, PictureSource | None]:
    """(before, after): on a boundary frame the other boundary frame, elsewhere the neighbours in time."""
    selection = session.selection
    if not selection.onion_skin or selection.playing:
        return None, None
    placed = find_gap(session.document.timeline, selection.gap_id) if selection.gap_id is not None else None
    if shown.boundary is not None and placed is not None:
        is_first = shown.boundary is Boundary.FIRST
        return (None, placed.last) if is_first else (placed.first, None)
    playhead = selection.playhead
    before = session.frames.source_at(playhead - 1) if playhead > 0 else None
    return before, session.frames.source_at(playhead + 1)


class OnionSkin(QGraphicsItem):
    """Up to two pictures over the canvas. `strength` is how much of the result they are together, 0..1."""

    def __init__(self) -> None:
        super().__init__()
        self._area = QRectF(0, 0, 1, 1)
        self._pictures: tuple[QPixmap, ...] = ()
        self._strength = 0.5
        self.setZValue(1)

    @property
    def strength(self) -> float:
        return self._strength

    def set_strength(self, strength: float) -> None:
        self._strength = min(max(strength, 0.0), 1.0)
        self.update()

    def set_area(self, area: QRectF) -> None:
        if area != self._area:
            self.prepareGeometryChange()
            self._area = QRectF(area)

    def set_pictures(self, *pictures: QPixmap) -> None:
        self._pictures = tuple(picture for picture in pictures if not picture.isNull())
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._area)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        # Painted one over the other, so that each of two ends up with the same share of the result.
        count = len(self._pictures)
        share = self._strength / count if count else 0.0
        for index, picture in enumerate(self._pictures):
            later = share * (count - 1 - index)
            painter.setOpacity(share / (1 - later) if later < 1 else 1.0)
            paint_picture(painter, picture, self._area)
