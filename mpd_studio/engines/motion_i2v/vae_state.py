"""The two autoencoders: their tensors' old and new names, and whether the tensors fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import UnsupportedRequest

if TYPE_CHECKING:
    from torch import Tensor

FLOW, PICTURE = "flow", "picture"
_CHANNELS = {FLOW: 2, PICTURE: 3}
# What diffusers called the parts of an attention until 2023, in which the released files are written.
_OLD_NAMES = ((".query.", ".to_q."), (".key.", ".to_k."), (".value.", ".to_v."), (".proj_attn.", ".to_out.0."))
_NAMED = 3


def todays_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """By the names that diffusers uses now; attentions that were saved as 1 × 1 convolutions become matrices."""
    renamed = {}
    for name, tensor in tensors.items():
        new = name
        if ".attentions." in name:
            for old, todays in _OLD_NAMES:
                new = new.replace(old, todays)
            if new.endswith(".weight") and tensor.ndim == 4 and ".to_" in new:
                tensor = tensor.flatten(1)  # (c, c, 1, 1) -> (c, c)
        renamed[new] = tensor
    return renamed


def build_vae(config: Mapping[str, Any], which: str) -> Any:
    """An AutoencoderKL of diffusers. Raises: UnsupportedRequest: the configuration is of another network."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    channels = _CHANNELS[which]
    found = (config.get("in_channels", 3), config.get("out_channels", 3), config.get("latent_channels", 4))
    if found != (channels, channels, 4):
        raise UnsupportedRequest(
            f"The configuration of the {which} autoencoder says {found[0]} channels in, {found[1]} out and {found[2]} "
            f"inside; {channels}, {channels} and 4 are wanted. Use the released one."
        )
    return AutoencoderKL.from_config(dict(config))


def check_vae(tensors: Mapping[str, Tensor], config: Mapping[str, Any], which: str) -> dict[str, Tensor]:
    """The tensors by today's names.

    Raises: UnsupportedRequest: one is missing, unknown or of another shape; all are counted, the first named.
    """
    import torch

    with torch.device("meta"):
        wanted = {name: tuple(tensor.shape) for name, tensor in build_vae(config, which).state_dict().items()}
    renamed = todays_names(tensors)
    shapes = [
        f"{name} is {tuple(renamed[name].shape)} instead of {shape}"
        for name, shape in wanted.items()
        if name in renamed and tuple(renamed[name].shape) != shape
    ]
    wrongs = (
        ([name for name in wanted if name not in renamed], "missing"),
        ([name for name in renamed if name not in wanted], "not known"),
        (shapes, "of another shape"),
    )
    said = "; ".join(f"{len(names)} {what} ({', '.join(names[:_NAMED])})" for names, what in wrongs if names)
    if said:
        raise UnsupportedRequest(
            f"These weights do not fit the {which} autoencoder. Of its tensors: {said}. "
            "Get the file again, and check that it is the released one."
        )
    return renamed
