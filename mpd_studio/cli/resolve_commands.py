"""`mpd-studio bridge resolve …`: ask a running DaVinci Resolve Studio, as the window does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.bridge.inbox import jobs_folder
from mpd_studio.bridge.resolve_driver import MODES, ResolveDriver
from mpd_studio.core.paths import program_paths

if TYPE_CHECKING:
    from mpd_studio.cli.console import Console


def add_resolve(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> list[argparse.ArgumentParser]:
    """The words of the command. Returns the parsers, for what all verbs of `bridge` have in common."""
    resolve = verbs.add_parser("resolve", help="ask a running DaVinci Resolve Studio", allow_abbrev=False)
    questions = resolve.add_subparsers(dest="question", metavar="QUESTION", required=True)
    status = questions.add_parser("status", help="which edition, project and timeline is open")
    send = questions.add_parser("send", help="have it send the gap at its playhead")
    send.add_argument("--mode", choices=MODES, default="auto", help="from the clips' files, or as Resolve shows them")
    place = questions.add_parser("place", help="have it place the newest result of a job")
    place.add_argument("job", metavar="JOB", help="a job's folder, or its name in the jobs folder")
    place.add_argument("--force", action="store_true", help="also where the gap's neighbours are others now")
    place.add_argument("--save", action="store_true", help="save the project, and read back once more")
    for question in (status, send, place):
        question.add_argument("--jobs", type=Path, metavar="DIR", help="the jobs folder (default: the program's own)")
    return [status, send, place]


def run_resolve(arguments: argparse.Namespace, console: Console) -> int:
    """The exit code. Raises: MpdError, Cancelled."""
    paths = program_paths()
    jobs = arguments.jobs.absolute() if arguments.jobs else jobs_folder(paths)
    driver = ResolveDriver(paths.resolve_side, jobs)
    tick = console.raise_if_cancelled
    if arguments.question == "status":
        host = driver.status(tick)
        console.document(host)
        version = ".".join(str(part) for part in host.get("version", [])[:3])
        console.text(
            f"DaVinci Resolve {host.get('edition', '')} {version}: {host.get('project')}, {host.get('timeline')}"
        )
    elif arguments.question == "send":
        sent = driver.send(arguments.mode, tick)
        console.document({"sent": [{"job": job_id, "message": message} for job_id, message in sent]})
        for job_id, message in sent:
            console.text(f"{jobs / job_id}: {message}")
    else:
        placed = driver.place(Path(arguments.job).name, force=arguments.force, save=arguments.save, tick=tick)
        console.document(placed)
        console.text(f"{placed['count']} frames on video track {placed['track']} at {placed['start']}, read back.")
    return 0
