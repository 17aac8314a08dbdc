"""The sampler lab: the same gap through several samplers and engines, measured; each result is a whole take."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mpd_studio.core.errors import BadInput, Cancelled, MpdError, OutputError
from mpd_studio.core.inbetween import InbetweenRequest, InbetweenResult
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.paths import ease, new_frame_times
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.expected_steps import expected_steps
from mpd_studio.workflow.fit import fit
from mpd_studio.workflow.frame_checks import change_between
from mpd_studio.workflow.inbetween import run as fill
from mpd_studio.workflow.lab_figures import RowFigures, measure
from mpd_studio.workflow.lab_plan import LabRun
from mpd_studio.workflow.lab_work import WorkFigures, work_of
from mpd_studio.workflow.output_folder import check_folder
from mpd_studio.workflow.peak_memory import PeakMemory

MEASURING = "Measuring"


@dataclass(frozen=True, slots=True)
class LabResult:
    """What came of one run.

    problem: why there is no result, in the user's words; "" where there is one. exit_code: of that problem.
    """

    run: LabRun
    result: InbetweenResult | None = None
    work: WorkFigures | None = None
    row: RowFigures | None = None
    problem: str = ""
    exit_code: int = 0


def run_lab(
    runs: Iterable[LabRun],
    folder: Path,
    reporter: Reporter,
    *,
    ended: Callable[[tuple[LabResult, ...]], None],
    exporter_id: str | None = None,
    overwrite: bool = False,
) -> tuple[LabResult, ...]:
    """Each run into folder/<its name>. One that fails does not end the others.

    ended: called with everything that ended so far, at the end and also when the lab is cancelled, then with what
        was finished before; what it raises then is passed over.

    Raises:
        OutputError: the folder is a file, or holds files and must not be overwritten; nothing was made.
        Cancelled: through the reporter. Runs that were finished before stay.
    """
    runs = tuple(runs)
    check_folder(folder, overwrite=overwrite)
    results: list[LabResult] = []
    engines = EngineHolder()
    try:
        for number, run in enumerate(runs, 1):
            labelled = _Labelled(reporter, f"{run.title} ({number} of {len(runs)})")
            results.append(
                make_run(run, folder / run.name, labelled, engines, exporter_id=exporter_id, overwrite=overwrite)
            )
    except Cancelled:
        with contextlib.suppress(OutputError):
            if results:
                ended(tuple(results))
        raise
    finally:
        engines.release()
    ended(tuple(results))
    return tuple(results)


def make_run(
    run: LabRun,
    folder: Path,
    reporter: Reporter,
    engines: EngineHolder | None,
    *,
    exporter_id: str | None = None,
    overwrite: bool = False,
) -> LabResult:
    """One run into `folder`, with its figures. Raises: Cancelled: through the reporter; nothing is left then.

    engines: keeps the engine, and with it the weights, for the next run of the same one; None: nothing is kept.
    """
    memory = PeakMemory()
    try:
        made = fill(run.request, folder, reporter, exporter_id=exporter_id, overwrite=overwrite, engines=engines)
        work = work_of(made, memory)
        return LabResult(run, made.result, work, measure_result(made.result, reporter))
    except MpdError as error:
        return LabResult(run, problem=str(error), exit_code=error.exit_code)


def measure_result(result: InbetweenResult, reporter: Reporter) -> RowFigures:
    """The figures of frames on disk, read one after the other. Raises: MediaError: one cannot be read."""
    request, count = result.request, result.frames.count
    first, last = read_ends(request)
    media = probe(Path(result.frames.folder) / result.frames.pattern, request.rate)
    if media.frame_count < count:
        raise BadInput(f"{result.frames.folder} holds {media.frame_count} of {count} frames. Run this once more.")

    def frames() -> Iterable[Picture]:
        with FrameReader() as reader:
            for index in range(count):
                reporter.report(Progress(MEASURING, index, count))
                yield reader.read(FrameRef(media, index))

    times = np.concatenate([[0.0], new_frame_times(count), [1.0]])
    return measure(
        first,
        frames(),
        last,
        least=expected_steps(request.guidance, count).least,
        way=np.diff(ease(request.guidance.ease, times)),
        change=change_between(first, last),
        tick=reporter.raise_if_cancelled,
    )


def read_ends(request: InbetweenRequest) -> tuple[Picture, Picture]:
    """Both boundary frames as an engine sees them."""
    with FrameReader() as reader:
        return fit(request, reader.read(request.first), reader.read(request.last))


class _Labelled(Reporter):
    """Says which run the progress is of."""

    def __init__(self, reporter: Reporter, label: str) -> None:
        self._reporter, self._label = reporter, label

    def report(self, progress: Progress) -> None:
        self._reporter.report(Progress(f"{self._label}: {progress.stage}", progress.done, progress.total))

    def raise_if_cancelled(self) -> None:
        self._reporter.raise_if_cancelled()
