"""Memory plans spare memory without changing the pictures, and running out of memory costs time, not frames."""

from __future__ import annotations

import dataclasses
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moving_scenes import texture
from scarce_memory import Scarce
from svd_runs import Listener, fill_svd, svd_request

from mpd_studio.core.errors import EngineFailed, UnsupportedRequest
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.diffusion.model_size import fit, native_sizes
from mpd_studio.engines.svd.engine import SvdEngine
from mpd_studio.engines.svd.memory_plan import (
    LADDER,
    MemoryPlan,
    RunSize,
    Weights,
    choose_plan,
    first_plan,
    memory_table,
    needed_bytes,
    next_lower,
    plan_named,
    what_is_reduced,
)
from mpd_studio.engines.svd.model import SvdModel, load_model
from mpd_studio.engines.svd.options import read_options
from mpd_studio.engines.svd.run_size import run_size, weights_in

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

ENDS = texture(48, 64, 1), texture(48, 64, 2)
# Stable Video Diffusion XT in half precision, the autoencoder in single, at the size it was trained at.
REAL = RunSize(Weights(3_050_000_000, 391_000_000, 1_264_000_000), 25, 1024 * 576)


@given(st.integers(0, 80 << 30), st.integers(0, 80 << 30), st.integers(14, 25), st.integers(1, 25))
def test_more_free_memory_never_gives_a_slower_plan(free: int, more: int, frames: int, chunk: int):
    low, high = sorted((free, more))
    run = dataclasses.replace(REAL, frames=frames, decode_chunk=chunk)
    worse, better = (choose_plan(bytes_, run) for bytes_ in (low, high))
    assert LADDER.index(better) <= LADDER.index(worse)
    assert better is LADDER[-1] or needed_bytes(better, run) <= high


def test_each_plan_needs_less_than_the_one_before():
    needed = [needed_bytes(plan, REAL) for plan in LADDER]
    assert needed == sorted(needed, reverse=True)
    assert len(set(needed)) == len(LADDER)
    assert needed[-1] < 8 << 30
    assert [next_lower(plan) for plan in LADDER] == [*LADDER[1:], None]


@given(st.sampled_from(LADDER), st.integers(14, 25), st.integers(1, 1 << 22), st.integers(1, 25))
def test_larger_runs_need_more(plan: MemoryPlan, frames: int, pixels: int, chunk: int):
    run = RunSize(REAL.weights, frames, pixels, chunk)
    needed = needed_bytes(plan, run)
    larger = (
        dataclasses.replace(run, frames=frames + 1),
        dataclasses.replace(run, pixels=pixels * 2),
        dataclasses.replace(run, decode_chunk=chunk + 1),
        dataclasses.replace(run, itemsize=4, weights=Weights(6_100_000_000, 391_000_000, 2_528_000_000)),
    )
    assert all(needed_bytes(plan, more) >= needed for more in larger)


def test_the_last_resort_needs_no_more_for_a_larger_picture_to_decode():
    wide = dataclasses.replace(REAL, frames=14, pixels=3840 * 2160)
    lowest, smallest = (needed_bytes(plan_named(name), wide) for name in ("lowest", "smallest"))
    assert smallest < lowest * 0.6


def test_a_named_plan_is_taken_whatever_is_free():
    assert first_plan("low", REAL, 80 << 30) is plan_named("low")
    assert first_plan("auto", REAL, 80 << 30) is plan_named("full")
    assert first_plan("auto", REAL, 6 << 30) is plan_named("low")
    assert first_plan("auto", REAL, None) is plan_named("full")


def test_the_plans_of_common_cards_are_those_of_the_documentation(repository: Path):
    table = memory_table(REAL)
    assert "| `low` | 5.2 GB | 8 GB |" in table
    assert table in (repository / "docs" / "engines" / "mpd.md").read_text(encoding="utf-8")


