"""Media that are no longer where the project says: which, and finding them again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.errors import MediaError
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.core.timeline import Timeline
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.media.sequences import numbered_path
from mpd_studio.session.document import Document
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.open_media import open_media
from mpd_studio.workflow.relink import relinked

Found = tuple[tuple[MediaRef, MediaRef], ...]
_MOST_FOLDERS = 20_000
_NAMED = 3


class MissingMedia(QObject):
    """Looks when a project is opened, when its media change, and when check() is called; in the I/O lane.

    Signals:
        changed(): other media are missing than before.
        message(Message)
    """

    changed = Signal()
    message = Signal(object)

    def __init__(self, document: Document, board: JobBoard, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._board = board
        self._lane = lanes.io
        self._answers = Answers(lanes.io, self)
        self._paths: frozenset[PurePath] = frozenset()
        self._told_key = document.key
        self._is_checking = False
        self._again = False
        document.changed.connect(self._on_document_changed)

    def is_missing(self, media: MediaRef) -> bool:
        return media.path in self._paths

    @property
    def refs(self) -> tuple[MediaRef, ...]:
        return tuple(media for media in self._document.timeline.media if media.path in self._paths)

    def check(self) -> None:
        """Look again: files may have come back, or gone."""
        media = self._document.timeline.media
        if not media:
            self._on_checked(self._document.key, frozenset())
        elif self._is_checking:
            self._again = True  # what runs now may have looked before the change
        else:
            self._is_checking = True
            job = Job(new_id("missing"), "Look for the media", partial(missing_among, media))
            self._answers.ask(job, partial(self._on_checked, self._document.key), self._on_check_failed)

    def search(self, folder: Path) -> None:
        """Find missing media by name and fingerprint, in a folder and all below it."""
        refs = self.refs
        if refs:
            job = Job(new_id("search"), f"Search {folder.name}", partial(find_again, refs, folder))
            done = partial(self._on_found, self._document.key, refs, folder)
            self._answers.expect(job, done, lambda failure: self.message.emit(message_of(failure)))
            self._board.submit(self._lane, job)

    def _on_document_changed(self, before: Timeline, after: Timeline) -> None:
        if before.media is not after.media or self._told_key != self._document.key:
            self.check()

    def _on_checked(self, key: str, paths: frozenset[PurePath]) -> None:
        self._is_checking = False
        again, self._again = self._again, False
        if again or key != self._document.key:
            self.check()
        if key != self._document.key:
            return
        if paths != self._paths:
            self._paths = paths
            self.changed.emit()
        if key != self._told_key:
            self._told_key = key
            if self.refs:
                self.message.emit(warning(_told(self.refs)))

    def _on_check_failed(self, failure: Failure) -> None:
        self._is_checking = False
        self.message.emit(message_of(failure))

    def _on_found(self, key: str, refs: tuple[MediaRef, ...], folder: Path, found: Found) -> None:
        if key != self._document.key:
            return
        if not found:
            self.message.emit(warning(f"None of the missing files is in {folder}. Search another folder."))
            return
        self._document.end_merge()
        if self._document.apply("Relink media", partial(_relinked, found)):
            self.message.emit(info(f"Found {len(found)} of {len(refs)} missing files in {folder}."))


def missing_among(media: tuple[MediaRef, ...], reporter: Reporter) -> frozenset[PurePath]:
    """The paths of those whose (first) file does not exist."""
    gone: set[PurePath] = set()
    for ref in media:
        reporter.raise_if_cancelled()
        if not first_file(ref).exists():
            gone.add(ref.path)
    return frozenset(gone)


def find_again(refs: tuple[MediaRef, ...], folder: Path, reporter: Reporter) -> Found:
    """(media, the same media where they are now) of all that lie in a folder or below it."""
    wanted: dict[str, list[MediaRef]] = {}
    for ref in refs:
        wanted.setdefault(first_file(ref).name, []).append(ref)
    found: dict[MediaRef, MediaRef] = {}
    for number, path in enumerate(_files_below(folder, reporter)):
        for ref in wanted.get(path.name, ()):
            if ref not in found and (moved := _same(ref, path)):
                found[ref] = moved
        if len(found) == len(refs):
            break
        if number % 1000 == 0:
            reporter.report(Progress("Searching", len(found), len(refs)))
    return tuple(found.items())


def first_file(ref: MediaRef) -> Path:
    return numbered_path(ref.path, ref.first_number) if ref.kind is MediaKind.SEQUENCE else Path(ref.path)


def _same(ref: MediaRef, path: Path) -> MediaRef | None:
    try:
        media = open_media(path, ref.rate, as_sequence=ref.kind is MediaKind.SEQUENCE).media
    except MediaError:
        return None
    if not ref.fingerprint:  # an editor's timeline told of it, and nobody has seen it yet: its name must do
        return media
    return replace(ref, path=media.path) if media.fingerprint == ref.fingerprint else None


def _files_below(folder: Path, reporter: Reporter) -> Iterator[Path]:
    for number, (where, _, names) in enumerate(os.walk(folder)):
        reporter.raise_if_cancelled()
        if number >= _MOST_FOLDERS:
            return
        yield from (Path(where, name) for name in sorted(names))


def _relinked(found: Found, timeline: Timeline) -> Timeline:
    for old, new in found:
        timeline = relinked(old, new, timeline)
    return timeline


def _told(refs: tuple[MediaRef, ...]) -> str:
    names = ", ".join(ref.name for ref in refs[:_NAMED]) + (" …" if len(refs) > _NAMED else "")
    if len(refs) == 1:
        return f"{names} is missing. Right-click it under Media to find it again."
    return f"{len(refs)} files are missing: {names}. Right-click one under Media to find them again."
