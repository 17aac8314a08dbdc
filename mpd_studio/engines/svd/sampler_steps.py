"""The steps that the samplers are made of, each an equation of its paper.

x is a clip (F, C, h, w) at the noise level σ in forward order, y = R(x) the same with its frames reversed; D_∅ and D_c
are the unconditional and conditional estimates (u and d in the code). Steps change nothing they are given; in place
they change what they have just made, since a pass over a clip costs as much as copying it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mpd_studio.engines.svd.denoised import Noise
from mpd_studio.engines.svd.noise_schedule import Level
from mpd_studio.engines.svd.sampling_run import Pair, SamplingRun

if TYPE_CHECKING:
    from torch import Tensor


def ramp(x: Tensor, first: float, last: float) -> Tensor:
    """Weights that go evenly from the first frame to the last, (F, 1, 1, 1). Once a run: a GPU waits for the copy."""
    intervals = len(x) - 1
    weights = [first + (last - first) * frame / intervals for frame in range(len(x))]
    return x.new_tensor(weights).view(-1, 1, 1, 1)


def cfgpp(x: Tensor, estimate: Tensor, u: Tensor | None, level: Level) -> Tensor:
    """x' = x̂0 + (σ'/σ)(x − D_∅): the update of CFG++, a new tensor.

    The direction is unconditional: Chung et al., "CFG++" (2024). On the last step σ' = 0 and D_∅ has no weight, so
    that it may be None.
    """
    if u is None:
        return estimate.clone()
    return estimate.add(x, alpha=level.ratio).sub_(u, alpha=level.ratio)


def pinned_cfgpp(x: Tensor, estimate: Tensor, u: Tensor | None, level: Level, frame: int, anchor: Tensor) -> Tensor:
    """CFG++ with one frame of the estimate replaced by its anchor (1, C, h, w).

    ViBiDSampler's DDS solves min ‖A x̂0 − z‖ by conjugate gradients where A keeps one frame. A is a projector, so the
    solution is that frame replaced; replacing it outright also spares the 0/0 where it was equal already. CFG++ treats
    each frame alone, so the frame is made anew instead of copying the whole estimate.
    """
    moved = cfgpp(x, estimate, u, level)
    moved[frame] = cfgpp(x[frame], anchor[0], None if u is None else u[frame], level)
    return moved


def renoise_(x: Tensor, noise: Noise, level: Level) -> Tensor:
    """x + √(σ² − σ'²) n, from the level σ' back up to σ; in place."""
    return x.add_(noise(x), alpha=level.lost)


def vibid_step(run: SamplingRun, x: Tensor, level: Level, start: Tensor, end: Tensor, guidance: float) -> Tensor:
    """One step of ViBiDSampler: a forward half-step, back up to σ, and a backward half-step from there."""
    with_u = level.next_sigma > 0 or guidance != 1
    x = _half_step(run.forward(x, level, unconditional=with_u), x, level, guidance, end)
    y = renoise_(x, run.draw, level).flip(0)
    return _half_step(run.backward(y, level, unconditional=with_u), y, level, guidance, start).flip(0)


def _half_step(pair: Pair, x: Tensor, level: Level, guidance: float, facing: Tensor) -> Tensor:
    """A side's update, in its own order; its last frame is pinned to the boundary frame that it faces."""
    u, d = pair
    estimate = d if guidance == 1 else _guided(u, d, guidance)
    return pinned_cfgpp(x, estimate, u, level, frame=-1, anchor=facing)


def _guided(u: Tensor | None, d: Tensor, guidance: float | Tensor) -> Tensor:
    """D_∅ + ω (D_c − D_∅)."""
    return d if u is None else u.lerp(d, guidance)


def distilled_step(
    run: SamplingRun, x: Tensor, level: Level, end: Tensor, fusion: float | Tensor, start: Tensor | None
) -> Tensor:
    """One pass of Motion Prior Distillation (arXiv 2602.12679): the backward path is rebuilt from the forward one.

    The paper takes the noise residuals between neighbouring frames of the forward estimate, ε_f − ε_{f−1}, and adds
    them up from the end frame, ε_0 = (y_0 − z_e)/σ, into the backward path's noise. The sum telescopes: the rebuilt
    clip M is the forward estimate shifted by one and the same Δ = z_e − D_c[F−1] in every frame. So no frame-to-frame
    motion changes, the last frame becomes z_e, and the end-conditioned denoiser is not asked.

    Args:
        fusion: λ of (1 − λ) D_c + λ M; a number, or weights (F, 1, 1, 1).
        start: the anchor that the first frame is pinned to (the released programs); None: it is not (the paper).
    """
    u, d = run.forward(x, level, unconditional=level.next_sigma > 0)
    shift = end - d[-1:]
    run.tell(level, "shift", shift)
    estimate = d + fusion * shift
    if start is None:
        return cfgpp(x, estimate, u, level)
    return pinned_cfgpp(x, estimate, u, level, frame=0, anchor=start)


def trf_step(run: SamplingRun, x: Tensor, level: Level, weights: Tensor, scale: Tensor) -> Tensor:
    """One step of Time Reversal Fusion: w_f x'_fwd + (1 − w_f) R(x'_bwd).

    An Euler step is affine in the estimate, so fusing the two estimates first gives the same.

    Args:
        weights: w_f (F, 1, 1, 1), from 1 at the start to 0 at the end.
        scale: the guidance (F, 1, 1, 1) of each side's own frames: D_∅ + s_f (D_c − D_∅).
    """
    (u, d), (ub, db) = run.both(x, level, forward_unconditional=True, backward_unconditional=True)
    estimate = _guided(ub, db, scale).flip(0).lerp(_guided(u, d, scale), weights)
    return estimate.lerp(x, level.ratio)  # x̂0 + (σ'/σ)(x − x̂0)


def fused_step(run: SamplingRun, x: Tensor, level: Level, weights: Tensor, rounds: int) -> Tensor:
    """One step of the fusion that MPD's released parallel program goes on with: made `rounds` + 1 times over.

    Unlike TRF's own, it fuses the conditional estimates as they are, and the direction is the forward D_∅ alone.
    """
    for again in range(rounds, -1, -1):
        (u, d), (_, db) = run.both(x, level, forward_unconditional=level.next_sigma > 0, backward_unconditional=False)
        x = cfgpp(x, db.flip(0).lerp(d, weights), u, level)
        if again:
            x = renoise_(x, run.draw, level)
    return x
