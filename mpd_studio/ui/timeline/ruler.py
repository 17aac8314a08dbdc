"""The ruler: time labels, ticks, marks."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPolygonF

from mpd_studio.core.frames import nominal_rate
from mpd_studio.core.timeline import Timeline
from mpd_studio.ui.timeline.scale import TimeScale
from mpd_studio.ui.tokens import Tokens


def label_step(timeline: Timeline, per_frame: float, label_px: float) -> int:
    """Frames between two labels, so that they do not touch: frames, then round seconds, minutes, hours."""
    fps = nominal_rate(timeline.rate)
    parts = [n for n in (1, 2, 5, 10) if n < fps]
    seconds = [fps * n for n in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18000, 36000)]
    return next((step for step in (*parts, *seconds) if step * per_frame >= label_px), seconds[-1])


def paint_ruler(painter: QPainter, area: QRectF, timeline: Timeline, scale: TimeScale, tokens: Tokens) -> None:
    """area: the ruler's rectangle in the widget, right of the header."""
    metrics = QFontMetrics(painter.font())
    step = label_step(timeline, scale.per_frame, metrics.horizontalAdvance("00:00:00:000") + 16)
    first = max(0, scale.frame(area.left()) // step * step)
    last = scale.frame(area.right()) + 1
    minor = next((step // n for n in (10, 5, 4, 2) if step % n == 0 and step // n * scale.per_frame >= 6), 0)
    if minor:
        painter.setPen(QColor(tokens.line))
        for frame in range(first, last, minor):
            x = scale.x(frame)
            painter.drawLine(round(x), round(area.bottom() - 4), round(x), round(area.bottom() - 1))
    for frame in range(first, last, step):
        x = round(scale.x(frame))
        painter.setPen(QColor(tokens.line))
        painter.drawLine(x, round(area.top() + 4), x, round(area.bottom() - 1))
        painter.setPen(QColor(tokens.quiet))
        box = QRectF(x + 4, area.top(), 200, area.height() - 2)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, timeline.timecode(frame))


def paint_marks(
    painter: QPainter, area: QRectF, mark_in: int | None, mark_out: int | None, scale: TimeScale, tokens: Tokens
) -> None:
    """The marked range as a band over the ruler's foot, with a bracket at each end."""
    if mark_in is None and mark_out is None:
        return
    left = scale.x(mark_in) if mark_in is not None else area.left()
    right = scale.x(mark_out + 1) if mark_out is not None else area.right()
    if right > left:
        band = QColor(tokens.accent)
        band.setAlpha(70)
        painter.fillRect(QRectF(left, area.top(), right - left, area.height()), band)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.accent))
    for x, mark, inward in ((left, mark_in, 4), (right, mark_out, -4)):
        if mark is not None:
            painter.drawRect(QRectF(x - 1, area.top(), 2, area.height()))
            painter.drawRect(QRectF(min(x, x + inward), area.top(), 4, 2))
            painter.drawRect(QRectF(min(x, x + inward), area.bottom() - 2, 4, 2))


def paint_playhead(painter: QPainter, x: float, ruler: float, height: float, tokens: Tokens) -> None:
    """A line through all tracks with a head on the ruler."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(QRectF(round(x), ruler - 6, 1, height), QColor(tokens.text))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.text))
    middle = round(x) + 0.5
    head = [(-5.0, -13.0), (5.0, -13.0), (5.0, -7.0), (0.0, -1.0), (-5.0, -7.0)]
    painter.drawPolygon(QPolygonF([QPointF(middle + dx, ruler + dy) for dx, dy in head]))
