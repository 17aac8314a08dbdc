"""Which weights a folder holds, told in milliseconds: enough to say whether they are the ones of the last run."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mpd_studio.weights.layout import inspect_folder

_END_BYTES = 1 << 16


def identity_of(folder: Path) -> str:
    """A digest of every file's name, size, time of change, and first and last 64 KiB.

    Reading gigabytes would take longer than it is worth. Weights that were copied may count as others, since copying
    can change the time; others never count as the same, unless somebody sets the time back by hand.
    """
    digest = hashlib.sha256()
    for name in sorted(inspect_folder(folder).files):
        path = folder / name
        status = path.stat()
        digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_END_BYTES))
            if status.st_size > _END_BYTES:
                file.seek(max(_END_BYTES, status.st_size - _END_BYTES))
                digest.update(file.read(_END_BYTES))
    return digest.hexdigest()
