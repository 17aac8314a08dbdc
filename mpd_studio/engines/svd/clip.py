"""One clip between two pictures: conditions, starting noise, and a sampler chosen by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mpd_studio.engines.diffusion.listening import listening
from mpd_studio.engines.svd import samplers
from mpd_studio.engines.svd.condition import Micro, anchor_of, condition_of
from mpd_studio.engines.svd.denoiser import TwoSidedDenoiser
from mpd_studio.engines.svd.guide import Guide
from mpd_studio.engines.svd.guide_clocks import clocks_at
from mpd_studio.engines.svd.guide_draft import ClipDraft
from mpd_studio.engines.svd.latent_preview import LatentPreview, TwoSides
from mpd_studio.engines.svd.model import SvdModel
from mpd_studio.engines.svd.noise_schedule import initial_spread
from mpd_studio.engines.svd.options import SvdOptions

if TYPE_CHECKING:
    from torch import Tensor

# The programs of TRF put the same noise on both pictures, those of ViBiDSampler and MPD draw it twice.
_ONE_AUG_NOISE = ("trf", "trf_renoise")
_GUIDE_SEED = 0x5EED_6D1F  # what tells the guide's noise from the sampler's, of one seed


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
    draft: ClipDraft | None = None,
    trace: samplers.Trace | None = None,
    preview: LatentPreview | None = None,
) -> Tensor:
    """(frames, c, h, w) float32 on the model's device: scaled latents without noise, both ends included.

    draft: what is drawn, to be followed as the options say; None: nothing is. preview: sees the estimates.
    trace: as of the samplers, with every figure divided by ‖z_e‖, the norm of the last picture's latents.
    on_call: as of the samplers. check: called between the U-Net's blocks; may raise to stop.
    make_denoiser: what takes the arguments of TwoSidedDenoiser; a benchmark compares it with a plainer one.
    """
    import torch

    with torch.inference_mode():
        told = _told(model, ends, seed, options, check)
        sigmas = model.schedule.sigmas(options.steps)
        guide = None if draft is None else _guide(draft, told, sigmas, seed, options)
        noise = told.draw(told.start.expand(frames, -1, -1, -1))
        x = noise * initial_spread(sigmas[0]) if guide is None else guide.begin(noise)
        with model.at_work(model.unet), listening(model.unet, check):
            two_sided: TwoSides = make_denoiser(
                model.unet,
                told.conditions[0],
                told.conditions[1],
                clips_per_call=model.plan.clips_per_call,
                pair_backward=options.sampler == "trf",
            )
            sampler = _sampler(options, told, guide, trace)
            if preview is not None:
                preview.learn(told.start, told.end)
                two_sided = preview.overhear(two_sided)
            sampled = sampler(two_sided, x, sigmas if guide is None else guide.sigmas_left, on_call)
            if preview is not None:
                preview.see(sampled, 0.0)
            return sampled


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


def _guide(draft: ClipDraft, told: _Told, sigmas: tuple[float, ...], seed: int, options: SvdOptions) -> Guide:
    """The draft begins and ends with the pictures that the samplers know."""
    import torch

    whole = torch.cat([told.start, draft.latents.to(told.start), told.end])  # (f, c, h, w)
    clocks = clocks_at(options.guide_strength, options.guide_start, options.steps)
    noise = partial(_noise_like, torch.Generator().manual_seed((seed ^ _GUIDE_SEED) % 2**63))
    return Guide(whole, draft.mask.to(whole), clocks, sigmas, noise)


def _sampler(
    options: SvdOptions, told: _Told, guide: Guide | None, trace: samplers.Trace | None
) -> Callable[[TwoSides, Tensor, Any, Any], Tensor]:
    anchors: dict[str, Any] = {"start": told.start, "end": told.end, "guidance": options.guidance}
    distilling = {name: getattr(options, name) for name in ("distill_ratio", "passes", "variant", "fusion")}
    if guide is not None:
        distilling["distill_ratio"] = guide.clocks.late_share(options.distill_ratio, options.steps)
    known: dict[str, Callable[..., Tensor]] = {
        "trf": samplers.trf,
        "trf_renoise": samplers.trf_renoise,
        "vibid": partial(samplers.vibid, **anchors),
        "mpd_vibid": partial(samplers.mpd_vibid, **anchors, **distilling),
        "mpd_trf": partial(samplers.mpd_trf, **anchors, **distilling),
    }
    chosen = known[options.sampler]

    def run(two_sided: TwoSides, x: Tensor, sigmas: Any, on_call: Any) -> Tensor:
        return chosen(
            two_sided.forward,
            two_sided.backward,
            x,
            sigmas,
            noise=told.draw,
            both=two_sided.both,
            on_call=on_call,
            after_step=None if guide is None else guide.after_step,
            trace=None if trace is None else _relative(trace, told.end),
        )

    return run


def _relative(trace: samplers.Trace, end: Tensor) -> samplers.Trace:
    """Figures beside ‖z_e‖, whose norm is taken once."""
    whole = float(end.norm())
    return lambda step, name, value: trace(step, name, value / whole if whole else 0.0)
