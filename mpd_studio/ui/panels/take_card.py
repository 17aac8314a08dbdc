"""One take in the strip: a picture, beside it a name and a star. Also the draft, which is no take yet."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.key_guard import DROPS_ON_ESCAPE
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import caption_font, metrics_for, tokens_of


class TakeCard(QWidget):
    """is_draft: it has no name of the user's, and cannot be deleted. Signals:
    chosen(): clicked, or Return. compared(): Ctrl-clicked. renamed(str): a new name was typed. deleted(): Delete.
    menu_wanted(global position)
    """

    chosen = Signal()
    compared = Signal()
    renamed = Signal(str)
    deleted = Signal()
    menu_wanted = Signal(object)

    def __init__(self, is_draft: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_draft = is_draft
        self._name = ""
        self._note = ""
        self._is_chosen = False
        self._is_compared = False
        self._is_lost = False
        self._pixmap: QPixmap | None = None
        self._editor: QLineEdit | None = None
        grid = metrics_for(self.font())
        self._unit = grid.unit
        self._picture_px = (round((11 * grid.unit - 2) * 16 / 9), 11 * grid.unit - 2)
        self.setFixedSize(self._picture_px[0] + 2 + 22 * grid.unit, self._picture_px[1] + 2)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def name(self) -> str:
        return self._name

    @property
    def picture(self) -> QPixmap | None:
        return self._pixmap

    @property
    def picture_px(self) -> tuple[int, int]:
        """Width and height of the picture, in logical pixels."""
        return self._picture_px

    @property
    def is_lost(self) -> bool:
        return self._is_lost

    @property
    def is_chosen(self) -> bool:
        return self._is_chosen

    def show_take(
        self,
        name: str,
        note: str,
        is_chosen: bool,
        is_compared: bool,
        pixmap: QPixmap | None,
        tip: str = "",
        *,
        is_lost: bool = False,
    ) -> None:
        """name: may have two lines. tip: what a click does; "" says what it does with a take.

        is_lost: frames of it are no longer there, of which the note tells.
        """
        self._name, self._note, self._is_lost = name, note, is_lost
        self._is_chosen, self._is_compared, self._pixmap = is_chosen, is_compared, pixmap
        state = tr("shown in the gap") if is_chosen else tr("not shown")
        words = (*name.splitlines(), state, *([tr("frames are missing")] if is_lost else []))
        self.setAccessibleName(", ".join(words))
        tip = tip or tr("Click to show it in the gap. Ctrl-click to compare with it.")
        self.setToolTip("\n".join(part for part in (name, note, tip) if part))
        self.update()

    def begin_rename(self) -> None:
        """A field over the name; Return keeps what was typed, Escape does not."""
        if self._is_draft:
            return
        editor = QLineEdit(self._name, self)
        editor.setAccessibleName(tr("Name of the take"))
        row = metrics_for(self.font()).row
        editor.setGeometry(0, (self.height() - row) // 2, self.width(), row)
        editor.selectAll()
        editor.setProperty(DROPS_ON_ESCAPE, True)
        editor.installEventFilter(self)
        editor.editingFinished.connect(self._end_rename)
        self._editor = editor
        editor.show()
        editor.setFocus()

    @property
    def editor(self) -> QLineEdit | None:
        return self._editor

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self._editor and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._close_editor()
                return True
        return False

    def _end_rename(self) -> None:
        if self._editor is not None:
            name = self._editor.text().strip()
            self._close_editor()
            if name and name != self._name:
                self.renamed.emit(name)

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.deleteLater()
            editor.hide()
            self.setFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.compared.emit()
        else:
            self.chosen.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        del event
        self.begin_rename()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def event(self, event: QEvent) -> bool:
        """Keys of a card go before the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.begin_rename()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not self._is_draft:
            self.deleted.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QEvent) -> None:  # type: ignore[override]  # any event will do: only repaints
        del event
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:  # type: ignore[override]  # any event will do: only repaints
        del event
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        tokens = tokens_of(self)
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        picture = QRectF(1, 1, *self._picture_px)
        painter.fillRect(picture, QColor(tokens.surround))
        if self._pixmap is not None and not self._pixmap.isNull():
            size = self._pixmap.size().scaled(picture.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            spot = QRectF(0, 0, size.width(), size.height())
            spot.moveCenter(picture.center())
            painter.drawPixmap(spot, self._pixmap, QRectF(self._pixmap.rect()))
        self._paint_name(painter, picture.right())
        color = (
            tokens.accent if self._is_chosen or self.hasFocus() else tokens.check if self._is_compared else tokens.line
        )
        width = 2 if self._is_chosen or self.hasFocus() or self._is_compared else 1
        pen = QPen(QColor(color), width)
        if self._is_compared and not self._is_chosen:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_name(self, painter: QPainter, left: float) -> None:
        """Right of the picture."""
        tokens = tokens_of(self)
        line = QRectF(left + 2 * self._unit, 0, self.width() - left - 4 * self._unit, self.height())
        icon = "draft" if self._is_draft else "star" if self._is_chosen else "star-empty"
        color = tokens.accent if self._is_chosen else tokens.quiet
        if self._is_lost:
            icon, color = "warn", tokens.no
        side = 14
        painter.drawPixmap(
            int(line.right() - side),
            int(line.center().y() - side / 2),
            icon_pixmap(icon, color, side, self.devicePixelRatioF()),
        )
        line.adjust(0, 0, -side - self._unit, 0)
        font = caption_font(self.font())
        painter.setFont(font)
        painter.setPen(QColor(tokens.quiet if self._is_lost else tokens.text))
        metrics, room = QFontMetrics(font), int(line.width())
        lines = (metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room) for text in self._name.splitlines())
        text = "\n".join(lines)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
