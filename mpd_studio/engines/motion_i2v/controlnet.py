"""Stage 1's ControlNet: drags, pins and still regions as corrections of the flow network's inner layers."""

# ruff: noqa: TID253 - networks are classes of torch's; nothing imports this file but functions that build one

from __future__ import annotations

from torch import Tensor, nn

from mpd_studio.engines.motion_i2v.flow_unet import StrideUNet
from mpd_studio.engines.motion_i2v.frame_unet import Residuals, to_clips, to_rows
from mpd_studio.engines.motion_i2v.network_config import NetworkConfig


class TrajectoryControlNet(StrideUNet):
    """The way down of a flow network, with an ear for a condition and a mouth at every skip."""

    def __init__(self, network: NetworkConfig) -> None:
        super().__init__(network)
        del self.up_blocks, self.conv_norm_out, self.conv_act, self.conv_out
        first, last = network.block_out_channels[0], network.block_out_channels[-1]
        self.controlnet_cond_embedding = _ConditionEmbedding(network, first)
        self.controlnet_down_blocks = nn.ModuleList(nn.Conv2d(c, c, 1) for c in _skip_channels(network))
        self.controlnet_mid_block = nn.Conv2d(last, last, 1)

    def blocks_with_motion(self) -> list:
        return [*self.down_blocks, self.mid_block]

    def forward(  # pyright: ignore[reportIncompatibleMethodOverride] - a U-Net of other inputs, by design
        self,
        sample: Tensor,
        timestep: int | float | Tensor,
        encoder_hidden_states: Tensor,
        stride: Tensor,
        condition: Tensor,
        scale: float = 1.0,
    ) -> Residuals:
        """Make the `control` of the flow network from what is also given to it.

        condition: (b, 5, f, h, w): channels 0 to 3 the drawn motion's latent as the flow VAE makes it, not scaled;
            channel 4 is 1 where motion is given.
        scale: how strongly it steers.
        Returns: the residuals of the skips, finest first, and of the middle, (b, c, f, h', w') each.
        Raises:
            ValueError: shapes that do not fit.
        """
        self.check_clip(sample, encoder_hidden_states, self.network.motion_max_seq_length)
        clips, _, frames, h, w = sample.shape
        wanted = (clips, self.network.condition_channels, frames, h, w)
        if condition.shape != wanted:
            raise ValueError(f"The condition's shape is {tuple(condition.shape)}, not {wanted}.")
        time = self.frame_times(timestep, stride, clips, frames)
        text = encoder_hidden_states.repeat_interleave(frames, 0)
        rows = self.conv_in(to_rows(sample)) + to_rows(self.controlnet_cond_embedding(condition))
        middle, skips = self.encode(rows, time, text, frames)
        mouths = zip(self.controlnet_down_blocks, skips, strict=True)
        down = tuple(to_clips(mouth(skip), frames) * scale for mouth, skip in mouths)
        return down, to_clips(self.controlnet_mid_block(middle), frames) * scale


class _ConditionEmbedding(nn.Module):
    """Two convolutions of each frame by itself; they have a third axis in the files, of length 1."""

    def __init__(self, network: NetworkConfig, out_channels: int) -> None:
        super().__init__()
        hidden = network.condition_hidden_channels
        self.layers = nn.Sequential(
            nn.Conv3d(network.condition_channels, hidden, (1, 3, 3), padding=(0, 1, 1)),
            nn.SiLU(),
            nn.Conv3d(hidden, out_channels, (1, 3, 3), padding=(0, 1, 1)),
        )

    def forward(self, condition: Tensor) -> Tensor:
        return self.layers(condition)


def _skip_channels(network: NetworkConfig) -> list[int]:
    """Of conv_in, then of each level: its layers, and its downsampler but for the last."""
    channels = [network.block_out_channels[0]]
    for level, width in enumerate(network.block_out_channels):
        is_last = level == len(network.block_out_channels) - 1
        channels += [width] * (network.layers_per_block + (not is_last))
    return channels
