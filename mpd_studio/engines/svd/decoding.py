"""From latents to pictures, a few frames at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from mpd_studio.engines.svd.model import SvdModel

if TYPE_CHECKING:
    from torch import Tensor


def chunks_with(frames: int, chunk: int, wanted: Collection[int]) -> list[range]:
    """The runs of `chunk` frames that hold a wanted one.

    The autoencoder mixes the frames of a run, so runs always begin at multiples of `chunk`, whatever is wanted.
    """
    runs = (range(first, min(first + chunk, frames)) for first in range(0, frames, chunk))
    return [run for run in runs if any(frame in run for frame in wanted)]


def decode(model: SvdModel, latents: Tensor) -> np.ndarray:
    """(frames, height, width, 3) float32, RGB in 0..1 with a little overshoot.

    latents: (frames, c, h, w), scaled.
    """
    import torch

    with torch.inference_mode(), model.at_work(model.vae):
        unscaled = (latents / model.scaling_factor).to(model.vae.dtype)
        pictures = model.vae.decode(unscaled, num_frames=len(unscaled)).sample
        shown = pictures.float().add_(1).div_(2).permute(0, 2, 3, 1)  # (f, 3, H, W) -> (f, H, W, 3)
        return np.ascontiguousarray(shown.cpu().numpy())
