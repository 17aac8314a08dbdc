"""Motion-I2V's memory plans spare memory without changing the pictures; running out costs time, not frames."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mi2v_runs import asked_networks, ball_ends, filled_mi2v, mi2v_request, pixels_of
from scarce_memory import Scarce

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import EngineFailed, SettingsError
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.diffusion.forecast_parts import gigabytes_text
from mpd_studio.engines.motion_i2v.engine import MotionI2vEngine
from mpd_studio.engines.motion_i2v.memory_plan import (
    LADDER,
    RunSize,
    Weights,
    first_plan,
    needed_bytes,
    next_lower,
    plan_named,
    what_is_reduced,
)
from mpd_studio.engines.motion_i2v.options import read_options
from mpd_studio.engines.motion_i2v.run_size import run_size, weights_in

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

ENDS = ball_ends()
WANTED = {"guidance": 7.0, "render": "model"}
# As released, in half precision, at the size that it was trained at.
REAL = RunSize(Weights(3_770_000_000, 2_630_000_000, 670_000_000, 335_000_000), 16, 512 * 320)


@pytest.fixture(scope="module")
def engine() -> MotionI2vEngine:
    return MotionI2vEngine()


@given(st.integers(0, 40 << 30), st.integers(0, 40 << 30), st.integers(9, 16))
def test_more_free_memory_never_gives_a_slower_plan(free: int, more: int, frames: int) -> None:
    low, high = sorted((free, more))
    run = dataclasses.replace(REAL, frames=frames)
    worse, better = (first_plan("auto", run, bytes_) for bytes_ in (low, high))
    assert LADDER.index(better) <= LADDER.index(worse)
    assert better is LADDER[-1] or needed_bytes(better, run) <= high


def test_each_plan_needs_less_than_the_one_before_and_a_card_of_8_gb_is_enough() -> None:
    needed = [needed_bytes(plan, REAL) for plan in LADDER]
    assert needed == sorted(set(needed), reverse=True)
    assert needed[LADDER.index(plan_named("low"))] < 7_000_000_000
    assert [next_lower(plan) for plan in LADDER] == [*LADDER[1:], None]
    larger = (
        dataclasses.replace(REAL, frames=20),
        dataclasses.replace(REAL, pixels=REAL.pixels * 2),
        dataclasses.replace(REAL, itemsize=4),
    )
    for plan in LADDER:
        assert all(needed_bytes(plan, more) > needed_bytes(plan, REAL) for more in larger)


def test_the_documentation_tells_what_the_plans_need(repository: Path) -> None:
    table = (repository / "docs" / "engines" / "motion_i2v.md").read_text(encoding="utf-8")
    for plan in LADDER:
        assert f"| `{plan.name}` | {gigabytes_text(needed_bytes(plan, REAL))} |" in table


def test_a_named_plan_is_taken_whatever_is_free() -> None:
    assert first_plan("lowest", REAL, 80 << 30) is LADDER[-1]
    assert first_plan("auto", REAL, 80 << 30) is LADDER[0]
    assert first_plan("auto", REAL, 1 << 30) is LADDER[-1]
    assert first_plan("auto", REAL, None).name == "low"
    with pytest.raises(SettingsError, match="full, balanced, low, lowest"):
        plan_named("tiny")


def test_a_step_down_says_what_it_reduces() -> None:
    assert [what_is_reduced(plan, lower) for plan, lower in pairwise(LADDER)] == [
        "one stage at a time",
        "guidance in two passes",
        "layers that rest wait in main memory",
    ]


def test_weights_are_sized_by_their_files_whatever_their_kind(tiny_motion_i2v: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from mpd_studio.engines.motion_i2v.networks import load_network

    told = weights_in(tiny_motion_i2v, 4)
    parts = [load_network(tiny_motion_i2v, kind) for kind in ("flow_unet", "controlnet")]
    stage1 = sum(weight.numel() * 4 for part in parts for weight in part.parameters())
    assert stage1 <= told.stage1 < 1.1 * stage1
    assert weights_in(tiny_motion_i2v, 2).stage2 == told.stage2 // 2
    place = tmp_path / "models/stage2/Motion_Module"
    place.mkdir(parents=True)
    state = {f"a.{name}": tensor.half() for name, tensor in parts[1].state_dict().items()}
    save_file(state, place / "motion_block.safetensors")
    assert weights_in(tmp_path, 2).stage2 == 2 * sum(tensor.numel() for tensor in state.values())
    (place / "motion_block.safetensors").write_bytes(b"torn")
    assert weights_in(tmp_path, 2).stage2 == 0


def test_a_run_is_sized_by_its_request(tiny_motion_i2v: Path) -> None:
    request = mi2v_request(tiny_motion_i2v, np.zeros((320, 512, 3), np.uint8), 14, size="")
    told = run_size(tiny_motion_i2v, request, read_options(request.settings), 2)
    assert (told.pixels, told.frames, told.itemsize) == (512 * 320, 16, 2)


@pytest.fixture(scope="module")
def plain(engine: MotionI2vEngine, tiny_motion_i2v: Path) -> np.ndarray:
    """Made without haste or want."""
    return pixels_of(filled_mi2v(engine, tiny_motion_i2v, ENDS, 1, **WANTED))


@pytest.mark.parametrize("memory", ["full", "balanced", "lowest"])
def test_sparing_memory_does_not_change_the_pictures(
    engine: MotionI2vEngine, tiny_motion_i2v: Path, plain: np.ndarray, memory: str
) -> None:
    spared = pixels_of(filled_mi2v(engine, tiny_motion_i2v, ENDS, 1, memory=memory, **WANTED))
    assert np.abs(plain - spared).max() <= 1


def networks() -> dict[str, tuple[type, str]]:
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    from mpd_studio.engines.motion_i2v.flow_unet import FlowUNet
    from mpd_studio.engines.motion_i2v.stage2_unet import Stage2UNet

    return {
        "loading": (FlowUNet, "to"),
        "stage 1": (FlowUNet, "forward"),
        "stage 2": (Stage2UNet, "forward"),
        "decoding": (AutoencoderKL, "decode"),
    }


@pytest.mark.logs("going on with 'lowest'")
@pytest.mark.parametrize(("network", "call"), [("loading", 1), ("stage 1", 7), ("stage 2", 7), ("decoding", 19)])
def test_memory_that_runs_out_costs_no_frame_and_no_finished_sampling(
    monkeypatch: pytest.MonkeyPatch,
    engine: MotionI2vEngine,
    tiny_motion_i2v: Path,
    plain: np.ndarray,
    network: str,
    call: int,
) -> None:
    """The plan without a card is 'low'. Each sampling is 2 steps of 2 calls; the second of either stage breaks off."""
    engine.unload()
    with monkeypatch.context() as scarcity, asked_networks() as asked:
        Scarce(scarcity, *networks()[network], times=1, first=call)
        spared = pixels_of(filled_mi2v(engine, tiny_motion_i2v, ENDS, 1, **WANTED))
    assert sum(asked.values()) == (16 if network in ("loading", "decoding") else 18)  # one step is made twice
    figures = {figure.id: figure.text for figure in engine.figures}
    assert figures["reduced-low"].endswith("went on with 'lowest': layers that rest wait in main memory")
    assert "under the memory plan 'lowest'" in figures["made-with"]
    assert np.abs(spared - plain).max() <= 1


@pytest.mark.logs("going on with 'lowest'")
def test_memory_that_is_never_enough_fails_with_advice_and_the_engine_works_again(
    monkeypatch: pytest.MonkeyPatch, engine: MotionI2vEngine, tiny_motion_i2v: Path
) -> None:
    with monkeypatch.context() as scarcity:
        Scarce(scarcity, *networks()["stage 1"], times=1000)
        with pytest.raises(EngineFailed, match=r"plan 'lowest'.*smaller size"):
            filled_mi2v(engine, tiny_motion_i2v, ENDS, 1)
        with pytest.raises(EngineFailed, match=r"plan 'low'.*plan 'auto'"):
            filled_mi2v(engine, tiny_motion_i2v, ENDS, 1, memory="low")
    assert len(filled_mi2v(engine, tiny_motion_i2v, ENDS, 1)) == 1
    assert not [figure for figure in engine.figures if figure.id.startswith("reduced-")]


@pytest.mark.logs("going on with 'lowest'")
def test_predicting_and_animating_step_down_too(
    monkeypatch: pytest.MonkeyPatch, engine: MotionI2vEngine, tiny_motion_i2v: Path
) -> None:
    request = mi2v_request(tiny_motion_i2v, ENDS[0], 3)
    pictures = BoundaryPictures(Picture(ENDS[0].copy()), Picture(ENDS[0].copy()))
    with monkeypatch.context() as scarcity:
        Scarce(scarcity, *networks()["stage 1"], times=1, first=2)
        motion = engine.predict_motion(request, pictures, SilentReporter())
    assert np.array_equal(motion.px, engine.predict_motion(request, pictures, SilentReporter()).px)
    whole = pixels_of(list(engine.animate(request, pictures, motion, SilentReporter())))
    with monkeypatch.context() as scarcity:
        Scarce(scarcity, *networks()["decoding"], times=1, first=3)  # the picture's own, a frame, and then
        spared = pixels_of(list(engine.animate(request, pictures, motion, SilentReporter())))
    assert np.abs(whole - spared).max() <= 1
