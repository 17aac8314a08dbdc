"""The sampler lab of the open project: runs as jobs in the GPU lane, their results, and how one becomes a take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.engine_option import SaidOptions
from mpd_studio.core.errors import BadInput, MpdError
from mpd_studio.core.gap_edits import add_take, take_fits
from mpd_studio.core.ids import GapId, TakeId
from mpd_studio.core.inbetween import EngineSettings, InbetweenResult
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.timeline import Take, Timeline, find_gap
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.document import Document
from mpd_studio.session.generator import Generator, gap_title, next_take_name
from mpd_studio.session.lab_store import KeptRun, make_kept, read_kept, remove_kept
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.session.take_folders import Move, copy_takes
from mpd_studio.session.weights_desk import WeightsDesk
from mpd_studio.workflow.build_request import build_request
from mpd_studio.workflow.lab import LabResult
from mpd_studio.workflow.lab_plan import DIFFUSION, SAMPLER_IDS, LabOrder, LabRun, plan_runs
from mpd_studio.workflow.lab_report import COLUMNS, Column, notes_of, shown, with_unit

__all__ = [
    "COLUMNS",
    "Column",
    "Lab",
    "LabChoice",
    "LabEntry",
    "LabOrder",
    "notes_of",
    "order_of",
    "shown",
    "with_unit",
]


@dataclass(frozen=True, slots=True)
class LabChoice:
    """Something that can be compared. problem: why it cannot be made here; "" when it can, as far as is known."""

    id: str
    title: str
    is_sampler: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class LabEntry:
    """One run of a gap. job_id: while it waits or runs, else "". made: once it has ended."""

    id: str
    gap_id: GapId
    run: LabRun
    job_id: str = ""
    made: LabResult | None = None

    @property
    def result(self) -> InbetweenResult | None:
        return self.made.result if self.made else None


_SAMPLER_TITLES = {
    "mpd_vibid": "MPD + ViBiD",
    "mpd_trf": "MPD + TRF",
    "vibid": "ViBiD",
    "trf": "TRF",
    "trf_renoise": "TRF, re-noised",
}


class Lab(QObject):
    """Lives in the GUI thread. Results stay on disk until they are removed, also when the project is closed.

    Signals:
        changed(): an entry came, moved on or went.
        message(Message)
    """

    changed = Signal()
    message = Signal(object)

    def __init__(
        self,
        paths: ProgramPaths,
        document: Document,
        generator: Generator,
        weights: WeightsDesk,
        board: JobBoard,
        lanes: Lanes,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._root = paths.lab
        self._document = document
        self._generator = generator
        self._weights = weights
        self._board = board
        self._lane = lanes.gpu
        self._runs = Answers(lanes.gpu, self)
        self._files = Answers(lanes.io, self)
        self._entries: dict[str, LabEntry] = {}
        self._has_looked = False

    def choices(self) -> tuple[LabChoice, ...]:
        """Samplers of the diffusion engine first, then the other engines."""
        infos = {info.id: info for info in self._generator.engines()}
        diffusion = infos.pop(DIFFUSION, None)
        problem = diffusion.problem if diffusion else "The diffusion engine is not installed."
        samplers = tuple(LabChoice(name, _SAMPLER_TITLES.get(name, name), True, problem) for name in SAMPLER_IDS)
        return (*samplers, *(LabChoice(info.id, info.title, False, info.problem) for info in infos.values()))

    def weights_problem(self) -> str:
        """Why the samplers cannot use their weights, as last seen; "" when they can, or nobody has looked yet."""
        return self._weights.problem(str(dict(self._shared_options()).get("weights", "")))

    def entries(self, gap_id: GapId) -> tuple[LabEntry, ...]:
        """Of a gap, oldest first. The first call looks for what earlier sessions kept; then changed() follows."""
        if not self._has_looked:
            self._has_looked = True
            job = Job(new_id("lab"), "Look for results of the lab", partial(read_kept, self._root))
            self._files.ask(job, self._on_read)
        return tuple(entry for entry in self._entries.values() if entry.gap_id == gap_id)

    def planned(self, gap_id: GapId, order: LabOrder) -> tuple[LabRun, ...]:
        """What an order would make. Raises: BadInput, SettingsError: why it cannot be, in the user's words."""
        request = build_request(self._document.timeline, gap_id, DIFFUSION, EngineSettings(order.quality), 0)
        return plan_runs(request, replace(order, options=self._shared_options()))

    def run(self, gap_id: GapId, order: LabOrder) -> int:
        """Start the runs of an order, a job each. Returns how many; 0, with a message, where it makes no sense."""
        try:
            runs = self.planned(gap_id, order)
        except MpdError as error:
            self.message.emit(warning(str(error)))
            return 0
        title = gap_title(self._document.timeline, gap_id)
        for run in runs:
            entry_id = new_id("lab")
            engines = self._generator.kept_engine.for_run(run.request.engine_id)
            work = partial(make_kept, run, self._root / entry_id, gap_id, engines)
            job = Job(new_id("lab"), f"Lab, {title}: {run.title}", work)
            self._entries[entry_id] = LabEntry(entry_id, gap_id, run, job.id)
            done, failed = partial(self._on_made, entry_id), partial(self._on_failed, entry_id)
            self._runs.expect(job, done, failed, partial(self._on_cancelled, entry_id))
            self._board.submit(self._lane, job)
        self.changed.emit()
        return len(runs)

    def is_running(self, gap_id: GapId) -> bool:
        return any(entry.job_id for entry in self.entries(gap_id))

    def cancel(self, gap_id: GapId) -> None:
        """Stop all runs of a gap. What is finished stays."""
        for entry in reversed(self.entries(gap_id)):  # the waiting ones first, so that none of them begins
            if entry.job_id:
                self._board.cancel(entry.job_id)

    def why_not_take(self, entry: LabEntry) -> str:
        """Why an entry cannot become a take of its gap as it is now; "" when it can."""
        placed = find_gap(self._document.timeline, entry.gap_id)
        if entry.result is None or placed is None:
            return "There are no frames." if placed else "The gap is no longer on the timeline."
        if not take_fits(placed, Take(TakeId(entry.id), entry.result, "")):
            return "Made for another length or other boundary frames: run it again for the gap as it is now."
        return ""

    def use(self, entry_id: str) -> None:
        """Copy a result into the project, and make it the chosen take of its gap: one step of undo."""
        entry = self._entries.get(entry_id)
        reason = self.why_not_take(entry) if entry else "This result was removed."
        if entry is None or entry.result is None or reason:
            self.message.emit(warning(reason))
            return
        take_id = TakeId(new_id("take"))
        move = Move(entry.result.frames.folder, PurePath(self._document.takes_folder(), take_id))
        job = Job(new_id("lab"), "Copy a result of the lab", partial(copy_takes, (move,)))
        done = partial(self._on_copied, entry, take_id, self._document.key)
        self._files.ask(job, done, self._on_files_failed)

    def remove(self, *entry_ids: str) -> None:
        """Delete results for good; takes made of them stay. What still runs is passed over."""
        gone = [id_ for id_ in entry_ids if id_ in self._entries and not self._entries[id_].job_id]
        for entry_id in gone:
            del self._entries[entry_id]
        homes = tuple(self._root / entry_id for entry_id in gone)
        self._files.ask(Job(new_id("lab"), "Remove results of the lab", partial(remove_kept, homes)))
        self.changed.emit()

    def _shared_options(self) -> SaidOptions:
        """What is set for the diffusion engine in the inspector holds for all of its runs."""
        said = self._generator.said if self._generator.plan.engine_id == DIFFUSION else ()
        return tuple((name, value) for name, value in said if name not in ("sampler", "steps"))

    def _on_read(self, kept: tuple[KeptRun, ...]) -> None:
        before = {run.id: LabEntry(run.id, run.gap_id, run.made.run, made=run.made) for run in kept}
        self._entries = before | self._entries
        self.changed.emit()

    def _on_made(self, entry_id: str, made: LabResult) -> None:
        self._generator.kept_engine.run_ended()
        entry = self._entries[entry_id]
        self._entries[entry_id] = replace(entry, job_id="", made=made)
        if self._board.was_stopped(entry.job_id):  # it was cancelled in the very moment it ended
            self.remove(entry_id)
            return
        self.changed.emit()

    def _on_failed(self, entry_id: str, failure: Failure) -> None:
        self._generator.kept_engine.run_ended()
        entry = self._entries[entry_id]
        made = LabResult(entry.run, problem=failure.message)
        self._entries[entry_id] = replace(entry, job_id="", made=made)
        self.message.emit(message_of(failure, entry.run.title))
        self.changed.emit()

    def _on_cancelled(self, entry_id: str) -> None:
        self._generator.kept_engine.run_ended()
        del self._entries[entry_id]
        self.changed.emit()

    def _on_copied(self, entry: LabEntry, take_id: TakeId, key: str, copied: tuple[Move, ...]) -> None:
        if entry.result is None or not copied:
            self.message.emit(warning(f"The frames of '{entry.run.title}' are no longer there. Run it again."))
            return
        folder = copied[0].new
        if key != self._document.key:
            self.message.emit(warning(f"Another project is open now. The frames were copied to {folder}."))
            return
        result = replace(entry.result, frames=replace(entry.result.frames, folder=folder))
        name = next_take_name(self._document.timeline, entry.gap_id)
        take = Take(take_id, result, name, f"Lab: {entry.run.title}{_cost(entry.made)}")
        self._document.end_merge()
        self._document.apply("Use lab result", partial(_with_take, entry.gap_id, take))

    def _on_files_failed(self, failure: Failure) -> None:
        self.message.emit(message_of(failure))


def order_of(choices: tuple[LabChoice, ...], seeds: str, calls: int | None, steps: int | None) -> LabOrder:
    """From what a panel holds. Raises: BadInput: the seeds are no row of whole numbers."""
    try:
        numbers = tuple(int(word) for word in seeds.replace(",", " ").split())
    except ValueError as error:
        raise BadInput(f"'{seeds}' is no row of seeds. Write whole numbers, such as 1, 2.") from error
    samplers = tuple(choice.id for choice in choices if choice.is_sampler)
    engines = tuple(choice.id for choice in choices if not choice.is_sampler)
    return LabOrder(samplers, engines, numbers, calls if samplers else None, steps if samplers else None)


def _cost(made: LabResult | None) -> str:
    calls = made.work.calls if made and made.work else None
    return "" if calls is None else f", {calls} calls"


def _with_take(gap_id: GapId, take: Take, timeline: Timeline) -> Timeline:
    return add_take(timeline, gap_id, take)
