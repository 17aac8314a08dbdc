"""LoRA: small corrections of a network's matrices, added into them once, so that a run costs nothing more.

W + strength * (alpha / rank) * B A: Eq. 3 of LoRA (ICLR 2022), with alpha as its program divides it. Known are the
names of kohya's trainers, of diffusers old and new, and of peft; of motion modules too, as AnimateDiff's motion LoRAs
have them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import BadInput
from mpd_studio.engines.motion_i2v.official_state import official_state

if TYPE_CHECKING:
    from torch import Tensor

UNET, TEXT_ENCODER = "unet", "text_encoder"
# What stands before the names of each part.
_PARTS = {
    "lora_unet_": UNET,
    "unet.": UNET,
    "base_model.model.": UNET,
    "lora_te1_": TEXT_ENCODER,
    "lora_te_": TEXT_ENCODER,
    "text_encoder.": TEXT_ENCODER,
}
_SIDES = (
    (re.compile(r"(.+)\.(?:lora_down|lora_A|lora\.down|lora_linear_layer\.down)(?:\.default)?\.weight"), "down"),
    (re.compile(r"(.+)\.(?:lora_up|lora_B|lora\.up|lora_linear_layer\.up)(?:\.default)?\.weight"), "up"),
    (re.compile(r"(.+)_lora\.down\.weight"), "down"),
    (re.compile(r"(.+)_lora\.up\.weight"), "up"),
    (re.compile(r"(.+)\.alpha"), "alpha"),
)
_NAMED = 3


@dataclass(frozen=True, slots=True)
class LoraReport:
    """applied: names of the matrices that changed. of_other_part: how many corrections are of the other network."""

    applied: tuple[str, ...]
    of_other_part: int


@dataclass(slots=True, eq=False)
class _Correction:
    sides: dict[str, Tensor] = field(default_factory=dict)


def merge_lora(
    tensors: Mapping[str, Tensor], lora: Mapping[str, Any], strength: float, part: str = UNET
) -> tuple[dict[str, Tensor], LoraReport]:
    """New tensors, in the precision that they had; the given ones are not changed.

    tensors: a network's, by official names. strength: 0 changes nothing, 1 is as it was trained.
    Raises: BadInput: a correction of a kind, a place or a shape that does not fit, or nothing for this part.
    """
    placed, others = _placed(tensors, lora, part)
    merged = dict(tensors)
    for name, sides in placed:
        merged[name] = _corrected(merged[name], sides, strength)
    return merged, LoraReport(tuple(name for name, _ in placed), others)


def check_lora(tensors: Mapping[str, Tensor], lora: Mapping[str, Any], part: str = UNET) -> None:
    """Whether `merge_lora` would do, without computing. tensors: their shapes are enough. Raises: as merge_lora."""
    _placed(tensors, lora, part)


def _placed(
    tensors: Mapping[str, Tensor], lora: Mapping[str, Any], part: str
) -> tuple[list[tuple[str, dict[str, Tensor]]], int]:
    """(matrix, its correction), checked, and how many corrections are of the other part."""
    corrections, others = _corrections(lora, part)
    modules = {name.removesuffix(".weight"): name for name in tensors if name.endswith(".weight")}
    flat = {module.replace(".", "_"): module for module in modules}
    places = {spot: _module(spot, modules, flat) for spot in corrections}
    strays = [spot for spot, module in places.items() if module is None]
    if strays or not corrections:
        raise BadInput(_no_place(strays, others, part))
    placed = [(modules[module or ""], corrections[spot].sides) for spot, module in places.items()]
    for name, sides in placed:
        _require_fit(tensors[name], sides, name)
    return placed, others


def _corrections(lora: Mapping[str, Any], part: str) -> tuple[dict[str, _Correction], int]:
    """By place, and how many there are of the other part. Raises: BadInput: an entry that is no LoRA's."""
    found: dict[str, dict[str, _Correction]] = {UNET: {}, TEXT_ENCODER: {}}
    odd = []
    for name, tensor in official_state(lora).tensors.items():
        match = next(((m, side) for form, side in _SIDES if (m := form.fullmatch(name))), None)
        if match is None:
            odd.append(name)
            continue
        prefix = next((prefix for prefix in _PARTS if name.startswith(prefix)), "")
        spot = match[0].group(1).removeprefix(prefix)
        found[_PARTS.get(prefix, UNET)].setdefault(spot, _Correction()).sides[match[1]] = tensor
    if odd:
        raise BadInput(
            f"This is no LoRA of the plain kind: it has {len(odd)} entries such as {', '.join(odd[:_NAMED])}. "
            "LoHa, LoKr, DoRA and whole models are other kinds; give a model as the personal model instead."
        )
    other = TEXT_ENCODER if part == UNET else UNET
    return found[part], len(found[other])


def _module(spot: str, modules: Mapping[str, str], flat: Mapping[str, str]) -> str | None:
    """The network's name of a place: as it is, with "_" for ".", or inside diffusers' former processors."""
    plain = spot.replace(".processor.", ".")
    for name in (plain, f"{plain}.0" if plain.endswith("to_out") else plain):
        if name in modules:
            return name
    return flat.get(spot)


def _no_place(strays: list[str], others: int, part: str) -> str:
    what = "picture network" if part == UNET else "text encoder"
    if strays:
        return (
            f"The LoRA does not fit the {what}: {len(strays)} of its places are not there "
            f"({', '.join(strays[:_NAMED])}). Choose one that was made for Stable Diffusion 1.5."
        )
    return f"The LoRA has nothing for the {what}" + (f"; its {others} places are of the other part." if others else ".")


def _require_fit(weight: Tensor, sides: Mapping[str, Tensor], name: str) -> None:
    if "down" not in sides or "up" not in sides:
        raise BadInput(f"The LoRA is cut off: one of its two matrices for {name} lacks. Get it again.")
    down, up = sides["down"], sides["up"]
    rank = down.shape[0]
    if down.ndim < 2 or up.ndim < 2 or up.shape[1] != rank or up.flatten(1).shape[1] != rank:
        raise BadInput(f"The LoRA's matrices for {name} do not fit each other: {_sides(up)} and {_sides(down)}.")
    rows, columns = up.shape[0], down.flatten(1).shape[1]
    if rows != weight.shape[0] or rows * columns != weight.numel():
        raise BadInput(
            f"The LoRA does not fit {name}: it is for {rows} × {columns} numbers, and the network "
            f"has {_sides(weight)}. Choose one that was made for Stable Diffusion 1.5."
        )


def _corrected(weight: Tensor, sides: Mapping[str, Tensor], strength: float) -> Tensor:
    down, up = sides["down"].float(), sides["up"].float()
    change = up.flatten(1) @ down.flatten(1)  # (out, rank) (rank, in * h * w)
    rank = down.shape[0]
    alpha = float(sides["alpha"]) if "alpha" in sides else float(rank)
    return (weight.float() + strength * alpha / rank * change.reshape(weight.shape)).to(weight.dtype)


def _sides(tensor: Tensor) -> str:
    return " × ".join(map(str, tensor.shape))
