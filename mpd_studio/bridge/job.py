"""A job that this process has claimed: status, media and result go into its folder, and nothing else does."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import mpd_studio
from mpd_studio.bridge.claim import Claim, utc_now
from mpd_studio.bridge.message_file import VERSION, read_message, schema_of, write_message
from mpd_studio.bridge.places import inside
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode, write_problem

_CHUNK_BYTES = 1 << 20
# Of a revision in the making; with a second dot before and a second end where a run writes for it.
_PART = re.compile(r"\.{1,2}r\d{3,6}\..*\.part")


class JobState(Enum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class MadeFiles:
    """What stands in the folder of a revision. movie: file name, or "". facts: further keys of result.json."""

    pattern: str
    first_number: int
    count: int
    movie: str = ""
    movie_format: str = ""
    movie_start_tc: str = ""
    facts: tuple[tuple[str, Any], ...] = ()


class ClaimedJob:
    """For one thread; `claim.beat` may come from another."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.folder = claim.job

    @property
    def is_cancelled(self) -> bool:
        return is_cancelled(self.folder)

    def write_status(
        self, state: JobState, progress: float, message: str, problem: BridgeProblem | None = None
    ) -> None:
        """Raises: BridgeProblem: NOT_WRITABLE or DISK_FULL."""
        status = {
            **self._head("status"),
            "state": state.value,
            "progress": round(min(1.0, max(0.0, progress)), 4),
            "message": message,
            "updated": utc_now(),
        }
        if problem is not None:
            status["error"] = problem.as_json()
        write_message(self.folder / "status.json", status)

    @contextmanager
    def revision_folder(self) -> Iterator[Path]:
        """A place for the files of the revision that does not exist yet; gone after the block unless published.

        Raises:
            BridgeProblem: PATH_REFUSED: `media` is a link. NOT_WRITABLE or DISK_FULL.
        """
        media = inside(self.folder, "media")
        try:
            media.mkdir(exist_ok=True)
            _clear_parts(media)
        except OSError as error:
            raise write_problem(media, error) from error
        part = self._part
        try:
            yield part
        finally:
            _clear_parts(media, self.claim.token)

    def publish(self, made: MadeFiles) -> None:
        """Turn what stands in revision_folder() into the revision, and say so in result.json and status.json.

        Raises:
            BridgeProblem: CLAIMED_ELSEWHERE: another studio took the job over, or has published this revision.
                MEDIA_MISSING, NOT_WRITABLE, DISK_FULL.
        """
        name = f"media/r{self.claim.revision:03d}"
        result = self._result(made, name)
        final = inside(self.folder, name)
        self.claim.check()
        try:
            os.rename(self._part, final)  # fails where a folder with files stands: a revision is made once
        except OSError as error:
            if final.exists():
                raise BridgeProblem(
                    ErrorCode.CLAIMED_ELSEWHERE, f"Another studio has filled the job {self.folder.name} meanwhile."
                ) from error
            raise write_problem(final, error) from error
        write_message(self.folder / "result.json", result)
        self.write_status(JobState.DONE, 1.0, "The frames are ready to be placed.")

    def fail(self, problem: BridgeProblem) -> None:
        """Say why there are no frames. An earlier revision's result stays.

        Raises:
            BridgeProblem: CLAIMED_ELSEWHERE, NOT_WRITABLE, DISK_FULL.
        """
        self.claim.check()
        state = JobState.CANCELLED if problem.code is ErrorCode.CANCELLED else JobState.FAILED
        self.write_status(state, 0.0, str(problem), problem)
        if not has_frames(self.folder):
            error = {"revision": self.claim.revision, "created": utc_now(), "error": problem.as_json()}
            write_message(self.folder / "result.json", {**self._head("result"), **error})

    @property
    def _part(self) -> Path:
        return self.folder / "media" / f".r{self.claim.revision:03d}.{self.claim.token}.part"

    def _head(self, kind: str) -> dict[str, Any]:
        return {"schema": schema_of(kind), "version": VERSION, "job_id": self.folder.name}

    def _result(self, made: MadeFiles, name: str) -> dict[str, Any]:
        numbers = range(made.first_number, made.first_number + made.count)
        files = {
            "folder": name,
            "pattern": made.pattern,
            "first_number": made.first_number,
            "count": made.count,
            "sha256": [_digest(self._part / (made.pattern % number)) for number in numbers],
        }
        result = {**self._head("result"), "revision": self.claim.revision, "created": utc_now(), "files": files}
        if made.movie:
            result["movie"] = {
                "path": f"{name}/{made.movie}",
                "format": made.movie_format,
                "sha256": _digest(self._part / made.movie),
                "start_tc": made.movie_start_tc,
            }
        return {**result, **dict(made.facts)}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the editor did with a revision. problem: why it was not placed, or ""."""

    revision: int
    problem: str = ""


def read_receipt(job: Path, revision: int) -> Receipt | None:
    """Of this revision; None while there is none."""
    try:
        receipt = read_message(job / "receipt.json", "receipt", job.name)
    except BridgeProblem:
        return None
    if receipt.get("revision") != revision:
        return None
    if receipt.get("state") == "placed":
        return Receipt(revision)
    error = receipt.get("error")
    words = error.get("message") if isinstance(error, dict) else None
    return Receipt(revision, words if isinstance(words, str) and words else "it gave no reason.")


def is_cancelled(job: Path) -> bool:
    return os.path.lexists(job / "cancel")


def has_frames(job: Path) -> bool:
    """Whether result.json names frames; False where it is absent, an error, or unreadable."""
    try:
        return "error" not in read_message(job / "result.json", "result", job.name)
    except BridgeProblem:
        return False


def write_presence(bridge: Path) -> None:
    """bridge.json: that a studio was started for this jobs folder. Raises: BridgeProblem: NOT_WRITABLE or DISK_FULL."""
    presence = {
        "schema": schema_of("app"),
        "version": VERSION,
        "app_version": mpd_studio.__version__,
        "pid": os.getpid(),
        "started": utc_now(),
    }
    try:
        (bridge / "jobs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_problem(bridge / "jobs", error) from error
    write_message(bridge / "bridge.json", presence)


def _clear_parts(media: Path, token: str = "") -> None:
    """Remove what studios left that died at work, or what the claim with this token left.

    Whoever still writes there has lost his claim.
    """
    for name in os.listdir(media):
        part = media / name
        if token in name and _PART.fullmatch(name) and not part.is_symlink():
            shutil.rmtree(part, ignore_errors=True)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise BridgeProblem(ErrorCode.MEDIA_MISSING, f"{path} is gone before it was handed in.") from error
    return digest.hexdigest()
