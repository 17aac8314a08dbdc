"""One clip between two pictures: conditions, starting noise, and a sampler chosen by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mpd_studio.engines.svd import samplers
from mpd_studio.engines.svd.condition import Micro, anchor_of, condition_of
from mpd_studio.engines.svd.denoiser import TwoSidedDenoiser
from mpd_studio.engines.svd.listening import listening
from mpd_studio.engines.svd.model import SvdModel
from mpd_studio.engines.svd.noise_schedule import initial_spread
from mpd_studio.engines.svd.options import SvdOptions

if TYPE_CHECKING:
    from torch import Tensor

# The programs of TRF put the same noise on both pictures, those of ViBiDSampler and MPD draw it twice.
_ONE_AUG_NOISE = ("trf", "trf_renoise")


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """The pictures at a clip's ends, (height, width, 3) float32 in 0..1, at the model's size."""

    first: np.ndarray
    last: np.ndarray


def sample_clip(
    model: SvdModel,
    ends: Ends,
    frames: int,
    seed: int,
    options: SvdOptions,
    on_call: Callable[[int, int, int], None],
    check: Callable[[], None],
    make_denoiser: Callable[..., TwoSidedDenoiser] = TwoSidedDenoiser,
) -> Tensor:
    """(frames, c, h, w) float32 on the model's device: scaled latents without noise, both ends included.

    on_call: as of the samplers. check: called between the U-Net's blocks; may raise to stop.
    make_denoiser: what takes the arguments of TwoSidedDenoiser; a benchmark compares it with a plainer one.
    """
    import torch

    with torch.inference_mode():
        told = _told(model, ends, seed, options, check)
        sigmas = model.schedule.sigmas(options.steps)
        x = told.draw(told.start.expand(frames, -1, -1, -1)) * initial_spread(sigmas[0])
        with model.at_work(model.unet), listening(model.unet, check):
            two_sided = make_denoiser(
                model.unet,
                told.conditions[0],
                told.conditions[1],
                clips_per_call=model.plan.clips_per_call,
                pair_backward=options.sampler == "trf",
            )
            sampler = _sampler(options, told)
            return sampler(two_sided, x, sigmas, on_call)


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What sampling starts from. draw: fresh noise like a tensor, from the clip's own seed."""

    conditions: tuple[Any, Any]
    start: Tensor
    end: Tensor
    draw: Callable[[Tensor], Tensor]


def _told(model: SvdModel, ends: Ends, seed: int, options: SvdOptions, check: Callable[[], None]) -> _Told:
    """Draws come in the order of the released programs: noise on the first picture, on the last, then the clip's."""
    import torch

    draw = partial(_noise_like, torch.Generator().manual_seed(seed))
    first, last = (
        torch.from_numpy(np.ascontiguousarray(end.transpose(2, 0, 1)))[None].to(model.device)
        for end in (ends.first, ends.last)
    )
    first_noise = draw(first)
    last_noise = first_noise if options.sampler in _ONE_AUG_NOISE else draw(last)
    micro = Micro(options.fps, options.motion_bucket, options.noise_aug)
    check()
    with model.at_work(model.vae, model.image_encoder):
        start, end = anchor_of(model, first), anchor_of(model, last)
        check()
        conditions = condition_of(model, first, first_noise, micro), condition_of(model, last, last_noise, micro)
    check()
    return _Told(conditions, start, end, draw)


def _noise_like(generator: Any, like: Tensor) -> Tensor:
    """Drawn on the CPU: so a seed means the same noise on every device."""
    import torch

    return torch.randn(like.shape, generator=generator).to(device=like.device, dtype=like.dtype)


def _sampler(options: SvdOptions, told: _Told) -> Callable[[TwoSidedDenoiser, Tensor, Any, Any], Tensor]:
    anchors: dict[str, Any] = {"start": told.start, "end": told.end, "guidance": options.guidance}
    distilling = {name: getattr(options, name) for name in ("distill_ratio", "passes", "variant", "fusion")}
    known: dict[str, Callable[..., Tensor]] = {
        "trf": samplers.trf,
        "trf_renoise": samplers.trf_renoise,
        "vibid": partial(samplers.vibid, **anchors),
        "mpd_vibid": partial(samplers.mpd_vibid, **anchors, **distilling),
        "mpd_trf": partial(samplers.mpd_trf, **anchors, **distilling),
    }
    chosen = known[options.sampler]

    def run(two_sided: TwoSidedDenoiser, x: Tensor, sigmas: Any, on_call: Any) -> Tensor:
        return chosen(
            two_sided.forward,
            two_sided.backward,
            x,
            sigmas,
            noise=told.draw,
            both=two_sided.both,
            on_call=on_call,
        )

    return run
