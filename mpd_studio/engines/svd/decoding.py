"""From latents to pictures, a few frames at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from mpd_studio.engines.svd.model import SvdModel
from mpd_studio.engines.svd.shared_norms import norms_shared
from mpd_studio.engines.svd.tiled_decode import decode_in_tiles

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

    latents: (frames, c, h, w), scaled. Where the model's plan says so, they are decoded in tiles.
    """
    import torch

    tile = model.plan.decode_tile
    with torch.inference_mode(), model.at_work(model.vae):
        if not tile or max(latents.shape[-2:]) <= tile:
            return _pictures(model, latents)
        share = tile / max(latents.shape[-2:])
        sides = [max(1, round(int(side) * share)) for side in latents.shape[-2:]]
        small = torch.nn.functional.interpolate(latents, size=sides, mode="nearest")  # as varied as the whole
        with norms_shared(model.vae.decoder, lambda: _pictures(model, small)):
            return decode_in_tiles(lambda part: _pictures(model, part), latents, tile)


def _pictures(model: SvdModel, latents: Tensor) -> np.ndarray:
    unscaled = (latents / model.scaling_factor).to(model.vae.dtype)
    pictures = model.vae.decode(unscaled, num_frames=len(unscaled)).sample
    shown = pictures.float().add_(1).div_(2).permute(0, 2, 3, 1)  # (f, 3, H, W) -> (f, H, W, 3)
    return np.ascontiguousarray(shown.cpu().numpy())
