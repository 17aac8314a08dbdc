"""`mpd-studio gaps` and `mpd-studio fill-timeline`: projects, and timelines of editors in any format that is known."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.cli.asked_request import WrongUsage, check_format
from mpd_studio.cli.console import Console
from mpd_studio.cli.engine_words import asked_settings
from mpd_studio.core.errors import MpdError, OutputError
from mpd_studio.core.timeline import gaps_of

if TYPE_CHECKING:
    from mpd_studio.core.inbetween import EngineSettings
    from mpd_studio.core.timeline import PlacedGap
    from mpd_studio.workflow.fill_timeline import FilledTimeline, MovieChoice
    from mpd_studio.workflow.inbetween import Run
    from mpd_studio.workflow.open_timeline import TimelineFile


def run_gaps(arguments: argparse.Namespace, console: Console) -> int:
    from mpd_studio.workflow.gap_problems import gap_problem, shown_elsewhere

    file = _open(arguments, console)
    timeline = file.timeline
    rows: list[dict[str, Any]] = []
    for number, placed in enumerate(gaps_of(timeline), 1):
        row: dict[str, Any] = {
            "track": placed.track + 1,
            "start": placed.start,
            "length": placed.gap.length,
            "start_tc": timeline.timecode(placed.start),
            "stop_tc": timeline.timecode(placed.stop),
        }
        if problem := gap_problem(timeline, placed, file.missing):
            row["problem"] = problem
        if others := shown_elsewhere(timeline, placed):
            row["shown_on"] = list(others)
        rows.append(row)
        track = timeline.tracks[placed.track].name
        frames = "1 frame" if placed.gap.length == 1 else f"{placed.gap.length} frames"
        console.text(f"gap {number}  {track}  {row['start_tc']} – {row['stop_tc']}  {frames}")
        if problem:
            console.text(f"       cannot be filled: {problem}")
        if others:
            console.text(f"       other tracks show pictures there: {', '.join(others)}")
    missing = {"missing": [str(media.path) for media in file.missing]} if file.missing else {}
    console.document({"gaps": rows, **missing})
    if not rows:
        console.text("No gaps.")
    return 0


def run_fill_timeline(arguments: argparse.Namespace, console: Console) -> int:
    from mpd_studio.workflow.fill_file import filled_path, write_filled_file
    from mpd_studio.workflow.fill_timeline import fill_timeline
    from mpd_studio.workflow.output_folder import check_folder, occupied

    check_format("--format", arguments.format, is_movie=False)
    check_format("--movie", arguments.movie, is_movie=True)
    if not 0 <= arguments.handles <= 1000:
        raise WrongUsage(f"--handles {arguments.handles}: give the number of frames at each end, from 0 to 1000.")
    settings = asked_settings(arguments)
    file = _open(arguments, console)
    _check_numbers(arguments.gap, len(gaps_of(file.timeline)))
    may_hold = arguments.overwrite or arguments.resume
    check_folder(arguments.out, overwrite=may_hold)
    path = filled_path(file, arguments.out)
    _check_resumes(arguments, path)
    if arguments.dry_run:
        return _plan(arguments, settings, file, console)
    with occupied(arguments.out, overwrite=may_hold), console.progress():
        filled = fill_timeline(
            file.timeline,
            arguments.out,
            console,
            engine_id=arguments.engine,
            settings=settings,
            seed=arguments.seed,
            exporter_id=arguments.format,
            movie_id=_movie(arguments, file),
            handles=arguments.handles,
            only=arguments.gap,
            overwrite=arguments.overwrite,
            resume=arguments.resume,
        )
        notes = write_filled_file(file, filled, path, arguments.handles)
    for note in notes:
        console.warning(note)
    rows = _told(filled, console)
    console.document({"gaps": rows, "project" if file.opened is None else "timeline": str(path)})
    console.text(str(path))
    problems = [gap.problem for gap in filled.gaps if gap.problem and _counts(arguments, file, gap.placed)]
    return max((problem.exit_code for problem in problems), default=0)


def run_document(made: Run) -> dict[str, Any]:
    """What a run made, for --json."""
    return {
        "frames": [str(path) for path in made.result.frames.paths],
        "sheet": made.sheet.as_json(),
        "seconds": {name: round(seconds, 4) for name, seconds in made.seconds},
        "confidence": list(made.result.provenance.confidence),
        **({"movies": [str(path) for path in made.movies]} if made.movies else {}),
    }


def _open(arguments: argparse.Namespace, console: Console) -> TimelineFile:
    from mpd_studio.workflow.open_timeline import open_timeline

    file = open_timeline(arguments.file, console, rate=arguments.rate, folders=tuple(arguments.search))
    for note in file.notes:
        console.warning(note)
    for media in file.missing:
        console.warning(f"{media.path} is missing.")
    return file


def _check_numbers(numbers: list[int] | None, count: int) -> None:
    for number in numbers or ():
        if not 1 <= number <= count:
            there = f"it has gaps 1 to {count}" if count else "it has none"
            raise WrongUsage(f"--gap {number}: the timeline has no such gap; {there}. See `mpd-studio gaps`.")


def _check_resumes(arguments: argparse.Namespace, path: Path) -> None:
    """Going on replaces the timeline of the earlier run, never one that stands there for another reason."""
    from mpd_studio.workflow.output_folder import TAKE_FILE

    has_finished = any(arguments.out.glob(f"gap_*/{TAKE_FILE}"))
    if arguments.resume and not arguments.overwrite and path.exists() and not has_finished:
        raise OutputError(
            f"{path} is there, and no gap beside it that an earlier run has finished. Choose another folder, or allow "
            "overwriting (--overwrite)."
        )


def _counts(arguments: argparse.Namespace, file: TimelineFile, placed: PlacedGap) -> bool:
    """Whether a gap that was not filled is a failure: the space before the first clip of an editor's track is none."""
    return file.opened is None or placed.start > 0 or bool(arguments.gap)


