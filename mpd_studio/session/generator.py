"""Generations: a click becomes a job in the GPU lane, its result an edit."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.engine import EngineInfo
from mpd_studio.core.engine_option import OptionKind, OptionValue, SaidOptions, usable_options
from mpd_studio.core.errors import Cancelled, MpdError, SettingsError
from mpd_studio.core.figures import Figure
from mpd_studio.core.gap_edits import add_take
from mpd_studio.core.ids import GapId, TakeId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, InbetweenResult, Quality
from mpd_studio.core.progress import Reporter
from mpd_studio.core.timeline import PlacedGap, Take, Timeline, find_gap, gaps_of
from mpd_studio.engines.registry import engine_infos
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.document import Document
from mpd_studio.session.forecasts import Forecasts
from mpd_studio.session.kept_engine import KeptEngine
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.session.preferences import Preferences
from mpd_studio.session.request_memo import RequestMemo
from mpd_studio.session.take_folders import takes_of
from mpd_studio.session.weights_desk import WeightsDesk
from mpd_studio.workflow.build_request import place_of
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.gap_motion import MotionOrder, carry_out, goes_along_motions, motion_problem, with_motions
from mpd_studio.workflow.inbetween import ConfidenceMaps, format_for, plan_sheet, run
from mpd_studio.workflow.length import length_problem
from mpd_studio.workflow.output_folder import clear_abandoned
from mpd_studio.workflow.sheet import GapPlace, Sheet
from mpd_studio.workflow.unfinished_work import GOES_ON

CLOSED_MEANWHILE = "That gap belongs to a project that is no longer open."


@dataclass(frozen=True, slots=True)
class GeneratePlan:
    """What the next generation uses. seed: for engines whose result depends on it.

    options: what the user set for the engine, sorted by name. Only those that have an effect are said to it.
    """

    engine_id: str
    quality: Quality
    seed: int = 0
    options: SaidOptions = ()


@dataclass(frozen=True, slots=True)
class _Order:
    """A generation that was asked for.

    document_key: the project it is for. kept: set in the lane when it was cancelled and the next one can go on from it.
    """

    gap_id: GapId
    plan: GeneratePlan
    folder: Path
    document_key: str
    project: str
    kept: threading.Event


class Generator(QObject):
    """Lives in the GUI thread; the work runs in the GPU lane, one generation at a time.

    measured: set by who knows more of a gap's ends than the request says, for the sheet.

    Signals:
        take_made(gap id, take id): a take was added.
        plan_changed()
        message(Message)
    """

    take_made = Signal(object, object)
    plan_changed = Signal()
    message = Signal(object)

    def __init__(
        self,
        document: Document,
        preferences: Preferences,
        weights: WeightsDesk,
        board: JobBoard,
        lanes: Lanes,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._preferences = preferences
        self._weights = weights
        self._board = board
        self._lanes = lanes
        self._answers = Answers(lanes.gpu, self)
        self._tidying = Answers(lanes.io, self)
        self._orders: dict[str, _Order] = {}
        self._engines: tuple[EngineInfo, ...] = ()
        self._kept_engine = KeptEngine(preferences, lanes.gpu, self)
        self._requests = RequestMemo()
        settings = preferences.settings
        options = settings.options_of(settings.engine_id)
        self._plan = GeneratePlan(settings.engine_id, Quality(settings.quality), options=options)
        self.forecasts = Forecasts(lanes, self)
        self.measured: Callable[[GapId, InbetweenRequest], tuple[Figure, ...]] = lambda gap_id, request: ()
        weights.changed.connect(self.forecasts.forget)
        self.take_made.connect(self.forecasts.forget)
        weights.changed.connect(self.plan_changed)  # whether the plan can be carried out may have changed

    @property
    def kept_engine(self) -> KeptEngine:
        """For others who make frames in the GPU lane."""
        return self._kept_engine

    @property
    def plan(self) -> GeneratePlan:
        return self._plan

    def set_plan(self, plan: GeneratePlan) -> None:
        """Engine and quality are remembered for the next start, and each engine's options."""
        if plan != self._plan:
            self._plan = plan
            kept = dict(self._preferences.settings.engine_options)
            kept.pop(plan.engine_id, None)
            if plan.options:
                kept[plan.engine_id] = plan.options
            self._preferences.set(
                engine_id=plan.engine_id, quality=plan.quality.value, engine_options=tuple(sorted(kept.items()))
            )
            self._kept_engine.is_wanted(plan.engine_id)
            self.plan_changed.emit()

    def choose_engine(self, engine_id: str) -> None:
        """With the options that were set for it when it was last used."""
        options = self._preferences.settings.options_of(engine_id)
        self.set_plan(replace(self._plan, engine_id=engine_id, options=options))

    def set_option(self, name: str, value: OptionValue | None) -> None:
        """Say an option to the engine of the plan; None leaves it to the engine again."""
        options = dict(self._plan.options)
        options.pop(name, None)
        if value is not None:
            options[name] = value
        self.set_plan(replace(self._plan, options=tuple(sorted(options.items()))))

    def reset_options(self) -> None:
        """Leave all of them to the engine, also those that it does not know."""
        self.set_plan(replace(self._plan, options=()))

    def engines(self) -> tuple[EngineInfo, ...]:
        """Those that cannot run here say why in `problem`."""
        if not self._engines:
            self._engines = engine_infos()
        return self._engines

    @property
    def engine(self) -> EngineInfo | None:
        """The plan's; None where it is not installed."""
        return next((info for info in self.engines() if info.id == self._plan.engine_id), None)

    @property
    def said(self) -> SaidOptions:
        """The options that the next generation says to its engine."""
        engine = self.engine
        return usable_options(engine.options, self._plan.options) if engine is not None else ()

    def options_in_effect(self) -> dict[str, OptionValue]:
        """Every option of the plan's engine as the next generation has it, also those that nobody set."""
        engine, said = self.engine, self.said
        if engine is None:
            return {}
        values = {option.name: option.default for option in engine.options} | dict(said)
        with contextlib.suppress(SettingsError):  # problems() says it
            if engine.in_effect is not None:
                values |= engine.in_effect(EngineSettings(self._plan.quality, said))
        return values

    def weights_problem(self) -> str:
        """Why the plan's engine cannot use its weights, as last seen; "" when it can, or needs none."""
        engine = self.engine
        if engine is None or engine.problem:
            return ""
        said = dict(self.said)
        names = [str(said.get(o.name, "")) for o in engine.options if o.kind is OptionKind.WEIGHTS]
        return next(filter(None, (self._weights.problem(name, engine.id) for name in names)), "")

    def gap_problems(self, gap_id: GapId) -> tuple[str, ...]:
        """Why no engine at all could fill this gap now."""
        try:
            self._request(gap_id)
        except MpdError as error:
            return (str(error),)
        return ()

    def problems(self, gap_id: GapId) -> tuple[str, ...]:
        """Why this gap cannot be generated now, in the user's words; empty when it can."""
        found: list[str] = []
        try:
            request = self._request(gap_id)
        except MpdError as error:
            return (str(error),)
        engine = self.engine
        if engine is None:
            return (f"The engine '{self._plan.engine_id}' is not installed. Choose another one.",)
        if engine.problem:
            found.append(engine.problem)
        found += filter(None, (self._settings_problem(engine), self.weights_problem(), self._motion_problem(gap_id)))
        return (*found, *filter(None, (length_problem(request.new_frames, engine),)))

    def sheet(self, gap_id: GapId) -> Sheet:
        """The contract sheet before the run; with what the engine foresees once forecasts.arrived() has come.

        Raises:
            BadInput: the gap cannot be filled; see problems().
        """
        request, _ = self._request_along(gap_id)
        place = place_of(self._document.timeline, gap_id)
        sheet = plan_sheet(request, place, format_for(request.first.media, None))
        return sheet.with_figures((*self.forecasts.figures(request), *self.measured(gap_id, request)))

    def generate(self, gap_id: GapId) -> str | None:
        """Make a take for a gap as it is now. Returns the job's id; None, with a message, where it cannot be made."""
        problems = self.problems(gap_id)
        if problems:
            self.message.emit(warning(" ".join(problems)))
            return None
        timeline = self._document.timeline
        (request, motions), place = self._request_along(gap_id), place_of(timeline, gap_id)
        folder = self._document.takes_folder() / new_id("take")
        title = f"{gap_title(timeline, gap_id)}: {_frames(request.new_frames)}"
        engines, kept = self._kept_engine.for_run(request.engine_id), threading.Event()
        job = Job(new_id("generate"), title, partial(make_take, request, folder, place, engines, kept, motions))
        self._orders[job.id] = _Order(gap_id, self._plan, folder, self._document.key, self._document.title, kept)
        endings = (partial(ending, job.id) for ending in (self._on_made, self._on_failed, self._on_cancelled))
        self._answers.expect(job, *endings)
        return self._board.submit(self._lanes.gpu, job, gap_id, partial(self.retry, job.id))

    def cancel(self, job_id: str) -> None:
        """No frame is left of a cancelled generation; what it cost most may be kept for the next one of the same."""
        self._board.cancel(job_id)

    def retry(self, job_id: str) -> str | None:
        """Generate the gap of an ended job again, with its plan, as the gap is now. Returns the new job's id."""
        order = self._orders.get(job_id)
        if order is None or order.document_key != self._document.key:
            self.message.emit(warning(CLOSED_MEANWHILE))
            return None
        self.set_plan(order.plan)
        return self.generate(order.gap_id)

    def _request(self, gap_id: GapId) -> InbetweenRequest:
        plan, settings = self._plan, EngineSettings(self._plan.quality, self.said)
        return self._requests.request(self._document.timeline, gap_id, plan.engine_id, settings, plan.seed)

    def _request_along(self, gap_id: GapId) -> tuple[InbetweenRequest, tuple[MotionOrder, ...]]:
        """The request with the gap's own motions, where the engine goes along them, and what is to be done before."""
        request, engine = self._request(gap_id), self.engine
        placed = find_gap(self._document.timeline, gap_id)
        if engine is None or placed is None or not placed.gap.motions or not goes_along_motions(engine):
            return request, ()
        return with_motions(request, placed)

    def _motion_problem(self, gap_id: GapId) -> str:
        placed, engine = find_gap(self._document.timeline, gap_id), self.engine
        return motion_problem(placed) if placed and engine and goes_along_motions(engine) else ""

    def _settings_problem(self, engine: EngineInfo) -> str:
        """Options that are possible each, and impossible together."""
        try:
            if engine.in_effect is not None:
                engine.in_effect(EngineSettings(self._plan.quality, self.said))
        except SettingsError as error:
            return str(error)
        return ""

    def close(self) -> None:
        """Let the engine go. Only once the GPU lane has stopped."""
        self._kept_engine.close()

    def _on_made(self, job_id: str, result: InbetweenResult) -> None:
        self._kept_engine.run_ended()
        order = self._orders[job_id]
        if self._board.was_stopped(job_id):  # it was cancelled in the very moment it ended
            self._tidying.ask(Job(new_id("job"), "Tidy up", partial(forget_take, order.folder)))
            return
        if order.document_key != self._document.key:
            self.message.emit(
                warning(
                    f"A take for {order.project} is done, but that project is no longer open. "
                    f"Its frames are in {order.folder}."
                )
            )
            return
        before = self._document.timeline
        take = Take(TakeId(order.folder.name), result, next_take_name(before, order.gap_id))
        self._document.end_merge()
        self._document.apply("Add take", partial(_with_take, order.gap_id, take))
        if find_gap(before, order.gap_id) is None:
            self.message.emit(
                warning(
                    f"The gap of {take.name} was deleted while it was made. It is kept among the unplaced takes: "
                    "right-click a gap on the timeline to use it there."
                )
            )
        self.take_made.emit(order.gap_id, take.id)

    def _on_cancelled(self, job_id: str) -> None:
        self._kept_engine.run_ended()
        if self._orders[job_id].kept.is_set():
            self.message.emit(info(f"Cancelled. {GOES_ON}"))

    def _on_failed(self, job_id: str, failure: Failure) -> None:
        self._kept_engine.run_ended()
        row = self._board.row(job_id)
        self.message.emit(message_of(failure, row.title if row else ""))


