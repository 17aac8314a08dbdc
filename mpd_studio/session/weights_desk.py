"""Weights in the app: what is here, as last seen, and the work on it as jobs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.paths import ProgramPaths
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job, Work
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import Message, info, message_of
from mpd_studio.session.new_id import new_id
from mpd_studio.session.preferences import Preferences
from mpd_studio.session.weights_work import (
    NO_TOKEN,
    Look,
    SeenWeights,
    Token,
    agree,
    check,
    convert_pickles,
    get,
    look_around,
    mend,
    name_of,
    take_over,
    verified_message,
    what_hinders,
)
from mpd_studio.weights.catalogue import known_entry
from mpd_studio.weights.layout import State
from mpd_studio.weights.patience import PATIENCE, Patience
from mpd_studio.weights.store import WeightsFolder
from mpd_studio.weights.verify import FileVerdict

_GAP_ENGINE = "svd"  # where no engine is named
_STOPPED = "Stopped. What has been downloaded is kept."
_ENGINES = ("svd", "motion_i2v")  # those with a setting for their weights


class WeightsDesk(QObject):
    """Lives in the GUI thread. Looking runs in the I/O lane, what takes long in the weights lane.

    Signals:
        changed(): something was seen anew, or work on weights began or ended.
        message(Message)
    """

    changed = Signal()
    message = Signal(object)

    def __init__(
        self,
        paths: ProgramPaths,
        preferences: Preferences,
        board: JobBoard,
        lanes: Lanes,
        parent: QObject | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._preferences = preferences
        self._board = board
        self._lane = lanes.weights
        self._looking = Answers(lanes.io, self)
        self._working = Answers(lanes.weights, self)
        self._patience = patience
        self._seen: Look | None = None
        self._asked: set[str] = set()
        self._look_id = ""
        self._jobs: dict[str, str] = {}
        self._outcomes: dict[str, Message] = {}
        self._used = self._all_used()
        preferences.changed.connect(self._on_preferences)

    # What is here

    @property
    def has_looked(self) -> bool:
        return self._seen is not None

    @property
    def is_looking(self) -> bool:
        return bool(self._look_id)

    @property
    def rows(self) -> tuple[SeenWeights, ...]:
        """As last seen: the catalogue, what was added, then folders that are used from where they are."""
        seen = self._seen or Look()
        return seen.listed + seen.others

    def used(self, engine_id: str = _GAP_ENGINE) -> str:
        """The name of those that an engine is to use; "" for the first that are there."""
        return self._preferences.settings.weights_of(engine_id)

    def row(self, name: str) -> SeenWeights | None:
        return next((row for row in self.rows if row.name == name), None)

    def chosen(self, name: str, engine_id: str = _GAP_ENGINE) -> SeenWeights | None:
        """Those that an engine takes for a name; for "" those of its setting, else the first that are there."""
        name = name or self.used(engine_id)
        if name:
            return self.row(name)
        listed = (self._seen or Look()).listed
        return next((row for row in listed if row.is_for(engine_id) and row.state is State.PRESENT), None)

    def problem(self, name: str, engine_id: str = _GAP_ENGINE) -> str:
        """Why an engine cannot use the weights of a name, as last seen; "" when it can, or nobody has looked yet."""
        name = name or self.used(engine_id)
        is_new = bool(name) and name not in self._asked and self.row(name) is None
        if is_new or (self._seen is None and not self._look_id):
            self._look_for(name)
        if is_new or self._seen is None:
            return ""
        row = self.chosen(name, engine_id)
        if row is not None:
            return what_hinders(row)
        if name:
            return dict(self._seen.refused).get(name, "")
        listed = (row for row in self._seen.listed if row.is_for(engine_id))
        begun = next((row for row in listed if row.state is not State.MISSING), None)
        return what_hinders(begun) if begun else "There are no weights on this machine yet."

    def look(self) -> None:
        """See anew what is here."""
        self._look_for(*self._all_used())

    def look_again(self) -> None:
        """As look, where somebody has looked before: the user may have been away to copy files."""
        if self._seen is not None and not self._look_id:
            self.look()

    # Work on it

    def job(self, name: str) -> str | None:
        """The job that works on these weights, or waits to."""
        return self._jobs.get(name)

    def outcome(self, name: str) -> Message | None:
        """How the last work on these weights ended."""
        return self._outcomes.get(name)

    def agree(self, name: str, then: Callable[[], None] | None = None) -> None:
        """The user has seen the terms and agreed. then: called when that is kept."""
        job = Job(new_id("weights"), "Keep the consent", partial(agree, known_entry(name), self._paths))
        self._looking.ask(job, partial(self._on_agreed, then), self._on_agree_failed)

    def get(self, name: str, token: Token = NO_TOKEN) -> str:
        """Download, or go on. The terms must have been agreed to. Returns the job's id."""
        work = partial(get, known_entry(name), self._paths, token, self._patience)
        return self._begin(name, f"Get {name}", work, partial(self._on_whole, name))

    def verify(self, name: str) -> str | None:
        row = self.row(name)
        if row is None:
            return None
        return self._begin(name, f"Verify {row.folder.name}", partial(check, row.folder), self._on_verified)

    def repair(self, name: str, token: Token = NO_TOKEN) -> str | None:
        row = self.row(name)
        if row is None:
            return None
        work = partial(mend, row.folder, self._paths, token, self._patience)
        return self._begin(name, f"Repair {name}", work, partial(self._on_whole, name))

    def add(self, folder: Path, name: str = "", copy: bool = False) -> str:
        """Take a folder over. name: what it is to be called; "" by what it holds, else by its own name."""
        work = partial(take_over, folder, name, self._paths, copy)
        return self._begin(str(folder), f"Add {folder.name}", work, self._on_added)

    def convert(self, name: str) -> str | None:
        """Make safetensors of pickles, once. Returns the job's id."""
        row = self.row(name)
        if row is None:
            return None
        work = partial(convert_pickles, row.folder, self._paths)
        return self._begin(
            name,
            f"Convert {row.folder.name}",
            work,
            partial(self._on_converted, name),
            "Stopped. What is converted is kept; the next time goes on behind it.",
        )

    def use(self, name: str, engine_id: str = _GAP_ENGINE) -> None:
        """From now on, by an engine; "" for the first that are there."""
        self._preferences.set(**{f"{engine_id}_weights": name})

    def cancel(self, name: str) -> None:
        """What has been downloaded is kept."""
        if name in self._jobs:
            self._board.cancel(self._jobs[name])

    def _begin(self, name: str, title: str, work: Work, done: Callable[..., None], stopped: str = _STOPPED) -> str:
        """One piece of work per weights at a time; a second wish is the first one."""
        if name in self._jobs:
            return self._jobs[name]
        job = Job(new_id("weights"), title, work)
        self._jobs[name] = job.id
        self._outcomes.pop(name, None)
        self._working.expect(
            job,
            partial(self._on_done, name, done),
            partial(self._on_failed, name, title),
            partial(self._on_cancelled, name, stopped),
        )
        self._board.submit(self._lane, job)
        self.changed.emit()
        return job.id

    def _on_done(self, name: str, then: Callable[..., None], value: object) -> None:
        self._end(name, None)
        then(value)

    def _on_failed(self, name: str, title: str, failure: Failure) -> None:
        self._end(name, message_of(failure))
        self.message.emit(message_of(failure, title))

    def _on_cancelled(self, name: str, stopped: str) -> None:
        self._end(name, info(stopped))

    def _end(self, name: str, outcome: Message | None) -> None:
        self._jobs.pop(name, None)
        if outcome is not None:
            self._outcomes[name] = outcome
        self.look()
        self.changed.emit()

    def _on_whole(self, name: str, folder: Path) -> None:
        self._say(name, info(f"The weights {name} are whole, in {folder}."))

    def _on_converted(self, name: str, made: tuple[Path, int]) -> None:
        folder, count = made
        files = "1 file was" if count == 1 else f"{count} files were"
        self._say(name, info(f"{files} converted to safetensors, in {folder}."))

    def _on_added(self, name: str) -> None:
        self._say(name, info(f"The weights {name} were added."))

    def _on_verified(self, report: tuple[WeightsFolder, tuple[FileVerdict, ...]]) -> None:
        weights, verdicts = report
        self._say(name_of(weights), verified_message(weights, verdicts))

    def _say(self, name: str, message: Message) -> None:
        self._outcomes[name] = message
        self.message.emit(message)
        self.changed.emit()

    # Looking

    def _all_used(self) -> tuple[str, ...]:
        return tuple(self.used(engine_id) for engine_id in _ENGINES)

    def _look_for(self, *names: str) -> None:
        self._asked |= {*names} - {""}
        asked = tuple(sorted(self._asked))
        job = Job(new_id("weights"), "Look for weights", partial(look_around, self._paths, asked))
        self._look_id = self._looking.ask(job, partial(self._on_looked, job.id), self._on_look_failed)

    def _on_looked(self, job_id: str, seen: Look) -> None:
        if job_id == self._look_id:
            self._look_id = ""
        if seen != self._seen:
            self._seen = seen
            self.changed.emit()

    def _on_agreed(self, then: Callable[[], None] | None, _: object) -> None:
        self.look()
        if then is not None:
            then()

    def _on_agree_failed(self, failure: Failure) -> None:
        self.message.emit(message_of(failure, "The consent could not be kept"))

    def _on_look_failed(self, failure: Failure) -> None:
        self._look_id = ""
        self._seen = self._seen or Look()  # asked no second time by itself
        self.message.emit(message_of(failure, "The weights could not be looked at"))

    def _on_preferences(self) -> None:
        if self._all_used() != self._used:
            self._used = self._all_used()
            self.look_again()
            self.changed.emit()
