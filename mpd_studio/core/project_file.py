"""The project file, .mpdproj: versioned JSON, saved whole or not at all, the last good save kept beside it."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import OutputError, ProjectError
from mpd_studio.core.migrations import VERSION, migrate
from mpd_studio.core.project_json import FORMAT, OpenedProject, decode, encode
from mpd_studio.core.timeline import Timeline

SUFFIX = ".mpdproj"


class NewerProject(ProjectError):
    """Written by a newer version of the program."""


def backup_path(path: Path) -> Path:
    """Where the last good save before this one is kept."""
    return path.with_name(path.name + ".bak")


def write_project(path: Path, timeline: Timeline, *, keep_backup: bool = True) -> None:
    """Save atomically, after reading back what is about to be written; what stood there is kept if it was whole.

    Raises:
        OutputError: the file system refuses, or the timeline does not read back; the old file is untouched.
    """
    text = json.dumps(encode(timeline, VERSION, path.parent), ensure_ascii=False, indent=1)
    again = decode(json.loads(text), path.parent)
    if again.notes or again.timeline != timeline:
        raise OutputError(
            "The project was not saved, because it would not read back as it is. "
            f"The file on disk is untouched. {' '.join(again.notes)}"
        )
    if keep_backup and path.exists():
        with contextlib.suppress(ProjectError, OSError):
            _parse(path)
            _copy_aside(path, backup_path(path))
    # Names of undecodable bytes (old disks) come as lone surrogates, which JSON can escape and UTF-8 cannot hold.
    write_atomically(path, text.encode("utf-8", "backslashreplace"))


def read_project(path: Path) -> OpenedProject:
    """Read a project; instead of a damaged file its last good save is opened, with a note.

    Raises:
        ProjectError: missing, no project file, or damaged beyond its backup.
        NewerProject: of a newer version.
    """
    try:
        return decode(_parse(path), path.parent)
    except NewerProject:
        raise
    except ProjectError as error:
        backup = backup_path(path)
        if not (path.exists() and backup.exists()):
            raise
        opened = decode(_parse(backup), path.parent)
        return OpenedProject(opened.timeline, (f"{error} The save before it was opened instead.", *opened.notes))


def _copy_aside(source: Path, target: Path) -> None:
    temporary = target.with_name(target.name + ".part")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:  # a file system without hard links
        temporary.write_bytes(source.read_bytes())
    os.replace(temporary, target)
    temporary.unlink(missing_ok=True)  # still there where target was the same file: a rename then does nothing


def _parse(path: Path) -> dict[str, Any]:
    if path.exists() and not path.is_file():  # reading a pipe would wait for ever
        raise ProjectError(f"{path} is not a file. Choose a project ({SUFFIX}).")
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ProjectError(f"There is no project {path}.") from error
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        doc = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ProjectError(f"{path.name} is damaged: it cannot be read as a project.") from error
    if not isinstance(doc, dict) or doc.get("format") != FORMAT:
        raise ProjectError(f"{path.name} is not a project of MPD Studio.")
    version = doc.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ProjectError(f"{path.name} is damaged: it has no version.")
    if version > VERSION:
        raise NewerProject(f"{path.name} was saved by a newer version of MPD Studio. Update the program to open it.")
    return migrate(doc)
