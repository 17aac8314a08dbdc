"""An engine that stays loaded gives the same bytes as a fresh one, and gives its memory back when a run goes wrong."""

from __future__ import annotations

import weakref
from pathlib import Path

import pytest
from svd_fills import bytes_of, counted_calls, ends_in, fill_files

from mpd_studio.core.engine import Engine
from mpd_studio.core.errors import EngineFailed
from mpd_studio.engines.svd.engine import SvdEngine
from mpd_studio.workflow.engine_holder import EngineHolder

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


@pytest.fixture
def opened() -> list[SvdEngine]:
    return []


@pytest.fixture
def holder(opened: list[SvdEngine]) -> EngineHolder:
    def open_svd(engine_id: str) -> Engine:
        assert engine_id == "svd"
        opened.append(SvdEngine())
        return opened[-1]

    return EngineHolder(open_svd)


def test_the_same_seed_gives_the_same_bytes_and_the_model_is_read_once(
    tiny_svd: Path, tmp_path: Path, holder: EngineHolder, opened: list[SvdEngine]
):
    from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel

    ends = ends_in(tmp_path)
    fill_files(*ends, tmp_path / "fresh", tiny_svd, 3, seed=7)
    with counted_calls(UNetSpatioTemporalConditionModel, "__init__") as made:
        for name, seed in (("one", 7), ("other seed", 8), ("one again", 7)):
            fill_files(*ends, tmp_path / name, tiny_svd, 3, engines=holder, seed=seed)
    assert made == [1]
    assert len(opened) == 1
    frames = [bytes_of(tmp_path / name) for name in ("fresh", "one", "one again", "other seed")]
    assert frames[0] == frames[1] == frames[2] != frames[3]
    holder.release()


def test_other_options_between_two_runs_leave_no_trace(tiny_svd: Path, tmp_path: Path, holder: EngineHolder):
    ends = ends_in(tmp_path)
    fill_files(*ends, tmp_path / "one", tiny_svd, 2, engines=holder)
    for memory in ("lowest", "low"):
        fill_files(*ends, tmp_path / memory, tiny_svd, 2, engines=holder, memory=memory, sampler="trf")
    fill_files(*ends, tmp_path / "two", tiny_svd, 2, engines=holder)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    holder.release()


def test_a_failure_lets_the_networks_go(tiny_svd: Path, tmp_path: Path, holder: EngineHolder, opened: list[SvdEngine]):
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import AutoencoderKLTemporalDecoder

    ends = ends_in(tmp_path)
    fill_files(*ends, tmp_path / "good", tiny_svd, 2, engines=holder)
    model = opened[0]._model
    assert model is not None
    networks = [weakref.ref(network) for network in (model.unet, model.vae, model.image_encoder)]
    del model

    def fail(call: int) -> None:
        raise EngineFailed("planted")

    with counted_calls(AutoencoderKLTemporalDecoder, "decode", fail), pytest.raises(EngineFailed):
        fill_files(*ends, tmp_path / "bad", tiny_svd, 2, engines=holder)
    assert [network() for network in networks] == [None, None, None]
    assert holder.engine_id is None
