"""Media that are no longer where the project says: which, and finding them again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.errors import EditRefused, MediaError
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.core.timeline import Timeline
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.session.document import Document
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import info, message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.open_media import open_media
from mpd_studio.workflow.relink import first_file, relinked, why_missing

Found = tuple[tuple[MediaRef, MediaRef], ...]
Gone = dict[PurePath, str]
_MOST_FOLDERS = 20_000
_NAMED = 3


@dataclass(slots=True)
class Search:
    """What came of looking through a folder.

    found: the same media where they are now. refused: what could not be looked into, with the reason.
    is_whole: it did not end early because there were too many folders.
    """

    found: dict[MediaRef, MediaRef] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    is_whole: bool = True


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
            self._on_checked(self._document.key, {})
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

    def _on_checked(self, key: str, gone: Gone) -> None:
        self._is_checking = False
        again, self._again = self._again, False
        if again or key != self._document.key:
            self.check()
        if key != self._document.key:
            return
        if gone.keys() != self._paths:
            self._paths = frozenset(gone)
            self.changed.emit()
        if key != self._told_key:
            self._told_key = key
            if self.refs:
                self.message.emit(warning(_told(self.refs), "\n".join(gone.values())))

    def _on_check_failed(self, failure: Failure) -> None:
        self._is_checking = self._again = False  # the next look comes with the next change, or when the user is back
        self.message.emit(message_of(failure))

    def _on_found(self, key: str, refs: tuple[MediaRef, ...], folder: Path, search: Search) -> None:
        if key != self._document.key:
            return
        usable, problems = _usable(tuple(search.found.items()), self._document.timeline)
        details = "\n".join((*problems, *search.refused))
        hint = "" if search.is_whole else f" Only its first {_MOST_FOLDERS} folders were searched."
        if problems or search.refused:
            hint += " Not everything there could be used or looked into; the details say why."
        if not usable:
            self.message.emit(
                warning(f"None of the missing files is in {folder}. Search another folder.{hint}", details)
            )
            return
        self._document.end_merge()
        if self._document.apply("Relink media", partial(_relinked, usable)):
            told = warning if len(usable) < len(refs) and hint else info
            self.message.emit(told(f"Found {len(usable)} of {len(refs)} missing files in {folder}.{hint}", details))


def missing_among(media: tuple[MediaRef, ...], reporter: Reporter) -> Gone:
    """The paths of those whose (first) file does not exist or cannot be got at, each with what is to be told of it."""
    gone: Gone = {}
    for ref in media:
        reporter.raise_if_cancelled()
        if reason := why_missing(ref):
            gone[ref.path] = reason
    return gone


def find_again(refs: tuple[MediaRef, ...], folder: Path, reporter: Reporter) -> Search:
    """Look for media in a folder and all below it."""
    wanted: dict[str, list[MediaRef]] = {}
    for ref in refs:
        wanted.setdefault(first_file(ref).name, []).append(ref)
    search = Search()
    for number, path in enumerate(_files_below(folder, search, reporter)):
        for ref in wanted.get(path.name, ()):
            if ref not in search.found and (moved := _same(ref, path, search)):
                search.found[ref] = moved
        if len(search.found) == len(refs):
            break
        if number % 1000 == 0:
            reporter.report(Progress("Searching", len(search.found), len(refs)))
    return search


def _same(ref: MediaRef, path: Path, search: Search) -> MediaRef | None:
    try:
        media = open_media(path, ref.rate, as_sequence=ref.kind is MediaKind.SEQUENCE).media
    except MediaError as error:
        search.refused.append(str(error))
        return None
    if not ref.fingerprint:  # an editor's timeline told of it, and nobody has seen it yet: its name must do
        return media
    return replace(ref, path=media.path) if media.fingerprint == ref.fingerprint else None


def _files_below(folder: Path, search: Search, reporter: Reporter) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        search.refused.append(f"{error.filename} cannot be looked into: {error.strerror or error}.")

    for number, (where, _, names) in enumerate(os.walk(folder, onerror=refuse)):
        reporter.raise_if_cancelled()
        if number >= _MOST_FOLDERS:
            search.is_whole = False
            return
        yield from (Path(where, name) for name in sorted(names))


def _usable(found: Found, timeline: Timeline) -> tuple[Found, tuple[str, ...]]:
    """Those that can take the place of what was lost, and why others cannot."""
    usable: list[tuple[MediaRef, MediaRef]] = []
    problems: list[str] = []
    for old, new in found:
        try:
            timeline = relinked(old, new, timeline)
        except EditRefused as refusal:
            problems.append(str(refusal))
        else:
            usable.append((old, new))
    return tuple(usable), tuple(problems)


def _relinked(found: Found, timeline: Timeline) -> Timeline:
    for old, new in found:
        timeline = relinked(old, new, timeline)
    return timeline


def _told(refs: tuple[MediaRef, ...]) -> str:
    names = ", ".join(ref.name for ref in refs[:_NAMED]) + (" …" if len(refs) > _NAMED else "")
    if len(refs) == 1:
        return f"{names} is missing. Right-click it under Media to find it again."
    return f"{len(refs)} files are missing: {names}. Right-click one under Media to find them again."
