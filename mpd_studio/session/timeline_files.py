"""Timelines of editors in the app: opened as a new project, and written back, in the I/O lane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.progress import Reporter
from mpd_studio.core.timeline import Timeline
from mpd_studio.interchange import FORMATS
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.document import Document
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.export_timeline import (
    ExportedTimeline,
    export_for_resolve,
    export_timeline,
    media_folder,
    resolve_steps,
)
from mpd_studio.workflow.open_timeline import TimelineFile, open_timeline

SUFFIXES = tuple(suffix for row in FORMATS for suffix in row.suffixes)


@dataclass(frozen=True, slots=True)
class TimelineKind:
    """A format to write: suffix with its dot."""

    id: str
    title: str
    suffix: str


KINDS = tuple(TimelineKind(row.id, row.title, row.suffixes[0]) for row in FORMATS)


def steps_in_resolve(folder: Path) -> str:
    """What to do in DaVinci Resolve with a folder of export_for_resolve."""
    path = folder / f"{folder.name}.xml"
    return resolve_steps(path.name, path.with_suffix(".edl").name, media_folder(path).name)


def kind_of(path: PurePath) -> str:
    """The id of the format that a name says; "" for none."""
    return next((row.id for row in FORMATS if path.suffix.lower() in row.suffixes), "")


def suffix_for(kind_id: str, origin: PurePath | None) -> str:
    """What a file of this format is called: as the one it came from, where that has the format and is no folder."""
    suffix = next(kind.suffix for kind in KINDS if kind.id == kind_id)
    is_alike = origin is not None and kind_of(origin) == kind_id and origin.suffix.lower() != ".fcpxmld"
    return origin.suffix if origin is not None and is_alike else suffix


class TimelineFiles(QObject):
    """Signals:
    opened(Path): an editor's timeline is the project now.
    exported(ExportedTimeline)
    message(Message)
    """

    opened = Signal(object)
    exported = Signal(object)
    message = Signal(object)

    def __init__(self, document: Document, board: JobBoard, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._board = board
        self._lane = lanes.io
        self._answers = Answers(lanes.io, self)
        self._opening = ""

    def open(self, path: Path) -> None:
        """Open a timeline as a new, untitled project. Of two that are asked for, the later one is shown."""
        job = Job(new_id("open"), f"Open {path.name}", partial(_open, path))
        self._opening = job.id
        self._answers.expect(job, partial(self._on_opened, job.id, self._document.key), self._on_failed)
        self._board.submit(self._lane, job)

    def export(self, path: Path, movie_id: str | None = None, handles: int = 0, overwrite: bool = False) -> str:
        """Write the timeline with the chosen takes in its gaps. Returns the job's id."""
        work = partial(_export, self._document.timeline, path, movie_id, handles, overwrite)
        job = Job(new_id("export"), f"Export {path.name}", work)
        self._answers.expect(job, self._on_exported, self._on_failed)
        return self._board.submit(self._lane, job)

    def export_for_resolve(self, folder: Path, handles: int = 0, overwrite: bool = False) -> str:
        """Write a folder that is imported into DaVinci Resolve by hand. Returns the job's id."""
        work = partial(_export_for_resolve, self._document.timeline, folder, handles, overwrite)
        job = Job(new_id("export"), f"Export {folder.name}", work)
        self._answers.expect(job, self._on_exported, self._on_failed)
        return self._board.submit(self._lane, job)

    def _on_opened(self, job_id: str, key: str, file: TimelineFile) -> None:
        if job_id != self._opening or key != self._document.key:
            return
        self._document.begin(file.timeline)
        self.opened.emit(file.path)
        if file.notes:
            more = "" if len(file.notes) == 1 else " The details say more."
            self.message.emit(warning(f"{file.notes[0]}{more}", "\n".join(file.notes)))

    def _on_exported(self, made: ExportedTimeline) -> None:
        self.exported.emit(made)
        count = "1 movie" if len(made.movies) == 1 else f"{len(made.movies)} movies"
        text = f"Exported {made.path.name} with {count}."
        told = warning if made.notes else info
        self.message.emit(told(text, "\n".join(made.notes)))

    def _on_failed(self, failure: Failure) -> None:
        self.message.emit(message_of(failure))


def _open(path: Path, reporter: Reporter) -> TimelineFile:
    return open_timeline(path, reporter)


def _export(
    timeline: Timeline, path: Path, movie_id: str | None, handles: int, overwrite: bool, reporter: Reporter
) -> ExportedTimeline:
    return export_timeline(timeline, path, reporter, movie_id=movie_id, handles=handles, overwrite=overwrite)


def _export_for_resolve(
    timeline: Timeline, folder: Path, handles: int, overwrite: bool, reporter: Reporter
) -> ExportedTimeline:
    return export_for_resolve(timeline, folder, reporter, handles=handles, overwrite=overwrite)
