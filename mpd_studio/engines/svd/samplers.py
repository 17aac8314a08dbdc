"""Samplers that fill a clip between two boundary frames: one function each, over a forward and a backward denoiser.

All of them take
    forward, backward: the denoiser conditioned on the first boundary frame, and the one conditioned on the last; the
        backward one gets and gives clips whose frames are reversed.
    x: (F, C, h, w), the state at the noise level sigmas[0], in forward order. It is kept in float32, or float64 if it
        comes so, whatever the denoisers compute in.
    sigmas: the noise levels, high to low, the last one 0; a tensor will do.
    noise: noise(like) gives a fresh standard normal tensor. Draws come in the order of the released programs.
    start, end: (1, C, h, w), the scaled latents of the first and the last boundary frame.
    on_call(step, call, total_calls): before each call of a denoiser, `call` counting from 0; may raise, to cancel.
    after_step(step, x, sigma): at the end of a step; what it returns is gone on with.
    both(x_forward, x_backward, sigma): used instead of the two denoisers where neither waits for the other.
    trace(step, name, value): "shift", the norm of each distilled shift; to judge it, divide by the norm of `end`.
and give the clip without noise, (F, C, h, w), in forward order. They change nothing they are given, and raise
ValueError for arguments that make no sense. A "call" is one evaluation of one side, with and without its picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from mpd_studio.engines.svd.denoised import AfterStep, Both, Denoised, Denoiser, Noise, OnCall, Trace
from mpd_studio.engines.svd.noise_schedule import Level, early_steps, levels_of, visits_with_jumps
from mpd_studio.engines.svd.sampler_steps import distilled_step, fused_step, ramp, renoise_, trf_step, vibid_step
from mpd_studio.engines.svd.sampling_run import SamplingRun

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "AfterStep",
    "Both",
    "Denoised",
    "Denoiser",
    "Noise",
    "OnCall",
    "Trace",
    "Variant",
    "mpd_trf",
    "mpd_vibid",
    "trf",
    "trf_renoise",
    "vibid",
]

Variant = Literal["code", "paper"]
"""MPD as its authors released it, or as their paper tells it."""

_FRAME_GUIDANCE = (1.0, 3.0)  # TRF's, from a side's own picture to the far end of its clip
_STEP_CALLS = 2  # each side once
_FUSED_ROUNDS = 3  # times that MPD's released parallel program re-noises and repeats each late step


def trf(
    forward: Denoiser,
    backward: Denoiser,
    x: Tensor,
    sigmas: Iterable[float],
    *,
    noise: Noise,
    jump_length: int = 5,
    jump_samples: int = 2,
    jump_from: float = 0.8,
    noise_scale: float = 1.0,
    on_call: OnCall | None = None,
    after_step: AfterStep | None = None,
    both: Both | None = None,
    trace: Trace | None = None,
) -> Tensor:
    """Time Reversal Fusion (Feng et al., ECCV 2024): both sides at once, blended by the frame's place.

    Args:
        jump_length: steps that a jump climbs back up.
        jump_samples: times that the steps under a jump are made.
        jump_from: jumps begin where this share of the steps is left, and then every `jump_length` steps higher up.
        noise_scale: of the noise that is added while climbing.
    """
    x, levels = _state(x), levels_of(sigmas)
    visits = visits_with_jumps(len(levels), jump_length, jump_samples, jump_from)
    denoising = sum(step > before for before, step in pairwise((-1, *visits)))
    run = SamplingRun(forward, backward, noise, on_call, after_step, both, trace, _STEP_CALLS * denoising)
    weights, scale = ramp(x, 1.0, 0.0), ramp(x, *_FRAME_GUIDANCE)
    for before, step in pairwise((-1, *visits)):
        if step > before:
            x = run.finish_step(trf_step(run, x, levels[step], weights, scale), levels[step])
        else:
            x = x.add(noise(x), alpha=noise_scale * levels[before].lost)
    return x


def trf_renoise(
    forward: Denoiser,
    backward: Denoiser,
    x: Tensor,
    sigmas: Iterable[float],
    *,
    noise: Noise,
    rounds: int = 3,
    on_call: OnCall | None = None,
    after_step: AfterStep | None = None,
    both: Both | None = None,
    trace: Trace | None = None,
) -> Tensor:
    """The fusion of MPD's released parallel program on every step, each re-noised and repeated `rounds` times."""
    x, levels = _state(x), levels_of(sigmas)
    if rounds < 0:
        raise ValueError(f"There cannot be {rounds} rounds of new noise.")
    total = _STEP_CALLS * (rounds + 1) * len(levels)
    run = SamplingRun(forward, backward, noise, on_call, after_step, both, trace, total)
    weights = ramp(x, 1.0, 0.0)
    for level in levels:
        x = run.finish_step(fused_step(run, x, level, weights, rounds), level)
    return x


def vibid(
    forward: Denoiser,
    backward: Denoiser,
    x: Tensor,
    sigmas: Iterable[float],
    *,
    start: Tensor,
    end: Tensor,
    noise: Noise,
    guidance: float = 1.0,
    on_call: OnCall | None = None,
    after_step: AfterStep | None = None,
    both: Both | None = None,
    trace: Trace | None = None,
) -> Tensor:
    """ViBiDSampler (Yang et al., ICLR 2025): one side after the other, each pinned to the boundary frame it faces.

    Args:
        guidance: ω of CFG++, 0 … 1.
    """
    x, levels = _state(x), levels_of(sigmas)
    start, end = _anchors(x, start, end)
    run = SamplingRun(forward, backward, noise, on_call, after_step, both, trace, _STEP_CALLS * len(levels))
    for level in levels:
        x = run.finish_step(vibid_step(run, x, level, start, end, guidance), level)
    return x


