"""The tensors in an official file, out of whatever a training program has wrapped them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mpd_studio.engines.motion_i2v.network_config import CONTROLNET, FLOW_UNET, STAGE2_UNET
from mpd_studio.engines.motion_i2v.official_keys import is_position_table

if TYPE_CHECKING:
    import torch
    from torch import Tensor

FLOW_VAE = "flow_vae"
# The ControlNet is read into a U-Net that holds it, so its names begin so in the released file.
_CONTROLNET_PREFIX = "controlnet."
_WRAPPERS = ("state_dict", "model_state_dict", "module", "model", "unet", "ema")
_PREFIXES = ("module.", "_orig_mod.", "model.", "unet.")


@dataclass(frozen=True, slots=True, eq=False)
class OfficialState:
    """tensors: by official name. set_aside: entries of the file that are no tensors, or of another network in it."""

    tensors: dict[str, Tensor]
    set_aside: tuple[str, ...] = ()

    def networks_own(self) -> dict[str, Tensor]:
        """Without the position tables, which are a formula."""
        return {key: tensor for key, tensor in self.tensors.items() if not is_position_table(key)}

    def widest_dtype(self) -> torch.dtype:
        """The precision that loses nothing of any tensor."""
        import torch

        widest: torch.dtype | None = None
        for tensor in self.networks_own().values():
            if tensor.is_floating_point():
                widest = tensor.dtype if widest is None else torch.promote_types(widest, tensor.dtype)
        return widest or torch.float32


def official_state(state_dict: Mapping[str, Any], of_controlnet: bool = False) -> OfficialState:
    """Take off wrappers and prefixes.

    of_controlnet: a file may hold a U-Net and its ControlNet; which of the two is wanted. The other is set aside,
        unless it is all there is: then the report can say what the file holds.
    """
    entries = _unwrapped(state_dict)
    tensors = {key: value for key, value in entries.items() if _is_tensor(value)}
    set_aside = [str(key) for key in entries if key not in tensors]
    tensors = _without_shared_prefixes(tensors)
    controls = {key for key in tensors if key.startswith(_CONTROLNET_PREFIX)}
    if not controls:
        return OfficialState(tensors, tuple(set_aside))
    others = tensors.keys() - controls
    kept = others if others and not of_controlnet else controls
    set_aside += [key for key in tensors if key not in kept]
    wanted = {key.removeprefix(_CONTROLNET_PREFIX): tensor for key, tensor in tensors.items() if key in kept}
    return OfficialState(wanted, tuple(set_aside))


def merged(*state_dicts: Mapping[str, Any]) -> dict[str, Tensor]:
    """Tensors of several files as of one; later files replace what earlier ones hold.

    So stage 2 is made: Stable Diffusion 1.5's U-Net, then the motion block, then a personalised U-Net.
    """
    tensors: dict[str, Tensor] = {}
    for state_dict in state_dicts:
        tensors |= official_state(state_dict).tensors
    return tensors


def kind_of(tensors: Mapping[str, Tensor]) -> str | None:
    """Which network these tensors, without prefixes, are of; None where it cannot be seen."""
    first = tensors.get("encoder.conv_in.weight")
    if first is not None:
        return FLOW_VAE if first.shape[1] == 2 else None
    if "controlnet_cond_embedding.layers.0.weight" in tensors:
        return CONTROLNET
    if "stride_embedding.linear_1.weight" in tensors:
        return FLOW_UNET
    return STAGE2_UNET if any(key.startswith("mid_block.motion_modules.0.") for key in tensors) else None


def _unwrapped(entries: Mapping[str, Any]) -> Mapping[str, Any]:
    while not any(_is_tensor(value) for value in entries.values()):
        inner = next((entries[name] for name in _WRAPPERS if isinstance(entries.get(name), Mapping)), None)
        if inner is None:
            break
        entries = inner
    return entries


def _without_shared_prefixes(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Without what a program puts before every name. A name of which only some begin so is a part of the network."""
    while tensors:
        prefix = next((p for p in _PREFIXES if all(key.startswith(p) for key in tensors)), None)
        if prefix is None:
            break
        tensors = {key.removeprefix(prefix): tensor for key, tensor in tensors.items()}
    return tensors


def _is_tensor(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor)
