"""The open project: a timeline with its history, in a home of files."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.errors import MpdError, ProjectError
from mpd_studio.core.history import History
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.project_file import SUFFIX
from mpd_studio.core.timeline import Timeline
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.autosave import Autosave
from mpd_studio.session.journal import journal_time_s
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import error, info, message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.session.project_home import (
    ProjectHome,
    home_in_recovery,
    home_of,
    recovery_homes,
    recovery_key,
    remove_empty_home,
)
from mpd_studio.session.project_lock import ProjectLocks
from mpd_studio.session.project_work import (
    OpenedFile,
    SavedFile,
    discard_home,
    forget_moved,
    nothing,
    open_project,
    save_project,
)
from mpd_studio.session.take_folders import Move, relocated_history

UNTITLED = "Untitled"
Edit = Callable[[Timeline], Timeline]


class Document(QObject):
    """Lives in the GUI thread; files are read and written in the save and journal lanes.

    Signals:
        changed(before, after): Timelines; after every edit, undo, redo, open and new.
        file_changed(): path, is_modified, is_read_only, undo and redo labels or saved_at_s changed.
        opened(Path): a project was opened.
        saved(Path): a project was saved.
        message(Message)
    """

    changed = Signal(object, object)
    file_changed = Signal()
    opened = Signal(object)
    saved = Signal(object)
    message = Signal(object)

    def __init__(self, paths: ProgramPaths, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recovery = paths.recovery
        self._lanes = lanes
        self._journal_answers = Answers(lanes.journal, self)
        self._save_answers = Answers(lanes.save, self)
        self._autosave = Autosave(lanes.journal, self)
        self._autosave.message.connect(self.message)
        self._locks = ProjectLocks()
        self._home = home_in_recovery(self._recovery, new_id("project"))
        self._history: History[Timeline] = History(Timeline())
        self._saved: Timeline | None = self._history.present
        self._saved_at_s: float | None = None
        self._opening: ProjectHome | None = None
        self._key = new_id("document")
        self._started_s = time.time()

    # What it is

    @property
    def timeline(self) -> Timeline:
        return self._history.present

    @property
    def key(self) -> str:
        """Names this opening of this project: another after new() and open(), the same after save_as()."""
        return self._key

    @property
    def path(self) -> Path | None:
        return self._home.path

    @property
    def title(self) -> str:
        return UNTITLED if self._home.path is None else self._home.path.stem

    @property
    def is_modified(self) -> bool:
        return self.timeline is not self._saved

    @property
    def is_read_only(self) -> bool:
        """Edits stay possible and are kept by autosave; saving needs another name."""
        return self._home.is_read_only

    @property
    def is_opening(self) -> bool:
        return self._opening is not None

    @property
    def saved_at_s(self) -> float | None:
        """When it was last saved by this session, in seconds since the epoch."""
        return self._saved_at_s

    @property
    def undo_label(self) -> str | None:
        return self._history.undo_label

    @property
    def redo_label(self) -> str | None:
        return self._history.redo_label

    def takes_folder(self) -> Path:
        """Where new takes go: "<stem>.takes" beside the project, or with the untitled project's journal."""
        return self._home.takes

    # Edits

    def apply(self, label: str, edit: Edit, merge_key: Hashable | None = None) -> bool:
        """Make an edit. Several with one merge_key in a row, until end_merge(), are one step of undo.

        Returns False, with a message and nothing changed, when the edit refuses (MpdError or ValueError).
        """
        before = self._history
        try:
            after = edit(before.present)
        except (MpdError, ValueError) as refusal:
            self.message.emit(warning(str(refusal)))
            return False
        self._replace_history(before.push(after, label, merge_key), is_same_action=merge_key is not None)
        return True

    def end_merge(self) -> None:
        """A drag has ended: the next edit is a step of its own."""
        self._history = self._history.sealed()

    def abandon(self) -> None:
        """Take the last step back and forget it, so that redo does not offer it: a drag that was given up."""
        self._replace_history(self._history.abandoned())

    def undo(self) -> None:
        self._replace_history(self._history.undo())

    def redo(self) -> None:
        self._replace_history(self._history.redo())

    # Files

    def new(self) -> None:
        """Begin an empty, untitled project. The one before keeps its unsaved edits in its journal."""
        empty = Timeline()
        self._opening = None  # the newest wish counts, not whichever file is read last
        self._move_to(home_in_recovery(self._recovery, new_id("project")), History(empty), empty)

    def begin(self, timeline: Timeline) -> None:
        """Begin an untitled project with something on it already, which counts as unsaved. Otherwise as new()."""
        self._opening = None
        self._move_to(home_in_recovery(self._recovery, new_id("project")), History(timeline), None)
        self._write_journal()

    def open(self, path: Path) -> None:
        """Open a project, or the journal of an untitled one (see recoverable). The result comes as signals."""
        if recovery_key(self._recovery, path) is None:
            path = path.resolve()  # a link is another name of a project, not another project
        if path == self._home.path and not self.is_read_only:
            self._opening = None
            self.opened.emit(path)
            return
        try:
            home = self._lock_for_opening(path)
        except ProjectError as refusal:
            self.message.emit(error(str(refusal)))
            return
        self._opening = home
        self._after_pending_writes(partial(self._read, home))

    def open_copy(self, path: Path) -> None:
        """Open what a project holds as a new, untitled one; the file itself is never written. For the demo."""
        self._opening = home_in_recovery(self._recovery, new_id("project"))
        source = home_in_recovery(self._recovery, "", read_only_path=path.absolute())
        self._after_pending_writes(partial(self._read, self._opening, source))

    def save(self) -> None:
        """Write the project to its file, in the save lane."""
        if self._home.path is None:
            self.message.emit(warning("This project has no name yet. Use 'Save as' to give it one."))
        elif self._home.is_read_only:
            self.message.emit(warning(f"{self.title} is open read-only. Use 'Save as' to save a copy of your own."))
        else:
            self._submit_save(self._home)

    def save_as(self, path: Path) -> None:
        """Write the project to another file and go on there. Takes of an untitled project come along."""
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        path = path.resolve()
        if path == self._home.path and not self.is_read_only:
            self.save()
            return
        home = home_of(path)
        try:
            self._locks.acquire(home.lock)
        except ProjectError as refusal:
            self.message.emit(error(f"{refusal} Choose another name or folder."))
            return
        self._submit_save(home)

    def recoverable(self) -> tuple[Path, ...]:
        """Journals of untitled projects that a crash or an unsaved end left, newest first; open() takes them."""
        found: list[tuple[float, Path]] = []
        for home in recovery_homes(self._recovery):
            written_s = journal_time_s(home.journal)
            if written_s is not None and self._locks.is_free(home.lock):
                found.append((written_s, home.journal))
        return tuple(journal for _, journal in sorted(found, reverse=True))

    def close(self) -> None:
        """Bring the last journal on its way; call release() once the lanes have ended."""
        if not self.is_modified:
            self._discard(self._home)

    def release(self) -> None:
        """Give up all locks."""
        self._locks.release_all()
        remove_empty_home(self._home)

    # Inside

    def _replace_history(self, history: History[Timeline], *, is_same_action: bool = False) -> None:
        before = self.timeline
        if history.present is before:
            self._history = history
            return
        if not is_same_action:
            self._autosave.wait_for_last()
        told = (self.undo_label, self.redo_label, self.is_modified)
        self._history = history
        self._write_journal()
        self.changed.emit(before, self.timeline)
        if (self.undo_label, self.redo_label, self.is_modified) != told:
            self.file_changed.emit()

    def _write_journal(self) -> None:
        if self._home.is_in_recovery and not self._locks.holds(self._home.lock):
            try:  # untitled projects take their lock with the first edit, so that idle windows leave no folder
                self._home.lock.parent.mkdir(parents=True, exist_ok=True)
                self._locks.acquire(self._home.lock)
            except (OSError, ProjectError):
                pass  # the journal meets the same trouble and says so
        self._autosave.write(self._home, self.timeline)

    def _move_to(self, home: ProjectHome, history: History[Timeline], saved: Timeline | None) -> None:
        """Leave the present project for another. saved: the state that counts as saved, None for none."""
        before, left = self.timeline, self._home
        if not self.is_modified:
            self._discard(left)
        self._home, self._history, self._saved, self._saved_at_s = home, history, saved, None
        self._key = new_id("document")
        self._after_pending_writes(partial(self._release_left, left))
        self.changed.emit(before, self.timeline)
        self.file_changed.emit()

    def _discard(self, home: ProjectHome) -> None:
        self._journal_answers.ask(Job(new_id("job"), "Tidy up", partial(discard_home, home)))

    def _release_left(self, home: ProjectHome) -> None:
        is_opening = self._opening is not None and self._opening.lock == home.lock
        if home.lock != self._home.lock and not is_opening:
            self._locks.release(home.lock)
            remove_empty_home(home)

    def _after_pending_writes(self, then: Callable[[], None]) -> None:
        """Call `then` once everything that now waits in the journal and save lanes is on disk."""

        def journal_is_done(value: object) -> None:
            del value
            self._save_answers.ask(Job(new_id("job"), "Wait for saves", nothing), lambda value: then())

        self._journal_answers.ask(Job(new_id("job"), "Wait for autosaves", nothing), journal_is_done)

    def _lock_for_opening(self, path: Path) -> ProjectHome:
        """Raises: ProjectError: it is no project, or an untitled one that somebody else has open."""
        key = recovery_key(self._recovery, path)
        if key is not None:
            home = home_in_recovery(self._recovery, key)
            self._locks.acquire(home.lock)
            return home
        if not path.is_file():
            raise ProjectError(f"There is no project at {path}. It may have been moved; use 'Open' to find it.")
        home = home_of(path)
        try:
            self._locks.acquire(home.lock)
        except ProjectError as refusal:
            self.message.emit(warning(f"{refusal} It was opened read-only; 'Save as' saves a copy of your own."))
            return home_in_recovery(self._recovery, new_id("project"), read_only_path=path)
        return home

    def _read(self, home: ProjectHome, source: ProjectHome | None = None) -> None:
        if self._opening is not home:  # another project was asked for in the meantime
            self._release_left(home)
            return
        job = Job(new_id("job"), "Open project", partial(open_project, source or home, self._started_s))
        self._save_answers.ask(job, partial(self._on_opened, home), partial(self._on_open_failed, home))

    def _on_opened(self, home: ProjectHome, file: OpenedFile) -> None:
        if self._opening is not home:
            self._release_left(home)
            return
        self._opening = None
        base = file.saved or Timeline()
        history = History(base)
        if file.recovered is not None:
            history = history.push(file.recovered, "Recover edits") if file.saved else History(file.recovered)
        # A file with notes does not hold all that was in it: what is open now counts as unsaved.
        self._move_to(home, history, None if file.notes else file.saved)
        self._say_what_was_found(home, file)
        if home.path is not None:
            self.opened.emit(home.path)

    def _say_what_was_found(self, home: ProjectHome, file: OpenedFile) -> None:
        for note in file.notes:
            self.message.emit(warning(note))
        if file.recovered is None:
            return
        if home.path is None:
            self.message.emit(info("Recovered a project that had not been saved. 'Save as' gives it a name."))
        elif file.saved is not None:
            self.message.emit(info("Recovered the edits made after the last save. Undo brings back the saved state."))

    def _on_open_failed(self, home: ProjectHome, failure: Failure) -> None:
        if self._opening is home:
            self._opening = None
        self._release_left(home)
        self.message.emit(message_of(failure))

    def _submit_save(self, home: ProjectHome) -> None:
        snapshot = self.timeline
        self._autosave.wait_for_last()
        states = tuple(step.value for step in (*self._history.past, *self._history.future))
        work = partial(save_project, home, snapshot, states, self._recovery)
        job = Job(new_id("job"), f"Save {home.lock.stem}", work)
        self._save_answers.ask(
            job,
            partial(self._on_saved, self.key, home, snapshot),
            partial(self._on_save_failed, home),
        )

    def _on_saved(self, key: str, home: ProjectHome, snapshot: Timeline, file: SavedFile) -> None:
        assert home.path is not None
        if key != self.key:  # another project was opened meanwhile; this one is whole on disk
            self._release_left(home)
            self.saved.emit(home.path)
            return
        before, left, was_snapshot = self.timeline, self._home, self.timeline is snapshot
        self._home = home
        self._saved_at_s = file.saved_at_s
        self._take_over_moves(file.moves)
        self._saved = self.timeline if was_snapshot else file.timeline
        self._settle_journals(left)
        if self.timeline is not before:
            self.changed.emit(before, self.timeline)
        self.file_changed.emit()
        self.saved.emit(home.path)

    def _take_over_moves(self, moves: tuple[Move, ...]) -> None:
        if not moves:
            return
        self._history = relocated_history(self._history, moves)
        self._save_answers.ask(Job(new_id("job"), "Tidy up", partial(forget_moved, moves)))

    def _settle_journals(self, left: ProjectHome) -> None:
        """After a save: no journal where all is saved, and none at the home that was left."""
        if self.is_modified:
            self._write_journal()
        else:
            self._discard(self._home)
        if left != self._home:
            self._discard(left)
            self._after_pending_writes(partial(self._release_left, left))

    def _on_save_failed(self, home: ProjectHome, failure: Failure) -> None:
        self._release_left(home)
        self.message.emit(message_of(failure, "The project was not saved"))
