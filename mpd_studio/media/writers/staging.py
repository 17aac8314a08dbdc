"""New files grow in a `….part` folder beside their place and move there when they are whole, or vanish."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mpd_studio.core.errors import OutputError
from mpd_studio.core.exchange import ExporterInfo, WriteJob

_REASONS = {
    errno.ENOSPC: "the disk is full. Free some space or choose another folder",
    errno.EDQUOT: "your disk quota is used up. Free some space or choose another folder",
    errno.EFBIG: "the file would be larger than allowed here. Choose another folder",
    errno.EACCES: "there is no permission to write there. Choose another folder",
    errno.EPERM: "there is no permission to write there. Choose another folder",
    errno.EROFS: "the disk is read-only. Choose another folder",
    errno.ENOTDIR: "a part of its path is a file, not a folder. Choose another folder",
    errno.ENAMETOOLONG: "the name is too long. Choose a shorter one",
}


class Staging:
    """folder: where to write; the files get their final names at once, `commit` moves them to their place."""

    def __init__(self, folder: Path, destination: Path, replaced: Sequence[Path]) -> None:
        self.folder = folder
        self._destination = destination
        self._replaced = replaced

    def commit(self, files: Sequence[Path]) -> tuple[Path, ...]:
        """Move whole, checked files to their place. Files they replace are kept until all have arrived."""
        aside = self.folder / "replaced"
        aside.mkdir()
        kept: list[tuple[Path, Path]] = []
        placed: list[Path] = []
        try:
            for old in self._replaced:
                os.replace(old, aside / old.name)
                kept.append((aside / old.name, old))
            for file in files:
                place = self._destination / file.name
                os.replace(file, place)
                placed.append(place)
        except BaseException:
            for place in placed:
                place.unlink(missing_ok=True)
            for now, old in kept:
                os.replace(now, old)
            raise
        _sync_folder(self._destination)
        return tuple(placed)


@contextmanager
def staged(info: ExporterInfo, job: WriteJob) -> Iterator[Staging]:
    """A place to write into. Whatever happens, nothing but committed files is left.

    Raises:
        OutputError: a name that is none, files standing there already, disk full, no permission.
    """
    with output_errors(job.folder / job.name):
        check_name(job.name)
        made = _make_folder(job.folder)
        part: Path | None = None
        try:
            standing = standing_files(info, job)
            if standing and not job.overwrite:
                first = standing[0].name
                count = f"{len(standing)} files like {first} stand" if len(standing) > 1 else f"{first} stands"
                raise OutputError(f"{count} in {job.folder} already. Choose another name, or allow overwriting.")
            part = Path(tempfile.mkdtemp(prefix=f"{job.name}{info.suffix}.", suffix=".part", dir=job.folder))
            yield Staging(part, job.folder, standing)
        finally:
            if part is not None:
                shutil.rmtree(part, ignore_errors=True)
            _remove_empty(made)


@contextmanager
def output_errors(place: Path) -> Iterator[None]:
    """Turn what the system and FFmpeg say about writing into an OutputError with a way out."""
    from av.error import FFmpegError

    try:
        yield
    except (OSError, FFmpegError) as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise OutputError(f"{place} could not be written: {reason}.") from error


def check_name(name: str) -> None:
    """Raises: OutputError: empty, a path, or characters that a file name cannot have everywhere."""
    if not name or name != name.strip() or name.startswith(".") or re.search(r'[/\\:*?"<>|%\x00-\x1f]', name):
        raise OutputError(f"'{name}' cannot be a file name. Use letters, digits, spaces, '-' and '_'.")


def standing_files(info: ExporterInfo, job: WriteJob) -> list[Path]:
    """Files that the job would replace: the movie, or every numbered picture of that name."""
    if info.is_movie:
        place = job.folder / f"{job.name}{info.suffix}"
        return [place] if place.exists() else []
    numbered = re.compile(re.escape(job.name) + r"_\d{6,}" + re.escape(info.suffix))
    return sorted(path for path in job.folder.iterdir() if numbered.fullmatch(path.name))


def sync_file(path: Path) -> None:
    """Make sure that a file is on the disk before it gets its name."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open folders for this, and needs it not
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folder(folder: Path) -> list[Path]:
    """Make the folder and its parents; those that are new, deepest first."""
    made: list[Path] = []
    place = folder
    while not place.exists():
        made.append(place)
        place = place.parent
    folder.mkdir(parents=True, exist_ok=True)
    return made


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
