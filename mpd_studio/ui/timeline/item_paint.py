"""How a clip, a gap and what we only carry look on a track."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen

from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Gap
from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.thumbnails import Source, Thumbnails
from mpd_studio.ui.timeline.scale import TimeScale
from mpd_studio.ui.tokens import Tokens

_ROUND = 4.0
_CLIP_HATCH_PX = 9


@dataclass(frozen=True, slots=True, eq=False)
class Brushes:
    """What painting needs beside the item. view: the visible part of the widget; nothing outside it is drawn."""

    tokens: Tokens
    scale: TimeScale
    view: QRectF
    thumbnails: Thumbnails
    canvas: Size
    caption: int
    is_missing: Callable[[MediaRef], bool]


def paint_clip(painter: QPainter, clip: Clip, box: QRectF, selected: bool, brushes: Brushes) -> None:
    """box: the whole clip, possibly reaching out of view."""
    tokens = brushes.tokens
    shape = QPainterPath()
    shape.addRoundedRect(box, _ROUND, _ROUND)
    painter.fillPath(shape, QColor(tokens.raised))
    label = QRectF(box.left(), box.top(), box.width(), brushes.caption)
    pictures = box.adjusted(0, brushes.caption, 0, 0)
    if box.width() > 8:
        painter.save()
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        is_missing = brushes.is_missing(clip.media)
        if is_missing:
            _paint_hatch(painter, pictures.intersected(brushes.view), QColor(tokens.no))
        else:
            _paint_strip(painter, clip.frame, clip.length, pictures, brushes)
        painter.restore()
        name = tr("{name} · missing").format(name=clip.media.name) if is_missing else clip.media.name
        _paint_name(painter, name, label, QColor(tokens.text), brushes, "warn" if is_missing else "")
    _outline(painter, box, selected, tokens)


def paint_gap(
    painter: QPainter, gap: Gap, number: int, box: QRectF, selected: bool, busy: bool, brushes: Brushes
) -> None:
    """number: as the user counts, from 1. busy: frames are being made for it."""
    tokens = brushes.tokens
    shape = QPainterPath()
    shape.addRoundedRect(box, _ROUND, _ROUND)
    painter.fillPath(shape, QColor(tokens.window))
    take = gap.chosen_take
    painter.save()
    painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
    if take is None:
        _paint_hatch(painter, box.intersected(brushes.view), QColor(tokens.gap))
    else:
        frames = take.result.frames
        strip = box.adjusted(0, brushes.caption, 0, 0)
        _paint_strip(painter, lambda offset: frames.path(min(offset, frames.count - 1)), gap.length, strip, brushes)
        top = QRectF(box.left(), box.top(), box.width(), brushes.caption)
        painter.fillRect(top, QColor(tokens.panel))
        _paint_hatch(
            painter, QRectF(box.left(), box.top(), box.width(), 3).intersected(brushes.view), QColor(tokens.gap)
        )
    painter.restore()
    _paint_gap_label(painter, gap, number, box, busy, brushes)
    _outline(painter, box, selected, tokens, QColor(tokens.gap))


def paint_foreign(painter: QPainter, note: str, box: QRectF, brushes: Brushes) -> None:
    painter.fillRect(box, QColor(brushes.tokens.panel))
    top = QRectF(box.left(), box.top(), box.width(), brushes.caption)
    _paint_name(painter, note, top, QColor(brushes.tokens.quiet), brushes)
    _outline(painter, box, False, brushes.tokens)


def _paint_gap_label(painter: QPainter, gap: Gap, number: int, box: QRectF, busy: bool, brushes: Brushes) -> None:
    tokens = brushes.tokens
    seen = box.intersected(brushes.view)
    metrics = QFontMetrics(painter.font())
    take = gap.chosen_take
    long = tr("Gap {number} · {frames}").format(number=number, frames=frames_text(gap.length))
    short = str(gap.length)
    icon = "draft" if busy else "filled" if take else "waiting"
    if take is not None:
        top = QRectF(seen.left(), box.top() + 2, seen.width(), brushes.caption - 2)
        _paint_name(painter, f"{long} · {take.name}", top, QColor(tokens.text), brushes, icon)
        return
    for text, room in ((long, 32), (short, 26), (short, 6)):
        width = metrics.horizontalAdvance(text) + room
        if width <= seen.width() - 4:
            plate = QRectF(0, 0, width, metrics.height() + 4)
            plate.moveCenter(seen.center())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.panel))
            painter.drawRoundedRect(plate, _ROUND, _ROUND)
            if room > 6:
                spot = QPointF(plate.left() + 5, plate.center().y() - 7)
                painter.drawPixmap(spot, icon_pixmap(icon, tokens.gap, 14, painter.device().devicePixelRatioF()))
                plate.adjust(20, 0, 0, 0)
            painter.setPen(QColor(tokens.text))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
            return


def _paint_strip(
    painter: QPainter, source_at: Callable[[int], Source], length: int, box: QRectF, brushes: Brushes
) -> None:
    """Pictures side by side, each of the frame at its left edge; only those in view are asked for."""
    height = int(box.height())
    width = max(8, round(height * brushes.canvas.width / brushes.canvas.height))
    ratio = painter.device().devicePixelRatioF()
    size = Size(round(width * ratio), max(1, round(height * ratio)))
    seen = box.intersected(brushes.view)
    if seen.isEmpty():  # a repaint of a narrow strip also asks for the neighbours of what is in it
        return
    index = int((seen.left() - box.left()) // width)
    while (x := box.left() + index * width) < seen.right():
        offset = min(length - 1, int(index * width / brushes.scale.per_frame))
        pixmap = brushes.thumbnails.pixmap(source_at(offset), size)
        if pixmap is not None:
            fitted = QRectF(x, box.top(), width, height)
            painter.drawPixmap(fitted, pixmap, QRectF(pixmap.rect()))
        index += 1


def _paint_name(painter: QPainter, name: str, box: QRectF, color: QColor, brushes: Brushes, icon: str = "") -> None:
    """The name stays in view while its clip is scrolled out to the left."""
    seen = box.intersected(brushes.view).adjusted(6, 0, -6, 0)
    if seen.width() < 12:
        return
    if icon:
        spot = QPointF(seen.left(), seen.center().y() - 6)
        painter.drawPixmap(spot, icon_pixmap(icon, color.name(), 12, painter.device().devicePixelRatioF()))
        seen.adjust(16, 0, 0, 0)
    text = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, int(seen.width()))
    painter.setPen(color)
    painter.drawText(seen, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _paint_hatch(painter: QPainter, box: QRectF, color: QColor) -> None:
    """Slanted lines, fixed to the widget's grid by x so that they do not swim while scrolling within a paint."""
    faint = QColor(color)
    faint.setAlpha(150)
    painter.setPen(QPen(faint, 1.5))
    height = box.height()
    x = box.left() - height - (box.left() % _CLIP_HATCH_PX)
    while x < box.right():
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x + height, box.top()))
        x += _CLIP_HATCH_PX


def _outline(painter: QPainter, box: QRectF, selected: bool, tokens: Tokens, color: QColor | None = None) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    width = 2.0 if selected else 1.0
    painter.setPen(QPen(QColor(tokens.accent) if selected else color or QColor(tokens.line), width))
    inset = width / 2
    painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), _ROUND, _ROUND)