def make_take(
    request: InbetweenRequest,
    folder: Path,
    place: GapPlace,
    engines: EngineHolder | None,
    kept: threading.Event,
    motions: tuple[MotionOrder, ...],
    reporter: Reporter,
) -> InbetweenResult:
    """The work in the GPU lane: all of a take, or no file of it. kept: set where a cancelled run is not all lost.

    motions: to be ready before the run, which names their files.
    """
    clear_abandoned(folder.parent, "take-*")
    try:
        carry_out(motions, reporter)
        made = run(request, folder, reporter, place=place, maps=ConfidenceMaps.KEPT, engines=engines)
        reporter.raise_if_cancelled()
    except (MpdError, Cancelled) as ending:
        forget_take(folder, reporter)
        if isinstance(ending, Cancelled) and ending.args:
            kept.set()
        raise
    return made.result


def forget_take(folder: Path, reporter: Reporter) -> None:
    """Remove a take's folder, and the folder of takes if it was the only one."""
    del reporter
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # other takes are in it, or it was never made
        folder.parent.rmdir()


def gap_title(timeline: Timeline, gap_id: GapId) -> str:
    """ "Gap 3": gaps are numbered as they lie on the timeline."""
    number = next((i for i, placed in enumerate(gaps_of(timeline), 1) if placed.gap.id == gap_id), 0)
    return f"Gap {number}"


def next_take_name(timeline: Timeline, gap_id: GapId) -> str:
    """ "Take 4" after "Take 3", also where takes in between were deleted."""
    placed: PlacedGap | None = find_gap(timeline, gap_id)
    takes = placed.gap.takes if placed else tuple(takes_of(timeline))
    numbers = [int(word) for take in takes if (word := take.name.removeprefix("Take ")).isdigit()]
    return f"Take {max(numbers, default=0) + 1}"


def _with_take(gap_id: GapId, take: Take, timeline: Timeline) -> Timeline:
    return add_take(timeline, gap_id, take)


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
