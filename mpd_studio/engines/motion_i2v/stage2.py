"""Stage 2: a picture, its motion and a text -> the frames of a clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mpd_studio.engines.diffusion.listening import listening
from mpd_studio.engines.motion_i2v.ddim import ddim_scheduler
from mpd_studio.engines.motion_i2v.facts import MOST_FRAMES
from mpd_studio.engines.motion_i2v.flow_warps import FlowWarps
from mpd_studio.engines.motion_i2v.sampling import (
    LATENT_PIXEL,
    LATENT_SCALE,
    OnStep,
    Wish,
    guided,
    noise,
    picture_latents,
    text_pair,
)
from mpd_studio.engines.motion_i2v.windows import Window, plan_windows, seams, window_shares
from mpd_studio.motion.clip_field import ClipField

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Stage2:
    """The networks, on their device. The autoencoder is in float32."""

    tokenizer: Any
    text_encoder: Any
    picture_vae: Any
    unet: Any
    device: torch.device


@dataclass(frozen=True, slots=True, eq=False)
class SeamViews:
    """One frame that two neighbouring windows make, as either expected it half-way: (4, h/8, w/8) float32 each."""

    frame: int
    early: Tensor
    late: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class SampledClip:
    """latents: (frames, 4, h/8, w/8) float32; frame 0 is the picture's own. seams: one per pair of windows."""

    latents: Tensor
    seams: tuple[SeamViews, ...]


def animate_latents(
    networks: Stage2,
    picture: np.ndarray,
    motion: ClipField,
    wish: Wish,
    static: np.ndarray | None = None,
    on_step: OnStep = lambda step, steps: None,
    check: Callable[[], None] = lambda: None,
) -> Tensor:
    """As sample_clip, without what shows how its windows agree."""
    return sample_clip(networks, picture, motion, wish, static, on_step, check).latents


def sample_clip(
    networks: Stage2,
    picture: np.ndarray,
    motion: ClipField,
    wish: Wish,
    static: np.ndarray | None = None,
    on_step: OnStep = lambda step, steps: None,
    check: Callable[[], None] = lambda: None,
    window_frames: int = MOST_FRAMES,
) -> SampledClip:
    """A clip of as many frames as its motion has; more than a window's by windows (windows.py).

    picture: (h, w, 3) float32 in 0..1, sides multiples of 64, of the motion's size.
    static: (h, w) bool: where every frame is the picture. Beyond the released program, which leaves its last step as
        it comes, the latents there end as the picture's exactly.
    window_frames: with the picture; the network takes 16 at most.
    """
    import torch

    generator = torch.Generator().manual_seed(wish.seed)
    device = networks.device
    with torch.inference_mode(), listening(networks.unet, check):
        text = text_pair(networks.tokenizer, networks.text_encoder, wish)
        check()
        reference = picture_latents(networks.picture_vae, 2 * picture - 1, device, generator)[:, :, None]
        drawn = noise((1, 4, motion.frames, *reference.shape[-2:]), generator, device)
        holds = _latent_mask(static, device)
        predictor = _Predictor(networks, motion, wish, text, plan_windows(motion.frames, window_frames), check)
        scheduler = ddim_scheduler()
        scheduler.set_timesteps(wish.steps)
        times, latents = scheduler.timesteps.tolist(), drawn
        half_way, views = _half_way(scheduler, times), ()
        for index, time in enumerate(times):
            latents = _with_first(latents, reference)
            predicted = predictor.predicted(latents, time)
            if time == half_way:
                views = predictor.views(latents, predicted, float(scheduler.alphas_cumprod[time]))
            latents = _stepped(scheduler, predictor.joined(predicted), time, latents)
            if holds is not None:
                latents = torch.where(holds, _noisy(scheduler, reference, drawn, times[index + 1 :]), latents)
            on_step(index + 1, wish.steps)
        return SampledClip(_with_first(latents, reference)[0].transpose(0, 1), views)


