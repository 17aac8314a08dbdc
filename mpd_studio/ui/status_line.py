"""The status line: the only place of progress. What runs, how long it takes, a way to cancel; and what is saved."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QStatusBar, QToolButton, QWidget

from mpd_studio.session.session import Session
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.gap_index import GapIndex
from mpd_studio.ui.pieces import IconButton, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for

_TICK_MS = 250


class StatusLine(QStatusBar):
    """Signals: jobs_wanted(): the user asked for the list of jobs."""

    jobs_wanted = Signal()

    def __init__(self, session: Session, index: GapIndex, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = index
        self._session = session
        grid = metrics_for(self.font())
        self.setSizeGripEnabled(False)
        self._text = ElidedLabel()
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(50 * grid.unit)
        self._bar.setAccessibleName(tr("Progress"))
        self._cancel = IconButton("close", tr("Cancel job"), tr("Stop what is being made. Nothing half-written stays."))
        self._jobs = QToolButton()
        self._jobs.setText(tr("Jobs"))
        self._jobs.setToolTip(tr("What is being made, what waits, and what ended how.  (Ctrl+J)"))
        self._saved = label("", "caption")
        content = QWidget()
        content.setMinimumHeight(grid.row + grid.unit)  # so that the line keeps its height when the button comes
        line = QHBoxLayout(content)
        line.setContentsMargins(2 * grid.unit, 0, 2 * grid.unit, 0)
        line.setSpacing(2 * grid.unit)
        line.addWidget(self._text, 1)
        for widget in (self._bar, self._cancel, self._jobs, self._saved):
            line.addWidget(widget)
        self.addWidget(content, 1)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.refresh)
        self._cancel.clicked.connect(self._on_cancel)
        self._jobs.clicked.connect(self.jobs_wanted)
        session.jobs.changed.connect(self.refresh)
        session.document.file_changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)
        self.refresh()

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def saved_text(self) -> str:
        return self._saved.text()

    @property
    def cancel_button(self) -> QToolButton:
        return self._cancel

    def refresh(self) -> None:
        current = self._session.jobs.current
        self._bar.setVisible(current is not None)
        self._cancel.setVisible(current is not None)
        if current is None:
            self._tick.stop()
            self._text.setText(self._idle_text())
        else:
            if not self._tick.isActive():
                self._tick.start()
            self._bar.setRange(0, max(0, current.total))
            self._bar.setValue(current.done)
            parts = [current.title, stage_text(current.stage, current.done, current.total)]
            parts.append(left_text(current.left_s, current.is_least))
            self._text.setText(" · ".join(part for part in parts if part))
        count = sum(1 for row in self._session.jobs.rows if not row.state.has_ended)
        self._jobs.setText(tr("Jobs ({count})").format(count=count) if count else tr("Jobs"))
        self._saved.setText(self._describe_saved())

    def _idle_text(self) -> str:
        timeline = self._session.document.timeline
        if not timeline.length:
            return tr("Drop two clips on the timeline to begin.")
        gaps = self._index.gaps(timeline)
        open_gaps = sum(1 for gap in gaps.gaps if gap.chosen_take is None)
        if not gaps:
            return tr("No gap yet. Move two clips apart, or mark a range with I and O and press Ctrl+G.")
        if not open_gaps:
            return tr("Every gap is filled.")
        if open_gaps == 1:
            return tr("1 gap waits for frames. N selects it.")
        return tr("{count} gaps wait for frames. N selects the next.").format(count=open_gaps)

    def _describe_saved(self) -> str:
        document = self._session.document
        if document.is_read_only:
            return tr("read-only")
        if document.path is None:
            return tr("kept, not yet named") if document.is_modified else ""
        if document.is_modified:
            return tr("changes kept, not yet saved")
        if document.saved_at_s is None:
            return tr("saved")
        return tr("saved {time}").format(time=datetime.fromtimestamp(document.saved_at_s).strftime("%H:%M"))

    def _on_cancel(self) -> None:
        current = self._session.jobs.current
        if current is not None:
            self._session.generator.cancel(current.id)


def duration_text(seconds: float) -> str:
    """ "14 s", "3 min 05 s"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return tr("{seconds} s").format(seconds=whole)
    return tr("{minutes} min {seconds:02d} s").format(minutes=whole // 60, seconds=whole % 60)


def left_text(left_s: float | None, is_least: bool) -> str:
    """ "14 s left"; "at least 14 s left" where a stage to come has not been measured; "" where nothing is known."""
    if left_s is None:
        return ""
    words = tr("at least {time} left") if is_least else tr("{time} left")
    return words.format(time=duration_text(left_s))


def stage_text(stage: str, done: int, total: int) -> str:
    if not stage:
        return tr("waiting")
    return tr("{stage} {done} of {total}").format(stage=stage, done=done, total=total) if total else stage
