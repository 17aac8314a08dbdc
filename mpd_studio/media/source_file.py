"""Is this file there, readable and still the one that was probed?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from mpd_studio.core.errors import MediaError

_BLOCK_BYTES = 64 * 1024
_BLOCKS = 8
_SAMPLED_FILES = 3


def check_readable(path: Path) -> int:
    """The file's size in bytes.

    Raises:
        MediaError: missing, a directory, empty, or not allowed to be read.
    """
    try:
        if path.is_dir():
            raise MediaError(f"{path} is a folder. Choose a movie or a picture in it.")
        size = path.stat().st_size
        if not path.is_file():  # reading a pipe or a device would wait or never end
            raise MediaError(f"{path} is a device or a pipe, not a file. Choose a movie or a picture.")
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise MediaError(f"{path} does not exist. It may have been moved or renamed; choose it again.") from error
    except PermissionError as error:
        raise MediaError(f"{path} may not be read. Change its permissions or copy it.") from error
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error.strerror or error}.") from error
    if size == 0:
        raise MediaError(f"{path.name} is empty (0 bytes). Copy it again from its source.")
    return size


def fingerprint(paths: Sequence[Path]) -> str:
    """sha256 over all sizes and sampled blocks, so that moved media are recognised and changed media noticed.

    paths: one movie or still, or all files of a sequence in order (blocks of the first, middle and last are read).
    """
    digest = hashlib.sha256()
    for path in paths:
        digest.update(check_readable(path).to_bytes(8, "little"))
    last = len(paths) - 1
    sampled = sorted({0, last // 2, last}) if len(paths) > _SAMPLED_FILES else range(len(paths))
    for index in sampled:
        _add_blocks(digest, paths[index])
    return digest.hexdigest()


def _add_blocks(digest: hashlib._Hash, path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _BLOCK_BYTES * _BLOCKS:
            digest.update(file.read())
            return
        for step in range(_BLOCKS):
            file.seek((size - _BLOCK_BYTES) * step // (_BLOCKS - 1))
            digest.update(file.read(_BLOCK_BYTES))


def stamp(path: Path) -> tuple[int, int]:
    """Size and modification time: a cheap sign that a file may have changed. (-1, -1) when it is gone."""
    try:
        status = os.stat(path)
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)
