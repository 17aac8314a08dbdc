"""What the bridge lane does: look into the jobs folder, take jobs on, hand takes in. Keeps claims between its jobs."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.bridge.claim import BEAT_S, ClaimWatch
from mpd_studio.bridge.inbox import give_back, take_on, waiting_jobs
from mpd_studio.bridge.job import ClaimedJob, JobState, read_receipt, write_presence
from mpd_studio.bridge.places import is_job_id
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.bridge.request import JobRequest, read_request
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import InbetweenResult
from mpd_studio.core.progress import Reporter
from mpd_studio.workflow.bridge_fill import hand_in_take
from mpd_studio.workflow.bridge_job import GAP_PREFIX, OpenedJob, open_job

log = logging.getLogger(__name__)

_EDITORS = {"blender": "Blender", "resolve": "DaVinci Resolve"}


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A job that nobody has taken on. title: what, from where. editor: its name. problem: why it cannot be opened."""

    id: str
    title: str
    editor: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class BridgeLook:
    """What was found. called_off, lost: ids of jobs that were ours. receipts: (text, whether it was placed)."""

    waiting: tuple[WaitingJob, ...] = ()
    called_off: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    receipts: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class HandedIn:
    """editor: its name for people."""

    job_id: str
    editor: str
    revision: int


def job_of(gap_id: GapId) -> str | None:
    """The job that a gap came from; None for gaps of this program."""
    name = gap_id.removeprefix(GAP_PREFIX)
    return name if gap_id.startswith(GAP_PREFIX) and is_job_id(name) else None


def editor_name(request: JobRequest) -> str:
    return _EDITORS.get(request.host.app, request.host.app)


class BridgeWork:
    """Made in the GUI thread, handed to the bridge lane, and used there only. Its methods are jobs' work."""

    def __init__(self, jobs: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._jobs = jobs
        self._clock = clock
        self._watch = ClaimWatch(clock)
        self._held: dict[str, ClaimedJob] = {}
        self._beaten: dict[str, float] = {}
        self._titles: dict[str, WaitingJob] = {}
        self._handed: dict[str, HandedIn] = {}
        self._is_present = False

    def look(self, reporter: Reporter) -> BridgeLook:
        """Cheap enough for twice a second."""
        del reporter
        self._say_presence()
        called_off, lost = self._look_after_held()
        waiting = []
        for folder in waiting_jobs(self._jobs):
            with contextlib.suppress(BridgeProblem):  # it vanished in this very moment
                if folder.name not in self._held and self._watch.free_number(folder) is not None:
                    waiting.append(self._describe(folder))
        return BridgeLook(tuple(waiting), called_off, lost, self._read_receipts())

    def open(self, job_id: str, reporter: Reporter) -> OpenedJob:
        """Take a job on, and read what it asks for.

        Raises:
            BridgeProblem: somebody else has it, or it cannot be used; the editor is then told.
        """
        del reporter
        folder = self._jobs / job_id
        job = self._held.get(job_id) or take_on(folder, self._watch)
        if job is None:
            raise BridgeProblem(ErrorCode.CLAIMED_ELSEWHERE, "Another studio works on this gap.", is_retryable=True)
        try:
            opened = open_job(folder)
            job.write_status(JobState.WAITING, 0.0, "Open in MPD Studio")
        except BridgeProblem as problem:
            self._held.pop(job_id, None)
            job.fail(problem)
            job.claim.release()
            raise
        self._held[job_id] = job
        self._beaten[job_id] = self._clock()
        return opened

    def tell(self, job_id: str, state: JobState, progress: float, message: str, reporter: Reporter) -> None:
        """Write the status of a job that is ours; others are passed over."""
        del reporter
        job = self._held.get(job_id)
        if job is not None:
            job.write_status(state, progress, message)

    def hand_in(self, job_id: str, take: InbetweenResult, reporter: Reporter) -> HandedIn:
        """Give a take to the editor, as the next revision. The job is nobody's afterwards.

        Raises:
            BridgeProblem: it is not the editor's gap any more, somebody else has the job, or the disk refuses.
            Cancelled: through the reporter; the job then waits again.
        """
        folder = self._jobs / job_id
        request = read_request(folder)
        if take.frames.count != request.count:
            raise BridgeProblem(
                ErrorCode.GAP_CHANGED,
                f"{editor_name(request)} waits for {request.count} frames, this take has {take.frames.count}. "
                "Undo the change of the gap's length, then generate again.",
            )
        job = self._held.pop(job_id, None) or take_on(folder, self._watch)
        if job is None:
            raise BridgeProblem(ErrorCode.CLAIMED_ELSEWHERE, "Another studio works on this gap.", is_retryable=True)
        hand_in_take(job, take, reporter)
        self._handed[job_id] = HandedIn(job_id, editor_name(request), job.claim.revision)
        return self._handed[job_id]

    def leave(self, job_id: str, reporter: Reporter | None = None) -> None:
        """Give a job back that was opened and not filled. A disk that refuses is no reason to stop."""
        del reporter
        job = self._held.pop(job_id, None)
        if job is None:
            return
        try:
            give_back(job)
        except BridgeProblem as problem:
            log.info("The job %s was not given back: %s", job_id, problem)

    def leave_all(self) -> None:
        """Only once the lane has ended."""
        for job_id in list(self._held):
            self.leave(job_id)

    def _say_presence(self) -> None:
        if not self._is_present:
            self._is_present = True
            try:
                write_presence(self._jobs.parent)
            except BridgeProblem as problem:
                log.info("No editor can see that this program runs: %s", problem)

    def _look_after_held(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        called_off, lost = [], []
        for job_id, job in list(self._held.items()):
            try:
                if job.is_cancelled:
                    called_off.append(job_id)
                    del self._held[job_id]
                    job.fail(BridgeProblem(ErrorCode.CANCELLED, "The job was stopped.", is_retryable=True))
                    job.claim.release()
                elif self._clock() - self._beaten[job_id] >= BEAT_S:
                    self._beaten[job_id] = self._clock()
                    job.claim.beat()
            except BridgeProblem as problem:
                log.info("The job %s: %s", job_id, problem)
                is_lost = problem.code is ErrorCode.CLAIMED_ELSEWHERE or not job.folder.is_dir()
                if is_lost and job_id in self._held:
                    lost.append(job_id)
                    del self._held[job_id]
        return tuple(called_off), tuple(lost)

    def _describe(self, folder: Path) -> WaitingJob:
        """Read once; a request never changes."""
        if folder.name not in self._titles:
            try:
                request = read_request(folder)
            except BridgeProblem as problem:
                self._titles[folder.name] = WaitingJob(folder.name, f"Job {folder.name}", problem=str(problem))
            else:
                where = " · ".join(filter(None, (editor_name(request), request.host.project, request.host.timeline)))
                frames = "1 frame" if request.count == 1 else f"{request.count} frames"
                title = f"{where}: {frames} from {request.first}"
                self._titles[folder.name] = WaitingJob(folder.name, title, editor_name(request))
        return self._titles[folder.name]

    def _read_receipts(self) -> tuple[tuple[str, bool], ...]:
        """What editors did with what was handed in since the start; each is told once."""
        told = []
        for job_id, handed in list(self._handed.items()):
            receipt = read_receipt(self._jobs / job_id, handed.revision)
            if receipt is None:
                continue
            del self._handed[job_id]
            if receipt.problem:
                told.append((f"{handed.editor} did not place the frames: {receipt.problem}", False))
            else:
                told.append((f"{handed.editor} has placed the frames.", True))
        return tuple(told)
