"""Names in a single file of Stable Diffusion 1.5, as its first program wrote them, and by diffusers' names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

UNET_PREFIX, VAE_PREFIX = "model.diffusion_model.", "first_stage_model."
_RESNET = (
    ("in_layers.0.", "norm1."),
    ("in_layers.2.", "conv1."),
    ("emb_layers.1.", "time_emb_proj."),
    ("out_layers.0.", "norm2."),
    ("out_layers.3.", "conv2."),
    ("skip_connection.", "conv_shortcut."),
)
_UNET_ENDS = (
    ("time_embed.0.", "time_embedding.linear_1."),
    ("time_embed.2.", "time_embedding.linear_2."),
    ("input_blocks.0.0.", "conv_in."),
    ("middle_block.0.", "mid_block.resnets.0."),
    ("middle_block.1.", "mid_block.attentions.0."),
    ("middle_block.2.", "mid_block.resnets.1."),
    ("out.0.", "conv_norm_out."),
    ("out.2.", "conv_out."),
)
_VAE_PARTS = (
    ("mid.block_1.", "mid_block.resnets.0."),
    ("mid.block_2.", "mid_block.resnets.1."),
    ("mid.attn_1.norm.", "mid_block.attentions.0.group_norm."),
    ("mid.attn_1.q.", "mid_block.attentions.0.to_q."),
    ("mid.attn_1.k.", "mid_block.attentions.0.to_k."),
    ("mid.attn_1.v.", "mid_block.attentions.0.to_v."),
    ("mid.attn_1.proj_out.", "mid_block.attentions.0.to_out.0."),
    ("norm_out.", "conv_norm_out."),
)
_VAE_LEVEL = re.compile(r"(?P<half>encoder\.down|decoder\.up)\.(?P<level>\d+)\.(?P<rest>.+)")


def is_single_file(tensors: Mapping[str, Tensor]) -> bool:
    return any(name.startswith((UNET_PREFIX, VAE_PREFIX)) for name in tensors)


def unet_of_single_file(tensors: Mapping[str, Tensor], levels: int, layers: int) -> dict[str, Tensor]:
    """The U-Net by diffusers' names; what has no such name keeps its own. layers: resnets of a level going down."""
    table = [*_UNET_ENDS, *_down_places(levels, layers), *_up_places(levels, layers)]
    found = {}
    for name, tensor in tensors.items():
        if name.startswith(UNET_PREFIX):
            own = name.removeprefix(UNET_PREFIX)
            placed = next((new + own.removeprefix(old) for old, new in table if own.startswith(old)), own)
            found[_in_resnet(placed)] = tensor
    return found


def vae_of_single_file(tensors: Mapping[str, Tensor], levels: int) -> dict[str, Tensor]:
    """The autoencoder by diffusers' names; its attention as matrices; {} where the file has none."""
    found = {}
    for name, tensor in tensors.items():
        if not name.startswith(VAE_PREFIX):
            continue
        new = _vae_name(name.removeprefix(VAE_PREFIX), levels)
        is_matrix = ".attentions." in new and tensor.ndim == 4
        found[new] = tensor.flatten(1) if is_matrix else tensor  # (c, c, 1, 1) -> (c, c)
    return found


def _down_places(levels: int, layers: int) -> Iterator[tuple[str, str]]:
    for level in range(levels):
        for layer in range(layers):
            place = 1 + level * (layers + 1) + layer
            yield f"input_blocks.{place}.0.", f"down_blocks.{level}.resnets.{layer}."
            yield f"input_blocks.{place}.1.", f"down_blocks.{level}.attentions.{layer}."
        yield f"input_blocks.{(level + 1) * (layers + 1)}.0.op.", f"down_blocks.{level}.downsamplers.0.conv."


def _up_places(levels: int, layers: int) -> Iterator[tuple[str, str]]:
    for place in range(levels * (layers + 1)):
        level, layer = divmod(place, layers + 1)
        for spot in (1, 2):  # after the attention, where the level has one
            yield f"output_blocks.{place}.{spot}.conv.", f"up_blocks.{level}.upsamplers.0.conv."
        yield f"output_blocks.{place}.0.", f"up_blocks.{level}.resnets.{layer}."
        yield f"output_blocks.{place}.1.", f"up_blocks.{level}.attentions.{layer}."


def _in_resnet(name: str) -> str:
    if ".resnets." not in name:
        return name
    for old, new in _RESNET:
        name = name.replace(f".{old}", f".{new}")
    return name


def _vae_name(name: str, levels: int) -> str:
    found = _VAE_LEVEL.fullmatch(name)
    if found:
        level, rest = int(found["level"]), found["rest"]
        if found["half"] == "decoder.up":  # counted from the finest there, from the coarsest here
            place = f"decoder.up_blocks.{levels - 1 - level}."
        else:
            place = f"encoder.down_blocks.{level}."
        rest = rest.replace("block.", "resnets.", 1) if rest.startswith("block.") else rest
        rest = rest.replace("downsample.", "downsamplers.0.").replace("upsample.", "upsamplers.0.")
        return place + rest.replace("nin_shortcut.", "conv_shortcut.")
    half, dot, rest = name.partition(".")
    for old, new in _VAE_PARTS:
        if rest.startswith(old):
            return half + dot + new + rest.removeprefix(old)
    return name
