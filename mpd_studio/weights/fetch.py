"""Bring weights of the catalogue into the program's models folder: all that is not there or not right yet."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mpd_studio.core.errors import BadInput, EnvironmentProblem, OutputError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.weights.catalogue import Entry
from mpd_studio.weights.checksum import checksum_of
from mpd_studio.weights.consent import require_consent
from mpd_studio.weights.converted import without_converted
from mpd_studio.weights.download import Download, part_of
from mpd_studio.weights.family import Family
from mpd_studio.weights.hub import Hub, HubFile, Listing
from mpd_studio.weights.hub_cache import snapshots, stated_hash
from mpd_studio.weights.layout import CONFIGS, EXTRAS, STEMS, VARIANTS, weights_path
from mpd_studio.weights.meter import Meter
from mpd_studio.weights.motion_i2v_layout import official_files
from mpd_studio.weights.patience import PATIENCE, Patience
from mpd_studio.weights.place import FreeBytes, free_bytes_at, place_file, require_space
from mpd_studio.weights.record import Record, RecordedFile, read_record, write_record

_LOCK_WAIT_S = 0.3


def fetch(
    entry: Entry,
    paths: ProgramPaths,
    reporter: Reporter,
    *,
    hub: Hub | None = None,
    free_bytes: FreeBytes = free_bytes_at,
    patience: Patience = PATIENCE,
    environ: Mapping[str, str] | None = None,
) -> Path:
    """The folder with the whole weights. However it ends, whole files stay, and parts of files are continued.

    Raises:
        EnvironmentProblem: no consent, no library, no access, no connection, or a source that lies.
        OutputError: too little space, or the disk refuses.
        BadInput: the repository is not what the catalogue says.
        Cancelled.
    """
    require_consent(entry, paths)
    hub = hub or Hub()
    folder = paths.models / entry.id
    with _lock(folder):
        record = read_record(folder)
        listing = _listing(entry, hub, record, reporter, patience)
        wanted, converted = without_converted(_wanted(entry, listing), folder, record)
        meter = Meter(reporter, f"Looking through {entry.id}", sum(file.size for file in wanted))
        needed = [file for file in wanted if not _is_right(folder, file, record, meter)]
        record = _record(entry, listing, wanted, folder, record, needed, converted)
        environ = os.environ if environ is None else environ
        needed = [file for file in needed if not _take_from_cache(entry, file, folder, meter, reporter, environ)]
        require_space(folder, sum(file.size - _begun(folder / file.path) for file in needed), free_bytes)
        write_record(folder, record)
        meter = Meter(reporter, f"Downloading {entry.id}", sum(file.size for file in needed))
        meter.done = sum(_begun(folder / file.path) for file in needed)
        for file in needed:
            checksum = Download(hub, listing, file, folder / file.path, reporter, meter, patience).run()
            record = record.with_file(RecordedFile(file.path, file.size, checksum.sha256, file.blob_id))
            write_record(folder, record)
        write_record(folder, dataclasses.replace(record, wrong=()))
    return folder


def _begun(target: Path) -> int:
    try:
        return part_of(target).stat().st_size
    except OSError:
        return 0


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    from huggingface_hub.utils import WeakFileLock

    lock = folder.with_name(f".{folder.name}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        guard = WeakFileLock(lock, timeout=_LOCK_WAIT_S)
        guard.__enter__()
    except TimeoutError as error:
        raise EnvironmentProblem(
            f"Another mpd-studio is downloading into {folder} just now. Wait until it has ended, or end it."
        ) from error
    except OSError as error:
        raise OutputError(f"{folder.parent} cannot be written to: {error.strerror or error}.") from error
    try:
        yield
    finally:
        guard.__exit__(None, None, None)


def _listing(entry: Entry, hub: Hub, record: Record | None, reporter: Reporter, patience: Patience) -> Listing:
    """Of the catalogue's revision; else of the one that was begun with, while there is one; else of the newest."""

    def ask(revision: str | None) -> Listing:
        return patience.ask(lambda: hub.listing(entry.repo, revision, reporter), reporter)

    if entry.revision is None and record is not None and record.revision is not None:
        try:
            return ask(record.revision)
        except BadInput:
            return ask(None)  # it has been taken away
    return ask(entry.revision)


