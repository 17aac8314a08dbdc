"""Proposes where an object of one boundary frame is on the other, so that a click is enough to begin a path."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from mpd_studio.core.errors import MpdError
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.progress import Reporter
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.proposal import propose_match
from mpd_studio.session.document import Document
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.build_request import build_request
from mpd_studio.workflow.fit import fit


class Proposals(QObject):
    """Asks the draft lane, before any draft that waits there."""

    def __init__(self, document: Document, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._answers = Answers(lanes.draft, self)

    def ask(
        self, gap_id: GapId, on: Boundary, spot: Point, radius: float, answer: Callable[[Point | None], None]
    ) -> None:
        """`answer` gets the place on the opposite boundary frame in canvas pixels, or None where nothing is alike."""
        timeline = self._document.timeline
        try:
            request = build_request(timeline, gap_id, "flow", EngineSettings(), 0)
        except MpdError:
            answer(None)
            return
        work = partial(_propose, request, timeline.canvas, on, spot, radius)
        job = Job(new_id("match"), "Propose the far end of a path", work)
        self._answers.ask(job, answer, partial(_no_answer, answer), partial(answer, None), first=True)


def _no_answer(answer: Callable[[Point | None], None], failure: Failure) -> None:
    """An unreadable end is reported by the draft and the canvas; the path keeps the place that was clicked."""
    del failure
    answer(None)


def _propose(
    request: InbetweenRequest, canvas: Size, on: Boundary, spot: Point, radius: float, reporter: Reporter
) -> Point | None:
    reporter.raise_if_cancelled()
    with FrameReader() as reader:
        first, last = fit(request, reader.read(request.first), reader.read(request.last))
    reporter.raise_if_cancelled()
    here, there = (first, last) if on is Boundary.FIRST else (last, first)
    x, y = request.canvas.width / canvas.width, request.canvas.height / canvas.height
    found = propose_match(here.pixels, there.pixels, spot.scaled(x, y), radius * (x * y) ** 0.5)
    return found.scaled(1 / x, 1 / y) if found else None
