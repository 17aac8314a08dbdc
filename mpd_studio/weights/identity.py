"""Which weights a folder holds, told in milliseconds: enough to say whether they are the ones of the last run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from mpd_studio.weights.layout import inspect_folder

_END_BYTES = 1 << 16
_ENDINGS = (".safetensors", ".bin", ".ckpt", ".pt", ".pth")


def identity_of(folder: Path) -> str:
    """A digest of every file's name, size, time of change, and first and last 64 KiB.

    Reading gigabytes would take longer than it is worth. Weights that were copied may count as others, since copying
    can change the time; others never count as the same, unless somebody sets the time back by hand.
    """
    return _digest((name, folder / name) for name in sorted(inspect_folder(folder).files))


def identity_of_files(paths: Iterable[Path]) -> str:
    """The same of single files, and of all files of weights in folders; their order counts, their places do not.

    Raises:
        OSError: one is not there.
    """
    files = [file for path in paths for file in (_files_in(path) if path.is_dir() else [path])]
    return _digest((file.name, file) for file in files)


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in _ENDINGS)


def _digest(files: Iterable[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for name, path in files:
        status = path.stat()
        digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_END_BYTES))
            if status.st_size > _END_BYTES:
                file.seek(max(_END_BYTES, status.st_size - _END_BYTES))
                digest.update(file.read(_END_BYTES))
    return digest.hexdigest()
