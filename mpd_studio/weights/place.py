"""Put a file that is on this machine already into a folder of weights: linked where the disk can, else copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from mpd_studio.core.atomic_file import advice
from mpd_studio.core.errors import OutputError
from mpd_studio.core.progress import Reporter
from mpd_studio.weights.catalogue import gigabytes

_RESERVE = 100_000_000  # bytes that stay free beside what is written
_CHUNK = 1 << 22

FreeBytes = Callable[[Path], int]


def free_bytes_at(folder: Path) -> int:
    """On the disk of a folder that may not exist yet. Raises: OSError."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require_space(folder: Path, needed: int, free_bytes: FreeBytes) -> None:
    """Raises: OutputError: not enough for `needed` bytes and a reserve."""
    try:
        free = free_bytes(folder)
    except OSError:
        return  # a disk that does not tell; the writing itself will
    if needed and free < needed + _RESERVE:
        raise OutputError(
            f"{gigabytes(needed)} are to be written into {folder}, and its disk has {gigabytes(free)} free "
            f"({gigabytes(_RESERVE)} of it stay free). Nothing was written. Free some space, or move the program's "
            "folders to another disk with the variable MPD_STUDIO_HOME."
        )


def place_file(source: Path, target: Path, reporter: Reporter, *, copy: bool = False) -> None:
    """A hard link takes no space and outlives the source's name; another disk or `copy` makes a copy.

    Raises: OutputError, Cancelled: the target is then not there.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if copy or not _link(source.resolve(), temporary):
            with source.open("rb") as read, temporary.open("wb") as write:
                while piece := read.read(_CHUNK):
                    reporter.raise_if_cancelled()
                    write.write(piece)
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(f"{target} could not be written: {error.strerror or error}. {advice(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:
        return False
    return True
