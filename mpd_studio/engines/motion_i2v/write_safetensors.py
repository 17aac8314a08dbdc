"""Write tensors as a safetensors file, one after the other: memory is needed for one of them, not for all.

The format: eight bytes with the head's length, the head in JSON, then the numbers. safetensors' own writer holds a copy
of the whole file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.atomic_file import advice
from mpd_studio.core.errors import OutputError
from mpd_studio.weights.layout import PART_SUFFIX
from mpd_studio.weights.meter import Meter

if TYPE_CHECKING:
    from torch import Tensor

_KINDS = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
}


def write_safetensors(path: Path, tensors: Mapping[str, Tensor], remarks: Mapping[str, str], meter: Meter) -> str:
    """The SHA-256 of the file, which appears whole or not at all.

    remarks: kept in the head. meter: hears of every tensor's bytes.
    Raises: OutputError, Cancelled; a part that is left is overwritten next time.
    """
    # The largest kinds first, so that every tensor begins at a multiple of its own number's size.
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    head = _head(ordered, remarks)
    digest = hashlib.sha256()
    part = path.with_name(path.name + PART_SUFFIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            for piece in (len(head).to_bytes(8, "little"), head):
                file.write(piece)
                digest.update(piece)
            for _, tensor in ordered:
                numbers = _bytes_of(tensor)
                file.write(numbers)
                digest.update(numbers)
                meter(len(numbers))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"{path} could not be written: {error.strerror or error}. {advice(error)}") from error
    return digest.hexdigest()


def _head(ordered: list[tuple[str, Tensor]], remarks: Mapping[str, str]) -> bytes:
    head: dict[str, object] = {"__metadata__": {"format": "pt", **remarks}}
    start = 0
    for name, tensor in ordered:
        stop = start + tensor.numel() * tensor.element_size()
        kind = _KINDS[str(tensor.dtype).removeprefix("torch.")]
        head[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [start, stop]}
        start = stop
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8)


def _bytes_of(tensor: Tensor) -> memoryview:
    import torch

    flat = tensor.detach().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().data
