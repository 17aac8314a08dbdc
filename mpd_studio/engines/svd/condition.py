"""What the model is told of a boundary frame, and the clean latent that samplers pin their ends to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mpd_studio.engines.svd.model import SvdModel

if TYPE_CHECKING:
    from torch import Tensor

_CLIP_SIDE = 224


@dataclass(frozen=True, slots=True)
class Micro:
    """The numbers that Stable Video Diffusion was trained with beside the picture.

    fps: frames a second as diffusers counts them; the model itself was told one less.
    motion_bucket: 0..255, more means more motion. noise_aug: spread of the noise that is added to the picture.
    """

    fps: int = 7
    motion_bucket: int = 127
    noise_aug: float = 0.02

    @property
    def added_ids(self) -> tuple[float, float, float]:
        return (self.fps - 1, self.motion_bucket, self.noise_aug)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One side's picture as the U-Net takes it.

    embedding: (1, 1, e) of the clean picture. latent: (1, c, h, w) of the noised picture, not scaled, the posterior's
    mode. added_ids: (1, 3). All in the U-Net's dtype.
    """

    embedding: Tensor
    latent: Tensor
    added_ids: Tensor


def condition_of(model: SvdModel, picture: Tensor, noise: Tensor, micro: Micro) -> Condition:
    """The bundle of a picture.

    picture: (1, 3, height, width) float32, RGB in 0..1, at the model's size. noise: standard normal, of the same shape.
    """
    import torch

    dtype = model.unet.dtype
    noised = picture * 2 - 1 + micro.noise_aug * noise
    added = torch.tensor([micro.added_ids], dtype=dtype, device=picture.device)
    return Condition(_embedding(model, picture).to(dtype), _mode(model, noised).to(dtype), added)


def anchor_of(model: SvdModel, picture: Tensor) -> Tensor:
    """(1, c, h, w) float32, scaled: the latent of the clean picture, z_s or z_e of the samplers.

    The released programs draw a sample of the posterior here; its mode is taken, so that a seed decides nothing twice.
    """
    return model.scaling_factor * _mode(model, picture * 2 - 1).float()


def _mode(model: SvdModel, picture: Tensor) -> Tensor:
    """picture: (1, 3, height, width) in -1..1."""
    return model.vae.encode(picture.to(model.vae.dtype)).latent_dist.mode()


def _embedding(model: SvdModel, picture: Tensor) -> Tensor:
    """(1, 1, e). picture: (1, 3, height, width) in 0..1."""
    small = (shrunk_for_clip(picture * 2 - 1) + 1) / 2
    mean, std = (small.new_tensor(numbers).view(1, 3, 1, 1) for numbers in (model.clip_mean, model.clip_std))
    pixels = ((small - mean) / std).to(model.image_encoder.dtype)
    return model.image_encoder(pixels).image_embeds.unsqueeze(1)


def shrunk_for_clip(picture: Tensor) -> Tensor:
    """(1, 3, 224, 224): blurred by half of what each axis shrinks, then bicubic from corner to corner.

    The towers of Stable Video Diffusion were trained on pictures reduced in just this way.
    """
    import torch

    for axis in (2, 3):
        picture = _blurred(picture, axis)
    return torch.nn.functional.interpolate(picture, size=(_CLIP_SIDE, _CLIP_SIDE), mode="bicubic", align_corners=True)


def _blurred(picture: Tensor, axis: int) -> Tensor:
    """A Gaussian along one axis, two sigmas wide each way, the picture mirrored at its border."""
    import torch

    sigma = max((picture.shape[axis] / _CLIP_SIDE - 1) / 2, 0.001)
    taps = max(int(4 * sigma), 3) | 1
    at = torch.arange(taps, device=picture.device, dtype=picture.dtype) - taps // 2
    kernel = torch.exp(-(at**2) / (2 * sigma**2))
    shape, pad = [1, 1, 1, 1], [0, 0, 0, 0]
    shape[axis] = taps
    first = 0 if axis == 3 else 2
    pad[first] = pad[first + 1] = taps // 2
    kernel = (kernel / kernel.sum()).view(shape).repeat(picture.shape[1], 1, 1, 1)
    mirrored = torch.nn.functional.pad(picture, pad, mode="reflect")
    return torch.nn.functional.conv2d(mirrored, kernel, groups=picture.shape[1])
