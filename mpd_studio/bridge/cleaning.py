"""Old jobs: which of them nobody needs any more, and taking those away. Nothing outside the jobs folder is touched."""

from __future__ import annotations

import os
import re
import shutil
import stat
import time
import uuid
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mpd_studio.bridge.claim import newest_claim
from mpd_studio.bridge.job import has_frames, is_cancelled, read_receipt
from mpd_studio.bridge.message_file import read_message
from mpd_studio.bridge.places import is_job_id
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode, write_problem
from mpd_studio.bridge.request import read_request

DAY_S = 86_400.0
OLD_S = 30 * DAY_S
# Of a job's own files; whatever else lies there was put there by somebody, and the job stays.
_OURS = re.compile(r"(request|status|result|receipt|claim(\.[1-9]\d{0,3})?)\.json|cancel|frames|media|\..+\.(tmp|part)")
_GONE = re.compile(r"\.[0-9A-Z]{26}\.[0-9a-f]{12}\.gone")


class Fate(Enum):
    KEPT = "kept"
    GOES = "goes"
    GOES_IF_ASKED = "goes if asked"  # a project may refer to pictures in it


@dataclass(frozen=True, slots=True)
class OldJob:
    """A job as it was found. why: what its fate rests on, for people. age_s: since anything in it was written."""

    folder: Path
    fate: Fate
    why: str
    bytes: int = 0
    age_s: float = 0.0


def old_jobs(jobs: Path, now_s: float | None = None) -> tuple[OldJob, ...]:
    """All jobs of the folder, oldest first, whatever their fate.

    now_s: as time.time().

    Raises:
        BridgeProblem: PATH_REFUSED: the jobs folder itself is a link.
    """
    if jobs.is_symlink():
        raise BridgeProblem(ErrorCode.PATH_REFUSED, f"{jobs} is a link. Name the folder that it leads to.")
    now_s = time.time() if now_s is None else now_s
    try:
        names = sorted(name for name in os.listdir(jobs) if is_job_id(name))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BridgeProblem(ErrorCode.MEDIA_MISSING, f"{jobs} cannot be read ({error.strerror}).") from error
    return tuple(_looked_at(jobs / name, now_s) for name in names)


def remove_job(job: OldJob, placed_too: bool = False) -> None:
    """Take a job away that `old_jobs` found, unless it has changed since.

    It gets a hidden name first, so that an editor or a studio sees it whole or not at all.

    Raises:
        BridgeProblem: it has changed, or the file system refuses; then as much of it as could not be removed stands
            under the hidden name, for `remove_leftovers`.
    """
    again = _looked_at(job.folder, time.time())
    if again.bytes != job.bytes or not may_go(again, job.age_s, placed_too):
        raise BridgeProblem(ErrorCode.NOT_WRITABLE, f"{job.folder.name} has changed meanwhile, and stays.")
    hidden = job.folder.with_name(f".{job.folder.name}.{uuid.uuid4().hex[:12]}.gone")
    try:
        os.rename(job.folder, hidden)
        shutil.rmtree(hidden)
    except OSError as error:
        raise write_problem(hidden, error) from error


def remove_leftovers(jobs: Path) -> None:
    """What `remove_job` could not take away the last time. Never fails: the next time will come."""
    try:
        names = [name for name in os.listdir(jobs) if _GONE.fullmatch(name)]
    except OSError:
        return
    for name in names:
        if not (jobs / name).is_symlink():
            shutil.rmtree(jobs / name, ignore_errors=True)


def may_go(job: OldJob, older_than_s: float, placed_too: bool) -> bool:
    return job.age_s >= older_than_s and (job.fate is Fate.GOES or (placed_too and job.fate is Fate.GOES_IF_ASKED))


def _looked_at(folder: Path, now_s: float) -> OldJob:
    try:
        size, newest_s, has_pictures = _contents(folder)
        age_s = max(0.0, now_s - newest_s)
        fate, why = _fate(folder, has_pictures, age_s)
    except BridgeProblem as problem:
        return OldJob(folder, Fate.KEPT, str(problem))
    return OldJob(folder, fate, why, size, age_s)


def _contents(folder: Path) -> tuple[int, float, bool]:
    """(bytes, time of the newest file or folder, whether there are frames that the editor rendered).

    Raises:
        BridgeProblem: PATH_REFUSED: a link, or what is no job's. MEDIA_MISSING: it cannot be looked into.
    """
    size, newest_s, has_pictures = 0, 0.0, False
    waiting = [folder]
    try:
        while waiting:
            place = waiting.pop()
            found = os.lstat(place)
            newest_s = max(newest_s, found.st_mtime)
            if stat.S_ISDIR(found.st_mode):
                waiting += [place / name for name in os.listdir(place)]
            elif stat.S_ISREG(found.st_mode):
                size += found.st_size
                has_pictures |= place.parent == folder / "frames"
            else:
                raise BridgeProblem(ErrorCode.PATH_REFUSED, f"{place} is a link or no plain file, so the job stays.")
            if place.parent == folder and not _OURS.fullmatch(place.name):
                raise BridgeProblem(ErrorCode.PATH_REFUSED, f"'{place.name}' in it is no part of a job.")
    except OSError as error:
        raise BridgeProblem(ErrorCode.MEDIA_MISSING, f"It cannot be looked into ({error.strerror}).") from error
    return size, newest_s, has_pictures


def _fate(folder: Path, has_pictures: bool, age_s: float) -> tuple[Fate, str]:
    """Raises: BridgeProblem: it is not understood."""
    read_request(folder)
    if age_s < DAY_S and not newest_claim(folder).is_over:  # a claim that beats is never older than seconds
        return Fate.KEPT, "a studio works on it, or has not given it back"
    if has_frames(folder):
        revision = read_message(folder / "result.json", "result", folder.name).get("revision")
        receipt = read_receipt(folder, revision) if isinstance(revision, int) else None
        if receipt is None:
            return Fate.KEPT, "its newest frames are not placed"
        if receipt.problem:
            return Fate.KEPT, "its newest frames could not be placed"
        return Fate.GOES_IF_ASKED, "placed; the editor's project refers to the frames in it"
    if not is_cancelled(folder) and not os.path.lexists(folder / "result.json"):
        return Fate.KEPT, "it waits to be filled"
    if not is_cancelled(folder):
        read_message(folder / "result.json", "result", folder.name)  # an error that can be read, or it stays
    if any(_revisions(folder)):
        return Fate.KEPT, "frames lie in it that no result names"
    ended = "cancelled" if is_cancelled(folder) else "failed"
    if has_pictures:
        return Fate.GOES_IF_ASKED, f"{ended}; a project of the studio may show the pictures in it"
    return Fate.GOES, f"{ended}; no frames in it"


def _revisions(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder / "media") if not name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BridgeProblem(ErrorCode.MEDIA_MISSING, f"It cannot be looked into ({error.strerror}).") from error
