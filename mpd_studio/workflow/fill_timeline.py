"""Fill every gap of a timeline and hand back the timeline with the takes in place; the original stays untouched."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from mpd_studio.core.errors import BadInput, MpdError, OutputError
from mpd_studio.core.gap_edits import add_take
from mpd_studio.core.ids import TakeId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.core.timeline import PlacedGap, Take, Timeline, gaps_of
from mpd_studio.engines.registry import engine_infos
from mpd_studio.workflow.build_request import build_request, place_of
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.finished_gap import GapOrder, finished, seal
from mpd_studio.workflow.gap_motion import carry_out, goes_along_motions, motion_problem, with_motions
from mpd_studio.workflow.inbetween import Run, run
from mpd_studio.workflow.output_folder import TAKE_FILE

MovieChoice = Callable[[InbetweenRequest], str | None]


@dataclass(frozen=True, slots=True)
class FilledGap:
    """One gap of the timeline: what was made, or why nothing could be. is_kept: an earlier run had made it."""

    placed: PlacedGap
    number: int
    run: Run | None
    problem: MpdError | None = None
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class FilledTimeline:
    timeline: Timeline
    gaps: tuple[FilledGap, ...]


def gap_folder(number: int) -> str:
    """The folder, and the beginning of the file names, of gap `number` (from 1)."""
    return f"gap_{number:02d}"


def fill_timeline(
    timeline: Timeline,
    folder: Path,
    reporter: Reporter,
    *,
    engine_id: str = "flow",
    settings: EngineSettings | None = None,
    seed: int = 0,
    exporter_id: str | None = None,
    movie_id: str | MovieChoice | None = None,
    handles: int = 0,
    only: Container[int] | None = None,
    overwrite: bool = False,
    resume: bool = False,
) -> FilledTimeline:
    """Every gap into folder/gap_NN. A gap that cannot be filled is reported and does not stop the others.

    movie_id: also a movie; MovieChoice says which for each gap. handles: footage at both ends of the movies.
    only: numbers of the gaps to fill (from 1); None for all. resume: gaps that an earlier run into this folder has
    finished are kept, where all is as it was then (finished_gap.py).

    Raises:
        Cancelled: through the reporter; gaps that were finished before stay on disk.
    """
    filled: list[FilledGap] = []
    engines = EngineHolder()  # a large model is loaded for the first gap only
    try:
        for number, placed in enumerate(gaps_of(timeline), 1):
            if only is not None and number not in only:
                continue
            try:
                request = build_request(timeline, placed.gap.id, engine_id, settings or EngineSettings(), seed)
                request = _along_its_motions(request, placed, reporter)
                movie = movie_id(request) if callable(movie_id) else movie_id
                order = GapOrder(request, place_of(timeline, placed.gap.id), exporter_id, movie, handles)
                home, labelled = folder / gap_folder(number), _Labelled(reporter, f"Gap {number}")
                made_of = order.made_of()
                kept = finished(order, made_of, home, labelled) if resume else None
                if resume and kept is None and not overwrite:
                    _check_not_another(home)
                made = kept or run(
                    request,
                    home,
                    labelled,
                    name=home.name,
                    exporter_id=exporter_id,
                    movie_id=movie,
                    handles=handles,
                    place=order.place,
                    overwrite=overwrite,
                    engines=engines,
                    seal=partial(seal, made_of),
                )
            except MpdError as error:
                filled.append(FilledGap(placed, number, None, error))
                continue
            take = Take(TakeId(f"take-{uuid4().hex[:8]}"), made.result, f"Take {len(placed.gap.takes) + 1}")
            timeline = add_take(timeline, placed.gap.id, take)
            filled.append(FilledGap(placed, number, made, is_kept=kept is not None))
    finally:
        engines.release()
    return FilledTimeline(timeline, tuple(filled))


def _along_its_motions(request: InbetweenRequest, placed: PlacedGap, reporter: Reporter) -> InbetweenRequest:
    """With the motions that are kept with the gap, where the engine goes along them. Raises: BadInput, OutputError."""
    engine = next((info for info in engine_infos() if info.id == request.engine_id), None)
    if engine is None or not placed.gap.motions or not goes_along_motions(engine):
        return request
    problem = motion_problem(placed)
    if problem:
        raise BadInput(problem)
    request, orders = with_motions(request, placed)
    carry_out(orders, reporter)
    return request


def _check_not_another(folder: Path) -> None:
    """Raises: OutputError: a run has finished this gap, and not as it is asked for now."""
    if (folder / TAKE_FILE).exists():
        raise OutputError(
            f"{folder} holds frames of another request, or something has changed since they were made. Allow "
            "overwriting too (--overwrite) to make them anew, or choose another folder."
        )


class _Labelled(Reporter):
    """Says which gap the progress is of."""

    def __init__(self, reporter: Reporter, label: str) -> None:
        self._reporter, self._label = reporter, label

    def report(self, progress: Progress) -> None:
        self._reporter.report(Progress(f"{self._label}: {progress.stage}", progress.done, progress.total))

    def raise_if_cancelled(self) -> None:
        self._reporter.raise_if_cancelled()
