"""The golden numbers of Motion-I2V and its small networks in the official layout (tests/golden/motion_i2v)."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

_GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class GoldenSet:
    folder: Path

    @property
    def meta(self) -> dict[str, Any]:
        return json.loads((self.folder / "meta.json").read_text("utf-8"))

    def config(self, network: str) -> dict[str, Any]:
        return self.meta["networks"][network]

    def tensors(self, name: str) -> dict[str, Tensor]:
        from safetensors.torch import load_file

        return load_file(self.folder / f"{name}.safetensors")

    def state_dict(self, network: str) -> dict[str, Tensor]:
        """Official key -> float32 tensor, made again from the recipe and held against its checksums."""
        import torch

        recipe = json.loads((self.folder / "weights.json").read_text("utf-8"))[network]
        state = {}
        for key, (shape, shift, scale, digest) in recipe["tensors"].items():
            if scale is None:
                state[key] = sinusoids(shape[1], shape[2])
                continue
            unit = _unit_values(f"{recipe['seed']}:{key}", math.prod(shape))
            values = np.float32(shift) + np.float32(scale) * unit
            if digest and hashlib.sha256(values.tobytes()).hexdigest()[:16] != digest:
                raise ValueError(f"{key} is not what the recipe's checksum says.")
            state[key] = torch.from_numpy(values.reshape(shape))
        return state


def sinusoids(length: int, channels: int) -> Tensor:
    """(1, length, channels): the position tables of the official files."""
    import torch

    rates = torch.exp(torch.arange(0, channels, 2).float() * (-math.log(10000.0) / channels))
    angles = torch.outer(torch.arange(length).float(), rates)
    return torch.stack([angles.sin(), angles.cos()], -1).reshape(1, length, channels)


def farthest(a: Tensor, b: Tensor) -> float:
    """The largest difference; the shapes must be equal."""
    assert a.shape == b.shape
    return float((a - b).abs().max())


def _unit_values(key: str, count: int) -> np.ndarray:
    """(count,) float32 in (-1, 1), from an integer mixer (splitmix64) keyed by a name."""
    start = np.uint64(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little"))
    x = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN_RATIO + start
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    x = x ^ (x >> np.uint64(31))
    top = (x >> np.uint64(40)).astype(np.int64)
    return ((2 * top + 1 - 2**24) / 2.0**24).astype(np.float32)
