"""Who works on a job: claims that are created exclusively, beat, and go stale. docs/bridge_protocol.md, Claims."""

from __future__ import annotations

import os
import platform
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mpd_studio
from mpd_studio.bridge.message_file import VERSION, create_file, encode_message, read_message, schema_of, write_message
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode, write_problem

BEAT_S = 5.0
STALE_S = 30.0
_NAME = re.compile(r"claim(?:\.([1-9]\d{0,3}))?\.json")
_REVISION = re.compile(r"r(\d{3,6})")


def utc_now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def machine_name() -> str:
    """Tells machines apart, and containers that share a name: their process numbers mean different processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8]
        return f"{platform.node()}/{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return platform.node()


@dataclass(frozen=True, slots=True)
class SeenClaim:
    """The claim that counts, as it was found. number: 0 where nobody has claimed yet. text: the whole file."""

    number: int
    text: bytes = b""
    is_over: bool = False


def newest_claim(job: Path) -> SeenClaim:
    """The claim with the highest number. A file that is no whole claim counts: its owner may be about to write it."""
    numbers = [0]
    for entry in _names(job):
        if match := _NAME.fullmatch(entry):
            numbers.append(int(match[1] or 1))
    number = max(numbers)
    if not number:
        return SeenClaim(0, is_over=True)
    path = _claim_path(job, number)
    try:
        document = read_message(path, "claim", job.name)
    except BridgeProblem as problem:
        return SeenClaim(number, str(problem).encode(errors="replace"))
    return SeenClaim(number, encode_message(document), document.get("released") is True or _is_dead(document))


def _names(job: Path) -> list[str]:
    try:
        return os.listdir(job)
    except OSError as error:
        raise BridgeProblem(
            ErrorCode.MEDIA_MISSING, f"{job} cannot be read ({error.strerror}).", is_retryable=True
        ) from error


def _is_dead(claim: dict[str, Any]) -> bool:
    """Whether it names a process of this machine that is gone."""
    pid = claim.get("pid")
    if os.name == "nt" or claim.get("machine") != machine_name() or not isinstance(pid, int) or not 0 < pid < 1 << 31:
        return False  # on Windows, asking this way would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


class ClaimWatch:
    """Looks at the claims of many jobs and knows which have not changed for too long, by its own clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, stale_s: float = STALE_S) -> None:
        self._clock = clock
        self._stale_s = stale_s
        self._seen: dict[str, tuple[SeenClaim, float]] = {}
        self._moved: set[str] = set()

    def free_number(self, job: Path) -> int | None:
        """The number under which the job can be claimed now; None while somebody works on it."""
        claim = newest_claim(job)
        if claim.is_over:
            return claim.number + 1
        before, since = self._seen.get(job.name, (None, 0.0))
        now = self._clock()
        if claim != before:
            self._seen[job.name] = (claim, now)
            self._moved.add(job.name)
            return None
        self._moved.discard(job.name)
        return claim.number + 1 if now - since >= self._stale_s else None

    def has_just_moved(self, job: Path) -> bool:
        """Whether the last look at this job found another claim than the look before."""
        return job.name in self._moved


class Claim:
    """This process works on the job. Made by `claim`; not for two threads at once."""

    def __init__(self, job: Path, number: int, token: str, revision: int) -> None:
        self.job = job
        self.number = number
        self.token = token
        self.revision = revision
        self._beat = 0

    def check(self) -> None:
        """Raises: BridgeProblem: CLAIMED_ELSEWHERE: somebody took the job over."""
        newest = newest_claim(self.job)
        if newest.number != self.number or self.token.encode() not in newest.text:
            raise BridgeProblem(
                ErrorCode.CLAIMED_ELSEWHERE,
                f"Another studio has taken over the job {self.job.name}; what was made here is not handed in.",
            )

    def beat(self) -> None:
        """Say that it still goes on. Raises: BridgeProblem: CLAIMED_ELSEWHERE, NOT_WRITABLE, DISK_FULL."""
        self.check()
        self._beat += 1
        write_message(_claim_path(self.job, self.number), self._document(is_released=False))

    def release(self) -> None:
        """Let others have it. Raises: BridgeProblem: as beat."""
        self.check()
        self._beat += 1
        write_message(_claim_path(self.job, self.number), self._document(is_released=True))

    def document(self) -> dict[str, Any]:
        return self._document(is_released=False)

    def _document(self, *, is_released: bool) -> dict[str, Any]:
        return {
            "schema": schema_of("claim"),
            "version": VERSION,
            "job_id": self.job.name,
            "number": self.number,
            "token": self.token,
            "pid": os.getpid(),
            "machine": machine_name(),
            "app_version": mpd_studio.__version__,
            "revision": self.revision,
            "beat": self._beat,
            "released": is_released,
            "beaten": utc_now(),
        }


def claim(job: Path, number: int) -> Claim:
    """Claim the job under a number that ClaimWatch.free_number gave.

    Raises:
        BridgeProblem: CLAIMED_ELSEWHERE: somebody was quicker. NOT_WRITABLE or DISK_FULL.
    """
    made = Claim(job, number, uuid.uuid4().hex[:16], next_revision(job))
    path = _claim_path(job, number)
    try:
        create_file(path, encode_message(made.document()))
    except FileExistsError as error:
        raise BridgeProblem(
            ErrorCode.CLAIMED_ELSEWHERE, f"Another studio was quicker with the job {job.name}.", is_retryable=True
        ) from error
    except OSError as error:
        raise write_problem(path, error) from error
    made.check()
    return made


def next_revision(job: Path) -> int:
    """One more than the highest folder in `media`."""
    try:
        names = os.listdir(job / "media")
    except OSError:
        names = []
    return 1 + max((int(match[1]) for name in names if (match := _REVISION.fullmatch(name))), default=0)


def _claim_path(job: Path, number: int) -> Path:
    return job / ("claim.json" if number == 1 else f"claim.{number}.json")
