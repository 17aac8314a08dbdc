"""Rows with an icon, a name elided in the middle, and a short text at the right end."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mpd_studio.ui.theme import caption_font, metrics_for, tokens_of

ASIDE = int(Qt.ItemDataRole.UserRole) + 1
SECOND_LINE = int(Qt.ItemDataRole.UserRole) + 2


class TwoColumnDelegate(QStyledItemDelegate):
    """icon_size: logical pixels of the icon or thumbnail. With two lines, SECOND_LINE stands below the name."""

    def __init__(self, parent: QWidget, icon_size: QSize | None = None, two_lines: bool = False) -> None:
        super().__init__(parent)
        self._icon_size = icon_size
        self._two_lines = two_lines

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del index
        grid = metrics_for(option.font)
        height = grid.row
        if self._icon_size is not None:
            height = max(height, self._icon_size.height() + 2 * grid.unit)
        return QSize(10 * grid.unit, height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        widget = option.widget
        tokens = tokens_of(widget) if isinstance(widget, QWidget) else None
        if tokens is None:
            return
        grid = metrics_for(option.font)
        painter.save()
        box = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.hover))
            if option.state & QStyle.StateFlag.State_HasFocus:
                painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), QColor(tokens.accent))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tokens.raised))
        inner = box.adjusted(3 * grid.unit, 0, -3 * grid.unit, 0)
        inner = self._paint_icon(painter, inner, index, grid.icon, grid.unit)
        inner = self._paint_aside(painter, inner, option, index, QColor(tokens.quiet), grid.unit)
        self._paint_text(painter, inner, option, index, QColor(tokens.text), QColor(tokens.quiet))
        painter.restore()

    def _paint_icon(
        self, painter: QPainter, inner: QRectF, index: QModelIndex | QPersistentModelIndex, side: int, unit: int
    ) -> QRectF:
        icon = index.data(int(Qt.ItemDataRole.DecorationRole))
        if not isinstance(icon, QIcon):
            return inner
        size = self._icon_size or QSize(side, side)
        spot = QRectF(inner.left(), inner.center().y() - size.height() / 2, size.width(), size.height())
        icon.paint(painter, spot.toRect())
        return inner.adjusted(size.width() + 2 * unit, 0, 0, 0)

    def _paint_aside(
        self,
        painter: QPainter,
        inner: QRectF,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        color: QColor,
        unit: int,
    ) -> QRectF:
        aside = str(index.data(ASIDE) or "")
        if not aside:
            return inner
        painter.setFont(option.font)
        painter.setPen(color)
        width = painter.fontMetrics().horizontalAdvance(aside)
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, aside)
        return inner.adjusted(0, 0, -width - 2 * unit, 0)

    def _paint_text(
        self,
        painter: QPainter,
        inner: QRectF,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        color: QColor,
        quiet: QColor,
    ) -> None:
        middle = Qt.TextElideMode.ElideMiddle
        upper = QRectF(inner)
        lower = QRectF(inner)
        if self._two_lines:
            upper.setBottom(inner.center().y())
            lower.setTop(inner.center().y())
            painter.setFont(caption_font(option.font))
            painter.setPen(quiet)
            text = painter.fontMetrics().elidedText(
                str(index.data(SECOND_LINE) or ""), Qt.TextElideMode.ElideRight, int(inner.width())
            )
            painter.drawText(lower, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)
        painter.setFont(option.font)
        painter.setPen(color)
        text = painter.fontMetrics().elidedText(str(index.data(0) or ""), middle, int(inner.width()))
        sides = Qt.AlignmentFlag.AlignBottom if self._two_lines else Qt.AlignmentFlag.AlignVCenter
        painter.drawText(upper, Qt.AlignmentFlag.AlignLeft | sides, text)
