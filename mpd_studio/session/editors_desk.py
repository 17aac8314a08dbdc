"""Our side in editors, in the app: which editors there are, what stands in each, installing and removing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mpd_studio.bridge.cleaning import OLD_S, OldJob, may_go, old_jobs, remove_job, remove_leftovers
from mpd_studio.bridge.host_files import HostKind
from mpd_studio.bridge.hosts import HostPlace, find_hosts, place_in, this_machine
from mpd_studio.bridge.inbox import jobs_folder
from mpd_studio.bridge.install import Done, SideState, install, look, next_step, state_text, uninstall
from mpd_studio.bridge.problem import BridgeProblem
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job, Work
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of, warning
from mpd_studio.session.new_id import new_id


@dataclass(frozen=True, slots=True)
class SeenEditor:
    """One editor that was found. folder: ours inside it. state: in words. next_step: what to do inside the editor.

    problem: why our side cannot be installed there, or "".
    """

    title: str
    folder: Path
    state: str
    next_step: str
    is_installed: bool
    is_current: bool
    problem: str


class EditorsDesk(QObject):
    """Lives in the GUI thread; files are looked at and written in the I/O lane.

    Signals:
        changed(): something was seen anew.
        message(Message)
    """

    changed = Signal()
    message = Signal(object)

    def __init__(self, paths: ProgramPaths, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs_folder(paths)
        self._answers = Answers(lanes.io, self)
        self._places: tuple[HostPlace, ...] = ()
        self._named: tuple[HostPlace, ...] = ()
        self._rows: tuple[SeenEditor, ...] = ()
        self._old: tuple[OldJob, ...] = ()
        self.has_looked = False

    @property
    def rows(self) -> tuple[SeenEditor, ...]:
        """As last seen."""
        return self._rows

    @property
    def old_jobs(self) -> tuple[OldJob, ...]:
        """As last seen, those that nobody needs: cancelled or failed, without pictures, untouched for 30 days."""
        return self._old

    def look(self) -> None:
        work = partial(_look_around, self.jobs, self._named)
        self._ask("Look for editors", work, self._on_look)

    def remove_old_jobs(self) -> None:
        """Those of `old_jobs`, unless they have changed since."""
        self._ask("Remove old jobs", partial(_remove_old, self.jobs, self._old), self._on_old_removed)

    def add(self, editor: str, folder: Path) -> None:
        """A script or add-on folder that was not found by itself. editor: "blender" or "resolve"."""
        place = place_in(HostKind(editor), folder)
        if place not in self._named:
            self._named = (*self._named, place)
        self.look()

    def install(self, index: int) -> None:
        """Put our side into an editor, or bring it up to date."""
        place = self._places[index]
        self._ask(f"Install in {place.title}", partial(_install, place, self.jobs), self._on_installed)

    def uninstall(self, index: int) -> None:
        place = self._places[index]
        self._ask(f"Remove from {place.title}", partial(_uninstall, place), self._on_removed)

    def _ask(self, title: str, work: Work, done: object) -> None:
        job = Job(new_id("editors"), title, work)
        self._answers.ask(job, done, partial(self._on_failed, title))  # type: ignore[arg-type]  # bound methods

    def _on_look(self, look: tuple[tuple[tuple[HostPlace, SeenEditor], ...], tuple[OldJob, ...]]) -> None:
        seen, self._old = look
        self._places = tuple(place for place, _ in seen)
        self._rows = tuple(row for _, row in seen)
        self.has_looked = True
        self.changed.emit()

    def _on_installed(self, done: Done) -> None:
        self.message.emit(info(f"The bridge is in place. {next_step(done.place.host)}", str(done.place.folder)))
        self._warn_and_look(done)

    def _on_removed(self, done: Done) -> None:
        self.message.emit(info(f"The bridge was removed from {done.place.title}.", str(done.place.folder)))
        self._warn_and_look(done)

    def _warn_and_look(self, done: Done) -> None:
        for text in done.warnings:
            self.message.emit(warning(text))
        self.look()

    def _on_old_removed(self, count: int) -> None:
        jobs = "1 old job was" if count == 1 else f"{count} old jobs were"
        self.message.emit(info(f"{jobs} removed.", str(self.jobs)))
        self.look()

    def _on_failed(self, what: str, failure: Failure) -> None:
        self.message.emit(message_of(failure, what))
        self.look()


def _look_around(
    jobs: Path, named: tuple[HostPlace, ...], reporter: Reporter
) -> tuple[tuple[tuple[HostPlace, SeenEditor], ...], tuple[OldJob, ...]]:
    del reporter
    seen = tuple((place, _seen(place, jobs)) for place in (*find_hosts(this_machine()), *named))
    try:
        old = tuple(job for job in old_jobs(jobs) if may_go(job, OLD_S, placed_too=False))
    except BridgeProblem:  # a jobs folder that cannot be looked into is told of by who looks for jobs
        old = ()
    return seen, old


def _remove_old(jobs: Path, old: tuple[OldJob, ...], reporter: Reporter) -> int:
    """How many. Raises: BridgeProblem: one has changed, or the file system refuses; those before it are gone."""
    remove_leftovers(jobs)
    for job in old:
        reporter.raise_if_cancelled()
        remove_job(job)
    return len(old)


def _seen(place: HostPlace, jobs: Path) -> SeenEditor:
    found = look(place, jobs)
    return SeenEditor(
        title=place.title,
        folder=place.folder,
        state=place.problem or state_text(found),
        next_step=next_step(place.host),
        is_installed=found.state is not SideState.ABSENT,
        is_current=found.state is SideState.CURRENT,
        problem=place.problem,
    )


def _install(place: HostPlace, jobs: Path, reporter: Reporter) -> Done:
    del reporter
    return install(place, jobs)


def _uninstall(place: HostPlace, reporter: Reporter) -> Done:
    del reporter
    return uninstall(place)
