"""Stage 2: the network that animates a picture along a motion."""

# ruff: noqa: TID253 - networks are classes of torch's; nothing imports this file but functions that build one

from __future__ import annotations

from torch import Tensor

from mpd_studio.engines.motion_i2v.flow_warps import FlowWarps
from mpd_studio.engines.motion_i2v.frame_unet import FrameUNet, each_clip_time, to_clips, to_rows
from mpd_studio.engines.motion_i2v.network_config import NetworkConfig
from mpd_studio.engines.motion_i2v.warped_attention import CurrentMotion, WarpedMotionModule

# The first frame is clean in every step, and the network is told so by this time.
_CLEAN_TIME = 1


class Stage2UNet(FrameUNet):
    """Noisy frames, the first of them clean, and a motion -> what of them is noise."""

    def __init__(self, network: NetworkConfig) -> None:
        motion = CurrentMotion()
        super().__init__(network, lambda parts, positions: WarpedMotionModule(parts, positions, motion))
        self._motion = motion

    def forward(  # pyright: ignore[reportIncompatibleMethodOverride] - a U-Net of other inputs, by design
        self,
        sample: Tensor,
        timestep: int | float | Tensor,
        encoder_hidden_states: Tensor,
        flow_px: Tensor | FlowWarps,
        reference_batch_mixing: bool = False,
    ) -> Tensor:
        """Predict the noise.

        sample: (b, 4, n, h, w), frame 0 the clean latent of the picture. timestep: of the others; one, or (b,).
        encoder_hidden_states: (b, length, d).
        flow_px: (b, n, 2, 8h, 8w), from frame 0 to each frame in pixels of the picture; over many steps make a
            FlowWarps of it once, which keeps what it finds.
        reference_batch_mixing: as in FlowWarps; only for comparing with the released program.
        Returns: (b, 4, n, h, w); frame 0 of it means nothing.
        Raises:
            ValueError: shapes that do not fit, or more frames than the position tables have places for.
        """
        self.check_clip(sample, encoder_hidden_states, (self.network.motion_max_seq_length + 1) // 2)
        clips, _, frames, _, _ = sample.shape
        warps = flow_px
        if isinstance(warps, Tensor):
            warps = FlowWarps(warps.to(sample.device), reference_batch_mixing)
        elif reference_batch_mixing and not warps.reference_batch_mixing:
            raise ValueError("This motion was made ready without mixing the batch. Make it ready again, with it.")
        if (warps.clips, warps.frames) != (clips, frames):
            raise ValueError(f"A motion of {warps.clips} × {warps.frames} frames does not fit {clips} × {frames}.")
        time = self.frame_times(timestep, clips, frames)
        text = encoder_hidden_states.repeat_interleave(frames, 0)
        with self._motion.being(warps):
            middle, skips = self.encode(self.conv_in(to_rows(sample)), time, text, frames)
            return to_clips(self.decode(middle, skips, time, text, frames), frames)

    def frame_times(self, timestep: int | float | Tensor, clips: int, frames: int) -> Tensor:
        """(b*n, time_embed_dim)."""
        given = each_clip_time(timestep, clips, self.conv_in.weight.device)
        times = given[:, None].repeat(1, frames)
        times[:, 0] = _CLEAN_TIME
        return self.time_of(times.flatten())
