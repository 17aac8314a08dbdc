"""A tiny Motion-I2V with random weights, in the official tree, with pickles, wrappers and old names as there.

It makes noise instead of motion and pictures, but the same networks run, so that all of the way from files to frames
can be tried anywhere in seconds. The text encoder reads any prompt, letter by letter.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import OutputError
from mpd_studio.engines.motion_i2v.checkpoint import build_empty
from mpd_studio.engines.motion_i2v.network_config import CONTROLNET, FLOW_UNET, STAGE2_UNET, read_config
from mpd_studio.engines.motion_i2v.official_keys import POSITION_TABLE, official_key
from mpd_studio.engines.motion_i2v.tiny_text import TEXT_WIDTH, write_text_encoder, write_tokenizer
from mpd_studio.weights import motion_i2v_layout as layout

if TYPE_CHECKING:
    from torch import Generator, Tensor

_ROOT = "models"
_LEVELS = 4
_WIDTH = 32  # the least that 32 groups of a norm can share
UNET_CONFIG: dict[str, Any] = {
    "_class_name": "UNet2DConditionModel",
    "act_fn": "silu",
    "attention_head_dim": 8,
    "block_out_channels": [_WIDTH] * _LEVELS,
    "cross_attention_dim": TEXT_WIDTH,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "layers_per_block": 1,
    "norm_eps": 1e-05,
    "norm_num_groups": 32,
    "out_channels": 4,
    "sample_size": 64,
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
}
VAE_CONFIG: dict[str, Any] = {
    "_class_name": "AutoencoderKL",
    "act_fn": "silu",
    "block_out_channels": [_WIDTH] * _LEVELS,
    "down_block_types": ["DownEncoderBlock2D"] * _LEVELS,
    "latent_channels": 4,
    "layers_per_block": 1,
    "norm_num_groups": 32,
    "up_block_types": ["UpDecoderBlock2D"] * _LEVELS,
}
# Today's names inside the autoencoders' attentions, and those of 2022, in which the released files are written.
_OLD_NAMES = ((".to_q.", ".query."), (".to_k.", ".key."), (".to_v.", ".value."), (".to_out.0.", ".proj_attn."))


def make_tiny(folder: Path, seed: int = 0) -> None:
    """Write the tree into `folder`, which is made; the same seed gives the same numbers.

    Raises:
        OutputError: the folder holds something already, or cannot be written.
    """
    import torch

    numbers = torch.Generator().manual_seed(seed)
    root = folder / _ROOT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty. Name a new folder for the tiny model.")
        for stage in (layout.STAGE1_TEXT, layout.STAGE2_TEXT):
            write_text_encoder(root / stage)  # the same in both, as in the released tree
        for stage in (layout.STAGE1_TOKENIZER, layout.STAGE2_TOKENIZER):
            write_tokenizer(root / stage)
        _write_networks(root, numbers)
        _write_vaes(root, numbers)
    except OSError as error:
        raise OutputError(f"The tiny model cannot be written to {folder}: {error.strerror or error}.") from error


def _write_networks(root: Path, numbers: Generator) -> None:
    _write_json(root / layout.FLOW_UNET_CONFIG, {**UNET_CONFIG, "in_channels": 8})
    _write_json(root / layout.PICTURE_UNET_CONFIG, {**UNET_CONFIG, "in_channels": 4})
    _save(root / f"{layout.FLOW_UNET}.bin", _network(FLOW_UNET, numbers))
    control = {f"controlnet.{name}": tensor for name, tensor in _network(CONTROLNET, numbers).items()}
    _save(root / f"{layout.CONTROLNET}.bin", {"state_dict": control})
    animation = _network(STAGE2_UNET, numbers)
    motion = {name: tensor for name, tensor in animation.items() if "motion_modules." in name}
    picture = {name: tensor for name, tensor in animation.items() if name not in motion}
    _save(root / f"{layout.PICTURE_UNET}.bin", picture)
    _save(root / f"{layout.MOTION_BLOCK}.bin", {"state_dict": {f"module.{k}": t for k, t in motion.items()}})


def _network(kind: str, numbers: Generator) -> dict[str, Tensor]:
    """By official names, with position tables."""
    config = {name: value for name, value in UNET_CONFIG.items() if name not in ("_class_name", "sample_size")}
    if kind == CONTROLNET:
        del config["out_channels"]
    empty = build_empty(kind, read_config(kind, config))
    tensors = {}
    for name, tensor in empty.state_dict().items():
        if not name.endswith("pos_embed.pe"):
            tensors[official_key(name)] = _random(name, tuple(tensor.shape), numbers)
    for query in [name for name in tensors if "attention_blocks." in name and name.endswith(".to_q.weight")]:
        width = tensors[query].shape[0]
        tensors[query.removesuffix(".to_q.weight") + POSITION_TABLE] = _sinusoids(
            empty.network.motion_max_seq_length, width
        )
    return tensors


def _write_vaes(root: Path, numbers: Generator) -> None:
    from mpd_studio.engines.motion_i2v.vae_state import FLOW, PICTURE

    places = ((FLOW, layout.FLOW_VAE_CONFIG, layout.FLOW_VAE), (PICTURE, layout.PICTURE_VAE_CONFIG, layout.PICTURE_VAE))
    for which, config, stem in places:
        channels = 2 if which == FLOW else 3
        said = {**VAE_CONFIG, "in_channels": channels, "out_channels": channels}
        _write_json(root / config, said)
        _save(root / f"{stem}.bin", _vae(said, which, numbers))


def _vae(config: Mapping[str, Any], which: str, numbers: Generator) -> dict[str, Tensor]:
    import torch

    from mpd_studio.engines.motion_i2v.vae_state import FLOW, build_vae

    with torch.device("meta"):
        shapes = {name: tuple(tensor.shape) for name, tensor in build_vae(config, which).state_dict().items()}
    tensors = {name: _random(name, shape, numbers) for name, shape in shapes.items()}
    if which == FLOW:
        # 0.5 is no motion: so the tiny model's pictures move by some pixels, and not out of sight.
        tensors["decoder.conv_out.weight"] *= 0.02
        tensors["decoder.conv_out.bias"].fill_(0.5)
    renamed = {}
    for name, tensor in tensors.items():
        for new, old in _OLD_NAMES:
            name = name.replace(new, old)
        renamed[name] = tensor
    return renamed


def _random(name: str, shape: tuple[int, ...], numbers: Generator) -> Tensor:
    """Large enough to matter, small enough to stay finite through all layers."""
    import torch

    noise = torch.randn(shape, generator=numbers)
    if len(shape) == 1:
        return 1 + 0.1 * noise if name.endswith("weight") else 0.02 * noise
    return noise * (0.7 / math.sqrt(math.prod(shape[1:])))


def _sinusoids(length: int, width: int) -> Tensor:
    """(1, length, width)."""
    from diffusers.models.embeddings import SinusoidalPositionalEmbedding

    return SinusoidalPositionalEmbedding(width, length).get_buffer("pe").clone()


def _save(path: Path, tensors: Mapping[str, Any]) -> None:
    import torch

    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(dict(tensors), path)


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
