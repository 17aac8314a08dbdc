"""Read every byte of every file and compare it with what is known; mend what is wrong."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from mpd_studio.core.errors import BadInput, MpdError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.weights.checksum import checksum_of
from mpd_studio.weights.fetch import fetch
from mpd_studio.weights.hub_cache import stated_hash
from mpd_studio.weights.meter import Meter
from mpd_studio.weights.record import Record, read_record, write_record
from mpd_studio.weights.store import Origin, WeightsFolder


class Verdict(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"
    UNKNOWN = "unknown"  # nothing is known to compare with; as far as can be seen it is whole


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """sha256: of what lies there; None when nothing does or it cannot be read. note: what is wrong."""

    path: str
    verdict: Verdict
    sha256: str | None = None
    note: str = ""


def verify(weights: WeightsFolder, reporter: Reporter) -> tuple[FileVerdict, ...]:
    """One verdict per file. In the program's own folder, damage is remembered, so that no engine uses the files.

    Raises: OutputError, Cancelled.
    """
    record = read_record(weights.path)
    files = weights.inspection.files
    meter = Meter(reporter, f"Verifying {weights.name}", sum(_size(weights.path / path) for path in files))
    verdicts = [_verdict(weights, path, record, meter) for path in files]
    verdicts += [FileVerdict(path, Verdict.MISSING) for path in weights.inspection.missing]
    if record is not None and weights.origin is Origin.MODELS:
        wrong = tuple(item.path for item in verdicts if item.verdict is Verdict.WRONG)
        if wrong != record.wrong:
            write_record(weights.path, dataclasses.replace(record, wrong=wrong))
    return tuple(verdicts)


def repair(weights: WeightsFolder, paths: ProgramPaths, reporter: Reporter, **options: Any) -> Path:
    """Verify, then download only what is wrong or missing. The folder with the mended weights.

    What lies in the hub's cache is left as it is, and mended in the program's models folder, with links to the
    files that are right. options: as of fetch. Raises: as fetch does, and BadInput: not in the catalogue.
    """
    if weights.entry is None or weights.origin is Origin.FOLDER:
        own = f" Or use the program's own: mpd-studio weights get {weights.entry.id}" if weights.entry else ""
        raise BadInput(
            f"{weights.path} was not downloaded by this program, so it cannot be mended from the hub. Copy it anew "
            f"from where it came.{own}"
        )
    verdicts = verify(weights, reporter)
    if weights.origin is Origin.MODELS and all(item.verdict is Verdict.RIGHT for item in verdicts):
        return weights.path
    return fetch(weights.entry, paths, reporter, **options)


def stated_hashes(weights: WeightsFolder) -> dict[str, str | None]:
    """SHA-256 (or git's SHA-1 of a small file) of each file as recorded or published, without reading the file.

    For provenance: which weights made a take. None where nobody has stated one.
    """
    record = read_record(weights.path)
    known = {path: _known(weights, path, record) for path in weights.inspection.files}
    return {path: sha256 or blob_id for path, (sha256, blob_id) in known.items()}


def require_right(weights: WeightsFolder, verdicts: tuple[FileVerdict, ...]) -> None:
    """Raises: MpdError: names the files and the command that mends them."""
    bad = [f"{item.path} ({item.note or item.verdict.value})" for item in verdicts if item.verdict in _BAD]
    if bad:
        help_text = f"Mend with: mpd-studio weights repair {weights.name}" if weights.entry else "Copy them anew."
        raise MpdError(f"{weights.path}: {', '.join(bad)}. {help_text}")


_BAD = (Verdict.WRONG, Verdict.MISSING)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _verdict(weights: WeightsFolder, path: str, record: Record | None, meter: Meter) -> FileVerdict:
    sha256, blob_id = _known(weights, path, record)
    try:
        checksum = checksum_of(weights.path / path, meter, with_blob=blob_id is not None)
    except OSError as error:
        return FileVerdict(path, Verdict.WRONG, None, f"cannot be read: {error.strerror or error}")
    if not checksum.agrees(sha256, blob_id):
        return FileVerdict(path, Verdict.WRONG, checksum.sha256, "has other contents than were published")
    seen = dict(weights.inspection.broken).get(path)
    if seen and not (sha256 or blob_id):
        return FileVerdict(path, Verdict.WRONG, checksum.sha256, seen)
    return FileVerdict(path, Verdict.RIGHT if sha256 or blob_id else Verdict.UNKNOWN, checksum.sha256)


def _known(weights: WeightsFolder, path: str, record: Record | None) -> tuple[str | None, str | None]:
    """SHA-256 and git's SHA-1, from what was recorded, else the name in the hub's cache, else the catalogue."""
    recorded = record.file(path) if record is not None else None
    if recorded is not None and (recorded.sha256 or recorded.blob_id):
        return recorded.sha256, recorded.blob_id
    stated = stated_hash(weights.path / path)
    if stated is not None:
        return (stated, None) if len(stated) == 64 else (None, stated)
    known = next((file for file in weights.entry.files if file.path == path), None) if weights.entry else None
    return (known.sha256, known.blob_id) if known else (None, None)
