"""Moves the playhead at the timeline's rate; where the machine is too slow it skips frames, never time."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from mpd_studio.session.document import Document
from mpd_studio.session.selection import Selection

_FASTEST = 8.0


class Player(QObject):
    """Plays from the playhead to the timeline's end; pressing play at the end begins at the start again.

    Signals:
        state_changed(): is_playing or speed changed.
    """

    state_changed = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._clock = clock
        self._speed = 0.0
        self._began_s = 0.0
        self._began_frame = 0
        self._set_frame: int | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        selection.playhead_changed.connect(self._on_playhead_changed)

    @property
    def is_playing(self) -> bool:
        return self._speed != 0.0

    @property
    def speed(self) -> float:
        """1 is the timeline's rate, negative is backwards, 0 stands still."""
        return self._speed

    def play(self, speed: float = 1.0) -> None:
        length = self._document.timeline.length
        if speed == 0.0 or length == 0:
            self.pause()
            return
        at_end = self._selection.playhead >= length - 1 if speed > 0 else self._selection.playhead <= 0
        if at_end:
            self._go(0 if speed > 0 else length - 1)
        self._speed = speed
        self._begin_here()
        # Twice a frame: a tick that comes late then costs half a frame, not a whole one.
        self._timer.start(max(4, round(500 / float(self._document.timeline.rate) / max(1.0, abs(speed)))))
        self._selection.set_playing(True)
        self.state_changed.emit()

    def pause(self) -> None:
        if self.is_playing:
            self._speed = 0.0
            self._timer.stop()
            self._selection.set_playing(False)
            self.state_changed.emit()

    def toggle(self) -> None:
        if self.is_playing:
            self.pause()
        else:
            self.play()

    def forward(self) -> None:
        """L: play; again: twice as fast."""
        self.play(min(self._speed * 2, _FASTEST) if self._speed > 0 else 1.0)

    def backward(self) -> None:
        """J: play backwards; again: twice as fast."""
        self.play(max(self._speed * 2, -_FASTEST) if self._speed < 0 else -1.0)

    def tick(self) -> None:
        """Go to the frame that is due now."""
        if not self.is_playing:
            return
        passed = (self._clock() - self._began_s) * float(self._document.timeline.rate) * self._speed
        due = self._began_frame + int(passed)
        last = self._document.timeline.length - 1
        if 0 <= due <= last:
            self._go(due)
        else:
            self._go(max(0, min(due, last)))
            self.pause()

    def _go(self, frame: int) -> None:
        self._set_frame = frame
        self._selection.set_playhead(frame)
        self._set_frame = None

    def _begin_here(self) -> None:
        self._began_s = self._clock()
        self._began_frame = self._selection.playhead

    def _on_playhead_changed(self, frame: int) -> None:
        """Somebody else moved the playhead: go on from there."""
        if self.is_playing and frame != self._set_frame:
            self._begin_here()
