"""The noise levels of Stable Video Diffusion, and the order in which TRF visits them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from mpd_studio.engines.svd.noise_schedule import (
    early_steps,
    initial_spread,
    levels_of,
    svd_sigmas,
    unet_time,
    visits_with_jumps,
)

OF_25_STEPS = (
    *(700, 545.7, 421.6, 322.5, 244.0, 182.5, 134.9, 98.27, 70.54, 49.81, 34.54, 23.47, 15.59, 10.10, 6.354, 3.870),
    *(2.269, 1.273, 0.6781, 0.3394, 0.1574, 0.0664, 0.0248, 0.007882, 0.002, 0),
)


def test_the_levels_are_those_of_the_released_scheduler() -> None:
    sigmas = svd_sigmas(25)
    assert sigmas == pytest.approx(OF_25_STEPS, rel=2e-3)
    assert sigmas[:25] == pytest.approx([float(f"{sigma:.4g}") for sigma in sigmas[:25]], rel=5e-4)
    assert (sigmas[0], sigmas[-1]) == (pytest.approx(700, rel=1e-12), 0)


def test_the_networks_time_and_the_first_spread() -> None:
    sigmas = svd_sigmas(25)
    assert round(unet_time(sigmas[0]), 4) == 1.6378
    assert round(unet_time(sigmas[24]), 4) == -1.5537
    assert initial_spread(sigmas[0]) == pytest.approx(math.sqrt(700**2 + 1), rel=1e-12)


@pytest.mark.parametrize(
    ("ratio", "steps", "early", "sigma"),
    [
        (0.1, 25, 3, 322.5),
        (0.2, 25, 5, 182.5),
        (0.3, 25, 8, 70.5),
        (0.4, 25, 10, 34.5),
        (0.5, 25, 13, 10.1),
        (0.6, 25, 15, 3.87),
        (0.2, 50, 10, 188),
        (0.28, 25, 7, 98.27),  # 0.28 · 25 is 7.000000000000001
        (0, 25, 0, 700),
        (1, 25, 25, 0),
    ],
)
def test_the_early_phase_ends_where_the_share_of_steps_ends(ratio: float, steps: int, early: int, sigma: float) -> None:
    assert early_steps(ratio, steps) == early
    assert svd_sigmas(steps)[early] == pytest.approx(sigma, rel=2e-3)


def test_jumps_of_the_released_script() -> None:
    visits = visits_with_jumps(50, 5, 2, 0.8)
    assert visits == (*range(10), *range(8, 3, -1), *range(5, 50))
    assert sum(step > before for before, step in pairwise((-1, *visits))) == 55


def test_jumps_of_the_released_pipeline() -> None:
    visits = visits_with_jumps(25, 3, 2, 0.5)
    climbs = sum(step < before for before, step in pairwise((-1, *visits)))
    assert (len(visits) - climbs, climbs) == (37, 12)


def test_a_jump_of_one_sample_is_none() -> None:
    assert visits_with_jumps(25, 5, 1, 0.5) == tuple(range(25))


@pytest.mark.parametrize(("length", "samples", "share"), [(1, 2, 0.0), (4, 3, 0.3), (5, 4, 0.8), (30, 2, 0.2)])
def test_visits_go_one_step_at_a_time_and_reach_the_end(length: int, samples: int, share: float) -> None:
    visits = visits_with_jumps(25, length, samples, share)
    assert {abs(step - before) for before, step in pairwise((-1, *visits))} == {1}
    assert (visits[-1], set(visits)) == (24, set(range(25)))


@pytest.mark.parametrize("sigmas", [(), (0,), (3, 1), (3, 3, 0), (1, 2, 0), (3, float("nan"), 0)])
def test_levels_that_do_not_fall_to_zero_are_refused(sigmas: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="fall"):
        levels_of(sigmas)


def test_a_level_knows_what_it_keeps_and_what_it_loses() -> None:
    first, last = levels_of((5.0, 3.0, 0.0))
    assert (first.ratio, first.lost) == (0.6, 4.0)
    assert (last.step, last.ratio, last.lost) == (1, 0.0, 3.0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: svd_sigmas(1),
        lambda: early_steps(1.1, 25),
        lambda: visits_with_jumps(25, 0, 2, 0.8),
        lambda: visits_with_jumps(25, 5, 0, 0.8),
        lambda: visits_with_jumps(25, 5, 2, -0.1),
    ],
)
def test_schedules_that_make_no_sense_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"needs|must|no jump"):
        wrong()
