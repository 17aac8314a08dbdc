"""What the save lane does for a document: open a project with its journal, save one with its takes."""

from __future__ import annotations

import contextlib
import shutil
import time
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from mpd_studio.core.errors import OutputError, ProjectError
from mpd_studio.core.progress import Reporter
from mpd_studio.core.project_file import read_project, write_project
from mpd_studio.core.timeline import Timeline
from mpd_studio.session.journal import JournalEntry, read_journal, remove_journal
from mpd_studio.session.project_home import ProjectHome
from mpd_studio.session.take_folders import Move, copy_takes, forget_folders, planned_moves, relocated


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """saved: what the file holds, None when there is none (untitled) or it cannot be read.

    recovered: a newer state from the journal, where there is one that differs. At least one of the two is there.
    """

    saved: Timeline | None
    recovered: Timeline | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavedFile:
    """What was written. moves: takes that came along. saved_at_s: seconds since the epoch."""

    timeline: Timeline
    moves: tuple[Move, ...]
    saved_at_s: float


def open_project(home: ProjectHome, started_s: float, reporter: Reporter) -> OpenedFile:
    """Read a project and, where it is ours, what its journal has on top.

    started_s: when this program was started, in seconds since the epoch; older half-written files are cleared away.

    Raises:
        ProjectError: neither the file nor its last good save nor the journal can be read.
    """
    reporter.raise_if_cancelled()
    if not home.is_read_only:
        clear_leftovers(home, started_s)
    if home.path is None:
        return _open_untitled(home)
    notes: tuple[str, ...] = ()
    entry = None
    if not home.is_read_only:  # the journal of a read-only project belongs to whoever has it open
        entry, notes = _journal_of(home)
    try:
        opened = read_project(home.path)
    except ProjectError as error:
        if entry is None:
            raise
        return OpenedFile(None, entry.timeline, (*notes, f"{error} It was restored from its autosave."))
    saved, notes = opened.timeline, (*notes, *opened.notes)
    if entry is None or entry.timeline == saved:
        return OpenedFile(saved, None, notes)
    return OpenedFile(saved, entry.timeline, notes)


def save_project(
    home: ProjectHome, timeline: Timeline, history: tuple[Timeline, ...], recovery: Path, reporter: Reporter
) -> SavedFile:
    """Write the project to home.path, takes first.

    history: states that undo and redo lead to; their takes come along too. recovery: where untitled projects lie.

    Raises:
        OutputError: disk full, no permission; what stood there is whole, and every take is where it was.
    """
    if home.path is None:
        raise OutputError("An untitled project cannot be saved without a name. Use 'Save as'.")
    made = copy_takes(planned_moves((timeline, *history), recovery, home.takes), reporter)
    moved = relocated(timeline, made)
    try:
        write_project(home.path, moved)
    except OutputError:
        forget_folders(tuple(move.new for move in made))
        raise
    return SavedFile(moved, made, time.time())


def clear_leftovers(home: ProjectHome, started_s: float) -> None:
    """Remove what a killed program left half-written: takes on their way, and files that were not renamed yet.

    Only what is older than this program: one of its own generations may be writing here.
    """
    candidates = [*home.takes.glob(".*.part"), *home.takes.glob("*.part")]
    if home.path is not None:
        candidates += home.path.parent.glob(f".{escape(home.path.name)}.*.part")
    for path in candidates:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < started_s:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def discard_home(home: ProjectHome, reporter: Reporter) -> None:
    """Forget the journal: all is saved, or there was nothing."""
    del reporter
    remove_journal(home.journal)


def forget_moved(moves: tuple[Move, ...], reporter: Reporter) -> None:
    """Delete takes that live elsewhere now."""
    del reporter
    forget_folders(tuple(move.old for move in moves if not move.keeps_old and Path(move.new).is_dir()))


def nothing(reporter: Reporter) -> None:
    """Work that only waits for its turn."""
    del reporter


def _open_untitled(home: ProjectHome) -> OpenedFile:
    try:
        entry = read_journal(home.journal)
    except ProjectError as error:
        # Put aside, so that it is not offered at every start.
        with contextlib.suppress(OSError):
            home.journal.replace(home.journal.with_name(home.journal.name + ".damaged"))
        remove_journal(home.journal)
        raise ProjectError(f"{error} It was put aside in {home.journal.parent}.") from error
    if entry is None:
        raise ProjectError(f"There is no autosave at {home.journal}.")
    return OpenedFile(None, entry.timeline, ())


def _journal_of(home: ProjectHome) -> tuple[JournalEntry | None, tuple[str, ...]]:
    try:
        return read_journal(home.journal), ()
    except ProjectError as error:
        return None, (f"{error} The saved project was opened.",)
