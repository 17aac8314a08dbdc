"""The samplers against the methods' released programs, which ran on the same analytic denoiser with the same noise."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from analytic_denoisers import Mixing, Scene, replay, spies

from mpd_studio.engines.svd.samplers import mpd_trf, mpd_vibid, trf_renoise, vibid

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

TOLERANCE = 1e-8  # the released programs pin frames by conjugate gradients, which leaves rounding
RUNS: dict[str, tuple[Callable[..., Any], bool, int]] = {  # name -> sampler, whether it takes the ends, calls
    "vibid": (vibid, True, 20),
    "mpd_seq": (partial(mpd_vibid, distill_ratio=0.2, passes=3), True, 26),
    "mpd_seq_ratio04": (partial(mpd_vibid, distill_ratio=0.4, passes=3), True, 32),
    "mpd_par": (partial(mpd_trf, distill_ratio=0.1, passes=1), True, 75),
    "trf_renoise": (trf_renoise, False, 80),
}


@pytest.fixture(scope="module")
def golden(repository: Path) -> dict[str, Any]:
    with np.load(repository / "tests" / "golden" / "samplers.npz") as file:
        return {name: torch.from_numpy(file[name]) for name in file.files}


@pytest.fixture
def scene(golden: dict[str, Any]) -> Scene:
    model = Mixing(golden["M"], golden["K"], golden["Mu"])
    start, end, sigmas = golden["z_start"], golden["z_end"], golden["sigmas"]
    x = golden["x_init"] * torch.sqrt(1 + sigmas[0] ** 2)
    return Scene(model.towards(start), model.towards(end), start, end, sigmas, x)


@pytest.mark.parametrize("name", RUNS)
def test_results_are_those_of_the_released_programs(golden: dict[str, Any], scene: Scene, name: str) -> None:
    sampler, takes_ends, calls = RUNS[name]
    forward, backward, log = spies(scene)
    noise = replay(golden[f"{name}_noise"])
    result = sampler(forward, backward, scene.x, scene.sigmas, noise=noise, **(scene.ends() if takes_ends else {}))
    difference = float((result - golden[f"{name}_out"]).abs().max())
    print(f"{name}: largest difference {difference:.1e}")
    assert difference < TOLERANCE
    assert len(log) == calls
    with pytest.raises(StopIteration):  # every draw was used
        noise(scene.x)


@pytest.mark.parametrize("name", RUNS)
def test_the_state_is_kept_in_float32_within_its_rounding(golden: dict[str, Any], scene: Scene, name: str) -> None:
    sampler, takes_ends, _ = RUNS[name]
    noise = replay(golden[f"{name}_noise"])
    x = scene.x.float()
    result = sampler(
        scene.forward, scene.backward, x, scene.sigmas, noise=noise, **(scene.ends() if takes_ends else {})
    )
    assert result.dtype == torch.float32
    assert float((result - golden[f"{name}_out"]).abs().max()) < 2e-3