def test_a_step_down_says_what_it_reduces():
    steps = {plan.name: what_is_reduced(plan, lower) for plan, lower in pairwise(LADDER)}
    assert steps == {
        "full": "2 clips a call instead of 4, networks that rest wait in main memory, at most 4 frames decoded at once",
        "balanced": "1 clip a call instead of 2, the work in smaller pieces, at most 2 frames decoded at once",
        "low": "layers that rest wait in main memory, at most 1 frame decoded at once",
        "lowest": "weights in 8 bits, pictures decoded in tiles",
    }


def test_weights_are_sized_by_their_files(tiny_svd: Path, tiny_model: SvdModel):
    told = weights_in(tiny_svd, 4)
    for guess, true in ((told.unet, tiny_model.weights.unet), (told.vae, tiny_model.weights.vae)):
        assert true <= guess < true + 100_000  # a file's own table of contents
    half = weights_in(tiny_svd, 2)
    assert (half.unet, half.vae) == (told.unet // 2, told.vae)


@pytest.mark.parametrize("shape", [(48, 90, 3), (64, 64, 3), (90, 48, 3)])
def test_a_run_is_sized_as_the_loaded_model_will_have_it(
    tiny_svd: Path, tiny_model: SvdModel, shape: tuple[int, int, int]
):
    request = svd_request(tiny_svd, np.zeros(shape, np.uint8), 30, size="", decode_chunk=3)
    told = run_size(tiny_svd, request, read_options(request.settings), 4)
    there = fit(request.canvas, native_sizes(tiny_model.native_side, tiny_model.size_multiple)).model
    assert (told.pixels, told.frames) == (there.width * there.height, 17)
    assert (told.decode_chunk, told.itemsize) == (3, 4)


def test_a_size_that_was_named_counts(tiny_svd: Path):
    request = svd_request(tiny_svd, ENDS[0], 12, size="96x32")
    assert run_size(tiny_svd, request, read_options(request.settings), 2).pixels == 96 * 32


@pytest.mark.parametrize("part", ["unet", "vae"])
def test_settings_that_cannot_be_read_are_named(tiny_svd: Path, tmp_path: Path, part: str):
    shutil.copytree(tiny_svd, tmp_path / "model")
    (tmp_path / "model" / part / "config.json").write_text("[]")
    request = svd_request(tiny_svd, ENDS[0], 12)
    with pytest.raises(UnsupportedRequest, match=rf"{part}.config.json holds no settings"):
        run_size(tmp_path / "model", request, read_options(request.settings), 2)


@pytest.mark.parametrize("memory", [plan.name for plan in LADDER[1:] if plan.is_exact])
def test_sparing_memory_does_not_change_the_pictures(tiny_svd: Path, memory: str):
    full, spared = (
        np.stack(fill_svd(SvdEngine(), tiny_svd, ENDS, 2, memory=name, decode_chunk=1, sampler="mpd_vibid"))
        for name in ("full", memory)
    )
    assert np.abs(full.astype(int) - spared).max() <= 1


def test_the_last_resort_changes_the_pictures_a_little(tiny_svd: Path):
    full, spared = (
        np.stack(fill_svd(SvdEngine(), tiny_svd, ENDS, 2, memory=name, decode_chunk=1, color_match=False))
        for name in ("full", "smallest")
    )
    apart = np.abs(full.astype(int) - spared)
    assert 0 < apart.mean() < 0.25 * full.std()


def test_weights_in_eight_bits_take_a_quarter_of_single_precision(tiny_svd: Path, tiny_model: SvdModel):
    import torch

    whole = dict(tiny_model.unet.named_parameters())
    model = load_model(tiny_svd, torch.device("cpu"), torch.float32, SilentReporter(), plan_named("smallest"))
    stored = {weight.dtype for weight in model.unet.parameters()}
    assert stored == {torch.float8_e4m3fn, torch.float32}
    assert model.weights.unet < 0.45 * tiny_model.weights.unet  # the tiny model's ends weigh more than the real one's
    assert model.unet.dtype == torch.float32  # what conditions are made in
    for name, weight in model.unet.named_parameters():
        if weight.dtype == torch.float8_e4m3fn:
            error = (weight.float() - whole[name]).abs()
            assert bool((error <= whole[name].abs() / 16 + 2**-10).all()), name


def stages() -> dict[str, tuple[type, str]]:
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import AutoencoderKLTemporalDecoder
    from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel
    from transformers import CLIPVisionModelWithProjection

    return {
        "loading": (UNetSpatioTemporalConditionModel, "to"),
        "picture": (CLIPVisionModelWithProjection, "forward"),
        "encoding": (AutoencoderKLTemporalDecoder, "encode"),
        "denoising": (UNetSpatioTemporalConditionModel, "forward"),
        "decoding": (AutoencoderKLTemporalDecoder, "decode"),
    }


@pytest.mark.logs("going on with 'balanced'")
@pytest.mark.parametrize("stage", ["loading", "picture", "encoding", "denoising", "decoding"])
def test_memory_that_runs_out_at_any_stage_leads_to_a_smaller_plan(
    monkeypatch: pytest.MonkeyPatch, tiny_svd: Path, stage: str
):
    Scarce(monkeypatch, *stages()[stage], times=1)
    assert len(fill_svd(SvdEngine(), tiny_svd, ENDS, 3)) == 3


@pytest.fixture(scope="module")
def undisturbed(tiny_svd: Path) -> np.ndarray:
    return np.stack(fill_svd(SvdEngine(), tiny_svd, ENDS, 3)).astype(int)


@pytest.mark.logs("going on with 'balanced'")
@pytest.mark.parametrize("stage", ["picture", "encoding", "denoising", "decoding"])
def test_memory_that_runs_out_at_any_call_costs_no_frame_and_no_byte(
    monkeypatch: pytest.MonkeyPatch, tiny_svd: Path, undisturbed: np.ndarray, stage: str
):
    """Each call of a run in turn. Frames that were given away before it ran out are not made again."""
    with monkeypatch.context() as plenty:
        counted = Scarce(plenty, *stages()[stage], times=0)
        fill_svd(SvdEngine(), tiny_svd, ENDS, 3)
    assert counted.calls > 0
    for call in range(1, counted.calls + 1):
        with monkeypatch.context() as scarcity:
            Scarce(scarcity, *stages()[stage], times=1, first=call)
            spared = fill_svd(SvdEngine(), tiny_svd, ENDS, 3)
        assert len(spared) == 3, call
        assert np.abs(undisturbed - np.stack(spared)).max() <= 1, call


def allocator(at: int, error: Exception | None = None, only: str = "aten.") -> Any:
    """While it is entered: counts torch's operations, each of which may want memory, and has it run out at one.

    only: how the names of the operations that count begin.
    """
    from torch.utils._python_dispatch import TorchDispatchMode

    class Allocator(TorchDispatchMode):
        def __init__(self) -> None:
            super().__init__()
            self.count = 0

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.count += str(func).startswith(only)
            if self.count == at and error is not None and str(func).startswith(only):
                raise error
            return func(*args, **(kwargs or {}))

    return Allocator()


def main_memory_ran_out() -> Exception:
    return RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes.")


@pytest.fixture(scope="module")
def operations(tiny_svd: Path) -> int:
    """How many an undisturbed fill takes, of an engine that has read the model."""
    engine = SvdEngine()
    fill_svd(engine, tiny_svd, ENDS, 3)
    with allocator(0) as counted:
        fill_svd(engine, tiny_svd, ENDS, 3)
    return counted.count


@pytest.mark.logs("going on with 'balanced'")
@pytest.mark.parametrize("share", [0.13, 0.29, 0.5, 0.71, 0.97])
def test_memory_that_runs_out_at_any_operation_costs_no_frame_and_no_byte(
    tiny_svd: Path, undisturbed: np.ndarray, operations: int, share: float
):
    """On a processor too, whose lack of memory is another error."""
    import torch

    engine = SvdEngine()
    fill_svd(engine, tiny_svd, ENDS, 3)  # has read the model
    at = int(share * operations)
    error = torch.OutOfMemoryError("planted") if round(share * 100) % 2 else main_memory_ran_out()
    with allocator(at, error) as scarcity:
        spared = fill_svd(engine, tiny_svd, ENDS, 3)
    assert scarcity.count > operations  # it was met, and some work was done again
    assert np.abs(undisturbed - np.stack(spared)).max() <= 1


@pytest.mark.parametrize("at", [1, 300])
def test_main_memory_that_runs_out_while_the_model_is_read_is_no_fault_of_the_weights(tiny_svd: Path, at: int):
    engine = SvdEngine()
    with allocator(at, main_memory_ran_out(), only="aten.empty."), pytest.raises(EngineFailed, match="main memory to"):
        fill_svd(engine, tiny_svd, ENDS, 3)
    assert len(fill_svd(engine, tiny_svd, ENDS, 3)) == 3


def test_main_memory_is_named_where_it_is_what_ran_out(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path):
    def scarce(*arguments: Any, **named: Any) -> None:
        raise main_memory_ran_out()

    owner, method = stages()["denoising"]
    monkeypatch.setattr(owner, method, scarce)
    with pytest.raises(EngineFailed, match="Not enough main memory with the plan 'low'"):
        fill_svd(SvdEngine(), tiny_svd, ENDS, 3, memory="low")


def test_other_errors_are_no_lack_of_memory(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path):
    with allocator(12_000, RuntimeError("planted")), pytest.raises(RuntimeError, match="planted"):
        fill_svd(SvdEngine(), tiny_svd, ENDS, 3)


@pytest.mark.logs("with 'balanced'", "with 'low'", "with 'lowest'", "with 'smallest'")
@pytest.mark.parametrize("stage", ["picture", "encoding", "decoding"])
def test_an_engine_that_ran_out_of_everything_works_again(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path, stage: str):
    engine = SvdEngine()
    with monkeypatch.context() as scarcity:
        Scarce(scarcity, *stages()[stage], times=1000)
        with pytest.raises(EngineFailed, match="Not enough graphics memory with the plan 'smallest'"):
            fill_svd(engine, tiny_svd, ENDS, 3)
    reduced = [figure.id for figure in engine.figures if figure.id.startswith("reduced-")]
    assert reduced == ["reduced-full", "reduced-balanced", "reduced-low", "reduced-lowest"]
    assert len(fill_svd(engine, tiny_svd, ENDS, 3)) == 3
    assert not [figure for figure in engine.figures if figure.id.startswith("reduced-")]


@pytest.mark.logs("going on with 'balanced'")
def test_what_is_denoised_is_not_denoised_again(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path):
    Scarce(monkeypatch, *stages()["decoding"], times=1)
    listener = Listener()
    fill_svd(SvdEngine(), tiny_svd, ENDS, 3, listener)
    assert [progress.done for progress in listener.stage("Denoising")] == [0, 1, 2, 3]


@pytest.mark.logs("with 'balanced'", "with 'low'", "with 'lowest'", "with 'smallest'")
def test_memory_that_is_never_enough_fails_with_advice(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path):
    Scarce(monkeypatch, *stages()["denoising"], times=1000)
    with pytest.raises(EngineFailed, match="smaller size"):
        fill_svd(SvdEngine(), tiny_svd, ENDS, 3)


def test_a_plan_that_was_named_is_not_left(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path):
    Scarce(monkeypatch, *stages()["denoising"], times=1)
    with pytest.raises(EngineFailed, match=r"plan 'low'.*'auto'"):
        fill_svd(SvdEngine(), tiny_svd, ENDS, 3, memory="low")
    assert plan_named("low").clips_per_call == 1
