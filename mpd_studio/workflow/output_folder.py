"""A folder of results that appears whole or not at all.

Everything is written into a hidden folder and takes its place by renaming: beside a wanted folder that does not exist
yet, inside one that does (it may be a mounted disk, a link, or all that may be written to). A run that is cancelled or
fails leaves nothing; one that was killed leaves the hidden folder, which the next run clears away. A lock on the hidden
folder keeps two runs from filling the same place.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mpd_studio.core.atomic_file import advice, sync_folder
from mpd_studio.core.errors import BadInput, OutputError
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.media.sequences import numbered_path

log = logging.getLogger(__name__)

_FORBIDDEN = re.compile(r'[\\/:*?"<>|%\x00-\x1f]')
_PART_INSIDE = ".mpd-studio.part"
TAKE_FILE = "take.json"  # what a gap of a timeline was made of; see finished_gap.py
_SHEETS = ("sheet.json", "sheet.txt", TAKE_FILE)


def check_name(name: str) -> None:
    """Raises: BadInput: not usable as the beginning of a file name on every system."""
    if not name or name.startswith((".", " ")) or name.endswith((".", " ")) or len(name) > 100:
        raise BadInput(f"'{name}' cannot begin a file name. Use up to 100 letters, digits, '-' and '_'.")
    if found := _FORBIDDEN.search(name):
        raise BadInput(f"'{name}' cannot begin a file name, because of '{found.group()}'. Use letters and digits.")


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Raises: OutputError: it is a file, or holds files and must not be overwritten."""
    try:
        status = _status(folder)
        if status is None and folder.is_symlink():
            raise OutputError(f"{folder} is a broken link. Choose another folder.")
        if status is not None and not folder.is_dir():
            raise OutputError(f"{folder} is a file. Choose a folder.")
        is_empty = status is None or all(entry.name == _PART_INSIDE for entry in folder.iterdir())
    except NotADirectoryError as error:
        raise OutputError(f"{folder} lies inside something that is a file. Choose another folder.") from error
    except OSError as error:
        raise OutputError(f"{folder} cannot be read: {error.strerror}. {advice(error)}") from error
    if not is_empty and not overwrite:
        raise OutputError(f"{folder} is not empty. Choose another folder, or allow overwriting (--overwrite).")


def check_sources(request: InbetweenRequest, folder: Path, name: str, others: Iterable[Path] = ()) -> None:
    """Overwriting must never reach what the frames are made from.

    others: files beside the request's own that the frames are made from.
    Raises:
        OutputError: a source file stands in `folder` and is named like a file of the run.
    """
    if not folder.is_dir():
        return
    place = folder.resolve()
    written = re.compile(rf"{_frames_of(name).pattern}|{re.escape(name)}\.\w+|{'|'.join(map(re.escape, _SHEETS))}")
    masks = [Path(region.mask.path) for region in request.guidance.regions if region.mask]
    refs = dict.fromkeys((request.first.media, request.last.media))
    for source in [*masks, *others, *(path for media in refs for path in _files_of(media))]:
        real = source.resolve()
        if real.parent == place and written.fullmatch(real.name):
            raise OutputError(
                f"{source} would be overwritten, and the frames are made from it. Choose another folder or --name."
            )


@contextmanager
def filling(folder: Path, name: str, *, overwrite: bool) -> Iterator[Path]:
    """A hidden folder to write into, which becomes `folder`, or moves into it, when the block ends well.

    Where `folder` holds files and `overwrite` is set, the new ones replace those of the same form (NAME_000001.ext …)
    and of the same name (NAME.ext, sheet.txt, sheet.json, take.json); other files stay.

    Raises:
        OutputError: the file system refuses, or another run is filling the same place.
    """
    check_name(name)
    check_folder(folder, overwrite=overwrite)
    folder = folder.absolute()
    part = folder / _PART_INSIDE if folder.exists() else folder.with_name(f".{folder.name}.part")
    made: list[Path] = []
    try:
        made = _make_parents(part.parent)
        with _claimed(part, folder):
            yield part
            try:
                check_folder(folder, overwrite=overwrite)  # somebody may have been quicker
                _publish(part, folder, name)
            except OSError as error:
                raise OutputError(f"{folder} could not be filled: {error.strerror}. {advice(error)}") from error
    finally:
        for parent in made:
            with contextlib.suppress(OSError):
                parent.rmdir()  # only empty ones go


