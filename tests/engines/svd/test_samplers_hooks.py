"""How often samplers call, what their hooks see, and that they leave alone what they are given."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from analytic_denoisers import Scene, SeededNoise, no_noise, random_scene, spies

from mpd_studio.core.errors import Cancelled
from mpd_studio.engines.svd.denoised import Denoised
from mpd_studio.engines.svd.noise_schedule import svd_sigmas
from mpd_studio.engines.svd.samplers import mpd_trf, mpd_vibid, trf, trf_renoise, vibid

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

WITHOUT_ENDS = (trf, trf_renoise)
SAMPLERS: dict[str, Any] = {
    "trf": partial(trf, jump_length=2, jump_samples=2, jump_from=0.5),
    "trf_renoise": trf_renoise,
    "vibid": vibid,
    "mpd_vibid": mpd_vibid,
    "mpd_vibid paper": partial(mpd_vibid, variant="paper"),
    "mpd_trf": mpd_trf,
    "mpd_trf paper": partial(mpd_trf, variant="paper", passes=2),
}
# sampler, options, steps -> calls of the forward and of the backward denoiser
CALLS: list[tuple[Any, dict[str, Any], int, int, int]] = [
    (trf, {}, 50, 55, 55),
    (trf, {"jump_length": 3, "jump_from": 0.5}, 25, 37, 37),
    (trf, {"jump_samples": 1}, 25, 25, 25),
    (vibid, {}, 25, 25, 25),
    (mpd_vibid, {}, 25, 40, 25),
    (mpd_trf, {}, 25, 94, 91),
    (trf_renoise, {}, 25, 100, 100),
    (mpd_vibid, {"variant": "paper", "passes": 1}, 25, 25, 20),
    (mpd_vibid, {"variant": "paper", "passes": 3}, 25, 35, 20),
    (mpd_vibid, {"distill_ratio": 0.4, "passes": 2}, 50, 50 + 40, 50),
    (mpd_trf, {"variant": "paper"}, 25, 3 + 88, 88),
]


def run(sampler: Any, scene: Scene, **options: Any) -> Any:
    if getattr(sampler, "func", sampler) not in WITHOUT_ENDS:
        options |= scene.ends()
    options.setdefault("noise", SeededNoise())
    return sampler(scene.forward, scene.backward, scene.x, scene.sigmas, **options)


@pytest.fixture
def scene() -> Scene:
    return random_scene(steps=10)


@pytest.fixture(params=SAMPLERS)
def sampler(request: pytest.FixtureRequest) -> Any:
    return SAMPLERS[request.param]


@pytest.mark.parametrize(("sampler", "options", "steps", "forward_calls", "backward_calls"), CALLS)
def test_calls_are_those_of_the_papers_by_side(
    sampler: Any, options: dict[str, Any], steps: int, forward_calls: int, backward_calls: int
) -> None:
    scene = replace(random_scene(frames=5), sigmas=svd_sigmas(steps))
    forward, backward, log = spies(scene)
    announced: list[tuple[int, int]] = []
    run(
        sampler,
        replace(scene, forward=forward, backward=backward),
        noise=no_noise,
        on_call=lambda step, call, total: announced.append((call, total)),
        **options,
    )
    total = forward_calls + backward_calls
    assert Counter(side for side, _ in log) == {"start": forward_calls, "end": backward_calls}
    assert announced == [(call, total) for call in range(total)]


@pytest.mark.parametrize("sampler", [mpd_vibid, mpd_trf])
@pytest.mark.parametrize("passes", [1, 3])
def test_in_the_papers_form_the_end_is_never_asked_early(scene: Scene, sampler: Any, passes: int) -> None:
    forward, backward, log = spies(scene)
    run(
        sampler,
        replace(scene, forward=forward, backward=backward),
        variant="paper",
        passes=passes,
        distill_ratio=0.4,
    )
    early, late = scene.sigmas[:4], scene.sigmas[4:-1]
    assert [sigma for side, sigma in log if side == "start" and sigma > late[0]] == [
        s for s in early for _ in range(passes)
    ]
    assert {sigma for side, sigma in log if side == "end"} == set(late)


def test_each_call_is_announced_before_it_is_made_with_its_step(scene: Scene, sampler: Any) -> None:
    forward, backward, log = spies(scene)
    steps: list[int] = []

    def on_call(step: int, call: int, total: int) -> None:
        assert (call, len(steps)) == (len(log), len(log))
        steps.append(step)

    run(sampler, replace(scene, forward=forward, backward=backward), on_call=on_call)
    assert [sigma for _, sigma in log] == [scene.sigmas[step] for step in steps]


def test_cancelling_between_calls_leaves_nothing_behind(scene: Scene, sampler: Any) -> None:
    before, expected = scene.x.clone(), run(sampler, scene)
    forward, backward, log = spies(scene)

    def stop(step: int, call: int, total: int) -> None:
        if call == 7:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(sampler, replace(scene, forward=forward, backward=backward), on_call=stop)
    assert len(log) == 7
    assert torch.equal(scene.x, before)
    assert torch.equal(run(sampler, scene), expected)


def test_the_hook_after_a_step_sees_the_state_at_its_level(scene: Scene, sampler: Any) -> None:
    seen: list[tuple[int, float]] = []

    def after_step(step: int, x: Any, sigma: float) -> Any:
        seen.append((step, sigma))
        assert x.shape == scene.x.shape
        last.append(x)
        return x

    last: list[Any] = []
    result = run(sampler, scene, after_step=after_step)
    assert torch.equal(result, run(sampler, scene))  # looking changes nothing
    assert torch.equal(result, last[-1])
    assert {step for step, _ in seen} == set(range(10))
    assert [sigma for _, sigma in seen] == [scene.sigmas[step + 1] for step, _ in seen]
    if sampler is not SAMPLERS["trf"]:
        assert len(seen) == 10


def test_what_the_hook_returns_is_gone_on_with(scene: Scene, sampler: Any) -> None:
    forward, backward, log = spies(scene)
    guide = torch.full_like(scene.x, 5.0)
    given = replace(scene, forward=forward, backward=backward)
    first = next(step for step, sigma in enumerate(scene.sigmas) if sigma < 100)
    run(sampler, given, after_step=lambda step, x, sigma: guide if step == first else x)
    after = [
        clip for clip, (_, sigma) in zip(forward.clips, only(log, "start"), strict=True) if sigma < scene.sigmas[first]
    ]
    assert torch.equal(after[0], guide)
    assert torch.equal(run(sampler, scene, after_step=lambda step, x, sigma: guide), guide)


def only(log: list[tuple[str, float]], side: str) -> list[tuple[str, float]]:
    return [call for call in log if call[0] == side]


@pytest.mark.parametrize("name", ["trf", "trf_renoise", "mpd_trf"])
def test_two_sides_in_one_call_give_the_same(scene: Scene, name: str) -> None:
    shared: list[float] = []
    announced: list[tuple[int, int]] = []

    def both(x: Any, y: Any, sigma: float) -> tuple[Denoised, Denoised]:
        assert torch.equal(y, x.flip(0))
        shared.append(sigma)
        return scene.forward(x, sigma), scene.backward(y, sigma)

    forward, backward, log = spies(scene)
    given = replace(scene, forward=forward, backward=backward)
    calls = announced.append
    result = run(
        SAMPLERS[name], given, both=both, on_call=lambda step, call, total: calls((call, total)), noise=SeededNoise()
    )
    assert torch.equal(result, run(SAMPLERS[name], scene))
    total = len(log) + 2 * len(shared)
    assert announced == [(call, total) for call in range(total)]
    assert len(log) == (3 if name == "mpd_trf" else 0)  # one early step: a pass, and each side once


@pytest.mark.parametrize("name", ["vibid", "mpd_vibid"])
def test_sides_that_wait_for_each_other_are_never_joined(scene: Scene, name: str) -> None:
    def both(x: Any, y: Any, sigma: float) -> tuple[Denoised, Denoised]:
        raise AssertionError("the backward side waits for the forward one")

    assert torch.equal(run(SAMPLERS[name], scene, both=both), run(SAMPLERS[name], scene))


class TestLaziness:
    """An unconditional estimate is read where it has an effect, and then before the conditional one."""

    @staticmethod
    def lazy(denoiser: Any, reads: list[str], computed: list[int]) -> Any:
        def denoise(x: Any, sigma: float) -> Denoised:
            estimates: list[Denoised] = []

            def unconditional() -> Any:
                reads.append("u")
                computed.append(2)
                estimates.append(denoiser(x, sigma))
                return estimates[0].unconditional

            def conditional() -> Any:
                reads.append("d")
                if not estimates:
                    computed.append(1)
                    estimates.append(denoiser(x, sigma))
                return estimates[0].conditional

            return Denoised(unconditional, conditional)

        return denoise

    @pytest.mark.parametrize("name", SAMPLERS)
    def test_results_are_the_same_and_each_estimate_is_computed_once(self, scene: Scene, name: str) -> None:
        reads: tuple[list[str], list[str]] = ([], [])
        clips: tuple[list[int], list[int]] = ([], [])
        given = replace(
            scene,
            forward=self.lazy(scene.forward, reads[0], clips[0]),
            backward=self.lazy(scene.backward, reads[1], clips[1]),
        )
        forward, backward, log = spies(given)
        result = run(SAMPLERS[name], replace(scene, forward=forward, backward=backward))
        assert torch.equal(result, run(SAMPLERS[name], scene))
        assert [len(made) for made in clips] == [len(only(log, side)) for side in ("start", "end")]

    @pytest.mark.parametrize(
        ("sampler", "options", "forward_clips", "backward_clips"),
        [
            (trf_renoise, {"rounds": 3}, [2] * 36 + [1] * 4, [1] * 40),
            (trf, {"jump_samples": 1}, [2] * 10, [2] * 10),
            (vibid, {}, [2] * 9 + [1], [2] * 9 + [1]),
            (vibid, {"guidance": 0.5}, [2] * 10, [2] * 10),
            (mpd_trf, {}, [2] * 2 + [2] * 32 + [1] * 4, [2] + [1] * 36),
        ],
    )
    def test_clips_without_effect_are_not_computed(
        self, scene: Scene, sampler: Any, options: dict[str, Any], forward_clips: list[int], backward_clips: list[int]
    ) -> None:
        clips: tuple[list[int], list[int]] = ([], [])
        given = replace(
            scene, forward=self.lazy(scene.forward, [], clips[0]), backward=self.lazy(scene.backward, [], clips[1])
        )
        run(sampler, given, **options)
        assert clips == (forward_clips, backward_clips)

    def test_an_estimate_is_computed_when_it_is_first_read(self) -> None:
        made: list[int] = []

        def make() -> Any:
            made.append(1)
            return torch.ones(2)

        denoised = Denoised(make, torch.zeros(2))
        assert made == []
        assert denoised.unconditional is denoised.unconditional
        assert made == [1]


class TestTrace:
    @pytest.mark.parametrize(("sampler", "passes"), [(mpd_vibid, 3), (mpd_trf, 2)])
    @pytest.mark.parametrize("variant", ["code", "paper"])
    def test_it_tells_the_norm_of_every_shift(self, scene: Scene, sampler: Any, passes: int, variant: Any) -> None:
        forward, _, log = spies(scene)
        told: list[tuple[int, str, float]] = []
        run(
            sampler,
            replace(scene, forward=forward),
            distill_ratio=0.2,
            passes=passes,
            variant=variant,
            trace=lambda *figure: told.append(figure),
        )
        assert [(step, name) for step, name, _ in told] == [(step, "shift") for step in (0, 1) for _ in range(passes)]
        estimate = scene.forward(forward.clips[0], scene.sigmas[0]).conditional
        assert told[0][2] == pytest.approx(float((scene.end - estimate[-1:]).norm()), rel=1e-12)
        assert log


class TestGivenThingsStay:
    def test_nothing_that_passes_through_is_changed(self, scene: Scene, sampler: Any) -> None:
        watched: list[tuple[Any, Any]] = [(t, t.clone()) for t in (scene.x, scene.start, scene.end)]

        def watch(tensor: Any) -> Any:
            watched.append((tensor, tensor.clone()))
            return tensor

        def watching(denoiser: Any) -> Any:
            def denoise(x: Any, sigma: float) -> Denoised:
                estimates = denoiser(watch(x), sigma)
                return Denoised(watch(estimates.unconditional), watch(estimates.conditional))

            return denoise

        noise = SeededNoise()
        run(
            sampler,
            replace(scene, forward=watching(scene.forward), backward=watching(scene.backward)),
            noise=lambda like: watch(noise(like)),
            after_step=lambda step, x, sigma: watch(x),
        )
        changed = [index for index, (tensor, before) in enumerate(watched) if not torch.equal(tensor, before)]
        assert len(watched) > 50
        assert changed == []

    def test_a_denoiser_that_gives_its_input_back_is_not_fooled(self, scene: Scene, sampler: Any) -> None:
        """The estimate may share memory with the state."""
        shared = replace(scene, forward=lambda x, sigma: Denoised(x, x), backward=lambda x, sigma: Denoised(x, x))
        apart = replace(
            scene,
            forward=lambda x, sigma: Denoised(x.clone(), x.clone()),
            backward=lambda x, sigma: Denoised(x.clone(), x.clone()),
        )
        assert torch.equal(run(sampler, shared), run(sampler, apart))


class TestArguments:
    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
    def test_the_state_is_float32_whatever_the_denoisers_compute_in(self, sampler: Any, dtype: Any) -> None:
        scene = random_scene()
        half = replace(
            scene,
            x=scene.x.to(dtype),
            forward=in_dtype(scene.forward, dtype),
            backward=in_dtype(scene.backward, dtype),
            start=scene.start.to(dtype),
            end=scene.end.to(dtype),
        )
        forward, backward, _ = spies(half)
        result = run(sampler, replace(half, forward=forward, backward=backward))
        assert {clip.dtype for clip in (*forward.clips, *backward.clips, result)} == {torch.float32}
        assert torch.isfinite(result).all()

    def test_float64_passes_through(self, scene: Scene, sampler: Any) -> None:
        assert run(sampler, scene).dtype == torch.float64

    def test_noise_levels_may_be_a_tensor(self, scene: Scene, sampler: Any) -> None:
        levels = replace(scene, sigmas=torch.tensor(scene.sigmas, dtype=torch.float64))
        assert torch.equal(run(sampler, levels), run(sampler, scene))

    @pytest.mark.parametrize(
        ("sampler", "wrong"),
        [
            (vibid, {"x": torch.zeros(6, 4, 5)}),
            (vibid, {"x": torch.zeros(1, 4, 5, 6)}),
            (vibid, {"start": torch.zeros(6, 4, 5, 6)}),
            (mpd_vibid, {"end": torch.zeros(1, 4, 6, 5)}),
            (mpd_trf, {"sigmas": (3.0, 1.0)}),
            (mpd_vibid, {"variant": "notes"}),
            (mpd_vibid, {"passes": -1}),
            (mpd_trf, {"distill_ratio": 1.5}),
            (mpd_trf, {"fusion": torch.ones(5)}),
            (trf_renoise, {"rounds": -1}),
            (trf, {"jump_length": 0}),
        ],
    )
    def test_arguments_that_make_no_sense_are_refused_before_any_call(
        self, scene: Scene, sampler: Any, wrong: dict[str, Any]
    ) -> None:
        forward, backward, log = spies(scene)
        in_scene = {name: wrong.pop(name) for name in ("x", "start", "end", "sigmas") if name in wrong}
        with pytest.raises(ValueError, match=r"\w+"):
            run(sampler, replace(scene, forward=forward, backward=backward, **in_scene), **wrong)
        assert log == []


def in_dtype(denoiser: Any, dtype: Any) -> Any:
    def denoise(x: Any, sigma: float) -> Denoised:
        estimates = denoiser(x, sigma)
        return Denoised(estimates.unconditional.to(dtype), estimates.conditional.to(dtype))

    return denoise
