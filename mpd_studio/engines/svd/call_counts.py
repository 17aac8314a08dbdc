"""How many calls of the denoiser a sampler makes, and which number of steps comes closest to a budget of calls.

The formulas of docs/engines/mpd.md, "Phases"; a call is one side, with and without its picture, of one clip.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from mpd_studio.engines.svd.guide_clocks import clocks_at
from mpd_studio.engines.svd.noise_schedule import early_steps, visits_with_jumps
from mpd_studio.engines.svd.options import SvdOptions

FEWEST_STEPS, MOST_STEPS = 2, 500
_BOTH_SIDES = 2
_FUSED = 8  # calls of a fused step: both sides, made and repeated three times
_TRF_JUMPS = (5, 2, 0.8)  # jump length, times made, share of the steps where jumps begin


def calls_of(options: SvdOptions, guided: bool = False) -> int:
    """Calls of one clip. guided: something is drawn, so that steps are left out as the options say.

    Raises:
        ValueError: the sampler is unknown, or a number makes no sense.
    """
    left_out = clocks_at(options.guide_strength, options.guide_start, options.steps).weak if guided else 0
    steps = options.steps - left_out
    early = max(0, _early(options) - left_out)
    match options.sampler:
        case "vibid":
            return _BOTH_SIDES * steps
        case "trf_renoise":
            return _FUSED * steps
        case "trf":
            visits = visits_with_jumps(steps, *_TRF_JUMPS)
            return _BOTH_SIDES * sum(step > before for before, step in pairwise((-1, *visits)))
        case "mpd_vibid":
            return _distilling(options, early) + _BOTH_SIDES * (steps - early)
        case "mpd_trf":
            return _distilling(options, early) + _FUSED * (steps - early)
    raise ValueError(f"There is no sampler '{options.sampler}'.")


def steps_for_calls(options: SvdOptions, budget: int, guided: bool = False) -> int:
    """The number of steps whose calls come closest to `budget`; of two as close, the smaller. guided: as in calls_of.

    Raises:
        ValueError: the budget is below one call.
    """
    if budget < 1:
        raise ValueError(f"A budget of {budget} calls is none.")
    every = range(FEWEST_STEPS, MOST_STEPS + 1)
    return min(every, key=lambda steps: (abs(calls_of(replace(options, steps=steps), guided) - budget), steps))


def _early(options: SvdOptions) -> int:
    """Steps that distil. Without passes the paper's form has none: such a step would do nothing."""
    if options.variant == "paper" and not options.passes:
        return 0
    return early_steps(options.distill_ratio, options.steps)


def _distilling(options: SvdOptions, early: int) -> int:
    """As released, a whole step of ViBiDSampler follows the passes."""
    after = _BOTH_SIDES if options.variant == "code" else 0
    return early * (options.passes + after)
