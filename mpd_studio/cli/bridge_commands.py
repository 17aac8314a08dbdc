"""`mpd-studio bridge …`: fill jobs of editors without a window."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.bridge.claim import ClaimWatch
from mpd_studio.bridge.inbox import bridge_folder, jobs_folder, take_on, take_on_patiently, waiting_jobs
from mpd_studio.bridge.job import ClaimedJob, write_presence
from mpd_studio.cli.engine_words import add_engine_words, asked_settings
from mpd_studio.core.errors import BadInput, MpdError
from mpd_studio.core.paths import program_paths

if TYPE_CHECKING:
    from mpd_studio.cli.console import Console

_LOOK_S = 0.5


def add_bridge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The words of the command."""
    bridge = commands.add_parser("bridge", help="editors: fill the gaps they send", allow_abbrev=False)
    verbs = bridge.add_subparsers(dest="verb", metavar="VERB", required=True)
    fill = verbs.add_parser("fill", help="fill the gap of a job, or of every job that comes", allow_abbrev=False)
    fill.add_argument("job", nargs="?", metavar="JOB", help="a job's folder, or its name in the jobs folder")
    fill.add_argument("--watch", action="store_true", help="go on with every job that comes, until Ctrl-C")
    fill.add_argument("--jobs", type=Path, metavar="DIR", help="the jobs folder (default: the program's own)")
    add_engine_words(fill)
    for verb in (fill,):
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

    result = fill_job(job, console, engine_id=arguments.engine, settings=settings, seed=arguments.seed)
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


_VERBS = {"fill": _fill}
