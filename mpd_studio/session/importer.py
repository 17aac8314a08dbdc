"""Media into the project: probed in the I/O lane, then one edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.edits import add_media, place_clip, set_canvas
from mpd_studio.core.errors import MediaError
from mpd_studio.core.frames import FrameRange, is_drop_frame_text, nominal_rate, parse_timecode, rate_title
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.core.project_file import SUFFIX
from mpd_studio.core.timeline import Clip, Timeline
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.document import Document
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import error, info, message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.open_media import OpenedMedia, open_media
from mpd_studio.workflow.open_timeline import can_open
from mpd_studio.workflow.relink import relinked

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Probed:
    """What became of the files: those that can be used, and why the others cannot."""

    opened: tuple[OpenedMedia, ...]
    problems: tuple[str, ...]


class Importer(QObject):
    """Signals:
    busy_changed(bool): files are being looked at.
    timeline_wanted(Path): one of the files is an editor's timeline.
    message(Message)
    """

    busy_changed = Signal(bool)
    timeline_wanted = Signal(object)
    message = Signal(object)

    def __init__(self, document: Document, board: JobBoard, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._board = board
        self._lane = lanes.io
        self._answers = Answers(lanes.io, self)
        self._busy = 0

    @property
    def is_busy(self) -> bool:
        return self._busy > 0

    def open_files(self, paths: Sequence[Path], at: Spot | None = None) -> None:
        """Open a project or an editor's timeline, or bring media into this project.

        at: (track, frame) of the first clip, the others follow it; None appends to the first track.
        """
        project = next((path for path in paths if path.suffix.lower() == SUFFIX), None)
        if project is not None:
            self._document.open(project)
            return
        timeline = next((path for path in paths if can_open(path)), None)
        if timeline is not None:
            self.timeline_wanted.emit(timeline)
            return
        if not paths:
            return
        title = f"Open {paths[0].name}" if len(paths) == 1 else f"Open {len(paths)} files"
        job = Job(new_id("open"), title, partial(probe_all, tuple(paths), self._document.timeline))
        done = partial(self._on_probed, self._document.key, at)
        self._answers.expect(job, done, self._on_failed, self._on_ended)
        self._begin()
        self._board.submit(self._lane, job)

    def relink(self, media: MediaRef, path: Path) -> None:
        """Use another file wherever `media` stands."""
        job = Job(new_id("open"), f"Relink {media.name}", partial(probe_all, (path,), self._document.timeline))
        self._answers.expect(
            job, partial(self._on_relink_probed, self._document.key, media), self._on_failed, self._on_ended
        )
        self._begin()
        self._board.submit(self._lane, job)

    def _on_probed(self, key: str, at: Spot | None, probed: Probed) -> None:
        self._on_ended()
        if len(probed.problems) > 1:
            text = f"{len(probed.problems)} files cannot be used. The details say why."
            self.message.emit(error(text, "\n".join(probed.problems)))
        elif probed.problems:
            self.message.emit(error(probed.problems[0]))
        if key != self._document.key or not probed.opened:
            return
        refs = tuple(opened.media for opened in probed.opened)
        self._document.end_merge()
        if not self._document.apply("Add media", partial(with_media, refs, at)):
            # Something stands at the spot, and the user has been told so: the bin takes them.
            self._document.apply("Add media", partial(with_media_in_bin, refs))
        for note in dict.fromkeys(note for opened in probed.opened for note in opened.notes):
            self.message.emit(info(note))
        self._warn_of_rates(refs)

    def _on_relink_probed(self, key: str, old: MediaRef, probed: Probed) -> None:
        self._on_ended()
        for problem in probed.problems:
            self.message.emit(error(problem))
        if key != self._document.key or not probed.opened:
            return
        new = probed.opened[0].media
        self._document.end_merge()
        is_done = self._document.apply("Relink media", partial(_relinked, old, new))
        if is_done and new.fingerprint != old.fingerprint:
            self.message.emit(warning(f"{new.name} is not the same file as {old.name} was; look at its clips."))

    def _warn_of_rates(self, refs: tuple[MediaRef, ...]) -> None:
        rate = self._document.timeline.rate
        for ref in refs:
            if ref.kind is MediaKind.MOVIE and ref.rate != rate:
                self.message.emit(
                    warning(
                        f"{ref.name} runs at {rate_title(ref.rate)}, the timeline at {rate_title(rate)} frames a "
                        "second. Its frames are used one for one."
                    )
                )

    def _on_failed(self, failure: Failure) -> None:
        self._on_ended()
        self.message.emit(message_of(failure))

    def _begin(self) -> None:
        self._busy += 1
        if self._busy == 1:
            self.busy_changed.emit(True)

    def _on_ended(self) -> None:
        self._busy -= 1
        if self._busy == 0:
            self.busy_changed.emit(False)


def probe_all(paths: tuple[Path, ...], timeline: Timeline, reporter: Reporter) -> Probed:
    """The work in the I/O lane. Stills and sequences take the timeline's rate, unless they are the first of all."""
    opened: list[OpenedMedia] = []
    problems: list[str] = []
    for number, path in enumerate(paths):
        reporter.report(Progress("Reading", number, len(paths)))
        try:
            found = open_media(path, None if is_empty(timeline) else timeline.rate)
        except MediaError as problem:
            problems.append(str(problem))
            continue
        if all(found.media.path != other.media.path for other in opened):  # several stills of one sequence
            opened.append(found)
    return Probed(tuple(opened), tuple(problems))


def is_empty(timeline: Timeline) -> bool:
    """Nothing was brought in yet."""
    return not timeline.media and not any(track.items for track in timeline.tracks)


def with_media(refs: tuple[MediaRef, ...], at: Spot | None, timeline: Timeline) -> Timeline:
    """Media in the bin and on the timeline. The first media of all give the timeline its rate, size and start."""
    if is_empty(timeline):
        timeline = _shaped_by(refs[0], timeline)
    timeline = with_media_in_bin(refs, timeline)
    track, start = at if at is not None else (0, timeline.tracks[0].length)
    for ref in refs:
        clip = Clip(ClipId(new_id("clip")), ref, FrameRange(0, clip_length(ref, timeline)))
        ids = (GapId(new_id("gap")), GapId(new_id("gap")))
        timeline = place_clip(timeline, track, start, clip, ids)
        start += clip.length
    return timeline


def with_media_in_bin(refs: tuple[MediaRef, ...], timeline: Timeline) -> Timeline:
    for ref in refs:
        timeline = add_media(timeline, ref)
    return timeline


def clip_length(ref: MediaRef, timeline: Timeline) -> int:
    """All of a movie or a sequence; one second of a still, so that there is something to take hold of."""
    return nominal_rate(timeline.rate) if ref.kind is MediaKind.STILL else ref.frame_count


def _shaped_by(ref: MediaRef, timeline: Timeline) -> Timeline:
    start, is_drop = timeline.start, timeline.drop_frame
    if ref.start_tc is not None:
        try:
            start, is_drop = parse_timecode(ref.start_tc, ref.rate), is_drop_frame_text(ref.start_tc)
        except ValueError:  # a label that does not fit the rate says nothing
            start, is_drop = timeline.start, False
    return set_canvas(timeline, ref.size, ref.rate, start, is_drop)


def _relinked(old: MediaRef, new: MediaRef, timeline: Timeline) -> Timeline:
    return relinked(old, new, timeline)
