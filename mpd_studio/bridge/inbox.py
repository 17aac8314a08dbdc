"""The jobs folder as a studio sees it: which jobs wait, and taking one on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.bridge.claim import ClaimWatch, claim
from mpd_studio.bridge.job import ClaimedJob, JobState, has_frames, is_cancelled
from mpd_studio.bridge.message_file import read_message
from mpd_studio.bridge.places import is_job_id, plain_folder
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.bridge.request import read_request
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter

_LOOK_S = 0.5


def bridge_folder(paths: ProgramPaths) -> Path:
    return paths.data / "bridge"


def jobs_folder(paths: ProgramPaths) -> Path:
    return bridge_folder(paths) / "jobs"


def waiting_jobs(jobs: Path) -> tuple[Path, ...]:
    """Jobs without a result that nobody has cancelled, oldest first. Links and other folders are passed over."""
    try:
        with os.scandir(jobs) as entries:
            names = sorted(entry.name for entry in entries if is_job_id(entry.name) and _is_folder(entry))
    except OSError:
        return ()  # not there yet, or its disk is away: look again later
    return tuple(folder for name in names if _is_waiting(folder := jobs / name))


@dataclass(frozen=True, slots=True)
class LastJob:
    """The newest job. sender: the editor with edition, version and project, as far as it says."""

    id: str
    sender: str
    state: str
    is_placed: bool


def last_job(jobs: Path) -> LastJob | None:
    """For people who look what came of it; None where there is none."""
    try:
        names = sorted(name for name in os.listdir(jobs) if is_job_id(name))
    except OSError:
        names = []
    if not names:
        return None
    folder = jobs / names[-1]
    try:
        host = read_request(folder).host
        sender = " ".join(
            filter(None, (host.app, host.edition, host.version, f"({host.project})" * bool(host.project)))
        )
    except BridgeProblem as problem:
        sender = str(problem)
    state, receipt = _value(folder, "status", "state") or "not taken on", _value(folder, "receipt", "state")
    return LastJob(names[-1], sender, state, receipt == "placed")


def _value(folder: Path, kind: str, key: str) -> str:
    try:
        return str(read_message(folder / f"{kind}.json", kind, folder.name).get(key, ""))
    except BridgeProblem:
        return ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_waiting(folder: Path) -> bool:
    return (
        os.path.lexists(folder / "request.json")
        and not os.path.lexists(folder / "result.json")
        and not is_cancelled(folder)
    )


def take_on(job: Path, watch: ClaimWatch) -> ClaimedJob | None:
    """Claim the job if it is free now; None while somebody works on it or was quicker.

    Raises:
        BridgeProblem: it is no job folder, which is left untouched, or cannot be written into. PROTOCOL_VERSION: it is
            for a later studio, and is left to it.
    """
    _check_is_job(plain_folder(job))
    number = watch.free_number(job)
    if number is None:
        return None
    try:
        read_message(job / "request.json", "request")
    except BridgeProblem as problem:
        if problem.code is ErrorCode.PROTOCOL_VERSION:
            raise
    try:
        return ClaimedJob(claim(job, number))
    except BridgeProblem as problem:
        if problem.code is ErrorCode.CLAIMED_ELSEWHERE:
            return None
        raise


def _check_is_job(folder: Path) -> None:
    """Any folder can be named by a person: nothing is written, no claim and no answer, where no editor asked."""
    if not is_job_id(folder.name):
        raise BridgeProblem(
            ErrorCode.BAD_MESSAGE, f"{folder} is no job: '{folder.name}' is not the name of one. See: bridge status"
        )
    if not os.path.lexists(folder / "request.json"):
        raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{folder} holds no request.json: no editor has sent it.")


def take_on_patiently(
    job: Path, reporter: Reporter, watch: ClaimWatch | None = None, pause: Callable[[float], None] = time.sleep
) -> ClaimedJob:
    """Claim the job, after watching long enough whether its present owner still lives.

    Raises:
        BridgeProblem: CLAIMED_ELSEWHERE: somebody works on it. CANCELLED: the editor has called it off.
        Cancelled: through the reporter.
    """
    watch = watch or ClaimWatch()
    if is_cancelled(plain_folder(job)):
        raise BridgeProblem(ErrorCode.CANCELLED, f"The job {job.name} was called off. Send the gap again.")
    beats = 0
    while (claimed := take_on(job, watch)) is None:
        beats += watch.has_just_moved(job)
        if beats > 1:
            raise BridgeProblem(
                ErrorCode.CLAIMED_ELSEWHERE, f"Another studio works on the job {job.name}.", is_retryable=True
            )
        reporter.raise_if_cancelled()
        pause(_LOOK_S)
    return claimed


def give_back(job: ClaimedJob, message: str = "Nobody works on this gap at present.") -> None:
    """Leave a job undone for somebody else. Raises: BridgeProblem."""
    if not has_frames(job.folder):
        job.write_status(JobState.WAITING, 0.0, message)
    job.claim.release()
