"""The commands: read the arguments, call the workflow, print what came of it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpd_studio.cli.asked_request import asked_request, check_ends, check_format
from mpd_studio.cli.bridge_commands import run_bridge
from mpd_studio.cli.console import Console
from mpd_studio.cli.engine_words import asked_settings
from mpd_studio.cli.lab_command import run_lab_command
from mpd_studio.cli.weights_commands import run_weights
from mpd_studio.core.errors import BadInput, MpdError
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.core.project_file import SUFFIX, read_project, write_project
from mpd_studio.core.timeline import Clip, Timeline, gaps_of


def run(arguments: argparse.Namespace, console: Console) -> int:
    """The exit code. Raises: MpdError, Cancelled."""
    return _COMMANDS[arguments.command](arguments, console)


def _fill(arguments: argparse.Namespace, console: Console) -> int:
    from mpd_studio.workflow import inbetween
    from mpd_studio.workflow.output_folder import check_folder, check_name

    check_ends(arguments)
    _check_formats(arguments)
    check_name(arguments.name)
    check_folder(arguments.out, overwrite=arguments.overwrite)
    request = _request(arguments)
    place = inbetween.default_place(request)
    if arguments.dry_run:
        sheet = inbetween.rehearse(request, console, arguments.format, arguments.movie, place)
        console.text(sheet.as_text())
        console.document({"sheet": sheet.as_json()})
        return 0
    console.text(
        inbetween.plan_sheet(request, place, inbetween.format_for(request.first.media, arguments.format)).title
    )
    with console.progress():
        made = inbetween.run(
            request,
            arguments.out,
            console,
            name=arguments.name,
            exporter_id=arguments.format,
            movie_id=arguments.movie,
            place=place,
            overwrite=arguments.overwrite,
        )
    console.text(made.sheet.as_text())
    console.text(f"{arguments.out / made.result.frames.pattern}")
    console.document(_run_document(made))
    return 0


def _check_formats(arguments: argparse.Namespace) -> None:
    """Raises: WrongUsage: --format or --movie names no such format."""
    check_format("--format", arguments.format, is_movie=False)
    check_format("--movie", arguments.movie, is_movie=True)


def _request(arguments: argparse.Namespace) -> InbetweenRequest:
    return replace(
        asked_request(arguments), engine_id=arguments.engine, seed=arguments.seed, settings=asked_settings(arguments)
    )


def _run_document(made: Any) -> dict[str, Any]:
    return {
        "frames": [str(path) for path in made.result.frames.paths],
        "sheet": made.sheet.as_json(),
        "seconds": {name: round(seconds, 4) for name, seconds in made.seconds},
        "confidence": list(made.result.provenance.confidence),
        **({"movies": [str(path) for path in made.movies]} if made.movies else {}),
    }


def _open_timeline(path: Path, console: Console) -> Timeline:
    from mpd_studio.media.sequences import numbered_path

    if path.suffix != SUFFIX:
        raise BadInput(f"{path.name} is not a project; this command reads {SUFFIX} files.")
    opened = read_project(path)
    for note in opened.notes:
        console.warning(note)
    used = [item.media for track in opened.timeline.tracks for item in track.items if isinstance(item, Clip)]
    for media in dict.fromkeys([*opened.timeline.media, *used]):
        first = numbered_path(media.path, media.first_number) if media.kind is MediaKind.SEQUENCE else Path(media.path)
        if not first.exists():
            console.warning(f"{media.path} is missing.")
    return opened.timeline


def _gaps(arguments: argparse.Namespace, console: Console) -> int:
    timeline = _open_timeline(arguments.file, console)
    rows = [
        {
            "track": placed.track + 1,
            "start": placed.start,
            "length": placed.gap.length,
            "start_tc": timeline.timecode(placed.start),
            "stop_tc": timeline.timecode(placed.stop),
        }
        for placed in gaps_of(timeline)
    ]
    console.document({"gaps": rows})
    for number, row in enumerate(rows, 1):
        track = timeline.tracks[row["track"] - 1].name
        console.text(f"gap {number}  {track}  {row['start_tc']} – {row['stop_tc']}  {row['length']} frames")
    if not rows:
        console.text("No gaps.")
    return 0


def _fill_timeline(arguments: argparse.Namespace, console: Console) -> int:
    from mpd_studio.workflow.fill_timeline import fill_timeline
    from mpd_studio.workflow.output_folder import check_folder

    _check_formats(arguments)
    timeline = _open_timeline(arguments.file, console)
    check_folder(arguments.out, overwrite=arguments.overwrite)
    project = arguments.out.absolute() / arguments.file.name
    if project.resolve() == arguments.file.resolve():
        raise BadInput(f"The filled project would replace {arguments.file} itself. Choose another folder for --out.")
    if arguments.dry_run:
        return _plan_timeline(arguments, timeline, console)
    with console.progress():
        filled = fill_timeline(
            timeline,
            arguments.out,
            console,
            engine_id=arguments.engine,
            settings=asked_settings(arguments),
            seed=arguments.seed,
            exporter_id=arguments.format,
            movie_id=arguments.movie,
            overwrite=arguments.overwrite,
        )
    write_project(project, filled.timeline)
    rows = []
    for gap in filled.gaps:
        made = _run_document(gap.run) if gap.run else {"problem": str(gap.problem)}
        rows.append({"gap": gap.number, **made})
        console.text(gap.run.sheet.as_text() if gap.run else f"gap {gap.number}: {gap.problem}\n")
        if gap.problem:
            console.warning(f"gap {gap.number}: {gap.problem}")
    console.document({"gaps": rows, "project": str(project)})
    console.text(str(project))
    return max((gap.problem.exit_code for gap in filled.gaps if gap.problem), default=0)


def _plan_timeline(arguments: argparse.Namespace, timeline: Timeline, console: Console) -> int:
    from mpd_studio.workflow import inbetween
    from mpd_studio.workflow.build_request import build_request, place_of

    rows: list[dict[str, Any]] = []
    worst = 0
    for number, placed in enumerate(gaps_of(timeline), 1):
        try:
            gap_id = placed.gap.id
            request = build_request(timeline, gap_id, arguments.engine, asked_settings(arguments), arguments.seed)
            place = place_of(timeline, gap_id)
            sheet = inbetween.rehearse(request, console, arguments.format, arguments.movie, place)
        except MpdError as error:
            worst = max(worst, error.exit_code)
            rows.append({"gap": number, "problem": str(error)})
            console.warning(f"gap {number}: {error}")
            continue
        rows.append({"gap": number, "sheet": sheet.as_json()})
        console.text(sheet.as_text())
    console.document({"gaps": rows})
    return worst


def _engines(arguments: argparse.Namespace, console: Console) -> int:
    del arguments
    from mpd_studio.engines.registry import engine_infos

    infos = engine_infos()
    console.document(
        {
            "engines": [
                {
                    "id": info.id,
                    "title": info.title,
                    "summary": info.summary,
                    "capabilities": sorted(capability.value for capability in info.capabilities),
                    "problem": info.problem,
                }
                for info in infos
            ]
        }
    )
    for info in infos:
        console.text(f"{info.id:<12} {info.title}: {info.problem or info.summary}")
    return 0


def _doctor(arguments: argparse.Namespace, console: Console) -> int:
    del arguments
    from mpd_studio.cli.doctor import examine

    findings = examine()
    console.document({"findings": {finding.what: finding.state for finding in findings}})
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        console.text(f"{finding.what:<{width}}  {finding.state}")
    return 0


_COMMANDS = {
    "fill": _fill,
    "gaps": _gaps,
    "fill-timeline": _fill_timeline,
    "engines": _engines,
    "lab": run_lab_command,
    "weights": run_weights,
    "bridge": run_bridge,
    "doctor": _doctor,
}
