"""Whether the frames of takes are still where they were written; people tidy up disks, and unplug them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.inbetween import FrameSequence
from mpd_studio.core.progress import Reporter
from mpd_studio.core.timeline import Take
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.frames import Frames
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.new_id import new_id

_FRESH_S = 5.0


class TakeFiles(QObject):
    """Lives in the GUI thread; looks in the I/O lane, for the takes that somebody asks about.

    Signals:
        changed(): something else is to be told of a take, or may be: ask again.
    """

    changed = Signal()

    def __init__(
        self,
        frames: Frames,
        lanes: Lanes,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._frames = frames
        self._answers = Answers(lanes.io, self)
        self._clock = clock
        self._told: dict[PurePath, tuple[float, str]] = {}  # by folder: when, and the problem
        self._asked: set[PurePath] = set()
        self._age = 0  # how often all was to be looked at again: a look from before that is old when it comes
        frames.frame_failed.connect(self._on_frame_failed)

    def problem(self, take: Take) -> str:
        """What has happened to its frames, and what to do; "" when all were there at the last look, or until it."""
        frames = take.result.frames
        told_s, problem = self._told.get(frames.folder, (-_FRESH_S, ""))
        if frames.folder not in self._asked and self._clock() - told_s >= _FRESH_S:
            self._asked.add(frames.folder)
            job = Job(new_id("take-files"), f"Look for {take.name}", partial(lost_frames, frames))
            where = (frames.folder, self._age)
            self._answers.ask(job, partial(self._on_looked, *where), partial(self._on_failed, *where))
        return problem

    def look_again(self) -> None:
        """Whoever asks from now on is told of a new look."""
        self._age += 1
        self._told = {folder: (-_FRESH_S, problem) for folder, (_, problem) in self._told.items()}
        self.changed.emit()

    def _on_looked(self, folder: PurePath, age: int, problem: str) -> None:
        self._asked.discard(folder)
        before = self._told.get(folder, (0.0, ""))[1]
        self._told[folder] = (self._clock() if age == self._age else -_FRESH_S, problem)
        if problem != before:
            self._frames.forget_failures()
        if problem != before or age != self._age:
            self.changed.emit()

    def _on_failed(self, folder: PurePath, age: int, failure: Failure) -> None:
        self._on_looked(folder, age, failure.message)

    def _on_frame_failed(self, source: object, text: str) -> None:
        """The canvas may come upon it first."""
        del text
        if isinstance(source, PurePath) and source.parent in {*self._told, *self._asked}:
            self.look_again()


def lost_frames(frames: FrameSequence, reporter: Reporter) -> str:
    """What a user is told of a take whose frames are not all there; "" when they are."""
    folder = Path(frames.folder)
    try:
        there = set(os.listdir(folder))
        lost = 0
        for path in frames.paths:
            reporter.raise_if_cancelled()
            # Systems spell some names otherwise than they were written, so that the list alone does not prove it.
            lost += path.name not in there and not Path(path).exists()
    except FileNotFoundError:
        return f"Its folder is no longer there: {folder}. Bring it back, or connect its drive; else generate again."
    except OSError as error:
        return (
            f"Its folder {folder} cannot be looked at: {error.strerror or error}. Check the drive and its permissions."
        )
    return (
        f"Frames are missing in {folder}: {lost} of {frames.count}. Bring them back, or generate again." if lost else ""
    )
