"""Jobs of editors in the app: what waits, opening one as a project, and handing takes in as they are made."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from mpd_studio.bridge.inbox import jobs_folder
from mpd_studio.bridge.job import JobState as JobStatus
from mpd_studio.core.ids import GapId, TakeId
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.timeline import find_gap
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job, JobState, Work
from mpd_studio.session.bridge_work import BridgeLook, BridgeWork, HandedIn, WaitingJob, editor_name, job_of
from mpd_studio.session.document import Document
from mpd_studio.session.generator import Generator
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.session.selection import Selection
from mpd_studio.workflow.bridge_job import OpenedJob

_LOOK_MS = 500
_TELL_EVERY_S = 1.0


class BridgeDesk(QObject):
    """Lives in the GUI thread; the jobs folder is read and written in the bridge lane. Looks once start() was called.

    Signals:
        changed(): other jobs wait.
        opened(gap id): a job has become the open project, its gap selected.
        handed_in(HandedIn): the editor can place a take.
        message(Message)
    """

    changed = Signal()
    opened = Signal(object)
    handed_in = Signal(object)
    message = Signal(object)

    def __init__(
        self,
        paths: ProgramPaths,
        document: Document,
        selection: Selection,
        generator: Generator,
        board: JobBoard,
        lanes: Lanes,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.jobs = jobs_folder(paths)
        self._document = document
        self._selection = selection
        self._generator = generator
        self._board = board
        self._lane = lanes.bridge
        self._answers = Answers(lanes.bridge, self)
        self._work = BridgeWork(self.jobs)
        self._waiting: tuple[WaitingJob, ...] = ()
        self._announced: set[str] = set()
        self._open: dict[str, str] = {}  # job id -> key of the document it was opened as
        self._opening = ""
        self._opens_by_itself = False
        self._told_s = 0.0
        self._running = ""
        self._is_looking = False
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        document.changed.connect(self._on_document)
        generator.take_made.connect(self.hand_in)
        board.changed.connect(self._on_board)

    @property
    def waiting(self) -> tuple[WaitingJob, ...]:
        """As last seen, oldest first."""
        return self._waiting

    def start(self) -> None:
        """Look twice a second from now on."""
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Look now, unless a look is on its way."""
        if not self._is_looking:
            self._is_looking = True
            self._ask("Look for jobs", self._work.look, self._on_look, self._on_look_failed)

    def open(self, job_id: str) -> None:
        """Open a job as an untitled project; the one before keeps its unsaved edits in its journal."""
        if not self._opening:
            self._opening, self._opens_by_itself = job_id, False
            self._ask("Open job", partial(self._work.open, job_id), self._on_opened, self._on_open_failed)

    def hand_in(self, gap_id: GapId, take_id: TakeId) -> None:
        """Give a take to the editor that its gap came from; takes of other gaps are passed over."""
        job_id = job_of(gap_id)
        placed = find_gap(self._document.timeline, gap_id)
        if job_id is None or placed is None or not (self.jobs / job_id).is_dir():
            return
        take = next((take for take in placed.gap.takes if take.id == take_id), None)
        if take is None:
            return
        self._open.pop(job_id, None)
        job = Job(new_id("hand-in"), f"Hand in {take.name}", partial(self._work.hand_in, job_id, take.result))
        self._answers.expect(job, self._on_handed_in, partial(self._on_failed, "The take was not handed in"))
        self._board.submit(self._lane, job, gap_id, partial(self.hand_in, gap_id, take_id))

    def close(self) -> None:
        """Begin to end; release() follows once the lane has stopped."""
        self._timer.stop()

    def release(self) -> None:
        """Give back what was not filled. Only once the bridge lane has stopped."""
        self._work.leave_all()

    # What came of it

    def _ask(self, title: str, work: Work, done: object, failed: object = None) -> None:
        self._answers.ask(Job(new_id("bridge"), title, work), done, failed)  # type: ignore[arg-type]  # bound methods

    def _on_look(self, look: BridgeLook) -> None:
        self._is_looking = False
        for job_id in look.called_off:
            self._stop_generating(job_id)
            self._open.pop(job_id, None)
            self.message.emit(warning("The editor has called off its gap. What was made stays in this project."))
        for job_id in look.lost:
            self._open.pop(job_id, None)
            self.message.emit(
                warning(
                    "The gap of this project is no longer ours: its job was removed, or another studio took it over."
                )
            )
        for text, is_placed in look.receipts:
            self.message.emit(info(text) if is_placed else warning(text))
        if look.waiting != self._waiting:
            self._waiting = look.waiting
            self.changed.emit()
        self._welcome()

    def _welcome(self) -> None:
        """Open a job by itself where nothing is lost by it; else say that it has come, once."""
        for job in self._waiting:
            if job.id in self._announced:
                continue
            self._announced.add(job.id)
            if job.problem:
                self.message.emit(warning(f"A gap from an editor cannot be opened: {job.problem}", job.title))
            elif self._is_free_for_a_job():
                self.open(job.id)
                self._opens_by_itself = True
            else:
                self._tell_it_has_come(job.editor, job.title)

    def _tell_it_has_come(self, editor: str, title: str = "") -> None:
        self.message.emit(info(f"A gap has come from {editor}. Open it in Window > Editors.", title))

    def _is_free_for_a_job(self) -> bool:
        document = self._document
        is_busy = bool(self._opening) or document.is_opening
        return not is_busy and document.path is None and not document.is_modified

    def _on_look_failed(self, failure: Failure) -> None:
        self._is_looking = False
        self._timer.stop()
        self.message.emit(message_of(failure, "Jobs of editors are no longer looked for"))

    def _on_opened(self, opened: OpenedJob) -> None:
        job_id, self._opening = self._opening, ""
        if self._opens_by_itself and not self._is_free_for_a_job():  # the user has begun something meanwhile
            self._ask("Give job back", partial(self._work.leave, job_id), None)
            self._tell_it_has_come(editor_name(opened.request))
            return
        self._document.begin(opened.timeline)
        self._open[job_id] = self._document.key
        self._selection.select_gap(opened.gap_id)
        placed = find_gap(opened.timeline, opened.gap_id)
        if placed is not None:
            self._selection.set_playhead(placed.start)
        editor = editor_name(opened.request)
        frames = "1 frame" if opened.request.count == 1 else f"{opened.request.count} frames"
        text = f"{editor} asks for {frames}. Generate them; they go back to {editor} by themselves."
        self.message.emit(info(text, "\n".join(opened.notes)))
        self.opened.emit(opened.gap_id)
        self.look()

    def _on_open_failed(self, failure: Failure) -> None:
        self._opening = ""
        self.message.emit(message_of(failure, "The editor's gap cannot be opened"))
        self.look()

    def _on_handed_in(self, handed: HandedIn) -> None:
        place = "press 'Place Results' there" if handed.editor == "Blender" else "run 'Place results' there"
        self.message.emit(info(f"The take is ready for {handed.editor} (revision {handed.revision}): {place}."))
        self.handed_in.emit(handed)

    def _on_failed(self, what: str, failure: Failure) -> None:
        self.message.emit(message_of(failure, what))

    # Following the project and its generations

    def _on_document(self) -> None:
        """A project that was left gives its job back."""
        for job_id, key in list(self._open.items()):
            if key != self._document.key:
                del self._open[job_id]
                self._ask("Give job back", partial(self._work.leave, job_id), None)

    def _on_board(self) -> None:
        """Say in the job's status how far its generation is, once a second; and when it stopped."""
        rows = [row for row in self._board.rows if row.gap_id and job_of(row.gap_id) in self._open]
        running = next((row for row in rows if row.state is JobState.RUNNING), None)
        if running is None or running.gap_id is None:
            if self._running:
                self._tell(self._running, JobStatus.WAITING, 0.0, "Open in MPD Studio")
            self._running = ""
            return
        self._running = job_of(running.gap_id) or ""
        if time.monotonic() - self._told_s >= _TELL_EVERY_S:
            self._told_s = time.monotonic()
            share = running.done / running.total if running.total else 0.0
            self._tell(self._running, JobStatus.RUNNING, share, f"{running.stage}: {running.done} of {running.total}")

    def _tell(self, job_id: str, state: JobStatus, progress: float, message: str) -> None:
        self._ask("Tell the editor", partial(self._work.tell, job_id, state, progress, message), None)

    def _stop_generating(self, job_id: str) -> None:
        for row in self._board.rows:
            if row.gap_id and job_of(row.gap_id) == job_id and not row.state.has_ended:
                self._generator.cancel(row.id)
