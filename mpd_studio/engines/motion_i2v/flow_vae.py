"""Motion as pictures of two channels, and their latents: the autoencoder of stage 1.

Always in float32: half precision rounds a motion by up to a quarter of a pixel at a width of 512.
"""

# ruff: noqa: TID253 - networks are classes of torch's; nothing imports this file but functions that build one

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor, nn

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.engines.motion_i2v.checkpoint import CheckpointMismatch
from mpd_studio.engines.motion_i2v.official_state import FLOW_VAE, OfficialState, official_state
from mpd_studio.engines.motion_i2v.state_report import compared

# Of the latents that are diffused. The condition's latents are not scaled.
LATENT_SCALE = 0.18215
# x and y.
_CHANNELS = 2
_RELEASED: dict[str, Any] = {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "norm_num_groups": 32}
# Attention in files of diffusers 0.11 -> today.
_ATTENTION = ((".query.", ".to_q."), (".key.", ".to_k."), (".value.", ".to_v."), (".proj_attn.", ".to_out.0."))


class FlowVae(nn.Module):
    """Motion in 0..1 (drags.encode_motion) <-> latents of 4 channels, an eighth of the size. In float32."""

    def __init__(self, autoencoder: AutoencoderKL) -> None:
        super().__init__()
        self.autoencoder = autoencoder.float()

    def condition_latents(self, encoded: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Latents of a drawn motion for the ControlNet, drawn from their distribution and not scaled.

        encoded: (b, 2, f, H, W) in 0..1, 0.5 where no motion is given.
        generator: where the draw comes from; None takes the middle of the distribution.
        Returns: (b, 4, f, H/8, W/8) float32.
        """
        frames = encoded.transpose(1, 2)  # (b, f, 2, H, W)
        made = [self._encoded(frame, generator) for frame in frames.flatten(0, 1).float()]
        return torch.cat(made).unflatten(0, frames.shape[:2]).transpose(1, 2)

    def motion_px(self, latents: Tensor) -> Tensor:
        """Diffused latents -> the motion that they stand for, one frame after the other.

        latents: (b, 4, f, h, w), scaled.
        Returns: (b, f, 2, 8h, 8w) float32 in pixels, x before y, never more than a side.
        """
        frames = latents.transpose(1, 2)  # (b, f, 4, h, w)
        made = [self._decoded(frame) for frame in frames.flatten(0, 1).float()]
        decoded = torch.cat(made).unflatten(0, frames.shape[:2])
        sides = decoded.new_tensor([decoded.shape[-1], decoded.shape[-2]])
        return (2 * decoded - 1).clamp(-1, 1) * sides[:, None, None]

    def _encoded(self, frame: Tensor, generator: torch.Generator | None) -> Tensor:
        autoencoder: Any = self.autoencoder
        spread = autoencoder.encode(frame[None]).latent_dist
        return spread.mode() if generator is None else spread.sample(generator)

    def _decoded(self, frame: Tensor) -> Tensor:
        autoencoder: Any = self.autoencoder  # its signature names a kind of tensor that nobody makes
        return autoencoder.decode(frame[None] / LATENT_SCALE).sample


def load_flow_vae(state_dict: Mapping[str, Any], **config: Any) -> FlowVae:
    """The autoencoder from its official tensors, also by the names of old diffusers.

    config: as in the vae/config.json beside it; what is not said is as released.
    Raises:
        CheckpointMismatch: a tensor is missing, unknown or of another shape.
        UnsupportedRequest: an autoencoder of something else than motion.
    """
    with torch.device("meta"):
        autoencoder = _built(config)
    state = official_state(state_dict)
    tensors = {vae_key(key): tensor for key, tensor in state.tensors.items()}
    shapes = {key: tuple(tensor.shape) for key, tensor in autoencoder.state_dict().items()}
    report = compared(OfficialState(tensors, state.set_aside), shapes, FLOW_VAE)
    if not report.fits:
        raise CheckpointMismatch(report)
    autoencoder.load_state_dict(tensors, strict=True, assign=True)
    return FlowVae(autoencoder).eval().requires_grad_(False)


def vae_key(official: str) -> str:
    """The name in today's diffusers of a tensor in an old or new file."""
    for old, new in _ATTENTION:
        official = official.replace(old, new)
    return official


def _built(config: Mapping[str, Any]) -> AutoencoderKL:
    said = {name: value for name, value in config.items() if not name.startswith("_")}
    sides = [said.get(name, _CHANNELS) for name in ("in_channels", "out_channels")]
    unknown = said.keys() - signature(AutoencoderKL.__init__).parameters.keys()
    if sides != [_CHANNELS] * 2 or unknown:
        odd = f"it has {sides[0]} channels in and {sides[1]} out" + "".join(f", and '{name}'" for name in unknown)
        raise UnsupportedRequest(
            f"This is no autoencoder of motion, which has 2 channels in and out: {odd}. "
            "Name the folder with Motion-I2V's flow VAE."
        )
    levels = len(said.get("block_out_channels", _RELEASED["block_out_channels"]))
    made: Any = {
        **_RELEASED,
        "down_block_types": ("DownEncoderBlock2D",) * levels,
        "up_block_types": ("UpDecoderBlock2D",) * levels,
        "in_channels": _CHANNELS,
        "out_channels": _CHANNELS,
        **said,
    }
    return AutoencoderKL(**made)
