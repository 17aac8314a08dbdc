"""The two quiet lines of the canvas: above it what is shown, below it what the tool does now."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from mpd_studio.core.trust import trust_of
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import caption_font, metrics_for, tokens_of
from mpd_studio.ui.trust_looks import frame_tip, map_tip, paint_trust, trust_color

_FOCUS_PX = 2


class ConfidenceNote(QWidget):
    """How far a made frame can be trusted: a swatch (plain, dotted or hatched) and a percentage."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: float | None = None
        self.setFont(caption_font(self.font()))
        self.setVisible(False)

    def set_value(self, value: float | None, plane: np.ndarray | None = None) -> None:
        """value: of the frame, 0..1. plane: of its pixels, where they are shown: (h, w) uint8."""
        self._value = value
        self.setVisible(value is not None)
        if value is not None:
            lines = (frame_tip(value), map_tip(plane) if plane is not None else tr("T shows where."))
            self.setToolTip("\n".join(lines))
        self.setAccessibleName(self._text())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(tr("Confidence {0} %").format(100)) + 20, metrics.height())

    def _text(self) -> str:
        return "" if self._value is None else tr("Confidence {0} %").format(round(self._value * 100))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._value is None:
            return
        tokens = tokens_of(self)
        kind = trust_of(self._value)
        painter = QPainter(self)
        side = 10
        swatch = QRectF(0.5, (self.height() - side) // 2 + 0.5, side, side)
        paint_trust(painter, swatch, kind, tokens)
        painter.setPen(trust_color(kind, tokens))
        painter.drawRect(swatch)
        painter.setPen(QColor(tokens.quiet))
        rest = self.rect().adjusted(side + 6, 0, 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._text())


class CaptionBar(QWidget):
    """Left: what is shown. Right: the other side of a comparison, onion skin's strength, the zoom.

    Signals: onion_changed(strength): 0..1, while the slider is moved.
    """

    onion_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        metrics = metrics_for(self.font())
        self.setFixedHeight(metrics.row)
        self._is_focused = False
        self.caption = ElidedLabel(parent=self)
        self.confidence = ConfidenceNote(self)
        self.other = QLabel(self)
        self.zoom = QLabel(self)
        self.onion = QSlider(Qt.Orientation.Horizontal, self)
        self.onion.setRange(0, 100)
        self.onion.setValue(50)
        self.onion.setFixedWidth(24 * metrics.unit)
        self.onion.setToolTip(tr("How strongly the other frames show through"))
        self.onion.setAccessibleName(tr("Onion skin"))
        self.onion.setVisible(False)
        self.onion.valueChanged.connect(self._onion_moved)
        for label in (self.caption, self.other, self.zoom):
            label.setFont(caption_font(self.font()))
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.zoom.setMinimumWidth(QFontMetrics(self.zoom.font()).horizontalAdvance("6400 %"))
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * metrics.unit, 0, 2 * metrics.unit, 0)
        row.setSpacing(3 * metrics.unit)
        row.addWidget(self.caption, 1)
        for widget in (self.confidence, self.other, self.onion, self.zoom):
            row.addWidget(widget)

    def set_focused(self, is_focused: bool) -> None:
        """Keys go to the canvas: told by a line along the top, far from the picture."""
        self._is_focused = is_focused
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_focused:
            QPainter(self).fillRect(0, 0, self.width(), _FOCUS_PX, QColor(tokens_of(self).accent))

    def _onion_moved(self, value: int) -> None:
        self.onion_changed.emit(value / 100)


class HintBar(QWidget):
    """One quiet line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        metrics = metrics_for(self.font())
        self.setFixedHeight(metrics.row)
        self.hint = ElidedLabel(parent=self)
        self.hint.setProperty("role", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * metrics.unit, 0, 2 * metrics.unit, 0)
        row.addWidget(self.hint)
