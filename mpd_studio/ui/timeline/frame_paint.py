"""What the timeline shows besides the items: track names, the hint of an empty timeline, where a drop would land."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from mpd_studio.ui.texts import tr
from mpd_studio.ui.timeline.lanes import Lanes
from mpd_studio.ui.timeline.scale import Rows
from mpd_studio.ui.tokens import Tokens


def paint_track_names(painter: QPainter, lanes: Lanes, rows: Rows, width: int, height: int, tokens: Tokens) -> None:
    """The column at the left; it covers what is scrolled below it."""
    painter.fillRect(QRectF(0, 0, rows.header, height), QColor(tokens.window))
    painter.setPen(QColor(tokens.quiet))
    painter.setClipRect(QRectF(0, rows.ruler, width, height))
    for track in range(len(lanes)):
        box = QRectF(4, rows.top(track), rows.header - 8, rows.track)
        name = lanes[track].track.name
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.setClipping(False)


def paint_hint(painter: QPainter, area: QRectF, tokens: Tokens) -> None:
    painter.setPen(QColor(tokens.quiet))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area, flags, tr("Drop two clips here. The space between them becomes a gap."))


def paint_drop(painter: QPainter, box: QRectF, tokens: Tokens) -> None:
    """A bar where the dropped clip would begin, and a veil as long as it, where that is known."""
    color = QColor(tokens.accent)
    painter.fillRect(QRectF(box.left() - 1, box.top(), 2, box.height()), color)
    color.setAlpha(60)
    painter.fillRect(box, color)


def paint_snap(painter: QPainter, x: float, top: float, bottom: float, tokens: Tokens) -> None:
    """A line where a dragged edge met another."""
    painter.fillRect(QRectF(round(x), top, 1, bottom - top), QColor(tokens.accent))


def paint_focus(painter: QPainter, width: int, height: int, tokens: Tokens) -> None:
    painter.setPen(QColor(tokens.accent))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0.5, 0.5, width - 1, height - 1))
