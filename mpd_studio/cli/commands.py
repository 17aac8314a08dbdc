"""The commands: read the arguments, call the workflow, print what came of it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from mpd_studio.cli.asked_request import asked_request, check_ends, check_format
from mpd_studio.cli.bridge_commands import run_bridge
from mpd_studio.cli.console import Console
from mpd_studio.cli.engine_words import asked_settings
from mpd_studio.cli.lab_command import run_lab_command
from mpd_studio.cli.motion_commands import run_animate, run_motion
from mpd_studio.cli.restyle_command import run_restyle
from mpd_studio.cli.timeline_commands import run_document, run_fill_timeline, run_gaps
from mpd_studio.cli.weights_commands import run_weights
from mpd_studio.core.inbetween import InbetweenRequest

if TYPE_CHECKING:
    from mpd_studio.workflow.inbetween import ConfidenceMaps


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
            maps=_maps(arguments),
        )
    console.text(made.sheet.as_text())
    if arguments.confidence_matte and not made.result.provenance.confidence:
        console.warning(f"The engine '{arguments.engine}' tells no confidence, so there is no matte of it.")
    console.text(f"{arguments.out / made.result.frames.pattern}")
    console.document(run_document(made))
    return 0


def _maps(arguments: argparse.Namespace) -> ConfidenceMaps:
    from mpd_studio.workflow.inbetween import ConfidenceMaps

    return ConfidenceMaps.MATTES if arguments.confidence_matte else ConfidenceMaps.NONE


def _check_formats(arguments: argparse.Namespace) -> None:
    """Raises: WrongUsage: --format or --movie names no such format."""
    check_format("--format", arguments.format, is_movie=False)
    check_format("--movie", arguments.movie, is_movie=True)


def _request(arguments: argparse.Namespace) -> InbetweenRequest:
    return replace(
        asked_request(arguments), engine_id=arguments.engine, seed=arguments.seed, settings=asked_settings(arguments)
    )


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
    "gaps": run_gaps,
    "fill-timeline": run_fill_timeline,
    "engines": _engines,
    "lab": run_lab_command,
    "motion": run_motion,
    "animate": run_animate,
    "restyle": run_restyle,
    "weights": run_weights,
    "bridge": run_bridge,
    "doctor": _doctor,
}
