"""The lanes of the session: which threads there are, and in which order they stop."""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QObject

from mpd_studio.jobs.worker import CLOSE_TIMEOUT_S, Worker

# How long a lane's pure Python may keep the interpreter's lock from the GUI thread. With Python's own 5 ms the event
# loop stood still for up to 245 ms while a gap was generated and scrubbed; with 1 ms for 11 (by gui_stalls.py).
_SWITCH_INTERVAL_S = 0.001


class Lanes(QObject):
    """A thread starts with its first job, so an idle session has none.

    gpu: generations, in order. draft: flow drafts, the newest wins. io: probing and exports, in order.
    weights: model files, so that gigabytes on their way delay no import. bridge: the jobs of editors, which must hear
    from us every few seconds. resolve: questions to DaVinci Resolve, which may not answer for a minute.
    frames: pictures for the canvas, the newest first. thumbnails: small pictures, so that they never delay the
    canvas. save: projects, settings. journal: autosaves, apart from `save` so that a long save delays none.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_SWITCH_INTERVAL_S)
        self.gpu = Worker("gpu", self)
        self.draft = Worker("draft", self)
        self.io = Worker("io", self)
        self.weights = Worker("weights", self)
        self.bridge = Worker("bridge", self)
        self.resolve = Worker("resolve", self)
        self.frames = Worker("frames", self)
        self.thumbnails = Worker("thumbnails", self)
        self.save = Worker("save", self)
        self.journal = Worker("journal", self)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """Stop all lanes within timeout_s; what is to be saved is saved. False when one still runs.

        A lane that still runs must not be destroyed: its thread object is then taken out of Qt's hands, and the
        process has to be left without tearing Qt down.
        """
        deadline_s = time.monotonic() + timeout_s
        quick = (self.draft, self.frames, self.thumbnails)
        cancelled = (*quick, self.resolve, self.weights, self.bridge, self.io, self.gpu)
        for worker in cancelled:
            worker.begin_closing()  # asks all of them before it waits for any
        stopped = [worker.close(max(0.0, deadline_s - time.monotonic())) for worker in cancelled]
        # Saving gets a second of its own even when a lane used all the time up.
        saved = [
            worker.close(max(1.0, deadline_s - time.monotonic()), finish_waiting=True)
            for worker in (self.journal, self.save)
        ]
        for worker in (*cancelled, self.journal, self.save):
            if worker.isRunning():
                worker.setParent(None)
        return all(stopped) and all(saved)
