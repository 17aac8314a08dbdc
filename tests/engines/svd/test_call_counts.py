"""The formulas for calls, held against samplers that are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mpd_studio.engines.svd import samplers
from mpd_studio.engines.svd.call_counts import MOST_STEPS, calls_of, steps_for_calls
from mpd_studio.engines.svd.denoised import Denoised
from mpd_studio.engines.svd.guide_clocks import Clocks, clocks_at
from mpd_studio.engines.svd.noise_schedule import svd_sigmas
from mpd_studio.engines.svd.options import SAMPLERS, SvdOptions

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

DISTILLING = ("distill_ratio", "passes", "variant")


def counted(options: SvdOptions, guided: bool = False) -> int:
    """Calls that the sampler itself makes on a clip of two frames."""
    clocks = clocks_at(options.guide_strength, options.guide_start, options.steps) if guided else Clocks(0, 0)
    share = clocks.late_share(options.distill_ratio, options.steps)
    calls: list[int] = []
    x = torch.zeros(2, 1, 1, 1, dtype=torch.float64)
    given: dict[str, Any] = {"noise": torch.zeros_like, "on_call": lambda step, call, total: calls.append(total)}
    if options.sampler not in ("trf", "trf_renoise"):
        given |= {"start": x[:1], "end": x[1:]}
    if options.sampler.startswith("mpd"):
        given |= {name: getattr(options, name) for name in DISTILLING} | {"distill_ratio": share}

    def denoise(clip: Any, sigma: float) -> Denoised:
        del sigma
        return Denoised(clip * 0, clip * 0)

    getattr(samplers, options.sampler)(denoise, denoise, x, svd_sigmas(options.steps)[clocks.weak :], **given)
    assert set(calls) == {len(calls)}  # the sampler's own forecast is met
    return len(calls)


@pytest.mark.parametrize("steps", [2, 5, 12, 25, 50])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_formulas_give_the_calls_that_are_made(sampler: str, steps: int) -> None:
    options = SvdOptions(sampler=sampler, steps=steps)
    assert calls_of(options) == counted(options)


@pytest.mark.parametrize("variant", ["code", "paper"])
@pytest.mark.parametrize(("ratio", "passes"), [(0.0, 3), (0.28, 1), (0.4, 0), (1.0, 2)])
@pytest.mark.parametrize("sampler", ["mpd_vibid", "mpd_trf"])
def test_so_do_they_with_other_early_phases(sampler: str, ratio: float, passes: int, variant: str) -> None:
    options = SvdOptions(sampler=sampler, steps=25, distill_ratio=ratio, passes=passes, variant=variant)
    assert calls_of(options) == counted(options)


@pytest.mark.parametrize(("strength", "start"), [(0.0, 0.32), (0.6, 0.32), (0.6, 0.0), (0.1, 0.32), (1.0, 0.9)])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_so_do_they_where_a_drawing_leads(sampler: str, strength: float, start: float) -> None:
    options = SvdOptions(sampler=sampler, steps=25, guide_strength=strength, guide_start=start)
    assert calls_of(options, guided=True) == counted(options, guided=True)
    budget = calls_of(replace(options, steps=40), guided=True)
    assert calls_of(replace(options, steps=steps_for_calls(options, budget, True)), True) == budget


def test_the_table_of_the_documentation() -> None:
    """The column "calls of the model" in docs/engines/mpd.md."""
    defaults = {
        "mpd_vibid": (25, 0.2, 3, 65),
        "mpd_trf": (25, 0.1, 1, 185),
        "vibid": (25, 0.2, 3, 50),
        "trf": (50, 0.2, 3, 110),
        "trf_renoise": (25, 0.2, 3, 200),
    }
    for sampler, (steps, ratio, passes, calls) in defaults.items():
        assert calls_of(SvdOptions(sampler=sampler, steps=steps, distill_ratio=ratio, passes=passes)) == calls


@pytest.mark.parametrize("budget", [1, 7, 65, 100, 185, 1000, 10_000])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_no_other_number_of_steps_comes_closer_to_the_budget(sampler: str, budget: int) -> None:
    options = SvdOptions(sampler=sampler)
    off = {n: abs(calls_of(replace(options, steps=n)) - budget) for n in range(2, MOST_STEPS + 1)}
    chosen = steps_for_calls(options, budget)
    assert off[chosen] == min(off.values())
    assert all(off[fewer] > off[chosen] for fewer in range(2, chosen))


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 calls"):
        steps_for_calls(SvdOptions(), 0)
