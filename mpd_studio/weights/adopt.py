"""Take a folder of weights that the user has, from a disk or another machine, into the program's models folder."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mpd_studio.core.errors import BadInput, OutputError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.weights.catalogue import CATALOGUE, Entry, entry_named
from mpd_studio.weights.checksum import checksum_of
from mpd_studio.weights.family import Family
from mpd_studio.weights.layout import State, inspect_folder
from mpd_studio.weights.meter import Meter
from mpd_studio.weights.place import FreeBytes, free_bytes_at, place_file, require_space
from mpd_studio.weights.record import Record, RecordedFile, read_record, write_record
from mpd_studio.weights.store import recognise

_LAYOUTS = {Family.SVD: "of diffusers", Family.MOTION_I2V: "of Motion-I2V"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def name_for(folder: Path, name: str | None) -> str:
    """The name that a folder gets: the one given, else its entry's, else its own. Raises: BadInput."""
    if name is None:
        entry = recognise(folder) or next((e for e in CATALOGUE if folder.name == e.repo.split("/")[1]), None)
        name = entry.id if entry is not None else folder.absolute().name
    known = entry_named(name)
    name = known.id if known is not None else name
    if not _NAME.fullmatch(name):
        raise BadInput(f"'{name}' cannot be a name of weights: use letters, digits, '.', '_' and '-' with --name.")
    return name


def add_folder(
    folder: Path,
    name: str,
    paths: ProgramPaths,
    reporter: Reporter,
    *,
    copy: bool = False,
    free_bytes: FreeBytes = free_bytes_at,
) -> Path:
    """The folder's place in the models folder, where it appears whole or not at all.

    Every file is read and hashed: compared where hashes are known, and recorded, so that `verify` finds later damage.
    name: of name_for. copy: even where files could be linked. The user's folder is not changed.
    Raises:
        BadInput: no folder, incomplete (names what is missing), damaged, or not what its name says; the name is taken.
        OutputError, Cancelled.
    """
    entry = entry_named(name)
    files = _whole_files(folder, entry)
    target = paths.models / name
    if target.exists():
        raise BadInput(f"There are weights named {name} already, in {target}. Choose another --name, or remove them.")
    total = sum((folder / path).stat().st_size for path in files)
    meter = Meter(reporter, f"Reading {name}", total)
    recorded = tuple(_read(folder, path, entry, meter) for path in files)
    require_space(paths.models, total if copy or not _same_disk(folder, paths.models) else 0, free_bytes)
    staging = paths.models / f".adding-{name}"
    try:
        shutil.rmtree(staging, ignore_errors=True)  # left by a killed program
        for path in files:
            place_file(folder / path, staging / path, reporter, copy=copy)
        write_record(staging, Record(entry.id if entry else None, str(folder.absolute()), None, recorded))
        staging.rename(target)
    except OSError as error:
        raise OutputError(f"{target} could not be made: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def _whole_files(folder: Path, entry: Entry | None) -> tuple[str, ...]:
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder.")
    inspection = inspect_folder(folder, read_record(folder))
    if inspection.broken:
        found = "; ".join(f"{path} {problem}" for path, problem in inspection.broken)
        raise BadInput(f"The weights in {folder} are damaged: {found}. Copy them anew.")
    if inspection.state is not State.PRESENT:
        raise BadInput(
            f"{folder} is not a whole folder of weights in the layout {_LAYOUTS[inspection.family]}. It lacks: "
            f"{', '.join(inspection.missing)}."
        )
    if entry is not None and entry.family is not inspection.family:
        raise BadInput(
            f"{folder} holds weights of {inspection.family.title}, and {entry.id} is {entry.family.title}. Give them "
            "another --name."
        )
    return inspection.files


def _read(folder: Path, path: str, entry: Entry | None, meter: Meter) -> RecordedFile:
    known = next((file for file in entry.files if file.path == path), None) if entry is not None else None
    blob_id = known.blob_id if known is not None else None
    try:
        checksum = checksum_of(folder / path, meter, with_blob=blob_id is not None)
    except OSError as error:
        raise BadInput(f"{folder / path} cannot be read: {error.strerror or error}.") from error
    if entry is not None and known is not None and not checksum.agrees(known.sha256, blob_id):
        raise BadInput(
            f"{folder / path} is not the {path} of {entry.id} as it was published. If these are "
            "other weights, add them under a name of their own: --name NAME"
        )
    return RecordedFile(path, checksum.count, checksum.sha256)


def _same_disk(folder: Path, models: Path) -> bool:
    while not models.exists() and models != models.parent:
        models = models.parent
    return folder.stat().st_dev == models.stat().st_dev
