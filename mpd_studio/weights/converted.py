"""Safetensors that were made of pickles here: they stand for those, as long as they are what was made."""

from __future__ import annotations

from pathlib import Path

from mpd_studio.core.errors import OutputError
from mpd_studio.weights.hub import HubFile
from mpd_studio.weights.record import Record, RecordedFile


def without_converted(
    wanted: list[HubFile], folder: Path, record: Record | None
) -> tuple[list[HubFile], list[RecordedFile]]:
    """What must still be there of the hub's files, and the converted ones that stand for the rest.

    A converted file that is damaged, or whose pickle the hub has another of now, is deleted: its pickle comes again.
    Raises: OutputError: it cannot be deleted.
    """
    made = {file.made_from: file for file in record.files if file.made_from} if record is not None else {}
    kept, left = [], []
    for file in wanted:
        stand_in = made.get(file.path)
        if stand_in is None or record is None:
            left.append(file)
        elif _stands_for(stand_in, file, folder, record):
            kept.append(stand_in)
        else:
            _delete(folder / stand_in.path)
            left.append(file)
    return left, kept


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path} is damaged and cannot be deleted: {error.strerror or error}. Delete it.") from error


def _stands_for(made: RecordedFile, pickle: HubFile, folder: Path, record: Record) -> bool:
    path = folder / made.path
    is_whole = path.is_file() and path.stat().st_size == made.size and made.path not in record.wrong
    return is_whole and pickle.sha256 in (None, made.made_from_sha256)