def _wanted(entry: Entry, listing: Listing) -> list[HubFile]:
    """Small files first. Raises: BadInput, EnvironmentProblem."""
    there = {file.path: file for file in listing.files}
    if entry.family is Family.MOTION_I2V:
        files, missing = official_files(there.__contains__)
        if missing:
            raise BadInput(f"{listing.repo} lacks {', '.join(missing)}; it is not in the layout of Motion-I2V.")
        extras = [path for path in EXTRAS if path in there]
        return [_agreed(entry, there[path], listing) for path in sorted((*files, *extras), key=lambda p: there[p].size)]
    for variant in VARIANTS:
        weights = [weights_path(stem, variant) for stem in STEMS]
        if all(path in there for path in weights):
            break
    else:
        raise BadInput(
            f"{listing.repo} has no safetensors files of all of {', '.join(STEMS)}. Pickled weights are refused: they "
            "can run code."
        )
    missing = [path for path in CONFIGS if path not in there]
    if missing:
        raise BadInput(f"{listing.repo} lacks {', '.join(missing)}; it is not in the layout of diffusers.")
    extras = [path for path in EXTRAS if path in there]
    return [_agreed(entry, there[path], listing) for path in (*CONFIGS, *extras, *weights)]


def _agreed(entry: Entry, file: HubFile, listing: Listing) -> HubFile:
    """What the hub says of a file, completed and, for a fixed revision, checked by what the catalogue knows."""
    known = next((item for item in entry.files if item.path == file.path), None)
    if known is None or entry.revision is None:
        return file
    for ours, theirs in ((known.size, file.size), (known.sha256, file.sha256), (known.blob_id, file.blob_id)):
        if ours is not None and theirs is not None and ours != theirs:
            raise EnvironmentProblem(
                f"The hub lists another {file.path} for {listing.repo} at {entry.revision[:7]} than was published "
                f"({theirs} instead of {ours}). Nothing was downloaded. If HF_ENDPOINT names a mirror, do without it."
            )
    return HubFile(file.path, file.size, file.sha256 or known.sha256, file.blob_id or known.blob_id)


def _is_right(folder: Path, file: HubFile, record: Record | None, meter: Meter) -> bool:
    """Whether it lies there already; what was recorded is believed, anything else is read."""
    path = folder / file.path
    try:
        if path.stat().st_size != file.size:
            return False
        known = record.file(file.path) if record is not None else None
        if record is not None and file.path in record.wrong:
            return False
        if known is not None and known.sha256 is not None and file.sha256 is not None:
            return known.sha256 == file.sha256
        return checksum_of(path, meter, with_blob=file.blob_id is not None).agrees(file.sha256, file.blob_id)
    except OSError:
        return False


def _record(
    entry: Entry,
    listing: Listing,
    wanted: list[HubFile],
    folder: Path,
    old: Record | None,
    needed: list[HubFile],
    converted: list[RecordedFile],
) -> Record:
    """Of the whole folder as it will be; files that are damaged now stay marked until they are replaced."""
    files = (*(RecordedFile(file.path, file.size, file.sha256, file.blob_id) for file in wanted), *converted)
    paths = {file.path for file in needed if (folder / file.path).exists()}
    wrong = tuple(path for path in (old.wrong if old is not None else ()) if path in paths)
    return Record(entry.id, listing.repo, listing.commit, files, wrong)


def _take_from_cache(
    entry: Entry, file: HubFile, folder: Path, meter: Meter, reporter: Reporter, environ: Mapping[str, str]
) -> bool:
    """Link it from the hub's cache, if that holds it, undamaged."""
    for snapshot in snapshots(entry.repo, entry.revision, environ):
        path = snapshot / file.path
        try:
            if stated_hash(path) not in (file.sha256, file.blob_id) or path.stat().st_size != file.size:
                continue
            is_right = checksum_of(path, meter, with_blob=file.blob_id is not None).agrees(file.sha256, file.blob_id)
        except OSError:
            continue
        if is_right:
            place_file(path, folder / file.path, reporter)
            return True
    return False
