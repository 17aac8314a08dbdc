"""Paths that the studio suggests for a gap, to be accepted or rejected one by one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.errors import MpdError
from mpd_studio.core.gap_edits import add_path
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import MotionPath, PathPoint
from mpd_studio.core.ids import GapId, PathId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.progress import Reporter
from mpd_studio.core.timeline import Timeline, find_gap
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.autopilot import OwnMotion, own_motions
from mpd_studio.session.document import Document
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.build_request import build_request
from mpd_studio.workflow.fit import fit


class Suggestions(QObject):
    """Of one gap at a time. They are not part of the document until they are accepted.

    Signals:
        changed(): others are suggested, or the search began or ended.
        message(Message): nothing was found, or an end cannot be read.
    """

    changed = Signal()
    message = Signal(object)

    def __init__(self, document: Document, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._answers = Answers(lanes.draft, self)
        self._gap_id: GapId | None = None
        self._request: InbetweenRequest | None = None
        self._paths: tuple[MotionPath, ...] = ()
        self._running = ""
        document.changed.connect(self._on_document_changed)

    @property
    def is_searching(self) -> bool:
        return bool(self._running)

    def paths(self, gap_id: GapId | None) -> tuple[MotionPath, ...]:
        """What is suggested for a gap, the surest first."""
        return self._paths if gap_id is not None and gap_id == self._gap_id else ()

    def ask(self, gap_id: GapId) -> None:
        """Search for things that move by themselves between the gap's ends; what was suggested before goes."""
        if self._running:
            return
        request = _request_of(self._document.timeline, gap_id)
        if request is None:
            self.message.emit(info("There is nothing to suggest paths for: the gap lacks one of its two frames."))
            return
        self._gap_id, self._request, self._paths = gap_id, request, ()
        work = partial(_search, request, self._document.timeline.canvas)
        job = Job(new_id("suggest"), "Suggest paths", work)
        self._running = job.id
        self._answers.ask(job, partial(self._on_found, gap_id), self._on_failed, self._on_cancelled, first=True)
        self.changed.emit()

    def accept(self, path_id: PathId) -> bool:
        """The suggestion becomes a path of the gap: one step of undo."""
        chosen = tuple(path for path in self._paths if path.id == path_id)
        return self._accept("Accept suggested path", chosen)

    def accept_all(self) -> bool:
        """All of them become paths: one step of undo."""
        return self._accept("Accept suggested paths", self._paths)

    def reject(self, path_id: PathId) -> None:
        self._keep(tuple(path for path in self._paths if path.id != path_id))

    def reject_all(self) -> None:
        self._keep(())

    def _accept(self, label: str, chosen: tuple[MotionPath, ...]) -> bool:
        gap_id = self._gap_id
        if gap_id is None or not chosen:
            return False

        def added(timeline: Timeline) -> Timeline:
            for path in chosen:
                timeline = add_path(timeline, gap_id, path)
            return timeline

        if not self._document.apply(label, added):
            return False
        self._keep(tuple(path for path in self._paths if path not in chosen))
        return True

    def _keep(self, paths: tuple[MotionPath, ...]) -> None:
        if paths != self._paths:
            self._paths = paths
            self.changed.emit()

    def _on_found(self, gap_id: GapId, things: tuple[OwnMotion, ...]) -> None:
        self._running = ""
        placed = find_gap(self._document.timeline, gap_id)
        if placed is not None and _is_same_gap(self._request, _request_of(self._document.timeline, gap_id)):
            known = placed.gap.guidance.paths
            paths = tuple(_path_of(thing) for thing in things if not _is_drawn(thing, known))
            self._paths = paths
            if not paths:
                self.message.emit(info("No thing was found that moves by itself, apart from what is drawn."))
        self.changed.emit()

    def _on_failed(self, failure: Failure) -> None:
        self._on_cancelled()
        self.message.emit(message_of(failure, "Suggest paths"))

    def _on_cancelled(self) -> None:
        self._running = ""
        self.changed.emit()

    def _on_document_changed(self) -> None:
        """Suggestions for other frames than the gap's are worth nothing."""
        if self._paths and self._gap_id is not None:
            now = _request_of(self._document.timeline, self._gap_id)
            if not _is_same_gap(self._request, now):
                self._keep(())


def _request_of(timeline: Timeline, gap_id: GapId) -> InbetweenRequest | None:
    try:
        return build_request(timeline, gap_id, "flow", EngineSettings(), 0)
    except MpdError:
        return None


def _is_same_gap(asked: InbetweenRequest | None, now: InbetweenRequest | None) -> bool:
    return asked is not None and now is not None and (asked.first, asked.last) == (now.first, now.last)


def _is_drawn(thing: OwnMotion, paths: tuple[MotionPath, ...]) -> bool:
    return any(path.start.distance_to(thing.start) < max(thing.radius, path.radius) / 2 for path in paths)


def _path_of(thing: OwnMotion) -> MotionPath:
    points = (PathPoint(0.0, thing.start), PathPoint(1.0, thing.end))
    return MotionPath(PathId(new_id("path")), points, radius=float(round(thing.radius)))


def _search(request: InbetweenRequest, canvas: Size, reporter: Reporter) -> tuple[OwnMotion, ...]:
    reporter.raise_if_cancelled()
    with FrameReader() as reader:
        first, last = fit(request, reader.read(request.first), reader.read(request.last))
    found = own_motions(first.pixels, last.pixels, reporter.raise_if_cancelled)
    x, y = canvas.width / request.canvas.width, canvas.height / request.canvas.height

    def scaled(point: Point) -> Point:
        return point.scaled(x, y)

    return tuple(
        replace(thing, start=scaled(thing.start), end=scaled(thing.end), radius=thing.radius * (x * y) ** 0.5)
        for thing in found
    )
