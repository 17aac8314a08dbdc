"""Motion as pictures of two channels, and their latents: the autoencoder of stage 1 with its ranges and scales.

Always in float32: half precision rounds a motion by up to a quarter of a pixel at a width of 512.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Of the latents that are diffused. The condition's latents are not scaled.
LATENT_SCALE = 0.18215


@dataclass(frozen=True, slots=True, eq=False)
class FlowVae:
    """autoencoder: diffusers' AutoencoderKL of 2 channels, in float32 on the device of what it is given."""

    autoencoder: Any

    def condition_latents(self, encoded: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Latents of a drawn motion for the ControlNet, not scaled; one frame after the other.

        encoded: (b, 2, f, H, W) in 0..1 (drags.encode_motion), 0.5 where no motion is given.
        generator: they are drawn from their distribution with it; without, they are its middle.
        Returns: (b, 4, f, H/8, W/8) float32.
        """
        import torch

        frames = encoded.transpose(1, 2)  # (b, f, 2, H, W)
        made = [self._encoded(frame, generator) for frame in frames.flatten(0, 1).float()]
        return torch.cat(made).unflatten(0, frames.shape[:2]).transpose(1, 2)

    def motion_px(self, latents: Tensor) -> Tensor:
        """Diffused latents -> the motion that they stand for; one frame after the other.

        latents: (b, 4, f, h, w), scaled.
        Returns: (b, f, 2, 8h, 8w) float32 in pixels, x before y, never more than a side.
        """
        import torch

        frames = latents.transpose(1, 2)  # (b, f, 4, h, w)
        made = [self.autoencoder.decode(one[None] / LATENT_SCALE).sample for one in frames.flatten(0, 1).float()]
        decoded = torch.cat(made).unflatten(0, frames.shape[:2])
        sides = decoded.new_tensor([decoded.shape[-1], decoded.shape[-2]])
        return (2 * decoded - 1).clamp(-1, 1) * sides[:, None, None]

    def _encoded(self, frame: Tensor, generator: torch.Generator | None) -> Tensor:
        spread = self.autoencoder.encode(frame[None]).latent_dist
        return spread.mode() if generator is None else spread.sample(generator)
