"""The two clocks on denoisers that are formulas: the guided part goes with the draft, the rest goes its own way.

The world: two squares on their own halves of the picture, each of which goes up in nine clips of ten and down in one.
The draft lets both go down, but only the left one is guided. Every channel is a clip of its own.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from analytic_denoisers import SeededNoise

from mpd_studio.engines.svd.denoised import Denoised
from mpd_studio.engines.svd.guide import Guide
from mpd_studio.engines.svd.guide_clocks import Clocks, clocks_at
from mpd_studio.engines.svd.noise_schedule import early_steps, initial_spread, svd_sigmas
from mpd_studio.engines.svd.samplers import mpd_trf, mpd_vibid, trf, trf_renoise, vibid

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

FRAMES, CLIPS, SIDE, WIDTH = 14, 48, 24, 26
HALF = WIDTH // 2
SQUARE, LIGHT = 8, 2.5  # of a square: its side, and how much lighter than the background it is
USUAL = 0.1  # how seldom a square goes down where nobody asks for it


@dataclass
class Squares:
    """Posterior means of a world whose halves are independent; within a half, all frames of a clip speak together."""

    up: Any  # (F, 1, SIDE, WIDTH)
    down: Any
    spread: float = 0.05

    def __call__(self, x: Any, sigma: float) -> Denoised:
        made = torch.cat([self._half(x, sigma, slice(0, HALF)), self._half(x, sigma, slice(HALF, WIDTH))], dim=3)
        return Denoised(made, made)

    def _half(self, x: Any, sigma: float, half: slice) -> Any:
        variance = self.spread**2 + sigma**2
        off = [x[..., half] - mean[..., half] for mean in (self.up, self.down)]
        odds = [
            math.log(weight) - part.square().sum((0, 2, 3)) / (2 * variance)
            for part, weight in zip(off, (1 - USUAL, USUAL), strict=True)
        ]
        share = torch.stack(odds).softmax(0)[:, None, :, None, None]
        kept = self.spread**2 / variance
        means = [mean[..., half] + kept * part for mean, part in zip((self.up, self.down), off, strict=True)]
        return share[0] * means[0] + share[1] * means[1]


def squares(way: int) -> tuple[Any, Any]:
    """Clips (F, 1, SIDE, WIDTH): both squares go up (−1) or down (1) and come back; and where the left one is."""
    left, right = torch.zeros(2, FRAMES, 1, SIDE, WIDTH)
    middle = (SIDE - SQUARE) // 2
    for frame in range(FRAMES):
        top = middle + way * round(middle * math.sin(math.pi * frame / (FRAMES - 1)))
        left[frame, :, top : top + SQUARE, 2 : 2 + SQUARE] = 1
        right[frame, :, top : top + SQUARE, HALF + 2 : HALF + 2 + SQUARE] = 1
    return LIGHT * (left + right), left


UP, DOWN = squares(-1)[0], squares(1)[0]
WORLD, WORLD_BACKWARD = Squares(UP, DOWN), Squares(UP.flip(0), DOWN.flip(0))


def guide_for(strength: float, start: float = 0.32, steps: int = 25) -> Guide:
    mask = squares(1)[1].clone()
    mask[[0, -1]] = 0
    draft = DOWN.expand(-1, CLIPS, -1, -1)
    return Guide(draft, mask, clocks_at(strength, start, steps), svd_sigmas(steps), SeededNoise(99))


def plain_start(noise: SeededNoise, steps: int = 25) -> Any:
    return noise(torch.empty(FRAMES, CLIPS, SIDE, WIDTH)) * initial_spread(svd_sigmas(steps)[0])


def sampled(sampler: Any, guide: Guide | None, **options: Any) -> Any:
    noise = SeededNoise(3)
    if sampler not in (trf, trf_renoise):
        options |= {"start": UP[:1].expand(-1, CLIPS, -1, -1), "end": UP[-1:].expand(-1, CLIPS, -1, -1)}
    if guide is None:
        return sampler(WORLD, WORLD_BACKWARD, plain_start(noise), svd_sigmas(25), noise=noise, **options)
    x = guide.begin(noise(guide.draft))
    return sampler(WORLD, WORLD_BACKWARD, x, guide.sigmas_left, noise=noise, after_step=guide.after_step, **options)


@cache
def made(sampler: Any, strength: float, start: float = 0.32) -> Any:
    return sampled(sampler, guide_for(strength, start))


def shares_down(clip: Any) -> tuple[float, float]:
    """Of the clips, those whose left and right square goes down."""
    way = DOWN - UP
    along = [((clip - UP) * way)[..., half].sum((0, 2, 3)) / way[..., half].square().sum() for half in HALVES]
    left, right = (float((part > 0.5).double().mean()) for part in along)
    return left, right


HALVES = slice(0, HALF), slice(HALF, WIDTH)


def test_the_released_numbers_for_this_model() -> None:
    assert clocks_at(0.42, 0.32, 50) == Clocks(weak=16, strong=21)
    assert clocks_at(0.0, 0.32, 25) == Clocks(0, 0)
    assert clocks_at(1.0, 1.0, 25) == Clocks(24, 25)
    assert clocks_at(0.2, 0.32, 25) == Clocks(5, 5)


@pytest.mark.parametrize("start", [0.0, 0.08, 0.32, 0.9])
@pytest.mark.parametrize("ratio", [0.0, 0.1, 0.2, 0.28, 1.0])
def test_early_steps_that_are_left_out_are_not_made_up_for(start: float, ratio: float) -> None:
    for steps in (2, 12, 25, 50):
        clocks = clocks_at(1.0, start, steps)
        left = early_steps(clocks.late_share(ratio, steps), steps - clocks.weak)
        assert left == max(0, early_steps(ratio, steps) - clocks.weak)


@pytest.mark.parametrize("sampler", [vibid, mpd_vibid, mpd_trf, trf, trf_renoise])
def test_what_is_guided_follows_the_draft_and_the_rest_does_not(sampler: Any) -> None:
    unguided, guided = shares_down(sampled(sampler, None)), shares_down(made(sampler, 0.6))
    print(f"down: left {unguided[0]:.2f} to {guided[0]:.2f}, right {unguided[1]:.2f} to {guided[1]:.2f}")
    assert max(unguided) < 0.3
    assert guided[0] > 0.85
    assert guided[1] < (0.3 if sampler is not trf else 0.5)  # no fresh noise washes out its start


def test_more_strength_follows_more_closely() -> None:
    strengths = (0.32, 0.42, 0.5, 0.6, 0.8, 1.0)
    shares = [shares_down(made(vibid, strength))[0] for strength in strengths]
    errors = [float((made(vibid, strength) - DOWN)[..., :HALF].square().mean()) for strength in strengths]
    print(*zip(strengths, shares, errors, strict=True), sep="\n")
    assert shares == sorted(shares)
    assert errors == sorted(errors, reverse=True)
    assert shares[0] < 0.3 < 0.85 < shares[3] <= 0.95 < shares[-1]
    assert errors[-1] < 0.02 * errors[0]


def test_at_full_strength_the_guided_part_is_the_draft_and_the_ends_stay() -> None:
    guide, clip = guide_for(1.0), made(vibid, 1.0)
    inside = (guide.mask == 1).expand_as(clip)
    assert torch.equal(clip[inside], guide.draft[inside])
    torch.testing.assert_close(clip[0], UP[0].expand_as(clip[0]), atol=1e-6, rtol=0)
    assert float((clip[-1] - UP[-1]).abs().max()) < 0.02


def test_without_left_out_steps_the_rest_is_the_plain_clip_bit_for_bit() -> None:
    """The guide draws noise of its own, so the sampler's noise is that of the plain run."""
    for sampler in (mpd_vibid, trf):
        plain, guided = sampled(sampler, None), made(sampler, 0.6, 0.0)
        assert torch.equal(guided[..., HALF:], plain[..., HALF:])
        assert shares_down(guided)[0] > 0.85 > 0.3 > shares_down(plain)[0]


