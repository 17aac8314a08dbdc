"""Where a document lives: its file, its journal, its takes, its lock."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.core.project_file import SUFFIX

TAKES_SUFFIX = ".takes"
_UNTITLED = "untitled"


@dataclass(frozen=True, slots=True)
class ProjectHome:
    """path: the project file; None for an untitled project.

    is_read_only: somebody else has the file, or its folder refuses; then only the journal and the takes are ours,
    and they lie among the untitled projects.
    """

    path: Path | None
    journal: Path
    takes: Path
    lock: Path
    is_read_only: bool = False

    @property
    def is_in_recovery(self) -> bool:
        """Journal and takes lie in a folder of their own under the program's data."""
        return self.path is None or self.is_read_only


def home_of(path: Path) -> ProjectHome:
    """A project that is ours to save."""
    return ProjectHome(
        path,
        journal=path.with_name(path.name + ".autosave"),
        takes=path.with_name(path.stem + TAKES_SUFFIX),
        lock=path.with_name(path.name + ".lock"),
    )


def home_in_recovery(recovery: Path, key: str, read_only_path: Path | None = None) -> ProjectHome:
    """An untitled project, or a read-only view of `read_only_path`."""
    folder = recovery / key
    return ProjectHome(
        read_only_path,
        journal=folder / f"{_UNTITLED}{SUFFIX}.autosave",
        takes=folder / "takes",
        lock=folder / "lock",
        is_read_only=read_only_path is not None,
    )


def recovery_key(recovery: Path, path: Path) -> str | None:
    """The key of the untitled project whose journal `path` is; None when it is none."""
    is_journal = path.name == f"{_UNTITLED}{SUFFIX}.autosave" and path.parent.parent == recovery
    return path.parent.name if is_journal else None


def recovery_homes(recovery: Path) -> tuple[ProjectHome, ...]:
    """Every untitled project that has a folder."""
    try:
        folders = sorted(folder for folder in recovery.iterdir() if folder.is_dir())
    except OSError:
        return ()
    return tuple(home_in_recovery(recovery, folder.name) for folder in folders)


def remove_empty_home(home: ProjectHome) -> None:
    """Remove an untitled project's folder, unless a journal or takes are left in it."""
    if home.is_in_recovery:
        for folder in (home.takes, home.journal.parent):
            with contextlib.suppress(OSError):  # not there, or not empty
                folder.rmdir()
