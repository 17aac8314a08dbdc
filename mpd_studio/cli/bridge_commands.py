"""`mpd-studio bridge …`: put our side into editors, and fill the gaps they send without a window."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.bridge.claim import ClaimWatch
from mpd_studio.bridge.host_files import HostKind
from mpd_studio.bridge.hosts import HostPlace, find_hosts, place_in, this_machine
from mpd_studio.bridge.inbox import bridge_folder, jobs_folder, last_job, take_on, take_on_patiently, waiting_jobs
from mpd_studio.bridge.install import Done, Installed, install, look, next_step, state_text, uninstall
from mpd_studio.bridge.job import ClaimedJob, write_presence
from mpd_studio.cli.bridge_cleaning import add_clean, run_clean
from mpd_studio.cli.engine_words import add_engine_words, asked_settings
from mpd_studio.cli.resolve_commands import add_resolve, run_resolve
from mpd_studio.core.errors import BadInput, MpdError
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance_file import read_guidance
from mpd_studio.core.paths import program_paths

if TYPE_CHECKING:
    from mpd_studio.cli.console import Console

_LOOK_S = 0.5


def add_bridge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The words of the command."""
    bridge = commands.add_parser(
        "bridge", help="editors: install our side, fill the gaps they send", allow_abbrev=False
    )
    verbs = bridge.add_subparsers(dest="verb", metavar="VERB", required=True)
    fill = verbs.add_parser("fill", help="fill the gap of a job, or of every job that comes", allow_abbrev=False)
    fill.add_argument("job", nargs="?", metavar="JOB", help="a job's folder, or its name in the jobs folder")
    fill.add_argument("--watch", action="store_true", help="go on with every job that comes, until Ctrl-C")
    fill.add_argument("--jobs", type=Path, metavar="DIR", help="the jobs folder (default: the program's own)")
    fill.add_argument("--guidance", type=Path, metavar="FILE.json", help="motion paths and regions")
    add_engine_words(fill)
    status = verbs.add_parser("status", help="which editors were found, and what stands in each", allow_abbrev=False)
    install = verbs.add_parser("install", help="put our side into the editors, or bring it up to date")
    uninstall = verbs.add_parser("uninstall", help="take our side away again; nothing else is touched")
    for verb in (status, install, uninstall):
        verb.add_argument("--host", choices=[host.value for host in HostKind], help="this editor only")
        verb.add_argument("--dest", type=Path, metavar="DIR", help="its script or add-on folder, if it is not found")
        verb.add_argument("--jobs", type=Path, metavar="DIR", help="the jobs folder (default: the program's own)")
    for verb in (install, uninstall):
        verb.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")
    for verb in (fill, status, install, uninstall, add_clean(verbs), *add_resolve(verbs)):
        verb.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        verb.add_argument("--quiet", action="store_true", help="no progress, nothing on the screen")


def run_bridge(arguments: argparse.Namespace, console: Console) -> int:
    """The exit code. Raises: MpdError, Cancelled."""
    return _VERBS[arguments.verb](arguments, console)


def _fill(arguments: argparse.Namespace, console: Console) -> int:
    jobs = arguments.jobs.absolute() if arguments.jobs else jobs_folder(program_paths())
    if arguments.watch == bool(arguments.job):
        raise BadInput("Name one job, or say --watch to fill every job that comes.")
    settings = asked_settings(arguments)
    if arguments.guidance:
        read_guidance(arguments.guidance, Size(1, 1))  # a slip in it must not count as the job's failure
    if arguments.watch:
        return _watch(arguments, jobs, console)
    named = Path(arguments.job)
    folder = named.absolute() if named.is_dir() else jobs / arguments.job
    with console.progress():
        job = take_on_patiently(folder, console)
        filled = _fill_one(job, arguments, settings, console)
    console.document(filled)
    console.text(filled["result"])
    return 0


def _fill_one(job: ClaimedJob, arguments: argparse.Namespace, settings: Any, console: Console) -> dict[str, Any]:
    from mpd_studio.workflow.bridge_fill import fill_job

    result = fill_job(
        job,
        console,
        engine_id=arguments.engine,
        settings=settings,
        seed=arguments.seed,
        guidance=arguments.guidance,
    )
    return {
        "job": job.folder.name,
        "revision": job.claim.revision,
        "result": str(job.folder / "result.json"),
        "frames": result.frames.count,
        "verdict": result.verdict,
        "reasons": list(result.reasons),
    }