def mpd_vibid(
    forward: Denoiser,
    backward: Denoiser,
    x: Tensor,
    sigmas: Iterable[float],
    *,
    start: Tensor,
    end: Tensor,
    noise: Noise,
    guidance: float = 1.0,
    distill_ratio: float = 0.2,
    passes: int = 3,
    variant: Variant = "code",
    fusion: float | Tensor = 1.0,
    on_call: OnCall | None = None,
    after_step: AfterStep | None = None,
    both: Both | None = None,
    trace: Trace | None = None,
) -> Tensor:
    """Motion Prior Distillation (Jeon et al., ICLR 2026) in the first steps of ViBiDSampler.

    Args:
        guidance: ω of ViBiDSampler's steps, 0 … 1; distilled passes use the conditional estimate as it is.
        distill_ratio: γ, the share of the steps that distil.
        passes: k, the distilled passes in each of them.
        variant: "code": each early step is the passes, pinned at the start, and then a whole step of ViBiDSampler;
            "paper": the passes alone, so that early on the end-conditioned denoiser is never called.
        fusion: λ, how much of the distilled shift is applied; a number, or (F,) numbers, one a frame.
    """
    x, levels = _state(x), levels_of(sigmas)
    start, end = _anchors(x, start, end)
    early, calls = _early_phase(distill_ratio, passes, variant, len(levels))
    total = calls + _STEP_CALLS * (len(levels) - early)
    run = SamplingRun(forward, backward, noise, on_call, after_step, both, trace, total)
    share = _fusion(x, fusion)
    for level in levels:
        if level.step < early:
            x = _distil(run, x, level, start, end, passes, variant, share)
        if level.step >= early or variant == "code":
            x = vibid_step(run, x, level, start, end, guidance)
        x = run.finish_step(x, level)
    return x


def mpd_trf(
    forward: Denoiser,
    backward: Denoiser,
    x: Tensor,
    sigmas: Iterable[float],
    *,
    start: Tensor,
    end: Tensor,
    noise: Noise,
    guidance: float = 1.0,
    distill_ratio: float = 0.1,
    passes: int = 1,
    variant: Variant = "code",
    fusion: float | Tensor = 1.0,
    on_call: OnCall | None = None,
    after_step: AfterStep | None = None,
    both: Both | None = None,
    trace: Trace | None = None,
) -> Tensor:
    """Motion Prior Distillation (Jeon et al., ICLR 2026) in the first steps of the fusion of `trf_renoise`.

    The arguments are those of `mpd_vibid`. As released, an early step ends with a step of ViBiDSampler here too, the
    only one that `guidance` reaches.
    """
    x, levels = _state(x), levels_of(sigmas)
    start, end = _anchors(x, start, end)
    early, calls = _early_phase(distill_ratio, passes, variant, len(levels))
    total = calls + _STEP_CALLS * (_FUSED_ROUNDS + 1) * (len(levels) - early)
    run = SamplingRun(forward, backward, noise, on_call, after_step, both, trace, total)
    share, weights = _fusion(x, fusion), ramp(x, 1.0, 0.0)
    for level in levels:
        if level.step >= early:
            x = fused_step(run, x, level, weights, _FUSED_ROUNDS)
        else:
            x = _distil(run, x, level, start, end, passes, variant, share)
            if variant == "code":
                x = vibid_step(run, x, level, start, end, guidance)
        x = run.finish_step(x, level)
    return x


def _distil(
    run: SamplingRun,
    x: Tensor,
    level: Level,
    start: Tensor,
    end: Tensor,
    passes: int,
    variant: Variant,
    fusion: float | Tensor,
) -> Tensor:
    """The distilled passes of one early step.

    Each starts from σ again. As released, noise follows the last pass too, since a whole step comes after it.
    """
    as_released = variant == "code"
    for left in range(passes - 1, -1, -1):
        x = distilled_step(run, x, level, end, fusion, start if as_released else None)
        if left or as_released:
            x = renoise_(x, run.draw, level)
    return x


def _early_phase(ratio: float, passes: int, variant: Variant, steps: int) -> tuple[int, int]:
    """How many steps distil, and how many calls they make together."""
    if variant not in ("code", "paper"):
        raise ValueError(f"The variant is 'code' or 'paper', not {variant!r}.")
    if passes < 0:
        raise ValueError(f"There cannot be {passes} distilled passes.")
    early = early_steps(ratio, steps)
    if variant == "code":
        return early, early * (passes + _STEP_CALLS)
    return (early, early * passes) if passes else (0, 0)  # without passes the paper's early steps would make no step


def _state(x: Tensor) -> Tensor:
    if x.ndim != 4 or len(x) < 2:
        raise ValueError(f"A clip is (frames, channels, height, width) of two frames or more, not {tuple(x.shape)}.")
    return x if x.dtype.itemsize == 8 else x.float()  # at σ = 700 the steps of float16 are 0.5 apart


def _anchors(x: Tensor, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
    for name, anchor in (("start", start), ("end", end)):
        if anchor.shape != (1, *x.shape[1:]):
            raise ValueError(f"'{name}' is one frame of {tuple(x.shape)}, not {tuple(anchor.shape)}.")
    return start.to(x), end.to(x)


def _fusion(x: Tensor, fusion: float | Tensor) -> float | Tensor:
    if isinstance(fusion, int | float):
        return fusion
    if fusion.shape != (len(x),):
        raise ValueError(f"'fusion' is a number, or one for each of {len(x)} frames, not {tuple(fusion.shape)}.")
    return fusion.to(x).view(-1, 1, 1, 1)
