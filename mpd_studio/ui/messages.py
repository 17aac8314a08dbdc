"""The bar for messages: it blocks nothing; details fold out and can be copied."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.session.message import Message, MessageKind
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.pieces import IconButton, label
from mpd_studio.ui.texts import breakable, tr
from mpd_studio.ui.theme import metrics_for, tokens_of

_READING_MS = 7000
_DETAIL_LINES = 8
_ICONS = {MessageKind.INFO: "info", MessageKind.WARNING: "warn", MessageKind.ERROR: "error"}


class MessageBar(QFrame):
    """One message at a time: the newest warning or error; the others wait behind it. Infos leave by themselves.

    table: whose actions messages may offer as ways out.

    Signals:
        resized(): it needs another height now.
    """

    resized = Signal()

    def __init__(self, parent: QWidget | None = None, table: ActionTable | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Message] = deque()
        self._message: Message | None = None
        self._table = table
        self.ways_out: list[QPushButton] = []
        grid = metrics_for(self.font())
        self.setObjectName("messages")
        self._icon = QLabel()
        self._text = label("", wraps=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.more = QPushButton(tr("Details"))
        self.more.setCheckable(True)
        self._copy = IconButton("copy", tr("Copy message"), tr("Copy the message with its details."))
        self._close = IconButton("close", tr("Dismiss message"), tr("Dismiss this message."))
        self.details = QPlainTextEdit(readOnly=True)
        self.details.setAccessibleName(tr("Details of the message"))
        self.details.setFixedHeight(_DETAIL_LINES * self.fontMetrics().lineSpacing())
        line = QHBoxLayout()
        line.setSpacing(2 * grid.unit)
        self.waiting = label("", "caption")
        self.waiting.setToolTip(tr("Messages that wait behind this one."))
        for widget in (self._icon, self._text, self.waiting, self.more, self._copy, self._close):
            line.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * grid.unit, grid.unit, grid.unit, grid.unit)
        column.addLayout(line)
        self._ways = QHBoxLayout()
        self._ways.setSpacing(2 * grid.unit)
        self._ways.addStretch(1)
        column.addLayout(self._ways)
        column.addWidget(self.details)
        self._leave = QTimer(self, singleShot=True, interval=_READING_MS)
        self._leave.timeout.connect(self.dismiss)
        self.more.toggled.connect(self._on_more)
        self._copy.clicked.connect(self.copy)
        self._close.clicked.connect(self.dismiss)
        self.details.hide()
        self.hide()

    @property
    def message(self) -> Message | None:
        return self._message

    def show_message(self, message: Message) -> None:
        """An info makes way at once and hides nothing; a warning or an error comes back until it is dismissed."""
        if message == self._message:
            return
        if message in self._waiting:
            self._waiting.remove(message)
        if self._message is not None and self._message.kind is not MessageKind.INFO:
            if message.kind is MessageKind.INFO:
                self._waiting.append(message)
                self._count()
                return
            self._waiting.appendleft(self._message)
        self._put(message)

    def dismiss(self) -> None:
        self._leave.stop()
        self._message = None
        if self._waiting:
            self._put(self._waiting.popleft())
        else:
            self.hide()

    def copy(self) -> None:
        if self._message is not None:
            text = "\n\n".join(part for part in (self._message.text, self._message.details) if part)
            QGuiApplication.clipboard().setText(text)

    def _put(self, message: Message) -> None:
        self._message = message
        self._dress()
        self._text.setText(breakable(message.text))  # a long word would make it wider than it may be, and cut off
        self.setAccessibleName(message.text)
        self._offer(message.actions)
        self.details.setPlainText(message.details)
        self.more.setVisible(bool(message.details))
        self.more.setChecked(False)
        self._count()
        self.show()
        self.raise_()
        self.resized.emit()
        if message.kind is MessageKind.INFO:
            self._leave.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._message is not None:
            self._dress()

    def _dress(self) -> None:
        """In the colours of the message's kind and of the theme."""
        if self._message is None:
            return
        kind, tokens = self._message.kind, tokens_of(self)
        color = {MessageKind.INFO: tokens.accent, MessageKind.WARNING: tokens.check, MessageKind.ERROR: tokens.no}[kind]
        dress = f"#messages {{ background: {tokens.raised}; border: 1px solid {color}; border-radius: 4px; }}"
        if dress != self.styleSheet():  # setting it changes the palette once more
            self._icon.setPixmap(icon_pixmap(_ICONS[kind], color, 16, self.devicePixelRatioF()))
            self.setStyleSheet(dress)

    def _offer(self, actions: tuple[str, ...]) -> None:
        """A button for each way out; taking one answers the message."""
        for button in self.ways_out:
            self._ways.removeWidget(button)
            button.deleteLater()
        self.ways_out = []
        table = self._table
        for action in (table.action(name) for name in actions) if table is not None else ():
            button = QPushButton(action.text())
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            button.clicked.connect(self.dismiss)
            self._ways.addWidget(button)
            self.ways_out.append(button)

    def _count(self) -> None:
        count = len(self._waiting)
        self.waiting.setVisible(count > 0)
        self.waiting.setText(tr("1 more") if count == 1 else tr("{count} more").format(count=count))

    def _on_more(self, is_open: bool) -> None:
        self.details.setVisible(is_open)
        self._leave.stop()
        self.resized.emit()
