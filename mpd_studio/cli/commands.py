"""The commands: read the arguments, call the workflow, print what came of it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpd_studio.cli.console import Console
from mpd_studio.core.errors import BadInput, MpdError
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.guidance_file import read_guidance
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality
from mpd_studio.core.project_file import SUFFIX, read_project, write_project
from mpd_studio.core.timeline import Timeline, gaps_of

_DEFAULT_RATE = 24


def run(arguments: argparse.Namespace, console: Console) -> int:
    """The exit code. Raises: MpdError, Cancelled."""
    return _COMMANDS[arguments.command](arguments, console)


def _fill(arguments: argparse.Namespace, console: Console) -> int:
    from mpd_studio.workflow import inbetween
    from mpd_studio.workflow.output_folder import check_folder, check_name

    check_name(arguments.name)
    check_folder(arguments.out, overwrite=arguments.overwrite)
    _check_movie(arguments.movie)
    request = _request(arguments)
    place = inbetween.default_place(request)
    info = inbetween.format_for(request.first.media, arguments.format)
    sheet = inbetween.plan_sheet(request, place, info)
    if arguments.dry_run:
        console.text(sheet.as_text())
        console.document({"sheet": sheet.as_json()})
        return 0
    console.text(sheet.title)
    with console.progress():
        made = inbetween.run(
            request,
            arguments.out,
            console,
            name=arguments.name,
            exporter_id=arguments.format,
            place=place,
            overwrite=arguments.overwrite,
        )
        movies = []
        if arguments.movie:
            movies = _movie(made, arguments, arguments.out, arguments.name, place, console)
    console.text(made.sheet.as_text())
    console.text(f"{arguments.out / made.result.frames.pattern}")
    console.document({**_run_document(made), **({"movies": movies} if movies else {})})
    return 0


def _check_movie(exporter_id: str | None) -> None:
    from mpd_studio.workflow.deliver import exporter_info

    if exporter_id and not exporter_info(exporter_id).is_movie:
        raise BadInput(f"'{exporter_id}' is no movie format; use --format for frames.")


def _movie(
    made: Any, arguments: argparse.Namespace, folder: Path, name: str, place: Any, console: Console
) -> list[str]:
    from mpd_studio.workflow.deliver import deliver_take

    report = deliver_take(
        made.result, arguments.movie, folder, name, console, place=place, overwrite=arguments.overwrite
    )
    return [str(file) for file in report.files]


def _request(arguments: argparse.Namespace) -> InbetweenRequest:
    from mpd_studio.workflow.build_request import request_between_stills, request_inside_clip
    from mpd_studio.workflow.open_media import open_media

    files, guidance = arguments.files, Guidance()
    inside = arguments.after is not None or arguments.before is not None
    if len(files) > 2:
        raise BadInput(f"{len(files)} files were named; name two pictures, or one clip with --after and --before.")
    first = open_media(files[0], arguments.rate, as_sequence=inside).media
    if arguments.guidance:
        guidance = read_guidance(arguments.guidance, first.size)
    if len(files) == 1:
        if arguments.after is None or arguments.before is None:
            raise BadInput("One clip needs --after I and --before J: the frames on both sides of the gap.")
        request = request_inside_clip(
            first, arguments.after, arguments.before, arguments.new_frames, arguments.rate, guidance
        )
    else:
        if inside:
            raise BadInput("--after and --before go with one clip, not with two files.")
        if arguments.new_frames is None:
            raise BadInput("Say how many frames are missing between the two: --new-frames N.")
        last = open_media(files[1], arguments.rate, as_sequence=False).media
        rate = arguments.rate or (first.rate if first.frame_count > 1 else last.rate)
        request = request_between_stills(first, last, arguments.new_frames, rate, guidance)
    return replace(request, engine_id=arguments.engine, seed=arguments.seed, settings=_settings(arguments))


def _settings(arguments: argparse.Namespace) -> EngineSettings:
    return EngineSettings(Quality(arguments.quality))


def _run_document(made: Any) -> dict[str, Any]:
    return {
        "frames": [str(path) for path in made.result.frames.paths],
        "sheet": made.sheet.as_json(),
        "seconds": {name: round(seconds, 4) for name, seconds in made.seconds},
        "confidence": list(made.result.provenance.confidence),
    }


def _open_timeline(path: Path, console: Console) -> Timeline:
    if path.suffix != SUFFIX:
        raise BadInput(f"{path.name} is not a project; this command reads {SUFFIX} files.")
    opened = read_project(path)
    for note in opened.notes:
        console.warning(note)
    for media in opened.timeline.media:
        if media.kind.value != "sequence" and not Path(media.path).exists():
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
    from mpd_studio.workflow.build_request import place_of
    from mpd_studio.workflow.fill_timeline import fill_timeline, gap_folder
    from mpd_studio.workflow.output_folder import check_folder

    timeline = _open_timeline(arguments.file, console)
    check_folder(arguments.out, overwrite=arguments.overwrite)
    _check_movie(arguments.movie)
    if arguments.dry_run:
        return _plan_timeline(arguments, timeline, console)
    with console.progress():
        filled = fill_timeline(
            timeline,
            arguments.out,
            console,
            engine_id=arguments.engine,
            settings=_settings(arguments),
            seed=arguments.seed,
            exporter_id=arguments.format,
            overwrite=arguments.overwrite,
        )
        movies: dict[int, list[str]] = {}
        for gap in filled.gaps:
            if arguments.movie and gap.run:
                name = gap_folder(gap.number)
                place = place_of(timeline, gap.placed.gap.id)
                movies[gap.number] = _movie(gap.run, arguments, arguments.out / name, name, place, console)
    arguments.out.mkdir(parents=True, exist_ok=True)
    project = arguments.out.absolute() / arguments.file.name
    write_project(project, filled.timeline)
    rows = []
    for gap in filled.gaps:
        made = _run_document(gap.run) if gap.run else {"problem": str(gap.problem)}
        rows.append({"gap": gap.number, **made, **({"movies": movies[gap.number]} if gap.number in movies else {})})
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
            request = build_request(timeline, gap_id, arguments.engine, _settings(arguments), arguments.seed)
            info = inbetween.format_for(request.first.media, arguments.format)
            sheet = inbetween.plan_sheet(request, place_of(timeline, gap_id), info)
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
    "doctor": _doctor,
}
