"""The U-Net that all three networks are: Stable Diffusion's frame by frame, with motion modules between.

Within, the frames of a clip are rows of a batch: (b*f, c, h, w), b-major. Every frame has a time embedding of its own.
"""

# ruff: noqa: TID253 - networks are classes of torch's; nothing imports this file but functions that build one

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from diffusers.models.unets.unet_motion_model import AnimateDiffTransformer3D, UNetMotionModel
from torch import Tensor, nn

from mpd_studio.engines.motion_i2v.motion_module import MotionModule
from mpd_studio.engines.motion_i2v.network_config import NetworkConfig

Residuals = tuple[tuple[Tensor, ...], Tensor]
MotionModuleMaker = Callable[[AnimateDiffTransformer3D, int], MotionModule]


class FrameUNet(UNetMotionModel):
    """The two halves of the U-Net, for the networks to put together."""

    def __init__(self, network: NetworkConfig, motion_module: MotionModuleMaker = MotionModule) -> None:
        """motion_module: makes the look along time from diffusers' parts and the length of the position tables."""
        super().__init__(**network.unet_arguments)
        self.network = network
        for block in self.blocks_with_motion():
            made = [motion_module(parts, network.motion_max_seq_length) for parts in block.motion_modules]
            block.motion_modules = nn.ModuleList(made)

    def to(self, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride] - decorated
        # diffusers 0.42.1 warns at every cast, of no modules ("should be kept in float32: []").
        return nn.Module.to(self, *args, **kwargs)

    def blocks_with_motion(self) -> list[Any]:
        return [*self.down_blocks, self.mid_block, *self.up_blocks]

    def time_of(self, timesteps: Tensor) -> Tensor:
        """(n,) times -> (n, time_embed_dim)."""
        return self.time_embedding(self.time_proj(timesteps).to(self.dtype))

    def encode(self, rows: Tensor, time: Tensor, text: Tensor, frames: int) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Down and through the middle.

        rows: (b*f, c, h, w) after conv_in. time: (b*f, d). text: (b*f, length, d).
        Returns: the middle, and the skips from the finest to the coarsest; the first is `rows`.
        """
        skips = (rows,)
        for block in self.down_blocks:
            rows, made = block(rows, temb=time, num_frames=frames, **_reading(block, text))
            skips += made
        return self.mid_block(rows, time, num_frames=frames, **_reading(self.mid_block, text)), skips

    def decode(self, rows: Tensor, skips: Sequence[Tensor], time: Tensor, text: Tensor, frames: int) -> Tensor:
        """Up again: (b*f, out_channels, h, w)."""
        left = list(skips)
        blocks: Any = self.up_blocks
        for block in blocks:
            count = len(block.resnets)
            taken, left = left[-count:], left[:-count]
            # Where a side was odd on the way down, the way up must know.
            size = left[-1].shape[2:] if left else None
            rows = block(rows, tuple(taken), temb=time, upsample_size=size, num_frames=frames, **_reading(block, text))
        norm: Any = self.conv_norm_out
        return self.conv_out(nn.functional.silu(norm(rows)))

    def check_clip(self, sample: Tensor, text: Tensor, most_frames: int) -> None:
        """Raises ValueError: the sample is no clip of this network, or is too long."""
        if sample.ndim != 5 or sample.shape[1] != self.network.in_channels:
            wanted = f"(b, {self.network.in_channels}, frames, h, w)"
            raise ValueError(f"The sample's shape is {tuple(sample.shape)}, not {wanted}.")
        if sample.shape[2] > most_frames:
            raise ValueError(f"The network takes {most_frames} frames at most, not {sample.shape[2]}.")
        if text.ndim != 3 or text.shape[0] != sample.shape[0]:
            raise ValueError(f"A text of shape {tuple(text.shape)} does not fit {sample.shape[0]} clips.")


def to_rows(clips: Tensor) -> Tensor:
    """(b, c, f, h, w) -> (b*f, c, h, w)."""
    return clips.transpose(1, 2).flatten(0, 1)


def to_clips(rows: Tensor, frames: int) -> Tensor:
    """(b*f, c, h, w) -> (b, c, f, h, w)."""
    return rows.unflatten(0, (-1, frames)).transpose(1, 2)


def each_clip_time(timestep: int | float | Tensor, clips: int, device: torch.device) -> Tensor:
    """(clips,): one time for all, or one each."""
    times = torch.as_tensor(timestep, device=device).reshape(-1)
    if len(times) not in (1, clips):
        raise ValueError(f"{len(times)} times do not fit {clips} clips.")
    return times.expand(clips)


def _reading(block: nn.Module, text: Tensor) -> dict[str, Tensor]:
    return {"encoder_hidden_states": text} if getattr(block, "has_cross_attention", False) else {}
