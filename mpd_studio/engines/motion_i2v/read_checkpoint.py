"""Tensors from a file, whatever it was saved as, without running anything that it may hold."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import BadInput
from mpd_studio.engines.diffusion.memory_errors import refuse_for_memory
from mpd_studio.weights.motion_i2v_layout import PICKLED
from mpd_studio.weights.pickle_look import pickle_problem

if TYPE_CHECKING:
    from torch import Tensor

_PICKLES = (*PICKLED, ".pt", ".pth")
# In "… GLOBAL posix.system was not an allowed global …" and "Unsupported global: GLOBAL os.system …".
_NAMED_CODE = re.compile(r"GLOBAL ([\w.]+)")
# Counters that some networks keep among their numbers.
_COUNTERS = ("position_ids", "num_batches_tracked")
_ELSEWHERE = "Get it again, best as safetensors."


class CheckpointRefused(BadInput):
    """A file of weights cannot be read, or must not be."""


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What the file holds, by name; wrappers as they are. Tensors of large files stay on the disk until they are used.

    Raises:
        CheckpointRefused: absent, cut off, of another kind, with code in it, or with tensors that cannot be right.
        EngineFailed: main memory ran out.
    """
    try:
        size = path.stat().st_size
        entries = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    except OSError as error:
        raise CheckpointRefused(f"{path} cannot be read: {error.strerror or error}. {_ELSEWHERE}") from error
    if not isinstance(entries, Mapping) or not all(isinstance(name, str) for name in entries):
        raise CheckpointRefused(f"{path} holds no tensors by name. Choose the file of a model's weights.")
    tensors = list(_tensors(entries))
    if not tensors:
        raise CheckpointRefused(f"{path} holds no tensors. Choose the file of a model's weights.")
    for name, tensor in tensors:
        problem = _tensor_problem(name, tensor, size)
        if problem:
            raise CheckpointRefused(f"{path}: the tensor {name} {problem}. {_ELSEWHERE}")
    return dict(entries)


def _safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, KeyError, ValueError) as error:
        raise CheckpointRefused(f"{path} is no whole safetensors file ({error}). {_ELSEWHERE}") from error


def _pickled(path: Path) -> Any:
    import torch

    if path.suffix not in _PICKLES:
        kinds = ", ".join((".safetensors", *_PICKLES))
        raise CheckpointRefused(f"{path} is of no kind that weights come in. Known are {kinds}.")
    problem = pickle_problem(path)
    if problem:
        raise CheckpointRefused(f"{path} {problem}. {_ELSEWHERE}")
    with path.open("rb") as file:
        is_archive = file.read(2) == b"PK"
    try:
        # Only archives can be left on the disk.
        return torch.load(path, map_location="cpu", weights_only=True, mmap=is_archive)
    except pickle.UnpicklingError as error:
        found = _NAMED_CODE.search(str(error))
        if found is None:
            raise CheckpointRefused(f"{path} is damaged: its list of contents cannot be read. {_ELSEWHERE}") from error
        raise CheckpointRefused(
            f"{path} holds more than numbers: it asks for {found.group(1)} to be run. Nothing of it was. "
            "Do not open it with other programs either; get it from its maker, best as safetensors."
        ) from error
    except (RuntimeError, MemoryError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        refuse_for_memory(error, str(path))
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CheckpointRefused(f"{path} is damaged ({first[:120]}). {_ELSEWHERE}") from error


def _tensors(entries: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, Tensor]]:
    import torch

    for name, value in entries.items():
        if isinstance(value, torch.Tensor):
            yield f"{above}{name}", value
        elif isinstance(value, Mapping):
            yield from _tensors(value, f"{above}{name}.")


def _tensor_problem(name: str, tensor: Tensor, file_bytes: int) -> str:
    """Why it cannot be a network's, or ""."""
    import torch

    if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_meta:
        return "is not stored as plain numbers"
    # A tensor may name the same number again and again: a small file could so ask for all of the memory.
    if tensor.numel() * tensor.element_size() > file_bytes:
        return f"claims to be larger ({tuple(tensor.shape)}) than the file"
    usable = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
    is_network = "." in name and not name.endswith(_COUNTERS)  # else a counter, also of the training program
    if is_network and tensor.dtype not in usable:
        return f"has numbers of the kind {str(tensor.dtype).removeprefix('torch.')}, which no network here takes"
    return ""