def test_the_draft_is_noised_to_the_level_just_reached() -> None:
    guide = dataclasses.replace(guide_for(1.0), mask=torch.ones(FRAMES, 1, 1, 1))
    for step in (0, 5, 16):
        sigma = guide.sigmas_left[step + 1]
        x = guide.after_step(step, torch.zeros_like(guide.draft), sigma)
        assert float((x - guide.draft).std()) == pytest.approx(sigma, rel=0.01)


def test_a_late_start_is_the_noised_draft() -> None:
    guide = guide_for(1.0, 0.7)
    sigma, noise = guide.sigmas_left[0], SeededNoise(1)(guide.draft)
    assert sigma < 1
    assert len(guide.sigmas_left) == len(guide.sigmas) - guide.clocks.weak
    torch.testing.assert_close(guide.begin(noise), guide.draft + sigma * noise)


def test_soft_edges_are_shorter_clocks_with_all_of_their_noise() -> None:
    guide = dataclasses.replace(guide_for(1.0, 0.2), mask=torch.linspace(0, 1, WIDTH).view(1, 1, 1, -1))
    x = SeededNoise(8)(guide.draft)
    led = []
    for step in range(20):
        sigma = guide.sigmas_left[step + 1]
        state = guide.draft + sigma * x if sigma else guide.draft + 1
        after = guide.after_step(step, state, sigma)
        led.append((after != state).flatten(0, 2).double().mean(0))
        if sigma:
            spread = (after - guide.draft).flatten(0, 2).std(0) / sigma
            assert 0.97 < float(spread.min()) <= float(spread.max()) < 1.03
    columns = torch.stack(led)
    assert set(columns.unique().tolist()) == {0.0, 1.0}
    held = columns.sum(0)
    assert torch.equal(held, torch.floor(guide.mask.flatten() * 20 + 1e-4).double())


def test_a_guide_that_lets_go_at_once_changes_nothing_and_draws_nothing() -> None:
    noise = SeededNoise(1)
    guide = dataclasses.replace(guide_for(0.32), noise=noise)
    x = torch.ones_like(guide.draft)
    assert guide.after_step(0, x, 1.0) is x
    assert noise.draws == 0
