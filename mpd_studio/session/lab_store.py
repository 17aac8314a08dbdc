"""Results of the lab on disk: a folder each, with the frames, what they were made from, and their figures."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import MpdError, ProjectError
from mpd_studio.core.ids import GapId, TakeId
from mpd_studio.core.inbetween import InbetweenResult
from mpd_studio.core.json_values import decode_value, encode_value
from mpd_studio.core.progress import Reporter
from mpd_studio.core.project_file import SUFFIX, read_project, write_project
from mpd_studio.core.timeline import Take, Timeline, UnplacedTake
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.lab import LabResult, make_run
from mpd_studio.workflow.lab_figures import RowFigures
from mpd_studio.workflow.lab_plan import LabRun
from mpd_studio.workflow.lab_work import WorkFigures

FRAMES, FIGURES, RESULT = "frames", "figures.json", f"result{SUFFIX}"


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A result on disk. id: of its folder."""

    id: str
    gap_id: GapId
    made: LabResult


@dataclass(frozen=True, slots=True)
class _Figures:
    """figures.json: what a take does not tell."""

    name: str
    title: str
    sampler: str = ""
    steps: int | None = None
    calls: int | None = None
    work: WorkFigures | None = None
    row: RowFigures | None = None


def make_kept(run: LabRun, home: Path, gap_id: GapId, engines: EngineHolder | None, reporter: Reporter) -> LabResult:
    """The work in the GPU lane: a result that is whole on disk, or, where it failed, its reason alone.

    Raises:
        Cancelled: through the reporter; nothing is left.
    """
    is_kept = False
    try:
        made = make_run(run, home / FRAMES, reporter, engines)
        reporter.raise_if_cancelled()
        if made.result is not None:
            _keep(home, gap_id, made, made.result)
            is_kept = True
        return made
    except MpdError as error:
        return LabResult(run, problem=str(error), exit_code=error.exit_code)
    finally:
        if not is_kept:
            shutil.rmtree(home, ignore_errors=True)


def read_kept(root: Path, reporter: Reporter) -> tuple[KeptRun, ...]:
    """What lies there, oldest first. Folders that are not whole (a killed run) or damaged are passed over."""
    found: list[tuple[float, KeptRun]] = []
    for home in sorted(root.iterdir()) if root.is_dir() else ():
        reporter.raise_if_cancelled()
        try:
            found.append(((home / FIGURES).stat().st_mtime, _read(home)))
        except (OSError, ValueError, ProjectError):
            continue
    return tuple(kept for _, kept in sorted(found, key=lambda pair: pair[0]))


def remove_kept(homes: tuple[Path, ...], reporter: Reporter) -> None:
    del reporter
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)


def _keep(home: Path, gap_id: GapId, made: LabResult, result: InbetweenResult) -> None:
    """The figures come last: where they are, all is there."""
    run = made.run
    take = Take(TakeId(home.name), result, run.title)
    write_project(
        home / RESULT, Timeline(name=run.title, rate=result.request.rate, unplaced=(UnplacedTake(gap_id, take),))
    )
    figures = _Figures(run.name, run.title, run.sampler, run.steps, run.calls, made.work, made.row)
    write_atomically(home / FIGURES, json.dumps(encode_value(figures, {})).encode())


def _read(home: Path) -> KeptRun:
    """Raises: OSError, ValueError, ProjectError: it is not whole."""
    figures: _Figures = decode_value(_Figures, json.loads((home / FIGURES).read_text(encoding="utf-8")), {})
    unplaced = read_project(home / RESULT).timeline.unplaced
    if not unplaced:
        raise ValueError(f"{home} holds no result")
    result = unplaced[0].take.result
    run = LabRun(figures.name, figures.title, result.request, figures.sampler, figures.steps, figures.calls)
    return KeptRun(home.name, unplaced[0].gap_id, LabResult(run, result, figures.work, figures.row))
