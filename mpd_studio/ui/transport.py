"""The row under the canvas: play, step, where we are, how large, which boundary frame."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from mpd_studio.core.frames import parse_timecode, rate_title
from mpd_studio.core.timeline import Timeline
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.icons import build_icon
from mpd_studio.ui.pieces import IconButton, rule
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of


class Transport(QWidget):
    """Buttons from the action table around the timecode, which can be typed into."""

    def __init__(self, session: Session, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._play = IconButton("play", tr("Play"), action=table.action("view.play"))
        grid = metrics_for(self.font())
        self.timecode = QLineEdit()
        self.timecode.setProperty("role", "timecode")
        self.timecode.setAccessibleName(tr("Timecode of the playhead"))
        self.timecode.setToolTip(tr("Where the playhead stands. Type a timecode and press Return to go there."))
        self.timecode.setFixedWidth(self.fontMetrics().horizontalAdvance("00:00:00:000") + 8 * grid.unit)
        self._length = ElidedLabel(whole_or_not=True)
        self._length.setProperty("role", "caption")
        self._length.setAccessibleName(tr("Length of the timeline, and its frame rate"))
        line = QHBoxLayout(self)
        line.setContentsMargins(2 * grid.unit, grid.unit, 2 * grid.unit, grid.unit)
        line.setSpacing(grid.unit)
        for action_id in ("view.to_start", "view.previous_frame", "", "view.next_frame", "view.to_end"):
            line.addWidget(IconButton("", action=table.action(action_id)) if action_id else self._play)
        line.addSpacing(2 * grid.unit)
        line.addWidget(self.timecode)
        line.addWidget(self._length, 1)
        for action_id in ("guidance.first", "guidance.last", "guidance.onion"):
            line.addWidget(IconButton("", action=table.action(action_id)))
        line.addWidget(rule(upright=True))
        for action_id in ("view.zoom_pixel", "view.zoom_fit", "window.full_screen"):
            line.addWidget(IconButton("", action=table.action(action_id)))
        self.timecode.returnPressed.connect(self._go)
        self.timecode.editingFinished.connect(self._show)
        session.selection.playhead_changed.connect(self._show)
        session.document.changed.connect(self._show)
        session.player.state_changed.connect(self._show_playing)
        self._show()

    @property
    def buttons(self) -> tuple[QToolButton, ...]:
        return tuple(self.findChildren(QToolButton))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_playing()

    def _show(self) -> None:
        timeline, playhead = self._session.document.timeline, self._session.selection.playhead
        if not self.timecode.hasFocus():
            self.timecode.setText(timeline.timecode(playhead))
        self._length.setText(_length_text(timeline))

    def _show_playing(self) -> None:
        is_playing = self._session.player.is_playing
        self._play.setIcon(build_icon("pause" if is_playing else "play", tokens_of(self)))

    def _go(self) -> None:
        timeline = self._session.document.timeline
        try:
            frame = parse_timecode(self.timecode.text(), timeline.rate) - timeline.start
        except ValueError:
            self.timecode.selectAll()
            return
        self.timecode.clearFocus()
        self._session.selection.set_playhead(max(0, min(frame, timeline.length - 1)))
        self._show()


def _length_text(timeline: Timeline) -> str:
    if not timeline.length:
        return ""
    return tr("{length} f · {rate} fps").format(length=timeline.length, rate=rate_title(timeline.rate))
