"""Stage 1: the network that predicts where the pixels of a picture go, told how much time lies between the frames."""

# ruff: noqa: TID253 - networks are classes of torch's; nothing imports this file but functions that build one

from __future__ import annotations

import torch
from diffusers.models.embeddings import TimestepEmbedding
from torch import Tensor

from mpd_studio.engines.motion_i2v.frame_unet import FrameUNet, Residuals, each_clip_time, to_clips, to_rows
from mpd_studio.engines.motion_i2v.network_config import NetworkConfig


class StrideUNet(FrameUNet):
    """A U-Net whose frames know how far they are from the picture, in frames of a film as the training saw it."""

    def __init__(self, network: NetworkConfig) -> None:
        super().__init__(network)
        self.stride_embedding = TimestepEmbedding(network.block_out_channels[0], network.time_embed_dim)

    def frame_times(self, timestep: int | float | Tensor, stride: Tensor, clips: int, frames: int) -> Tensor:
        """(b*f, time_embed_dim). stride: (1 or b, f) or (f,)."""
        device = self.conv_in.weight.device
        strides = torch.as_tensor(stride, device=device)
        if strides.shape not in ((frames,), (1, frames), (clips, frames)):
            raise ValueError(f"A stride of shape {tuple(strides.shape)} does not fit {clips} clips of {frames} frames.")
        time = self.time_of(each_clip_time(timestep, clips, device))[:, None]  # (b, 1, d)
        shifts = self.time_proj(strides.reshape(-1)).to(self.dtype)
        shift = self.stride_embedding(shifts).reshape(-1, frames, time.shape[-1])  # (1 or b, f, d)
        return (time + shift).flatten(0, 1)


class FlowUNet(StrideUNet):
    """Noise of a motion's latent beside the latent of the picture -> what of it is noise."""

    def forward(  # pyright: ignore[reportIncompatibleMethodOverride] - a U-Net of other inputs, by design
        self,
        sample: Tensor,
        timestep: int | float | Tensor,
        encoder_hidden_states: Tensor,
        stride: Tensor,
        control: Residuals | None = None,
    ) -> Tensor:
        """Predict the noise.

        sample: (b, 8, f, h, w): channels 0 to 3 the picture's latent in every frame, 4 to 7 the motion's, noisy.
        timestep: one for all, or (b,). encoder_hidden_states: (b, length, d).
        stride: (f,), (1, f) or (b, f): how far each frame is from the picture.
        control: what the ControlNet made, (b, c, f, h, w) each.
        Returns: (b, 4, f, h, w).
        Raises:
            ValueError: shapes that do not fit.
        """
        self.check_clip(sample, encoder_hidden_states, self.network.motion_max_seq_length)
        clips, _, frames, _, _ = sample.shape
        time = self.frame_times(timestep, stride, clips, frames)
        text = encoder_hidden_states.repeat_interleave(frames, 0)
        middle, skips = self.encode(self.conv_in(to_rows(sample)), time, text, frames)
        if control is not None:
            middle, skips = _steered(middle, skips, control)
        return to_clips(self.decode(middle, skips, time, text, frames), frames)


def _steered(middle: Tensor, skips: tuple[Tensor, ...], control: Residuals) -> tuple[Tensor, tuple[Tensor, ...]]:
    down, mid = control
    if len(down) != len(skips):
        raise ValueError(f"The control has {len(down)} residuals for {len(skips)} skips.")
    added = tuple(skip + to_rows(residual) for skip, residual in zip(skips, down, strict=True))
    return middle + to_rows(mid), added