@contextmanager
def occupied(folder: Path, *, overwrite: bool) -> Iterator[None]:
    """Keep other runs out of a folder for several results and their list. It is made, and goes if it stays empty.

    On Windows, which has no locks on folders, only a folder that already holds something is refused.

    Raises:
        OutputError: another run is at it, it holds files and must not be overwritten, or the file system refuses.
    """
    folder = folder.absolute()
    check_folder(folder, overwrite=overwrite)
    made = _make_parents(folder)
    handle = None
    try:
        if os.name != "nt":
            handle = _held(folder)
        check_folder(folder, overwrite=overwrite)  # somebody may have been quicker
        yield
    finally:
        for place in made:
            with contextlib.suppress(OSError):
                place.rmdir()  # only empty ones go
        if handle is not None:
            os.close(handle)


def _held(folder: Path) -> int:
    """The open folder, which holds the lock until it is closed."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(f"{folder} cannot be opened: {error.strerror}. {advice(error)}") from error
    try:
        _try_lock(handle)
    except BlockingIOError as error:
        os.close(handle)
        raise _is_busy(folder) from error
    return handle


def _is_busy(folder: Path) -> OutputError:
    return OutputError(f"Another run is filling {folder}. Wait for it, or choose another folder.")


def clear_abandoned(place: Path, names: str) -> None:
    """Remove the hidden folders of killed runs that were to become `place` / one of `names` (a pattern).

    A later run into the same folder clears them away by itself; this is for folders whose names never come again.
    What a run is still filling stays.
    """
    for part in place.glob(f".{names}.part"):
        try:
            handle = None if os.name == "nt" else os.open(part, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:  # no folder, or gone by now
            continue
        try:
            if handle is not None:
                _try_lock(handle)
            shutil.rmtree(part, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            if handle is not None:
                os.close(handle)


def _files_of(media: MediaRef) -> Iterator[Path]:
    if media.kind is MediaKind.SEQUENCE:
        yield from (numbered_path(media.path, media.first_number + index) for index in range(media.frame_count))
    else:
        yield Path(media.path)


def _frames_of(name: str) -> re.Pattern[str]:
    """With the maps of confidence beside them."""
    return re.compile(rf"{re.escape(name)}(?:_confidence)?_\d{{6,}}\.\w+")


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _make_parents(folder: Path) -> list[Path]:
    """Make a folder and its parents; those that are new, deepest first."""
    new = [place for place in (folder, *folder.parents) if _is_absent(place)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}. {advice(error)}") from error
    return new


def _is_absent(place: Path) -> bool:
    try:
        return _status(place) is None
    except OSError:
        return False


@contextmanager
def _claimed(part: Path, folder: Path) -> Iterator[None]:
    """The empty hidden folder, locked while the block runs, gone afterwards."""
    try:
        handle = _lock(part)
    except BlockingIOError as error:
        raise _is_busy(folder) from error
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}. {advice(error)}") from error
    try:
        yield
    finally:
        if handle is None or _is_open(part, handle):  # else it has become `folder`, and a new one may stand there
            shutil.rmtree(part, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _lock(part: Path) -> int | None:
    """Make the hidden folder and lock it; what a killed run left in it is cleared away.

    Returns:
        The open folder that holds the lock; None on Windows, which has none on folders.

    Raises:
        BlockingIOError: another process holds it.
    """
    if os.name == "nt":
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        return None
    while True:
        with contextlib.suppress(FileExistsError):
            part.mkdir()
        handle = os.open(part, os.O_RDONLY)
        try:
            _try_lock(handle)
            if _is_open(part, handle):  # not renamed or removed by another run meanwhile
                for entry in part.iterdir():
                    shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _is_open(part: Path, handle: int) -> bool:
    status = _status(part)
    return status is not None and os.path.samestat(status, os.fstat(handle))


def _try_lock(handle: int) -> None:
    """Raises: BlockingIOError: another process holds the lock. File systems without locks are lived with."""
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as error:
        log.warning("No lock on the output folder (%s); two runs could fill it at once.", error.strerror)


def _publish(part: Path, folder: Path, name: str) -> None:
    if not folder.exists():
        part.rename(folder)
        sync_folder(folder.parent)
        return
    new = sorted(entry.name for entry in part.iterdir())
    for old in list(folder.iterdir()):
        if _frames_of(name).fullmatch(old.name) and old.name not in new and old.is_file():
            old.unlink()
    for entry in [n for n in new if n not in _SHEETS] + [n for n in new if n in _SHEETS]:  # the sheets vouch for all
        (part / entry).replace(folder / entry)
    sync_folder(folder)
