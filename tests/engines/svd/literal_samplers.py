"""The samplers as their equations stand, step by step and unsimplified: oracles for those of the program."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from analytic_denoisers import Scene

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
Noise = Callable[[Any], Any]


def column(values: Any) -> Any:
    return values.view(-1, 1, 1, 1)


def replaced(estimate: Any, frame: int, anchor: Any) -> Any:
    frames = list(estimate)
    frames[frame] = anchor[0]
    return torch.stack(frames)


def climbed(x: Any, sigma: float, lower: float, noise: Noise, scale: float = 1.0) -> Any:
    return x + scale * noise(x) * math.sqrt(sigma**2 - lower**2)


def vibid_step(scene: Scene, x: Any, sigma: float, lower: float, noise: Noise, guidance: float) -> Any:
    for denoise, anchor, last in ((scene.forward, scene.end, False), (scene.backward, scene.start, True)):
        if last:
            x = climbed(x, sigma, lower, noise).flip(0)
        estimates = denoise(x, sigma)
        u, d = estimates.unconditional, estimates.conditional
        estimate = replaced(u + guidance * (d - u), -1, anchor)
        x = estimate + lower / sigma * (x - u)
    return x.flip(0)


def cumulative_clip(x: Any, d: Any, end: Any, sigma: float) -> Any:
    """M by adding up the forward path's noise residuals along the backward path."""
    noise = (x - d) / sigma
    residual = noise[1:] - noise[:-1]  # residual[f - 1] leads from frame f - 1 to f
    y = x.flip(0)
    backward_noise = [(y[0] - end[0]) / sigma]
    for step in range(1, len(x)):
        backward_noise.append(backward_noise[-1] - residual[len(x) - 1 - step])
    return (y - sigma * torch.stack(backward_noise)).flip(0)


def mpd_vibid(
    scene: Scene,
    noise: Noise,
    *,
    early: int,
    passes: int,
    paper: bool = False,
    fusion: float = 1.0,
    guidance: float = 1.0,
) -> Any:
    x = scene.x
    for step, (sigma, lower) in enumerate(pairwise(scene.sigmas)):
        for number in range(passes if step < early else 0):
            estimates = scene.forward(x, sigma)
            u, d = estimates.unconditional, estimates.conditional
            estimate = (1 - fusion) * d + fusion * cumulative_clip(x, d, scene.end, sigma)
            estimate = estimate if paper else replaced(estimate, 0, scene.start)
            x = estimate + lower / sigma * (x - u)
            if not paper or number + 1 < passes:
                x = climbed(x, sigma, lower, noise)
        if step >= early or not paper:
            x = vibid_step(scene, x, sigma, lower, noise, guidance)
    return x


def guided(denoise: Any, x: Any, sigma: float) -> Any:
    estimates = denoise(x, sigma)
    scale = column(torch.linspace(1, 3, len(x), dtype=torch.float64))
    return estimates.unconditional + scale * (estimates.conditional - estimates.unconditional)


def euler(x: Any, estimate: Any, sigma: float, lower: float) -> Any:
    return x + (lower - sigma) * (x - estimate) / sigma


def start_weights(x: Any) -> Any:
    return column(1 - torch.arange(len(x), dtype=torch.float64) / (len(x) - 1))


def trf_step(scene: Scene, x: Any, sigma: float, lower: float) -> Any:
    """Samples are fused."""
    ahead = euler(x, guided(scene.forward, x, sigma), sigma, lower)
    y = x.flip(0)
    behind = euler(y, guided(scene.backward, y, sigma), sigma, lower).flip(0)
    weights = start_weights(x)
    return weights * ahead + (1 - weights) * behind


def trf_step_in_v(scene: Scene, x: Any, sigma: float, lower: float) -> Any:
    """The networks' raw outputs v are fused."""
    skip, out = 1 / (sigma**2 + 1), -sigma / math.sqrt(sigma**2 + 1)
    y = x.flip(0)
    v_ahead = (guided(scene.forward, x, sigma) - skip * x) / out
    v_behind = ((guided(scene.backward, y, sigma) - skip * y) / out).flip(0)
    weights = start_weights(x)
    v = weights * v_ahead + (1 - weights) * v_behind
    return euler(x, skip * x + out * v, sigma, lower)


def trf(scene: Scene, noise: Noise, visits: tuple[int, ...], scale: float = 1.0, step: Any = trf_step) -> Any:
    x, previous, sigmas = scene.x, -1, scene.sigmas
    for s in visits:
        if s > previous:
            x = step(scene, x, sigmas[s], sigmas[s + 1])
        else:
            x = climbed(x, sigmas[s + 1], sigmas[s + 2], noise, scale)
        previous = s
    return x
