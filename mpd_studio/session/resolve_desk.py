"""DaVinci Resolve Studio, asked from the app: the gap at its playhead, and placing what was made for it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from mpd_studio.bridge.inbox import jobs_folder
from mpd_studio.bridge.resolve_driver import ResolveDriver
from mpd_studio.core.ids import GapId
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job, Work
from mpd_studio.session.bridge_work import job_of
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of
from mpd_studio.session.new_id import new_id


class ResolveDesk(QObject):
    """Lives in the GUI thread; Resolve is asked in a lane of its own, since it may not answer for a minute.

    A gap that it sends comes by the jobs folder, as one that is sent from its own menu does.

    Signals:
        sent(tuple of job ids): Resolve has sent these gaps.
        placed(job id): the newest take of a job stands on Resolve's timeline, read back.
        message(Message)
    """

    sent = Signal(object)
    placed = Signal(str)
    message = Signal(object)

    def __init__(self, paths: ProgramPaths, board: JobBoard, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._driver = ResolveDriver(paths.resolve_side, jobs_folder(paths))
        self._board = board
        self._lane = lanes.resolve
        self._answers = Answers(lanes.resolve, self)

    def fetch_gap(self) -> str:
        """Ask for the gap under Resolve's playhead. Returns the job's id."""
        return self._ask("Get the gap from DaVinci Resolve", partial(_fetch, self._driver), self._on_sent)

    def place(self, gap_id: GapId) -> str | None:
        """Have the newest take that was handed in placed. None for a gap that no editor sent."""
        job_id = job_of(gap_id)
        if job_id is None:
            return None
        work = partial(_place, self._driver, job_id)
        return self._ask("Place in DaVinci Resolve", work, partial(self._on_placed, job_id))

    def _ask(self, title: str, work: Work, done: object) -> str:
        job = Job(new_id("resolve"), title, work)
        self._answers.expect(job, done, partial(self._on_failed, title))  # type: ignore[arg-type]  # bound methods
        return self._board.submit(self._lane, job)

    def _on_sent(self, sent: tuple[tuple[str, str], ...]) -> None:
        self.message.emit(info(f"DaVinci Resolve has sent {sent[0][1]}", "\n".join(text for _, text in sent)))
        self.sent.emit(tuple(job_id for job_id, _ in sent))

    def _on_placed(self, job_id: str, placed: dict[str, object]) -> None:
        text = f"{placed['count']} frames stand on video track {placed['track']} in DaVinci Resolve, read back."
        notes = placed["notes"]
        details = "\n".join(map(str, notes)) if isinstance(notes, list) else ""
        self.message.emit(info(text, details))
        self.placed.emit(job_id)

    def _on_failed(self, title: str, failure: Failure) -> None:
        self.message.emit(message_of(failure, title))


def _fetch(driver: ResolveDriver, reporter: Reporter) -> tuple[tuple[str, str], ...]:
    return driver.send(tick=reporter.raise_if_cancelled)


def _place(driver: ResolveDriver, job_id: str, reporter: Reporter) -> dict[str, object]:
    return driver.place(job_id, tick=reporter.raise_if_cancelled)
