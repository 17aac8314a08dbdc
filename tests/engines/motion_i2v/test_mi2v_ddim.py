"""The noise schedule, against golden numbers of the diffusers that the released program ran on."""

from __future__ import annotations

from typing import Any

import pytest

from mpd_studio.engines.motion_i2v.ddim import ddim_scheduler
from tests.engines.motion_i2v.golden_set import GoldenSet, farthest

pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")


def test_golden_times_and_noise_levels(golden: GoldenSet) -> None:
    numbers, scheduler = golden.tensors("scheduler"), ddim_scheduler()
    scheduler.set_timesteps(25)
    assert scheduler.timesteps.tolist() == [*range(961, 0, -40)] == numbers["timesteps_25"].tolist()
    assert (scheduler.alphas_cumprod == numbers["alphas_cumprod"]).all()
    assert (scheduler.final_alpha_cumprod == numbers["final_alpha_cumprod"]).all()
    assert scheduler.config["prediction_type"] == "epsilon"


@pytest.mark.parametrize("number", [0, 12, 24])
def test_golden_steps(golden: GoldenSet, number: int) -> None:
    numbers, scheduler = golden.tensors("scheduler"), ddim_scheduler()
    scheduler.set_timesteps(25)
    time = int(scheduler.timesteps[number])
    stepped = scheduler.step(numbers["eps"], time, numbers["latents"], eta=0.0, return_dict=False)[0]
    assert farthest(stepped, numbers[f"step_{number:02}"]) <= 1e-6


@pytest.mark.parametrize("number", [1, 13])
def test_golden_noise_is_added(golden: GoldenSet, number: int) -> None:
    """As static regions are blended: the clean latent at a step's time, with the noise that a run began from."""
    numbers = golden.tensors("scheduler")
    scheduler: Any = ddim_scheduler()
    scheduler.set_timesteps(25)
    noisy = scheduler.add_noise(numbers["reference_latent"], numbers["latents"], scheduler.timesteps[number])
    assert farthest(noisy, numbers[f"add_noise_{number:02}"]) <= 1e-6
