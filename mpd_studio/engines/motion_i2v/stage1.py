"""Stage 1: from a picture, a text and drags to the motion of every pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mpd_studio.engines.diffusion.listening import listening
from mpd_studio.engines.motion_i2v.ddim import ddim_scheduler
from mpd_studio.engines.motion_i2v.drags import SparseMotion
from mpd_studio.engines.motion_i2v.sampling import OnStep, Wish, guided, noise, picture_latents, text_pair
from mpd_studio.motion.clip_field import ClipField

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Stage1:
    """The networks, on their device. flow_vae: a FlowVae. The autoencoders are in float32."""

    tokenizer: Any
    text_encoder: Any
    picture_vae: Any
    flow_vae: Any
    flow_unet: Any
    controlnet: Any
    device: torch.device


@dataclass(frozen=True, slots=True)
class MotionWish:
    """stride: how far apart the frames are, in frames of a film as the training saw it: more is larger motion; 8 was
    trained. control_scale: how strongly drawings steer; 0 leaves the ControlNet out.
    """

    wish: Wish
    stride: float = 8.0
    control_scale: float = 1.0


def predict_motion(
    networks: Stage1,
    picture: np.ndarray,
    sparse: SparseMotion,
    wish: MotionWish,
    on_step: OnStep = lambda step, steps: None,
    check: Callable[[], None] = lambda: None,
) -> ClipField:
    """From noise to the motion of a clip.

    picture: (h, w, 3) float32 in 0..1, sides multiples of 64. sparse: what was drawn, for as many frames as are made.

    on_step: after each of wish.steps. check: called often; may raise to stop.
    Returns: exactly no motion at frame 0 and where a brush holds still.
    """
    import torch

    frames = len(sparse.motion_px)
    generator = torch.Generator().manual_seed(wish.wish.seed)
    with torch.inference_mode():
        text = text_pair(networks.tokenizer, networks.text_encoder, wish.wish)
        check()
        # This stage was trained on pictures in 0..1, not in -1..1.
        image = picture_latents(networks.picture_vae, picture, networks.device, generator)
        check()
        condition = _condition(networks, sparse, generator, check) if wish.control_scale else None
        # As the released program draws it: for the picture's channels too, of which it keeps the first half.
        drawn = noise((1, 8, frames, *image.shape[-2:]), generator, networks.device)[:, :4]
        latents = _denoised(networks, image, drawn, text, condition, wish, on_step, check)
        moved = []
        for frame in range(frames):
            check()
            with listening(networks.flow_vae.autoencoder, check):
                moved.append(networks.flow_vae.motion_px(latents[:, :, frame : frame + 1])[0, 0])
    px = torch.stack(moved).permute(0, 2, 3, 1).cpu().numpy()  # (f, 2, H, W) -> (f, H, W, 2)
    px = np.where(sparse.static[..., None], np.float32(0), px)
    return ClipField(np.concatenate([np.zeros_like(px[:1]), px]).astype(np.float32))


def _denoised(
    networks: Stage1,
    image: Tensor,
    latents: Tensor,
    text: Tensor,
    condition: Tensor | None,
    wish: MotionWish,
    on_step: OnStep,
    check: Callable[[], None],
) -> Tensor:
    """(1, 4, f, h, w) float32."""
    import torch

    unet, dtype = networks.flow_unet, networks.flow_unet.dtype
    frames = latents.shape[2]
    stride = torch.arange(1, frames + 1, device=networks.device) * wish.stride
    still = image[:, :, None].expand(-1, -1, frames, -1, -1)
    scheduler = ddim_scheduler()
    scheduler.set_timesteps(wish.wish.steps)
    with listening(unet, check), listening(networks.controlnet, check):
        for index, time in enumerate(scheduler.timesteps.tolist()):
            sample = torch.cat([still, latents], 1).to(dtype)

            def call(said: Tensor, count: int, sample: Tensor = sample, time: int = time) -> Tensor:
                given, said = sample.expand(count, -1, -1, -1, -1), said.to(networks.device, dtype)
                control = None
                if condition is not None:
                    drawn = condition.to(dtype).expand(count, -1, -1, -1, -1)
                    control = networks.controlnet(given, time, said, stride, drawn, wish.control_scale)
                return unet(given, time, said, stride, control)

            latents = _stepped(scheduler, guided(call, text, wish.wish), time, latents)
            on_step(index + 1, wish.wish.steps)
    return latents


def _stepped(scheduler: Any, predicted: Tensor, time: int, latents: Tensor) -> Tensor:
    return scheduler.step(predicted.float(), time, latents).prev_sample


def _condition(networks: Stage1, sparse: SparseMotion, generator: torch.Generator, check: Callable[[], None]) -> Tensor:
    """(1, 5, f, h, w) float32: the drawn motion's latent, not scaled, and where motion is given."""
    import torch

    encoded = torch.from_numpy(np.ascontiguousarray(sparse.encoded.transpose(3, 0, 1, 2)))[None]  # (1, 2, f, H, W)
    encoded = encoded.to(networks.device)
    with listening(networks.flow_vae.autoencoder, check):
        made = [
            networks.flow_vae.condition_latents(encoded[:, :, frame : frame + 1], generator)
            for frame in range(encoded.shape[2])
        ]
    latents = torch.cat(made, 2)
    given = torch.from_numpy(np.ascontiguousarray(sparse.latent_given)).to(latents)
    return torch.cat([latents, given.expand(1, 1, latents.shape[2], -1, -1)], 1)
