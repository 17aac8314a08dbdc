"""Stage 2: a picture, its motion and a text -> the frames of a clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mpd_studio.engines.diffusion.listening import listening
from mpd_studio.engines.motion_i2v.ddim import ddim_scheduler
from mpd_studio.engines.motion_i2v.facts import MOST_FRAMES
from mpd_studio.engines.motion_i2v.sampling import (
    LATENT_PIXEL,
    LATENT_SCALE,
    OnStep,
    Wish,
    noise,
    picture_latents,
    text_pair,
)
from mpd_studio.engines.motion_i2v.windowed_noise import SeamViews, WindowedNoise
from mpd_studio.engines.motion_i2v.windows import plan_windows
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
        windows = plan_windows(motion.frames, window_frames)
        predictor = WindowedNoise(networks.unet, device, motion, wish, text, windows, check)
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
