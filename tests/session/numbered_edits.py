"""A program to be killed: applies edits number 1, 2, 3 … to a document and says each one after apply returned.

Arguments: the project's path ("-" for an untitled one), milliseconds between edits, how many edits go between two
saves (0: never).
"""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path, PurePosixPath

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.paths import program_paths
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track
from mpd_studio.session.session import Session


def numbered(number: int, timeline: Timeline) -> Timeline:
    """The timeline's name carries the number of the last edit."""
    return replace(timeline, name=f"edit {number}")


def number_of(timeline: Timeline) -> int:
    return int(timeline.name.removeprefix("edit ")) if timeline.name.startswith("edit ") else 0


def crowded() -> Timeline:
    """40 clips and 40 gaps: a project of some size."""
    media = MediaRef(PurePosixPath("/footage/shot.mov"), Fraction(25), Size(1920, 1080), 1000, "f" * 64)
    items: list[Clip | Gap] = []
    for number in range(40):
        items.append(Clip(ClipId(f"clip-{number}"), media, FrameRange(number * 20, 10)))
        items.append(Gap(GapId(f"gap-{number}"), 5 + number % 7))
    return Timeline(name="edit 0", rate=Fraction(25), tracks=(Track("V1", tuple(items)),), media=(media,))


class Editor(QObject):
    """Makes the next edit at every tick."""

    def __init__(self, session: Session, save_every: int) -> None:
        super().__init__()
        self._document = session.document
        self._save_every = save_every
        self._number = 0

    def edit(self) -> None:
        self._number += 1
        self._document.apply(f"Edit {self._number}", partial(numbered, self._number))
        sys.stdout.write(f"{self._number}\n")
        sys.stdout.flush()
        if self._save_every and self._number % self._save_every == 0:
            self._document.save()


def main(path: str, interval_ms: int, save_every: int) -> None:
    app = QCoreApplication([])
    session = Session(program_paths())
    editor = Editor(session, save_every)
    timer = QTimer()
    timer.setInterval(interval_ms)
    timer.timeout.connect(editor.edit)
    if path == "-":
        session.document.apply("Build", lambda timeline: crowded())
        timer.start()
    else:
        session.document.opened.connect(lambda opened: timer.start())
        session.document.open(Path(path))
    app.exec()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