class _Predictor:
    """Predicts the noise of a clip's frames, window by window."""

    def __init__(
        self,
        networks: Stage2,
        motion: ClipField,
        wish: Wish,
        text: Tensor,
        windows: tuple[Window, ...],
        check: Callable[[], None],
    ) -> None:
        import torch

        self.windows = windows
        self._networks, self._wish, self._text, self._check = networks, wish, text, check
        self._frames = [list(window.frames) for window in windows]
        self._shares = [torch.from_numpy(shares).to(networks.device) for shares in window_shares(windows)]
        both = wish.together and wish.guidance != 1
        self._warps = []
        for frames in self._frames:
            flow = torch.from_numpy(np.ascontiguousarray(motion.px[frames].transpose(0, 3, 1, 2)))[None]
            flow = flow.to(networks.device)
            self._warps.append(FlowWarps(flow.expand(2 if both else 1, -1, -1, -1, -1)))

    def predicted(self, latents: Tensor, time: int) -> list[Tensor]:
        """(1, 4, frames of the window, h, w) float32 of each window."""
        found = []
        for frames, warps in zip(self._frames, self._warps, strict=True):
            self._check()
            sample = latents[:, :, frames].to(self._networks.unet.dtype)
            call = partial(_predicted, self._networks, warps, sample, time)
            found.append(guided(call, self._text, self._wish).float())
        return found

    def joined(self, predicted: list[Tensor]) -> Tensor:
        """(1, 4, frames, h, w): of frames that several windows have, the weighted mean."""
        if len(predicted) == 1:
            return predicted[0]
        shape = predicted[0].shape
        total = predicted[0].new_zeros(*shape[:2], self.windows[-1].stop, *shape[3:])
        for frames, shares, one in zip(self._frames, self._shares, predicted, strict=True):
            total[:, :, frames] += one * shares[:, None, None]
        return total

    def views(self, latents: Tensor, predicted: list[Tensor], kept: float) -> tuple[SeamViews, ...]:
        """What neighbouring windows expect of a frame that both have, once its noise is gone.

        kept: the picture's share of the latents' variance.
        """

        def expected(frame: int, window: int) -> Tensor:
            noise_there = predicted[window][0, :, self._frames[window].index(frame)]
            return (latents[0, :, frame] - (1 - kept) ** 0.5 * noise_there) / kept**0.5

        return tuple(
            SeamViews(seam.frame, expected(seam.frame, seam.early), expected(seam.frame, seam.late))
            for seam in seams(self.windows)
        )


def _half_way(scheduler: Any, times: list[int]) -> int:
    """The step that begins with about as much picture as noise: before it all is vague, behind it all is settled."""
    return min(times, key=lambda time: abs(float(scheduler.alphas_cumprod[time]) - 0.5))


def decode_frame(networks: Stage2, latents: Tensor, check: Callable[[], None] = lambda: None) -> np.ndarray:
    """(h, w, 3) float32 in 0..1, with a little overshoot. latents: (4, h/8, w/8)."""
    import torch

    with torch.inference_mode(), listening(networks.picture_vae.decoder, check):
        decoded = networks.picture_vae.decode(latents[None] / LATENT_SCALE).sample[0]
    shown = decoded.float().add(1).div(2).permute(1, 2, 0)
    return np.ascontiguousarray(shown.cpu().numpy())


def _with_first(latents: Tensor, reference: Tensor) -> Tensor:
    """Frame 0 is clean in every step."""
    import torch

    return torch.cat([reference, latents[:, :, 1:]], 2)


def _predicted(networks: Stage2, warps: FlowWarps, sample: Tensor, time: int, text: Tensor, count: int) -> Tensor:
    """As `guided` calls it."""
    given = sample.expand(count, -1, -1, -1, -1)
    return networks.unet(given, time, text.to(networks.device, networks.unet.dtype), warps)


def _stepped(scheduler: Any, predicted: Tensor, time: int, latents: Tensor) -> Tensor:
    return scheduler.step(predicted, time, latents).prev_sample


def _noisy(scheduler: Any, reference: Tensor, drawn: Tensor, times_left: list[int]) -> Tensor:
    """The picture's latents in all frames as noisy as the next step expects; clean after the last."""
    import torch

    still = reference.expand_as(drawn)
    if not times_left:
        return still
    return scheduler.add_noise(still, drawn, torch.tensor(times_left[:1]))


def _latent_mask(static: np.ndarray | None, device: torch.device) -> Tensor | None:
    """(h, w) bool at the latents' size; a latent pixel is held by the first of its pixels."""
    import torch

    if static is None or not static.any():
        return None
    return torch.from_numpy(np.ascontiguousarray(static[::LATENT_PIXEL, ::LATENT_PIXEL])).to(device)
