"""The journal of a document: its present state on disk, a few milliseconds after every edit.

A snapshot is written to "<journal>.part", flushed to the disk and renamed. A whole .part file is newer than the
journal beside it and counts: so a snapshot survives `kill -9` from the moment its bytes were handed to the system,
before the (slow) flush, and a power cut at any moment leaves the snapshot before it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.core.atomic_file import advice, sync_folder
from mpd_studio.core.errors import OutputError, ProjectError
from mpd_studio.core.migrations import VERSION, migrate
from mpd_studio.core.project_json import decode, encode
from mpd_studio.core.timeline import Timeline

_MARK = b"mpd-studio journal 1 "


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A state that was never saved. written_s: time of the file, in seconds since the epoch."""

    timeline: Timeline
    written_s: float


def part_path(journal: Path) -> Path:
    return journal.with_name(journal.name + ".part")


def write_journal(journal: Path, timeline: Timeline, on_safe: Callable[[], None]) -> None:
    """Put a snapshot on disk. on_safe: called once it survives the end of this process.

    Raises:
        OutputError: disk full, no permission. The snapshot before it stays.
    """
    body = json.dumps(encode(timeline, VERSION, journal.parent)).encode()  # ASCII: file names need not be text
    part = part_path(journal)
    is_whole = False
    try:
        journal.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb") as file:
            file.write(_MARK + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            file.flush()
            is_whole = True
            on_safe()
            os.fsync(file.fileno())
        os.replace(part, journal)
        sync_folder(journal.parent)
    except OSError as error:
        if not is_whole:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise OutputError(f"Autosave could not write {journal}: {reason}. {advice(error)}") from error


def read_journal(journal: Path) -> JournalEntry | None:
    """The newest whole snapshot; None when there is no journal.

    Raises:
        ProjectError: there is one, but it is damaged.
    """
    damage: ProjectError | None = None
    for path in (part_path(journal), journal):
        try:
            return _read(path)
        except FileNotFoundError:
            continue
        except ProjectError as error:
            if path == journal:
                damage = error
    if damage is not None:
        raise damage
    return None


def journal_time_s(journal: Path) -> float | None:
    """When the newest snapshot was written, in seconds since the epoch; None when there is no journal."""
    times: list[float] = []
    for path in (part_path(journal), journal):
        with contextlib.suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times, default=None)


def remove_journal(journal: Path) -> None:
    """Forget the journal; it need not exist."""
    for path in (part_path(journal), journal):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _read(path: Path) -> JournalEntry:
    try:
        data = path.read_bytes()
        written_s = path.stat().st_mtime
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ProjectError(f"The autosave {path.name} cannot be read: {error.strerror}.") from error
    head, _, body = data.partition(b"\n")
    if head != _MARK + hashlib.sha256(body).hexdigest().encode():
        raise ProjectError(f"The autosave {path.name} is damaged.")
    try:
        opened = decode(migrate(json.loads(body)), path.parent)
    except (ValueError, RecursionError) as error:
        raise ProjectError(f"The autosave {path.name} is damaged.") from error
    return JournalEntry(opened.timeline, written_s)
