"""Motions kept with gaps: predicted, loaded, edited and saved; and how they look, worked out in the draft lane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from mpd_studio.core.errors import BadInput
from mpd_studio.core.gap_edits import edit_motion, remove_motion, set_motion
from mpd_studio.core.gap_motion import GapMotion, MotionEdits
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.timeline import find_gap
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job, Work
from mpd_studio.session.document import Document
from mpd_studio.session.generator import CLOSED_MEANWHILE, GeneratePlan, Generator, gap_title
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.build_request import build_request
from mpd_studio.workflow.gap_motion import bring_in_motion, give_out_motion, goes_along_motions, predict_gap_motion
from mpd_studio.workflow.motion_looks import animation, motion_seen


@dataclass(frozen=True, slots=True)
class _Look:
    """What is to be shown of a motion. time: of the gap; None for the animation."""

    gap_id: GapId
    motion: GapMotion
    request: InbetweenRequest
    time: float | None


class MotionDesk(QObject):
    """Lives in the GUI thread. Predicting runs in the GPU lane, files in the I/O lane, looks in the draft lane.

    Signals:
        changed(gap id): predicting began or ended, or a look that was asked for is there.
        predicted(gap id, Boundary): a motion was predicted or loaded, and is kept with the gap.
        message(Message)
    """

    changed = Signal(object)
    predicted = Signal(object, object)
    message = Signal(object)

    def __init__(
        self, document: Document, generator: Generator, board: JobBoard, lanes: Lanes, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._generator = generator
        self._board = board
        self._gpu = lanes.gpu
        self._predicting = Answers(lanes.gpu, self)
        self._files = Answers(lanes.io, self)
        self._looking = Answers(lanes.draft, self)
        self._jobs: dict[GapId, str] = {}
        self._made: dict[bool, tuple[_Look, Any]] = {}  # by whether it is the animation
        self._wanted: dict[bool, _Look] = {}
        self._running: _Look | None = None
        self._failed: dict[tuple[GapId, Boundary, bool], _Look] = {}  # the last of each end and kind

    # What there is

    @property
    def is_offered(self) -> bool:
        """Whether the chosen engine goes along motions."""
        engine = self._generator.engine
        return engine is not None and goes_along_motions(engine)

    def motion(self, gap_id: GapId, of: Boundary) -> GapMotion | None:
        placed = find_gap(self._document.timeline, gap_id)
        return placed.gap.motion(of) if placed is not None else None

    def is_predicting(self, gap_id: GapId) -> bool:
        """It runs, or waits for its turn."""
        return gap_id in self._jobs

    def problem(self, gap_id: GapId) -> str:
        """Why its motion cannot be predicted now; "" when it can."""
        engine = self._generator.engine
        if engine is None or not goes_along_motions(engine):
            return "The chosen engine predicts no motion. Choose Motion-I2V."
        gap_problems = self._generator.gap_problems(gap_id)
        return engine.problem or self._generator.weights_problem() or " ".join(gap_problems)

    # Making and keeping

    def predict(self, gap_id: GapId, of: Boundary) -> str | None:
        """Predict how a boundary frame moves, and keep it with the gap. Returns the job's id; None, with a message,
        where it cannot be.
        """
        reason = self.problem(gap_id)
        if reason or gap_id in self._jobs:
            self.message.emit(warning(reason or "The motion of this gap is being predicted already."))
            return None
        plan = self._generator.plan
        settings = EngineSettings(plan.quality, self._generator.said)
        request = build_request(self._document.timeline, gap_id, plan.engine_id, settings, plan.seed)
        # As the engine does where it predicts by itself: a camera's move is not measured away again.
        effective = self._generator.options_in_effect()
        is_measured = bool(effective.get("measured")) and effective.get("camera") == "none"
        file = self._new_file(of)
        kept = GapMotion(of, _end(request, of), file, edits=MotionEdits(measured=1.0 if is_measured else 0.0))
        engines = self._generator.kept_engine.for_run(request.engine_id)
        work = partial(predict_gap_motion, request, of, file, engines)
        title = f"{gap_title(self._document.timeline, gap_id)}: motion of the {of.value} frame"
        job = Job(new_id("motion"), title, work)
        self._jobs[gap_id] = job.id
        done = partial(self._on_predicted, job.id, gap_id, kept, self._document.key)
        ended = partial(self._on_ended, gap_id)
        self._predicting.expect(job, done, partial(self._on_failed, gap_id, title), ended)
        again = partial(self._predict_again, gap_id, of, plan, self._document.key)
        self._board.submit(self._gpu, job, again=again)
        self.changed.emit(gap_id)
        return job.id

    def _predict_again(self, gap_id: GapId, of: Boundary, plan: GeneratePlan, key: str) -> None:
        """As it was asked for, of the gap as it is now."""
        if key != self._document.key:
            self.message.emit(warning(CLOSED_MEANWHILE))
            return
        self._generator.set_plan(plan)
        self.predict(gap_id, of)

    def cancel(self, gap_id: GapId) -> None:
        if gap_id in self._jobs:
            self._board.cancel(self._jobs[gap_id])

    def load(self, gap_id: GapId | None, of: Boundary, source: Path) -> None:
        """Keep a copy of a motion file (.npz, .flo, .exr) with the gap, as the motion of one of its ends."""
        reason = "" if self.is_offered else "The chosen engine takes no motion. Choose Motion-I2V, then load it again."
        if gap_id is None:
            reason = f"Select a gap first: the motion in {source.name} is kept with one."
        request = self._request(gap_id) if gap_id is not None else None
        if gap_id is None or request is None or reason:
            self.message.emit(warning(reason or " ".join(self._generator.gap_problems(gap_id or GapId("")))))
            return
        file = self._new_file(of)
        kept = GapMotion(of, _end(request, of), file, source.name)
        work = partial(bring_in_motion, source, request.canvas, file)
        done = partial(self._on_kept, "Load motion", gap_id, kept, self._document.key)
        self._ask_files(f"Load {source.name}", work, done)

    def save(self, gap_id: GapId, of: Boundary, file: Path) -> None:
        """Write the motion as it is edited; the ending says how (.npz, .flo, .exr)."""
        motion, request = self.motion(gap_id, of), self._request(gap_id)
        if motion is not None and request is not None:
            work = partial(give_out_motion, motion, request, file)
            self._ask_files(f"Save {file.name}", work, self._on_saved)

    def set_edits(self, gap_id: GapId, of: Boundary, edits: MotionEdits, field: str = "") -> None:
        """field: of a number that is being turned: its changes in a row are one step of undo."""
        key = ("motion", gap_id, of, field) if field else None
        self._document.apply("Edit motion", lambda timeline: edit_motion(timeline, gap_id, of, edits), key)

    def remove(self, gap_id: GapId, of: Boundary) -> None:
        """From then on it is predicted anew."""
        self._document.end_merge()
        self._document.apply("Remove motion", lambda timeline: remove_motion(timeline, gap_id, of))

    # How it looks

    def seen(self, gap_id: GapId, time: float) -> np.ndarray | None:
        """The motion over the whole gap of what is seen at a time: (h, w, 2) float32 in canvas pixels, read-only.

        None where the gap keeps no motion; until changed() it may be that of an older state of it.
        """
        return self._looked(gap_id, time)

    def animation(self, gap_id: GapId, of: Boundary) -> tuple[np.ndarray, ...] | None:
        """The boundary frame moved along its motion; see workflow/motion_looks.py. None until changed()."""
        return self._looked(gap_id, None, of)

    def _looked(self, gap_id: GapId, time: float | None, of: Boundary | None = None) -> Any:
        motion, request = self._shown_motion(gap_id, time, of), self._request(gap_id)
        if motion is None or request is None:
            return None
        look, kind = _Look(gap_id, motion, request, time), time is None
        made = self._made.get(kind)
        if made is not None and made[0] == look:
            return made[1]
        if look != self._running and not self._has_failed(look):
            self._wanted[kind] = look
            self._start()
        is_older = made is not None and (made[0].gap_id, made[0].motion.of) == (gap_id, motion.of)
        return made[1] if made is not None and is_older and made[0].time == time else None

    def _shown_motion(self, gap_id: GapId, time: float | None, of: Boundary | None) -> GapMotion | None:
        """The one that is asked for; at a time the nearer end's, else the other."""
        if of is not None:
            return self.motion(gap_id, of)
        sides = (Boundary.LAST, Boundary.FIRST) if time == 1.0 else (Boundary.FIRST, Boundary.LAST)
        return self.motion(gap_id, sides[0]) or self.motion(gap_id, sides[1])

    def _start(self) -> None:
        if self._running is not None or not self._wanted:
            return
        look = self._running = self._wanted.pop(next(iter(self._wanted)))
        work: Work = partial(animation, look.motion, look.request)
        if look.time is not None:
            work = partial(motion_seen, look.motion, look.request, look.time)
        job = Job(new_id("look"), "Look at motion", work)
        self._looking.ask(
            job, partial(self._on_looked, look), partial(self._on_look_failed, look), self._on_look_ended, first=True
        )

    def _on_looked(self, look: _Look, value: Any) -> None:
        self._made[look.time is None] = (look, value)
        self._on_look_ended()
        self.changed.emit(look.gap_id)

    def _on_look_failed(self, look: _Look, failure: Failure) -> None:
        """Said once; asked again when the motion or the gap is another."""
        if not self._has_failed(look):
            self._failed[_place(look)] = look
            self.message.emit(message_of(failure))
        self._on_look_ended()

    def _has_failed(self, look: _Look) -> bool:
        """At whatever time: what stands in the way is the motion or the frame it is of."""
        failed = self._failed.get(_place(look))
        return failed is not None and (failed.motion, failed.request) == (look.motion, look.request)

    def _on_look_ended(self) -> None:
        self._running = None
        self._start()

    # Inside

    def _request(self, gap_id: GapId) -> InbetweenRequest | None:
        """Of the gap's ends and drawings alone. None where there is no making anything."""
        try:
            return build_request(self._document.timeline, gap_id, "", EngineSettings(), 0)
        except BadInput:
            return None

    def _new_file(self, of: Boundary) -> Path:
        """In a folder of its own among the takes, with which it comes along to another place."""
        return self._document.takes_folder() / new_id("motion") / f"{of.value}.npz"

    def _ask_files(self, title: str, work: Work, done: Any) -> None:
        self._files.ask(
            Job(new_id("motion"), title, work), done, lambda failure: self.message.emit(message_of(failure))
        )

    def _on_predicted(self, job_id: str, gap_id: GapId, kept: GapMotion, key: str, _: object) -> None:
        was_stopped = self._board.was_stopped(job_id)  # in the very moment it ended
        self._on_ended(gap_id)
        if not was_stopped:
            self._on_kept("Predict motion", gap_id, kept, key, None)

    def _on_kept(self, label: str, gap_id: GapId, kept: GapMotion, key: str, _: object) -> None:
        if key != self._document.key or find_gap(self._document.timeline, gap_id) is None:
            self.message.emit(warning(f"The gap of this motion is no longer open. The motion is in {kept.file}."))
            return
        self._document.end_merge()
        self._document.apply(label, lambda timeline: set_motion(timeline, gap_id, kept))
        self.predicted.emit(gap_id, kept.of)

    def _on_saved(self, files: tuple[Path, ...]) -> None:
        count = "" if len(files) == 1 else f", and {len(files) - 1} more frames beside it"
        self.message.emit(info(f"The motion was saved as {files[0]}{count}."))

    def _on_failed(self, gap_id: GapId, title: str, failure: Failure) -> None:
        self._on_ended(gap_id)
        self.message.emit(message_of(failure, title))

    def _on_ended(self, gap_id: GapId) -> None:
        self._generator.kept_engine.run_ended()
        self._jobs.pop(gap_id, None)
        self.changed.emit(gap_id)


def _place(look: _Look) -> tuple[GapId, Boundary, bool]:
    return look.gap_id, look.motion.of, look.time is None


def _end(request: InbetweenRequest, of: Boundary) -> FrameRef:
    return request.first if of is Boundary.FIRST else request.last
