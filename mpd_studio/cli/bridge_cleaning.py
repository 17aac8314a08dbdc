"""`mpd-studio bridge clean`: take old jobs of editors away that nobody needs any more."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.bridge.cleaning import DAY_S, OLD_S, Fate, OldJob, may_go, old_jobs, remove_job, remove_leftovers
from mpd_studio.bridge.inbox import jobs_folder
from mpd_studio.core.errors import BadInput, MpdError
from mpd_studio.core.paths import program_paths

if TYPE_CHECKING:
    from mpd_studio.cli.console import Console

_MEGABYTE = 1_000_000


def add_clean(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    clean = verbs.add_parser("clean", help="take away old jobs that nobody needs any more", allow_abbrev=False)
    clean.add_argument(
        "--older-than", type=float, default=OLD_S / DAY_S, metavar="DAYS", help="untouched for so long (default: 30)"
    )
    clean.add_argument(
        "--placed-too",
        action="store_true",
        help="also jobs whose pictures projects refer to: copy them with the projects first",
    )
    clean.add_argument("--dry-run", action="store_true", help="say what would go and remove nothing")
    clean.add_argument("--jobs", type=Path, metavar="DIR", help="the jobs folder (default: the program's own)")
    return clean


def run_clean(arguments: argparse.Namespace, console: Console) -> int:
    """The exit code. Raises: MpdError, Cancelled."""
    if not arguments.older_than >= 0:
        raise BadInput("--older-than takes a number of days, 0 or more.")
    jobs = arguments.jobs.absolute() if arguments.jobs else jobs_folder(program_paths())
    found = old_jobs(jobs)
    going = [job for job in found if may_go(job, arguments.older_than * DAY_S, arguments.placed_too)]
    worst, removed = 0, []
    if not arguments.dry_run:
        remove_leftovers(jobs)
    for job in going:
        console.raise_if_cancelled()
        try:
            if not arguments.dry_run:
                remove_job(job, arguments.placed_too)
        except MpdError as error:
            worst = max(worst, error.exit_code)
            console.warning(str(error))
            continue
        removed.append(job)
        console.text(f"{job.folder.name}: {job.why} ({_size(job.bytes)}, {job.age_s / DAY_S:.0f} days)")
    kept = [job for job in found if job not in removed]
    console.document(_document(jobs, removed, kept, arguments.dry_run))
    total = sum(job.bytes for job in removed)
    would = "would go" if arguments.dry_run else "removed"
    console.text(f"{len(removed)} of {len(found)} jobs in {jobs} {would}: {_size(total)}")
    for why, count in sorted(Counter(_why_kept(job, arguments.placed_too) for job in kept).items()):
        console.text(f"  {count} kept: {why}")
    return worst


def _why_kept(job: OldJob, placed_too: bool) -> str:
    if job.fate is Fate.KEPT:
        return job.why
    if job.fate is Fate.GOES_IF_ASKED and not placed_too:
        return f"{job.why} (copy the files with it, then --placed-too)"
    return f"{job.why}, but not old enough"


def _document(jobs: Path, removed: list[OldJob], kept: list[OldJob], dry_run: bool) -> dict[str, Any]:
    return {
        "jobs": str(jobs),
        "dry_run": dry_run,
        "removed": [_row(job) for job in removed],
        "kept": [_row(job) for job in kept],
        "bytes": sum(job.bytes for job in removed),
    }


def _row(job: OldJob) -> dict[str, Any]:
    return {"job": job.folder.name, "why": job.why, "bytes": job.bytes, "age_days": round(job.age_s / DAY_S, 2)}


def _size(count: int) -> str:
    return f"{count / _MEGABYTE:.1f} MB"
