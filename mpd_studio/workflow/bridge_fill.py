"""Fill the gap of an editor's job and hand the frames in: made on the spot, or a take that was made before."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpd_studio
from mpd_studio.bridge.heartbeat import Heartbeat
from mpd_studio.bridge.inbox import give_back
from mpd_studio.bridge.job import ClaimedJob, JobState, MadeFiles
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.bridge.request import JobRequest, WantedMedia
from mpd_studio.core.engine import Engine
from mpd_studio.core.errors import Cancelled, MpdError
from mpd_studio.core.frames import nominal_rate
from mpd_studio.core.gap_edits import set_guidance
from mpd_studio.core.guidance_file import read_guidance
from mpd_studio.core.inbetween import EngineSettings, InbetweenResult
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.progress import Preview, Progress, Reporter
from mpd_studio.engines.registry import open_engine
from mpd_studio.media.probe import probe
from mpd_studio.workflow.bridge_job import OpenedJob, as_problem, open_job
from mpd_studio.workflow.build_request import build_request
from mpd_studio.workflow.deliver import deliver_take, handle_lengths, start_timecode
from mpd_studio.workflow.inbetween import run

log = logging.getLogger(__name__)

_STATUS_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Formats:
    """What is written of what was wished for. notes: why something else is."""

    exporter_id: str
    movie_id: str | None
    notes: tuple[str, ...] = ()


def choose_formats(wanted: tuple[WantedMedia, ...], media: MediaRef) -> Formats:
    """The wished formats where they hold pictures like these without loss; else the nearest that do."""
    fitting = "exr" if media.is_float else "png16" if media.bit_depth > 8 else "png"
    notes = []
    wished = next((one.exporter_id for one in wanted if not one.is_movie), fitting)
    exporter_id = wished
    if media.is_float != (wished == "exr") or (wished == "png" and media.bit_depth > 8):
        exporter_id = fitting
        notes.append(f"The frames are {fitting} instead of {wished}, which would change what the source holds.")
    movie_id = next((one.exporter_id for one in wanted if one.is_movie), None)
    if movie_id and media.is_float:
        movie_id = None
        notes.append("No movie: it would not hold the float values of the source.")
    elif movie_id == "prores422hq" and media.alpha:
        movie_id = "prores4444"
        notes.append("The movie is ProRes 4444 instead of ProRes 422 HQ, which has no alpha.")
    return Formats(exporter_id, movie_id, tuple(notes))


def fill_job(
    job: ClaimedJob,
    reporter: Reporter,
    *,
    engine_id: str = "flow",
    settings: EngineSettings | None = None,
    seed: int = 0,
    guidance: Path | None = None,
    open_engine: Callable[[str], Engine] = open_engine,
) -> InbetweenResult:
    """Make the frames and hand them in. The claim is given up at the end, however it ends.

    guidance: a file with motion paths and regions.

    Raises:
        MpdError: it could not be done; the editor has been told, unless the job is another studio's now.
        Cancelled: through the reporter; the job then waits for somebody else.
    """

    def make(opened: OpenedJob, part: Path, formats: Formats, inner: Reporter) -> InbetweenResult:
        timeline = opened.timeline
        if guidance is not None:
            timeline = set_guidance(timeline, opened.gap_id, read_guidance(guidance, timeline.canvas))
        request = build_request(timeline, opened.gap_id, engine_id, settings or EngineSettings(), seed)
        return run(
            request,
            part,
            inner,
            name=opened.name,
            exporter_id=formats.exporter_id,
            movie_id=formats.movie_id,
            handles=opened.request.handles,
            place=opened.place,
            open_engine=open_engine,
        ).result

    return _hand_in(job, reporter, make)


def hand_in_take(job: ClaimedJob, take: InbetweenResult, reporter: Reporter) -> InbetweenResult:
    """Hand in frames that were made before. Raises: as fill_job."""

    def make(opened: OpenedJob, part: Path, formats: Formats, inner: Reporter) -> InbetweenResult:
        if take.frames.count != opened.request.count:
            raise BridgeProblem(
                ErrorCode.GAP_CHANGED,
                f"The editor's gap is {opened.request.count} frames long, the take has {take.frames.count}. "
                "Generate it for the gap as it was sent.",
            )
        part.mkdir()
        deliver_take(take, formats.exporter_id, part, opened.name, inner, place=opened.place)
        if formats.movie_id:
            handles = opened.request.handles
            deliver_take(take, formats.movie_id, part, opened.name, inner, place=opened.place, handles=handles)
        return take

    return _hand_in(job, reporter, make)


_Make = Callable[[OpenedJob, Path, Formats, Reporter], InbetweenResult]


def _hand_in(job: ClaimedJob, reporter: Reporter, make: _Make) -> InbetweenResult:
    with Heartbeat(job.claim) as heartbeat:
        inner = _JobReporter(job, reporter, heartbeat)
        try:
            opened = open_job(job.folder)
            formats = choose_formats(opened.request.media, opened.timeline.media[0])
            with job.revision_folder() as part:
                inner.start()
                result = make(opened, part, formats, inner)
                job.publish(_made_files(opened, part, formats, result))
        except Cancelled:
            _end_cancelled(job)
            raise
        except MpdError as error:
            problem = as_problem(error)
            _tell(job, problem)
            raise problem from error
    _release(job)
    return result


def _end_cancelled(job: ClaimedJob) -> None:
    """By the editor: it is told so, and that is an error like others. By the user here: somebody else may do it."""
    if job.is_cancelled:
        problem = BridgeProblem(ErrorCode.CANCELLED, "The job was stopped.", is_retryable=True)
        _tell(job, problem)
        raise problem
    try:
        give_back(job)
    except BridgeProblem as problem:
        log.info("The job %s was not given back: %s", job.folder.name, problem)


def _tell(job: ClaimedJob, problem: BridgeProblem) -> None:
    """Say it to the editor. Where even that fails (a full disk), the claim goes stale and others may try."""
    if problem.code is ErrorCode.CLAIMED_ELSEWHERE:
        return
    try:
        job.fail(problem)
        job.claim.release()
    except BridgeProblem as other:
        log.info("The job %s could not be told of its failure: %s", job.folder.name, other)


def _release(job: ClaimedJob) -> None:
    try:
        job.claim.release()
    except BridgeProblem as problem:
        log.info("The claim on %s was not released: %s", job.folder.name, problem)


class _JobReporter(Reporter):
    """Passes everything on, writes status.json at most twice a second, and stops when the editor calls off."""

    def __init__(self, job: ClaimedJob, reporter: Reporter, heartbeat: Heartbeat) -> None:
        self._job, self._reporter, self._heartbeat = job, reporter, heartbeat
        self._looked = self._written = 0.0

    def start(self) -> None:
        self._job.write_status(JobState.RUNNING, 0.0, "Starting")
        self._written = time.monotonic()

    def report(self, progress: Progress) -> None:
        self.raise_if_cancelled()
        now = time.monotonic()
        if now - self._written >= _STATUS_EVERY_S:
            self._written = now
            share = progress.done / progress.total if progress.total else 0.0
            message = f"{progress.stage}: {progress.done} of {progress.total}"
            self._job.write_status(JobState.RUNNING, share, message)
        self._reporter.report(progress)

    def raise_if_cancelled(self) -> None:
        if self._heartbeat.problem:
            raise self._heartbeat.problem
        now = time.monotonic()
        if now - self._looked >= _STATUS_EVERY_S:
            self._looked = now
            if self._job.is_cancelled:
                raise Cancelled
        self._reporter.raise_if_cancelled()

    def wants_preview(self) -> bool:
        return self._reporter.wants_preview()

    def preview(self, preview: Preview) -> None:
        self._reporter.preview(preview)


def _made_files(opened: OpenedJob, part: Path, formats: Formats, result: InbetweenResult) -> MadeFiles:
    """What lies in `part`, looked at once more."""
    pattern = _pattern(part, opened.name)
    written = probe(part / pattern, opened.request.rate)
    movie = next((path.name for path in sorted(part.iterdir()) if path.stem == opened.name), "")
    handles = handle_lengths(result.request, opened.request.handles) if movie else (0, 0)
    notes = opened.notes + formats.notes + _handle_notes(opened.request.handles, handles, bool(movie))
    return MadeFiles(
        pattern=pattern,
        first_number=written.first_number,
        count=written.frame_count,
        movie=movie,
        movie_format=formats.movie_id or "",
        movie_start_tc=start_timecode(opened.place, opened.request.rate, handles[0]) if movie else "",
        facts=tuple(_facts(opened.request, handles, notes, written, result).items()),
    )


def _pattern(part: Path, name: str) -> str:
    first = next(path for path in sorted(part.iterdir()) if path.name.startswith(f"{name}_0"))
    return f"{name}_%06d{first.suffix}"


def _handle_notes(wished: tuple[int, int], made: tuple[int, int], has_movie: bool) -> tuple[str, ...]:
    """Why the movie has other handles than were wished for; frames never have any, since they are placed one to one."""
    if wished == made:
        return ()
    if not has_movie:
        return ("Handles were wished for; only a movie can have them, and there is none.",)
    there = f"{made[0]} and {made[1]} frames" if made != (0, 0) else "none"
    return (f"Handles of {wished[0]} and {wished[1]} frames were wished for; the footage has {there} for them.",)


def _facts(
    request: JobRequest, handles: tuple[int, int], notes: tuple[str, ...], written: MediaRef, result: InbetweenResult
) -> dict[str, Any]:
    color, made = result.request.first.media.color, result.request
    options: dict[str, Any] = {"quality": made.settings.quality.value, **dict(made.settings.options)}
    return {
        "picture": {
            "width": written.size.width,
            "height": written.size.height,
            "bit_depth": written.bit_depth,
            "is_float": written.is_float,
            "alpha": "straight" if written.alpha else "none",
        },
        "rate": _rate(request.rate, request.drop_frame),
        "handles": list(handles),
        "color": {name: getattr(color, name) for name in ("primaries", "transfer", "matrix", "range")},
        "made_by": {
            "app_version": mpd_studio.__version__,
            "engine": made.engine_id,
            "model": str(dict(made.settings.options).get("weights", "")),
            "settings": options,
            "seed": made.seed,
            "seconds": result.provenance.elapsed_s,
        },
        "verdict": result.verdict,
        "warnings": [*result.reasons, *notes],
    }


def _rate(rate: Fraction, drop: bool) -> dict[str, Any]:
    return {"num": rate.numerator, "den": rate.denominator, "drop": drop, "nominal": nominal_rate(rate)}
