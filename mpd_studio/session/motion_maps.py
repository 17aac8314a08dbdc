"""The motion of every pixel of the selected gap at one moment, for showing it; measured in the draft lane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from mpd_studio.core.errors import BadInput
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.document import Document
from mpd_studio.session.draft_work import DRAFT_ENGINE
from mpd_studio.session.drafts import Drafts
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.build_request import build_request


@dataclass(frozen=True, slots=True, eq=False)
class MotionMap:
    """motion: (h, w, 2) float32, read-only: how far in canvas pixels what is seen there goes over the whole gap.

    time: of the gap, at which it is seen there. is_current: of what is drawn right now.
    """

    motion: np.ndarray
    time: float
    is_current: bool


class MotionMaps(QObject):
    """Measures only what is asked for; the newest wish wins. One map is kept.

    Signals: changed(gap id): its map is there.
    """

    changed = Signal(object)

    def __init__(self, document: Document, drafts: Drafts, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._maker = drafts.maker
        self._answers = Answers(lanes.draft, self)
        self._made: tuple[GapId, InbetweenRequest, float, np.ndarray] | None = None
        self._wanted: tuple[GapId, InbetweenRequest, float] | None = None
        self._running: tuple[GapId, InbetweenRequest, float] | None = None
        self._failed: tuple[GapId, InbetweenRequest, float] | None = None

    def ask(self, gap_id: GapId, time: float) -> MotionMap | None:
        """The map of a gap at a time; until it is there, the last one of that gap and time, or None."""
        try:
            request = build_request(self._document.timeline, gap_id, DRAFT_ENGINE, EngineSettings(Quality.DRAFT), 0)
        except BadInput:
            return None
        wish, made = (gap_id, request, time), self._made
        is_current = made is not None and made[:3] == wish
        if not is_current and wish not in (self._running, self._failed):
            self._wanted = wish
            self._start()
        elif wish == self._running:
            self._wanted = None
        if made is None or (made[0], made[2]) != (gap_id, time):
            return None
        return MotionMap(made[3], time, is_current)

    def _start(self) -> None:
        if self._running is not None or self._wanted is None:
            return
        self._running, self._wanted = self._wanted, None
        _, request, time = self._running
        job = Job(new_id("motion"), "Motion", partial(self._maker.motion, request, time))
        self._answers.ask(job, self._on_measured, self._on_failed, self._on_ended, first=True)

    def _on_measured(self, motion: np.ndarray) -> None:
        made, self._running = self._running, None
        if made is not None:
            self._made = (*made, motion)
            self.changed.emit(made[0])
        self._start()

    def _on_failed(self, failure: Failure) -> None:
        """An unreadable end is reported by the draft and the canvas."""
        del failure
        self._failed = self._running
        self._on_ended()

    def _on_ended(self) -> None:
        self._running = None
        self._start()