def _movie(arguments: argparse.Namespace, file: TimelineFile) -> str | MovieChoice | None:
    """Projects refer to the pictures; editors' timelines to a movie of them."""
    from mpd_studio.workflow.timeline_clips import movie_for

    if arguments.movie is not None or file.opened is None:
        return arguments.movie
    return movie_for


def _told(filled: FilledTimeline, console: Console) -> list[dict[str, Any]]:
    rows = []
    for gap in filled.gaps:
        made = run_document(gap.run) if gap.run else {"problem": str(gap.problem)}
        rows.append({"gap": gap.number, **({"kept": True} if gap.is_kept else {}), **made})
        if gap.is_kept:
            console.text(f"gap {gap.number}: kept from an earlier run")
        console.text(gap.run.sheet.as_text() if gap.run else f"gap {gap.number}: {gap.problem}\n")
        if gap.problem:
            console.warning(f"gap {gap.number}: {gap.problem}")
    return rows


def _plan(arguments: argparse.Namespace, settings: EngineSettings, file: TimelineFile, console: Console) -> int:
    from mpd_studio.workflow import inbetween
    from mpd_studio.workflow.build_request import build_request, place_of

    rows: list[dict[str, Any]] = []
    worst = 0
    movie = _movie(arguments, file)
    for number, placed in enumerate(gaps_of(file.timeline), 1):
        if arguments.gap and number not in arguments.gap:
            continue
        try:
            gap_id = placed.gap.id
            request = build_request(file.timeline, gap_id, arguments.engine, settings, arguments.seed)
            place = place_of(file.timeline, gap_id)
            movie_id = movie(request) if callable(movie) else movie
            sheet = inbetween.rehearse(request, console, arguments.format, movie_id, place)
        except MpdError as error:
            worst = max(worst, error.exit_code if _counts(arguments, file, placed) else 0)
            rows.append({"gap": number, "problem": str(error)})
            console.warning(f"gap {number}: {error}")
            continue
        rows.append({"gap": number, "sheet": sheet.as_json()})
        console.text(sheet.as_text())
    console.document({"gaps": rows})
    return worst
