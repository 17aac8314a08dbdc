"""A folder of results that appears whole or not at all.

Everything is written into a hidden folder beside the wanted one and takes its place in one rename. A run that is
cancelled or fails leaves nothing; one that was killed leaves the hidden folder, which the next run clears away.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mpd_studio.core.atomic_file import advice, sync_folder
from mpd_studio.core.errors import BadInput, OutputError

_FORBIDDEN = re.compile(r'[\\/:*?"<>|%\x00-\x1f]')


def check_name(name: str) -> None:
    """Raises: BadInput: not usable as the beginning of a file name on every system."""
    if not name or name.startswith((".", " ")) or name.endswith((".", " ")) or len(name) > 100:
        raise BadInput(f"'{name}' cannot begin a file name. Use up to 100 letters, digits, '-' and '_'.")
    if found := _FORBIDDEN.search(name):
        raise BadInput(f"'{name}' cannot begin a file name, because of '{found.group()}'. Use letters and digits.")


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Raises: OutputError: it is a file, or holds files and must not be overwritten."""
    if folder.is_symlink() and not folder.exists():
        raise OutputError(f"{folder} is a broken link. Choose another folder.")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file. Choose a folder.")
    try:
        is_empty = not folder.exists() or next(folder.iterdir(), None) is None
    except OSError as error:
        raise OutputError(f"{folder} cannot be read: {error.strerror}. {advice(error)}") from error
    if not is_empty and not overwrite:
        raise OutputError(f"{folder} is not empty. Choose another folder, or allow overwriting (--overwrite).")


@contextmanager
def filling(folder: Path, name: str, *, overwrite: bool) -> Iterator[Path]:
    """A hidden folder to write into, which becomes `folder` when the block ends well.

    Where `folder` exists and `overwrite` is set, the new files replace those of the same form (NAME_000001.ext …,
    sheet.txt, sheet.json); other files stay.

    Raises:
        OutputError: the file system refuses.
    """
    check_name(name)
    check_folder(folder, overwrite=overwrite)
    folder = folder.absolute()
    part = folder.with_name(f".{folder.name}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}. {advice(error)}") from error
    try:
        yield part
        try:
            _publish(part, folder, name)
        except OSError as error:
            raise OutputError(f"{folder} could not be filled: {error.strerror}. {advice(error)}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _publish(part: Path, folder: Path, name: str) -> None:
    if folder.exists() and next(folder.iterdir(), None) is None and not folder.is_symlink():
        folder.rmdir()
    if not folder.exists():
        part.rename(folder)
        sync_folder(folder.parent)
        return
    ours = re.compile(rf"{re.escape(name)}_\d{{6,}}\.\w+$")
    new = {entry.name for entry in part.iterdir()}
    for entry in part.iterdir():
        entry.replace(folder / entry.name)
    for entry in folder.iterdir():
        if ours.match(entry.name) and entry.name not in new:
            entry.unlink()
    sync_folder(folder)
