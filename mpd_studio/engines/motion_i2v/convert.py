"""Make safetensors of the official pickles, once: they load faster, can hold no code, and their hashes are kept."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.errors import BadInput, OutputError
from mpd_studio.core.progress import Reporter
from mpd_studio.engines.motion_i2v.official_folder import check_folder, read_state
from mpd_studio.engines.motion_i2v.read_checkpoint import CheckpointRefused
from mpd_studio.engines.motion_i2v.write_safetensors import write_safetensors
from mpd_studio.weights.checksum import checksum_of
from mpd_studio.weights.family import Family
from mpd_studio.weights.layout import State, inspect_folder
from mpd_studio.weights.meter import Meter
from mpd_studio.weights.motion_i2v_layout import NEEDED_STEMS, OPTIONAL_STEMS
from mpd_studio.weights.place import FreeBytes, free_bytes_at, place_file, require_space
from mpd_studio.weights.record import Record, RecordedFile, read_record, write_record

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Converted:
    """path: inside the folder. set_aside: entries of the pickle that are not of its network, and were left out."""

    path: str
    made_from: str
    sha256: str
    size: int
    set_aside: tuple[str, ...] = ()


def convert(
    source: Path,
    target: Path,
    reporter: Reporter,
    *,
    entry: str | None = None,
    keep_pickles: bool = False,
    free_bytes: FreeBytes = free_bytes_at,
) -> tuple[Converted, ...]:
    """The same numbers by the same names, without wrappers and prefixes; one for each pickle.

    source: a folder of the official tree. target: the same, where each pickle is deleted when all are made, unless
        keep_pickles; or another, which becomes a whole tree (what is no pickle is linked, or copied).
    entry: the catalogue's id, for a new record.
    Raises:
        CheckpointMismatch, CheckpointRefused, BadInput, UnsupportedRequest: not whole, damaged, or other networks;
            nothing was written.
        OutputError, Cancelled: whole files stay, and the next call goes on behind them.
    """
    record = read_record(source)
    inspection = inspect_folder(source, record)
    if inspection.family is not Family.MOTION_I2V or inspection.state is not State.PRESENT:
        wrong = [f"{path} {problem}" for path, problem in inspection.broken] or list(inspection.missing)
        raise BadInput(f"{source} is no whole folder of Motion-I2V's weights: {'; '.join(wrong[:3])}.")
    check_folder(source)
    pickles = {path: (source / path).stat().st_size for path in inspection.pickles}
    require_space(target, sum(pickles.values()), free_bytes)
    if record is None or source != target:
        record = Record(entry, str(source.absolute()), record.revision if record else None, ())
    meter = Meter(reporter, "Converting", 2 * sum(pickles.values()))  # read for the hash, and written
    made = []
    for path in inspection.files:
        if path in pickles:
            made.append(_convert_file(source, target, path, meter))
            record = record.with_file(_recorded(made[-1], source / path, meter))
        elif source != target:
            place_file(source / path, target / path, reporter)
            checksum = checksum_of(target / path, _deaf, with_blob=False)
            record = record.with_file(RecordedFile(path, checksum.count, checksum.sha256))
        write_record(target, record)
    if source == target and not keep_pickles:
        _delete(target, record, tuple(pickles))
    return tuple(made)


def _convert_file(source: Path, target: Path, path: str, meter: Meter) -> Converted:
    state = read_state(source, _stem_of(path))
    for name, tensor in state.tensors.items():
        _require_numbers(source / path, name, tensor)
    made = f"{path.rsplit('.', 1)[0]}.safetensors"
    sha256 = write_safetensors(target / made, state.tensors, {"made_from": Path(path).name}, meter)
    return Converted(made, path, sha256, (target / made).stat().st_size, state.set_aside)


def _stem_of(path: str) -> str:
    stem = path.rsplit(".", 1)[0]
    return next(known for known in (*NEEDED_STEMS, *OPTIONAL_STEMS) if stem.endswith(known))


def _require_numbers(path: Path, name: str, tensor: Tensor) -> None:
    """Raises: CheckpointRefused: NaN or infinity."""
    if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
        raise CheckpointRefused(f"{path}: the tensor {name} holds values that are no numbers. Get the file again.")


def _recorded(made: Converted, pickle: Path, meter: Meter) -> RecordedFile:
    checksum = checksum_of(pickle, meter, with_blob=False)
    return RecordedFile(made.path, made.size, made.sha256, made_from=made.made_from, made_from_sha256=checksum.sha256)


def _delete(folder: Path, record: Record, pickles: tuple[str, ...]) -> None:
    try:
        for path in pickles:
            (folder / path).unlink()
    except OSError as error:
        raise OutputError(f"A pickle in {folder} cannot be deleted: {error.strerror or error}.") from error
    files = tuple(file for file in record.files if file.path not in pickles)
    write_record(folder, dataclasses.replace(record, files=files))


def _deaf(count: int) -> None:
    del count
