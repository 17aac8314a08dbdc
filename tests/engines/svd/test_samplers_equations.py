"""Each sampler against its equations written out, and the properties that follow from them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import literal_samplers
import pytest
from analytic_denoisers import Scene, SeededNoise, constant, no_noise, random_scene, replay, spies

from mpd_studio.engines.svd.denoised import Denoised
from mpd_studio.engines.svd.noise_schedule import svd_sigmas, visits_with_jumps
from mpd_studio.engines.svd.samplers import mpd_trf, mpd_vibid, trf, trf_renoise, vibid

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


@pytest.fixture
def scene() -> Scene:
    return random_scene(steps=10)


def run(sampler: Any, scene: Scene, noise: Any = None, **options: Any) -> Any:
    return sampler(scene.forward, scene.backward, scene.x, scene.sigmas, noise=noise or SeededNoise(), **options)


def difference(first: Any, second: Any) -> float:
    assert torch.isfinite(first).all()
    return float((first - second).abs().max())


class TestTimeReversalFusion:
    VISITS = visits_with_jumps(10, 2, 3, 0.5)

    @pytest.mark.parametrize("step", [literal_samplers.trf_step, literal_samplers.trf_step_in_v])
    def test_fusing_estimates_is_fusing_samples_and_fusing_network_outputs(self, scene: Scene, step: Any) -> None:
        expected = literal_samplers.trf(scene, SeededNoise(), self.VISITS, scale=0.95, step=step)
        result = run(trf, scene, jump_length=2, jump_samples=3, jump_from=0.5, noise_scale=0.95)
        assert difference(result, expected) < 1e-10

    def test_it_is_equivariant_under_time_reversal(self, scene: Scene) -> None:
        jumps = {"jump_length": 2, "jump_samples": 3, "jump_from": 0.5}
        draws = [torch.randn_like(scene.x) for _ in range(30)]
        there = run(trf, scene, replay(draws), **jumps)
        back = run(trf, reversed_scene(scene), replay([draw.flip(0) for draw in draws]), **jumps)
        assert difference(back.flip(0), there) < 1e-12

    def test_the_others_are_not(self, scene: Scene) -> None:
        draws = [torch.randn_like(scene.x) for _ in range(60)]
        for sampler, ends in ((vibid, True), (mpd_vibid, True), (trf_renoise, False)):
            there = run(sampler, scene, replay(draws), **(scene.ends() if ends else {}))
            other = reversed_scene(scene)
            back = run(sampler, other, replay([draw.flip(0) for draw in draws]), **(other.ends() if ends else {}))
            assert difference(back.flip(0), there) > 0.01

    def test_each_end_comes_from_its_own_side(self, scene: Scene) -> None:
        sides = replace(scene, forward=constant(torch.tensor(2.0)), backward=constant(torch.tensor(-3.0)))
        result = run(trf, sides)
        assert result[0].unique().tolist() == [2.0]
        assert result[-1].unique().tolist() == [-3.0]


def reversed_scene(scene: Scene) -> Scene:
    return Scene(scene.backward, scene.forward, scene.end, scene.start, scene.sigmas, scene.x.flip(0))


class TestViBiD:
    @pytest.mark.parametrize("guidance", [1.0, 0.7, 0.0])
    def test_it_is_its_equations(self, scene: Scene, guidance: float) -> None:
        expected = literal_samplers.mpd_vibid(scene, SeededNoise(), early=0, passes=0, guidance=guidance)
        assert difference(run(vibid, scene, **scene.ends(), guidance=guidance), expected) < 1e-10

    def test_the_last_step_is_the_pinned_estimate(self, scene: Scene) -> None:
        forward, backward, _ = spies(scene)
        result = vibid(forward, backward, scene.x, scene.sigmas, noise=SeededNoise(), **scene.ends())
        estimate = scene.backward(backward.clips[-1], scene.sigmas[-2]).conditional.flip(0)
        assert torch.equal(result[1:], estimate[1:])
        assert torch.equal(result[:1], scene.start)


class TestDistillation:
    @pytest.mark.parametrize("passes", [1, 3])
    @pytest.mark.parametrize("variant", ["code", "paper"])
    @pytest.mark.parametrize("fusion", [1.0, 0.4])
    def test_the_closed_form_is_the_cumulative_form(
        self, scene: Scene, passes: int, variant: Any, fusion: float
    ) -> None:
        expected = literal_samplers.mpd_vibid(
            scene, SeededNoise(), early=4, passes=passes, paper=variant == "paper", fusion=fusion
        )
        options = {"distill_ratio": 0.4, "passes": passes, "variant": variant, "fusion": fusion}
        assert difference(run(mpd_vibid, scene, **scene.ends(), **options), expected) < 1e-10

    def test_the_closed_form_does_not_magnify_rounding(self, scene: Scene) -> None:
        """The cumulative form divides by σ and multiplies by it again; float32 loses three digits on the way."""
        sigma = 700.0
        x = (scene.x / scene.sigmas[0] * sigma).float()
        d = scene.forward(scene.x, sigma).conditional.float()
        exact = d.double() + (scene.end - d[-1:].double())
        one = replace(scene, forward=constant(d), x=x, sigmas=(sigma, 0.0), end=scene.end.float())
        closed = run(mpd_vibid, one, **one.ends(), distill_ratio=1.0, passes=1, variant="paper")
        assert difference(closed, exact) < 1e-6
        assert difference(literal_samplers.cumulative_clip(x, d, one.end, sigma), exact) > 1e-5

    def test_guidance_reaches_whole_steps_and_no_distilled_pass(self, scene: Scene) -> None:
        expected = literal_samplers.mpd_vibid(scene, SeededNoise(), early=2, passes=3, guidance=0.6)
        assert difference(run(mpd_vibid, scene, **scene.ends(), guidance=0.6), expected) < 1e-10

    def test_the_last_frame_becomes_the_anchor_and_no_motion_changes(self, scene: Scene) -> None:
        estimate = scene.forward(scene.x, 50.0).conditional
        moved = distilled(scene)
        assert difference(moved[-1:], scene.end) < 1e-12
        assert difference(moved.diff(dim=0), estimate.diff(dim=0)) < 1e-12

    def test_it_is_idempotent(self, scene: Scene) -> None:
        moved = distilled(scene)
        assert difference(distilled(replace(scene, forward=constant(moved))), moved) < 1e-12

    def test_a_shifted_anchor_shifts_the_clip(self, scene: Scene) -> None:
        shifted = distilled(replace(scene, end=scene.end + 0.3))
        assert difference(shifted, distilled(scene) + 0.3) < 1e-12

    def test_a_forward_path_that_arrives_stays_as_it_is(self, scene: Scene) -> None:
        estimate = scene.forward(scene.x, 50.0).conditional
        arrived = distilled(replace(scene, end=estimate[-1:]))
        assert difference(arrived, estimate) < 1e-12

    @pytest.mark.parametrize(
        ("fusion", "first", "last"),
        [(0.5, 20.0, 80.0), (1.0, 40.0, 100.0), (torch.linspace(0, 1, 5), 0.0, 100.0)],
        ids=["half", "whole", "ramp"],
    )
    def test_fusion_says_how_much_of_the_shift_each_frame_gets(self, fusion: Any, first: float, last: float) -> None:
        estimate = torch.linspace(0, 60, 5).view(5, 1, 1, 1).double()
        anchors = {"start": torch.zeros(1, 1, 1, 1), "end": torch.full((1, 1, 1, 1), 100.0)}
        scene = Scene(constant(estimate), constant(estimate), **anchors, sigmas=(50.0, 0.0), x=torch.randn(5, 1, 1, 1))
        moved = distilled(scene, fusion=fusion)
        assert (moved[0].item(), moved[-1].item()) == pytest.approx((first, last), rel=1e-6)

    def test_as_released_the_first_frame_is_pinned_and_no_other(self, scene: Scene) -> None:
        one = replace(scene, sigmas=(50.0, 0.0))
        forward, backward, _ = spies(one)
        mpd_vibid(
            forward,
            backward,
            one.x,
            one.sigmas,
            noise=no_noise,
            **one.ends(),
            distill_ratio=1,
            passes=1,
            variant="code",
        )
        seen = forward.clips[1]  # by the whole step after the pass
        assert torch.equal(seen[:1], one.start)
        assert difference(seen[1:], distilled(one)[1:]) < 1e-12


def distilled(scene: Scene, **options: Any) -> Any:
    """M: one distilled pass from σ = 50 straight down to 0, where the state is the estimate."""
    one = replace(scene, sigmas=(50.0, 0.0))
    return run(mpd_vibid, one, **one.ends(), distill_ratio=1.0, passes=1, variant="paper", **options)


class TestLimits:
    @pytest.mark.parametrize("variant", ["code", "paper"])
    @pytest.mark.parametrize("off", [{"distill_ratio": 0.0}, {"passes": 0, "distill_ratio": 0.6}])
    def test_without_distillation_mpd_is_vibid_bit_by_bit(
        self, scene: Scene, variant: Any, off: dict[str, Any]
    ) -> None:
        result = run(mpd_vibid, scene, **scene.ends(), variant=variant, **off)
        assert torch.equal(result, run(vibid, scene, **scene.ends()))

    @pytest.mark.parametrize("variant", ["code", "paper"])
    def test_without_distillation_mpd_on_trf_is_its_fusion_bit_by_bit(self, scene: Scene, variant: Any) -> None:
        result = run(mpd_trf, scene, **scene.ends(), variant=variant, distill_ratio=0.0)
        assert torch.equal(result, run(trf_renoise, scene))

    def test_without_passes_an_early_step_of_mpd_on_trf_is_vibids(self, scene: Scene) -> None:
        result = run(mpd_trf, scene, **scene.ends(), passes=0, distill_ratio=1.0)
        assert torch.equal(result, run(vibid, scene, **scene.ends()))

    def test_distillation_makes_a_difference(self, scene: Scene) -> None:
        plain = run(vibid, scene, **scene.ends())
        assert difference(run(mpd_vibid, scene, **scene.ends()), plain) > 0.01

    @pytest.mark.parametrize("sampler", [vibid, mpd_vibid, partial(mpd_vibid, variant="paper")])
    def test_the_first_frame_is_the_start_and_the_last_is_close_to_the_end(self, sampler: Any) -> None:
        scene = random_scene(steps=25)
        result = run(sampler, scene, **scene.ends())
        assert torch.equal(result[:1], scene.start)
        assert difference(result[-1:], scene.end) < 0.05  # σ_min times the noise and the network's output

    @pytest.mark.parametrize("sampler", [trf, trf_renoise, vibid, mpd_vibid, mpd_trf])
    def test_a_frame_that_already_is_its_anchor_stays_finite_and_still(self, sampler: Any) -> None:
        """Identical boundary frames, and a model that expects the still clip: the released solver divides 0 by 0."""
        still = torch.randn(1, 4, 5, 6, dtype=torch.float64)
        scene = replace(random_scene(), forward=constant(still), backward=constant(still), start=still, end=still)
        shifts: list[float] = []
        ends = {} if sampler in (trf, trf_renoise) else scene.ends()
        result = run(sampler, scene, **ends, trace=lambda step, name, value: shifts.append(value))
        assert difference(result, still.expand_as(result)) < 1e-12
        assert set(shifts) <= {0.0}
        assert bool(shifts) == (sampler in (mpd_vibid, mpd_trf))


class TestNoise:
    """With a model that expects black everywhere, the spread of the state is known at every call."""

    @pytest.mark.parametrize(
        ("sampler", "ends", "rounds"), [(vibid, True, 1), (trf_renoise, False, 3), (mpd_vibid, True, None)]
    )
    def test_the_spread_at_every_call_is_the_schedules(self, sampler: Any, ends: bool, rounds: int | None) -> None:
        sigmas = svd_sigmas(8)
        black = torch.zeros(1, 4, 24, 24)
        scene = Scene(constant(black), constant(black), black, black, sigmas, torch.empty(0))
        generator = torch.Generator().manual_seed(3)
        scene.x = torch.randn((12, 4, 24, 24), generator=generator) * (sigmas[0] ** 2 + 1) ** 0.5
        forward, backward, _ = spies(scene)
        seen: list[tuple[float, float]] = []
        sampler(
            noting(forward, seen),
            noting(backward, seen),
            scene.x,
            sigmas,
            noise=SeededNoise(),
            **(scene.ends() if ends else {}),
        )
        spread = (sigmas[0] ** 2 + 1) ** 0.5
        calls = iter(seen)
        for step, (sigma, lower) in enumerate(pairwise(sigmas)):
            early = rounds is None and step < 2
            last = rounds if rounds is not None else (4 if early else 1)
            for repeat in range(last + 1):
                for _ in range(2 if sampler is trf_renoise else 1):
                    assert next(calls) == (sigma, pytest.approx(spread, rel=0.015))
                spread = lower / sigma * spread
                if repeat < last:
                    spread = (spread**2 + sigma**2 - lower**2) ** 0.5
        assert next(calls, None) is None


def noting(denoiser: Any, seen: list[tuple[float, float]]) -> Any:
    """Notes σ and the spread of the frames that are never pinned."""

    def denoise(x: Any, sigma: float) -> Denoised:
        seen.append((sigma, float(x[1:-1].std())))
        return denoiser(x, sigma)

    return denoise
