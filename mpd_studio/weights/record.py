"""What is known of the files in one folder of weights, kept in a file beside them."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.json_values import decode_value, encode_value

RECORD_NAME = "mpd-studio-weights.json"


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """sha256, blob_id: as the source states them; sha256 is ours when the source states none and we have the file.

    made_from: of a converted file, the path of the pickle that it was made of; made_from_sha256 is of that pickle.
    """

    path: str
    size: int
    sha256: str | None = None
    blob_id: str | None = None
    made_from: str | None = None
    made_from_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """entry: id in the catalogue, if it is one. revision: commit of the source. wrong: files found damaged."""

    entry: str | None
    source: str
    revision: str | None
    files: tuple[RecordedFile, ...]
    wrong: tuple[str, ...] = ()

    def file(self, path: str) -> RecordedFile | None:
        return next((file for file in self.files if file.path == path), None)

    def with_file(self, new: RecordedFile) -> Record:
        """The file is known anew, and no longer wrong."""
        files = tuple(new if file.path == new.path else file for file in self.files)
        if new not in files:
            files += (new,)
        return dataclasses.replace(self, files=files, wrong=tuple(path for path in self.wrong if path != new.path))


def read_record(folder: Path) -> Record | None:
    """None where there is none, or one that cannot be read: the files are then judged by themselves."""
    try:
        doc = json.loads((folder / RECORD_NAME).read_text(encoding="utf-8"))
        return decode_value(Record, doc, {})
    except (OSError, ValueError, RecursionError):
        return None


def write_record(folder: Path, record: Record) -> None:
    """Raises: OutputError."""
    document = encode_value(record, {})
    write_atomically(folder / RECORD_NAME, json.dumps(document, ensure_ascii=False, indent=1).encode())
