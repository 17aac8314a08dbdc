"""Whose motion wins when the two ends disagree: the test that tells these samplers apart.

Each frame is one number. Seen from the start the clip is a hump up in nine cases of ten, seen from the end a hump down
in nine of ten; both ends are 0. The denoisers are the exact posterior means of such mixtures. A single Gaussian would
not do: with one mode every sampler finds the same clip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from analytic_denoisers import SeededNoise

from mpd_studio.engines.svd.denoised import Denoised, Denoiser
from mpd_studio.engines.svd.noise_schedule import initial_spread, svd_sigmas
from mpd_studio.engines.svd.samplers import mpd_vibid, trf, vibid

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

FRAMES = 25
TRIALS = (60, 100)  # independent clips, as the picture of one clip


@dataclass
class Mixture:
    """Posterior mean of Gaussians that share a covariance."""

    weights: Any  # (K,)
    means: Any  # (K, F)
    covariance: Any  # (F, F)
    basis: tuple[Any, Any] = field(init=False)  # eigenvalues (F,), eigenvectors (F, F)

    def __post_init__(self) -> None:
        self.basis = torch.linalg.eigh(self.covariance)

    def denoise(self, x: Any, sigma: float) -> Any:
        spread, vectors = self.basis
        off = vectors.T @ (x.flatten(1) - self.means[:, :, None])  # (K, F, trials)
        share = 1 / (spread + sigma**2)
        likelihood = self.weights.log()[:, None] - (off**2 * share[:, None]).sum(1) / 2
        expected = self.means[:, :, None] + vectors @ (off * (spread * share)[:, None])
        return (likelihood.softmax(0)[:, None] * expected).sum(0).view_as(x)


def hump() -> Any:
    return torch.sin(math.pi * torch.arange(FRAMES, dtype=torch.float64) / (FRAMES - 1))


def side(scale: float, up: float) -> Denoiser:
    """One end's view, in its own order: the hump goes up with the probability `up`; without a picture, anything."""
    place = torch.arange(FRAMES, dtype=torch.float64)
    wander = (0.03 * scale) ** 2 * torch.minimum(place[:, None], place[None]) / (FRAMES - 1)
    wander += 1e-6 * torch.eye(FRAMES, dtype=torch.float64)
    humps = torch.stack([scale * hump(), -scale * hump()])
    seen = Mixture(torch.tensor([up, 1 - up], dtype=torch.float64), humps, wander)
    thirds = torch.full((3,), 1 / 3, dtype=torch.float64)
    free = Mixture(thirds, torch.cat((humps, torch.zeros_like(humps[:1]))), wander + scale**2)
    return lambda x, sigma: Denoised(lambda: free.denoise(x, sigma), lambda: seen.denoise(x, sigma))


def share_up(sampler: Any, scale: float = 100.0, **options: Any) -> float:
    """The share of clips that follow the start's motion."""
    noise, sigmas = SeededNoise(seed=11), svd_sigmas(25)
    x = noise(torch.empty(FRAMES, 1, *TRIALS, dtype=torch.float64)) * initial_spread(sigmas[0])
    if sampler is not trf:
        options |= dict.fromkeys(("start", "end"), torch.zeros_like(x[:1]))
    made = sampler(side(scale, 0.9), side(scale, 0.1), x, sigmas, noise=noise, **options).flatten(1)
    height = (made * hump()[:, None]).sum(0) / hump().square().sum() / scale
    return float((height > 0.5).double().mean())


# name -> sampler, options, and the share that a simulation with 6 × 2,000 trials gave, with the spread of its six runs
PAPERS: dict[str, tuple[Any, dict[str, Any], float, float]] = {
    "trf": (trf, {"jump_samples": 1}, 0.497, 0.006),
    "vibid": (vibid, {}, 0.417, 0.011),
    "mpd k=1": (mpd_vibid, {"passes": 1}, 0.814, 0.007),
    "mpd k=3": (mpd_vibid, {"passes": 3}, 0.939, 0.006),
    "paper k=1": (mpd_vibid, {"passes": 1, "variant": "paper"}, 0.995, 0.002),
    "paper k=3": (mpd_vibid, {"passes": 3, "variant": "paper"}, 0.996, 0.002),
}


@cache
def measured(name: str) -> float:
    sampler, options, _, _ = PAPERS[name]
    return share_up(sampler, **options)


@pytest.mark.parametrize("name", PAPERS)
def test_shares_are_within_three_deviations_of_the_simulation(name: str) -> None:
    _, _, expected, deviation = PAPERS[name]
    print(f"{name}: {measured(name):.4f}, expected {expected} ± {deviation}")
    assert abs(measured(name) - expected) <= 3 * deviation


def test_distillation_decides_for_the_starts_motion() -> None:
    paper = min(measured("paper k=1"), measured("paper k=3"))
    assert measured("vibid") < 0.5 < measured("mpd k=1") < measured("mpd k=3") < paper


@pytest.mark.parametrize("fusion", [0.5, torch.linspace(0, 1, FRAMES)], ids=["half", "ramp"])
def test_the_fusion_does_not_matter_where_the_forward_path_arrives(fusion: Any) -> None:
    share = share_up(mpd_vibid, variant="paper", fusion=fusion)
    assert abs(share - measured("paper k=3")) <= 3 * 0.002


def test_fine_motion_is_decided_later_than_the_early_phase_reaches() -> None:
    short, long = (share_up(mpd_vibid, scale=30.0, distill_ratio=ratio) for ratio in (0.2, 0.4))
    assert short == pytest.approx(0.46, abs=0.04)
    assert long == pytest.approx(0.93, abs=0.03)