def _watch(arguments: argparse.Namespace, jobs: Path, console: Console) -> int:
    """Until it is cancelled. A job that cannot be done is told of, here and to the editor, and the next one comes."""
    if not arguments.jobs:
        write_presence(bridge_folder(program_paths()))
    console.text(f"Waiting for jobs in {jobs}. Ctrl-C ends it.")
    settings, watch = asked_settings(arguments), ClaimWatch()
    hopeless: set[Path] = set()
    while True:
        for folder in waiting_jobs(jobs):
            if folder in hopeless:
                continue
            try:
                job = take_on(folder, watch)
                if job is None:
                    continue
                with console.progress():
                    filled = _fill_one(job, arguments, settings, console)
                console.text(f"{filled['job']}: {filled['frames']} frames, {filled['verdict']}")
            except MpdError as error:
                console.warning(f"{folder.name}: {error}")
                hopeless.add(folder)  # where its disk is full it would come again and again
        console.raise_if_cancelled()
        time.sleep(_LOOK_S)


def _places(arguments: argparse.Namespace) -> tuple[HostPlace, ...]:
    """The editors that are meant. Raises: BadInput: none was found, or --dest without --host."""
    if arguments.dest:
        if not arguments.host:
            raise BadInput("Say with --host which editor the folder of --dest belongs to.")
        return (place_in(HostKind(arguments.host), arguments.dest.absolute()),)
    wanted = {HostKind(arguments.host)} if arguments.host else set(HostKind)
    return tuple(place for place in find_hosts(this_machine()) if place.host in wanted)


def _jobs(arguments: argparse.Namespace) -> Path:
    return arguments.jobs.absolute() if arguments.jobs else jobs_folder(program_paths())


def _status(arguments: argparse.Namespace, console: Console) -> int:
    jobs = _jobs(arguments)
    rows = [look(place, jobs) for place in _places(arguments)]
    waiting, last = len(waiting_jobs(jobs)), last_job(jobs)
    console.document(
        {
            "hosts": [_status_row(row) for row in rows],
            "jobs": str(jobs),
            "waiting": waiting,
            "last_job": asdict(last) if last else None,
        }
    )
    for row in rows:
        console.text(f"{row.place.title}: {row.place.problem or state_text(row)}")
        console.text(f"  {row.place.folder}")
    if not rows:
        console.text(_NOT_FOUND)
    console.text(f"Jobs folder: {jobs}, {waiting} waiting")
    if last:
        console.text(f"Last job: {last.sender}: {last.state}{', placed' if last.is_placed else ''} ({last.id})")
    return 0


def _status_row(row: Installed) -> dict[str, Any]:
    return {
        "host": row.place.host.value,
        "host_version": row.place.version,
        "folder": str(row.place.folder),
        "state": row.state.value,
        "version": row.version,
        "edited": list(row.edited),
        "problem": row.place.problem,
    }


def _install(arguments: argparse.Namespace, console: Console) -> int:
    jobs = _jobs(arguments)
    return _do(arguments, console, lambda place: install(place, jobs, dry_run=arguments.dry_run), to_install=True)


def _uninstall(arguments: argparse.Namespace, console: Console) -> int:
    return _do(arguments, console, lambda place: uninstall(place, dry_run=arguments.dry_run), to_install=False)


def _do(arguments: argparse.Namespace, console: Console, work: Callable[[HostPlace], Done], *, to_install: bool) -> int:
    """One editor after the other; what goes wrong with one does not keep the others from it."""
    places = _places(arguments)
    if not places:
        raise BadInput(_NOT_FOUND)
    rows: list[dict[str, Any]] = []
    worst = 0
    for place in places:
        row: dict[str, Any] = {"host": place.host.value, "folder": str(place.folder)}
        rows.append(row)
        try:
            done = work(place)
        except MpdError as error:
            worst = max(worst, error.exit_code)
            row["problem"] = str(error)
            console.warning(f"{place.title}: {error}")
            continue
        row |= {"written": [str(path) for path in done.written], "removed": [str(path) for path in done.removed]}
        row["warnings"] = list(done.warnings)
        would = "would be " if arguments.dry_run else ""
        console.text(f"{place.title}: {len(done.written)} files {would}written, {len(done.removed)} removed")
        console.text(f"  {place.folder}")
        for warning in done.warnings:
            console.warning(warning)
        if to_install and not arguments.dry_run:
            console.text(f"  {next_step(place.host)}")
    console.document({"hosts": rows, "dry_run": arguments.dry_run})
    return worst


_NOT_FOUND = "No editor was found. Start Blender or DaVinci Resolve once, or name its folder with --host and --dest."
_VERBS = {
    "resolve": run_resolve,
    "fill": _fill,
    "clean": run_clean,
    "status": _status,
    "install": _install,
    "uninstall": _uninstall,
}
