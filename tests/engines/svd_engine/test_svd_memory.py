"""Memory plans spare memory without changing the pictures, and running out of memory costs time, not frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moving_scenes import texture
from svd_runs import Listener, fill_svd

from mpd_studio.core.errors import EngineFailed
from mpd_studio.engines.svd.engine import SvdEngine
from mpd_studio.engines.svd.memory_plan import LADDER, Weights, choose_plan, needed_bytes, next_lower, plan_named
from mpd_studio.engines.svd.model import SvdModel, weights_in

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

ENDS = texture(48, 64, 1), texture(48, 64, 2)
# Of Stable Video Diffusion XT in half precision, the autoencoder in single.
REAL = Weights(3_050_000_000, 391_000_000, 1_264_000_000)


@given(st.integers(0, 80 << 30), st.integers(0, 80 << 30), st.integers(14, 25), st.integers(1, 25))
def test_more_free_memory_never_gives_a_slower_plan(free: int, more: int, frames: int, chunk: int):
    low, high = sorted((free, more))
    worse, better = (choose_plan(bytes_, REAL, frames, 1024 * 576, chunk) for bytes_ in (low, high))
    assert LADDER.index(better) <= LADDER.index(worse)
    assert better is LADDER[-1] or needed_bytes(better, REAL, frames, 1024 * 576, chunk) <= high


def test_each_plan_needs_less_than_the_one_before():
    needed = [needed_bytes(plan, REAL, 25, 1024 * 576, 4) for plan in LADDER]
    assert needed == sorted(needed, reverse=True)
    assert len(set(needed)) == len(LADDER)
    assert needed[-1] < 8 << 30
    assert [next_lower(plan) for plan in LADDER] == [*LADDER[1:], None]


def test_weights_are_sized_by_their_files(tiny_svd: Path, tiny_model: SvdModel):
    import torch

    told = weights_in(tiny_svd, torch.float32)
    for guess, true in ((told.unet, tiny_model.weights.unet), (told.vae, tiny_model.weights.vae)):
        assert true <= guess < true + 100_000  # a file's own table of contents
    half = weights_in(tiny_svd, torch.float16)
    assert (half.unet, half.vae) == (told.unet // 2, told.vae)


@pytest.mark.parametrize("memory", [plan.name for plan in LADDER[1:]])
def test_sparing_memory_does_not_change_the_pictures(tiny_svd: Path, memory: str):
    full, spared = (
        np.stack(fill_svd(SvdEngine(), tiny_svd, ENDS, 2, memory=name, decode_chunk=1, sampler="mpd_vibid"))
        for name in ("full", memory)
    )
    assert np.abs(full.astype(int) - spared).max() <= 1


class Scarce:
    """Memory that runs out at the first `times` calls of a method of torch's or diffusers' classes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, times: int) -> None:
        import torch

        self.calls = 0
        whole: Callable[..., Any] = getattr(owner, method)

        def scarce(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls <= times:
                raise torch.OutOfMemoryError("planted")
            return whole(*arguments, **named)

        monkeypatch.setattr(owner, method, scarce)


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


@pytest.mark.logs("going on with 'balanced'")
def test_what_is_denoised_is_not_denoised_again(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path):
    Scarce(monkeypatch, *stages()["decoding"], times=1)
    listener = Listener()
    fill_svd(SvdEngine(), tiny_svd, ENDS, 3, listener)
    assert [progress.done for progress in listener.stage("Denoising")] == [0, 1, 2, 3]


@pytest.mark.logs("with 'balanced'", "with 'low'", "with 'lowest'")
def test_memory_that_is_never_enough_fails_with_advice(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path):
    Scarce(monkeypatch, *stages()["denoising"], times=1000)
    with pytest.raises(EngineFailed, match="smaller size"):
        fill_svd(SvdEngine(), tiny_svd, ENDS, 3)


def test_a_plan_that_was_named_is_not_left(monkeypatch: pytest.MonkeyPatch, tiny_svd: Path):
    Scarce(monkeypatch, *stages()["denoising"], times=1)
    with pytest.raises(EngineFailed, match=r"plan 'low'.*'auto'"):
        fill_svd(SvdEngine(), tiny_svd, ENDS, 3, memory="low")
    assert plan_named("low").clips_per_call == 1
