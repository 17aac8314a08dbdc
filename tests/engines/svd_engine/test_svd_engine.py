"""The engine from end to end on a tiny random model: counts, depths, seeds, progress, cancelling, refusals."""

from __future__ import annotations

import gc
import shutil
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from moving_scenes import texture
from svd_runs import Listener, fill_svd, svd_request

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import BadInput, Cancelled, EnvironmentProblem, SettingsError, UnsupportedRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.svd.engine import SvdEngine
from mpd_studio.engines.svd.model import load_model
from mpd_studio.engines.svd.options import SAMPLERS

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

ENDS = texture(48, 64, 1), texture(48, 64, 2)


@pytest.fixture(scope="module")
def engine() -> SvdEngine:
    made = SvdEngine()
    made.load(SilentReporter())
    return made


@pytest.mark.parametrize("new_frames", [1, 5, 12, 26])
def test_exactly_the_new_frames_are_made_and_none_is_an_end(engine: SvdEngine, tiny_svd: Path, new_frames: int):
    made = fill_svd(engine, tiny_svd, ENDS, new_frames)
    assert len(made) == new_frames
    for pixels in made:
        assert pixels.shape == ENDS[0].shape
        assert not any(np.array_equal(pixels, end) for end in ENDS)
    assert len({pixels.tobytes() for pixels in made}) == new_frames


@pytest.mark.parametrize("channels", [3, 5])
@pytest.mark.parametrize("dtype", [np.uint16, np.float16, np.float32])
def test_depth_and_further_channels_stay(engine: SvdEngine, tiny_svd: Path, dtype: type, channels: int):
    top = 65535 if dtype is np.uint16 else 6.0
    ends = tuple((np.dstack([end, end[..., : channels - 3]]) / 255.0 * top).astype(dtype) for end in ENDS)
    made = fill_svd(engine, tiny_svd, (ends[0], ends[1]), 3)
    for pixels in made:
        assert (pixels.shape, pixels.dtype) == (ends[0].shape, dtype)
        assert np.isfinite(pixels.astype(np.float32)).all()
    if channels > 3:
        halfway = (ends[0].astype(np.float64) + ends[1])[..., 3:] / 2
        np.testing.assert_allclose(made[1][..., 3:], halfway, rtol=2e-3, atol=0.51 if dtype is np.uint16 else 1e-3)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_fills_the_gap_and_counts_its_calls(engine: SvdEngine, tiny_svd: Path, sampler: str):
    calls = {"mpd_vibid": 5 + 2, "mpd_trf": 3 + 8, "vibid": 4, "trf": 4, "trf_renoise": 16}[sampler]
    listener = Listener()
    assert len(fill_svd(engine, tiny_svd, ENDS, 2, listener, sampler=sampler)) == 2
    told = [(progress.done, progress.total) for progress in listener.stage("Denoising")]
    assert told == [(call, calls) for call in range(calls)]


def test_samplers_differ_and_seeds_differ_but_the_same_request_gives_the_same_bytes(engine: SvdEngine, tiny_svd: Path):
    asked = [("vibid", 1), ("vibid", 1), ("vibid", 2), ("mpd_vibid", 1)]
    one, again, seed, sampler = (
        np.stack(fill_svd(engine, tiny_svd, ENDS, 3, seed=seed, sampler=sampler)) for sampler, seed in asked
    )
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != seed.tobytes()
    assert one.tobytes() != sampler.tobytes()


def test_a_new_engine_gives_the_same_bytes(engine: SvdEngine, tiny_svd: Path):
    one, other = (fill_svd(run, tiny_svd, ENDS, 2, seed=-5) for run in (engine, SvdEngine()))
    assert np.stack(one).tobytes() == np.stack(other).tobytes()


def test_progress_of_a_long_gap_counts_over_all_its_clips(engine: SvdEngine, tiny_svd: Path):
    listener = Listener()
    fill_svd(engine, tiny_svd, ENDS, 24, listener)
    told = [(progress.done, progress.total) for progress in listener.stage("Denoising")]
    assert told == [(call, 12) for call in range(12)]
    decoding = listener.stage("Decoding")
    total = decoding[0].total
    assert listener.progress.index(decoding[0]) < listener.progress.index(listener.stage("Denoising")[0])
    assert {progress.total for progress in decoding} == {total}
    done = [progress.done for progress in decoding]
    assert done == sorted(done)
    assert set(done) == set(range(total + 1))


def test_frames_come_as_they_are_decoded(engine: SvdEngine, tiny_svd: Path):
    listener = Listener()
    request = svd_request(tiny_svd, ENDS[0], 12)
    made = engine.generate(request, BoundaryPictures(Picture(ENDS[0].copy()), Picture(ENDS[1].copy())), listener)
    next(made)
    decoding = listener.stage("Decoding")
    assert 0 < decoding[-1].done < decoding[-1].total
    assert len(list(made)) == 11


class TestCancelling:
    def hooks(self, engine: SvdEngine) -> int:
        model = engine._model
        assert model is not None
        return sum(len(part._forward_pre_hooks) for net in (model.unet, model.vae) for part in net.modules())

    def test_cancel_is_heard_everywhere_and_leaves_no_hooks(self, engine: SvdEngine, tiny_svd: Path):
        counting = Listener()
        whole = fill_svd(engine, tiny_svd, ENDS, 2, counting)
        for question in np.linspace(1, counting.questions, 9, dtype=int):
            with pytest.raises(Cancelled):
                fill_svd(engine, tiny_svd, ENDS, 2, Listener(int(question), Cancelled()))
            assert self.hooks(engine) == 0
        assert np.array_equal(fill_svd(engine, tiny_svd, ENDS, 2), whole)

    def test_cancel_is_heard_within_one_call(self, engine: SvdEngine, tiny_svd: Path):
        """Between two calls of a denoiser the question is asked several times."""
        listener = Listener()
        asked_at: list[int] = []
        report = listener.report
        listener.report = lambda progress: (asked_at.append(listener.questions), report(progress))[1]
        fill_svd(engine, tiny_svd, ENDS, 2, listener)
        calls = [at for at, progress in zip(asked_at, listener.progress, strict=True) if progress.stage == "Denoising"]
        assert min(np.diff(calls)) > 4

    def test_generator_closed_early_holds_nothing(self, engine: SvdEngine, tiny_svd: Path):
        pictures = BoundaryPictures(Picture(ENDS[0].copy()), Picture(ENDS[1].copy()))
        frames = engine.generate(svd_request(tiny_svd, ENDS[0], 5), pictures, SilentReporter())
        made = weakref.ref(next(frames).pixels)
        frames.close()  # type: ignore[attr-defined] - the engine yields, so what it gives is a generator
        del frames
        gc.collect()
        assert made() is None
        assert self.hooks(engine) == 0


def test_unloading_lets_the_networks_go(tiny_svd: Path):
    engine = SvdEngine()
    fill_svd(engine, tiny_svd, ENDS, 1)
    assert engine._model is not None
    networks = [weakref.ref(network) for network in (engine._model.unet, engine._model.vae)]
    engine.unload()
    assert [network() for network in networks] == [None, None]


class TestRefusals:
    def refused(self, folder: Path | str, **options: Any) -> pytest.ExceptionInfo[BaseException]:
        with pytest.raises((UnsupportedRequest, SettingsError, EnvironmentProblem, BadInput)) as raised:
            fill_svd(SvdEngine(), folder, ENDS, 2, **options)
        return raised

    def unloadable(self, folder: Path) -> str:
        """Why a model whose folder has passed for whole cannot be loaded."""
        import torch

        with pytest.raises(UnsupportedRequest) as raised:
            load_model(folder, torch.device("cpu"), torch.float32, SilentReporter())
        return str(raised.value)

    def test_without_weights_it_says_how_to_get_them(self):
        assert "mpd-studio weights get" in str(self.refused("").value)

    def test_a_folder_that_is_not_there(self, tmp_path: Path):
        assert "neither a folder nor a name" in str(self.refused(tmp_path / "nowhere").value)

    def test_a_folder_of_something_else(self, tmp_path: Path):
        assert "incomplete" in str(self.refused(tmp_path).value)
        assert "lacks model_index.json" in self.unloadable(tmp_path)
        (tmp_path / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
        assert "another kind (FluxPipeline)" in self.unloadable(tmp_path)
        (tmp_path / "model_index.json").write_text("[]")
        assert "holds no settings" in self.unloadable(tmp_path)
        (tmp_path / "model_index.json").write_text("{")
        assert "cannot be read" in self.unloadable(tmp_path)

    def test_a_scheduler_of_another_kind(self, tiny_svd: Path, tmp_path: Path):
        folder = Path(shutil.copytree(tiny_svd, tmp_path / "odd"))
        path = folder / "scheduler" / "scheduler_config.json"
        path.write_text(path.read_text().replace("v_prediction", "epsilon"))
        assert "prediction_type = epsilon" in str(self.refused(folder).value)

    @pytest.mark.parametrize("part", ["unet", "vae", "image_encoder"])
    def test_a_part_that_is_cut_or_missing(self, tiny_svd: Path, tmp_path: Path, part: str):
        folder = Path(shutil.copytree(tiny_svd, tmp_path / "broken"))
        (weights,) = (folder / part).glob("*.safetensors")
        weights.write_bytes(weights.read_bytes()[:-1000])
        assert f"damaged ({part}/" in str(self.refused(folder).value)
        assert f"The part '{part}'" in self.unloadable(folder)
        weights.unlink()
        assert f"incomplete ({part}/" in str(self.refused(folder).value)
        assert f"The part '{part}'" in self.unloadable(folder)

    def test_a_device_that_is_not_here(self, tiny_svd: Path):
        assert "'cuda:99' is not on this computer" in str(self.refused(tiny_svd, device="cuda:99").value)
        assert "'teapot' is no device" in str(self.refused(tiny_svd, device="teapot").value)

    def test_a_size_that_the_model_does_not_make(self, tiny_svd: Path):
        assert "multiples of 16" in str(self.refused(tiny_svd, size="100x64").value)

    def test_ends_that_do_not_fit_together(self, tiny_svd: Path):
        pictures = BoundaryPictures(Picture(ENDS[0].copy()), Picture(ENDS[1][:-2].copy()))
        with pytest.raises(UnsupportedRequest, match="differ"):
            SvdEngine().generate(svd_request(tiny_svd, ENDS[0], 2), pictures, SilentReporter())


def test_the_size_of_the_models_picture_can_be_chosen(engine: SvdEngine, tiny_svd: Path):
    by_canvas, wide = (fill_svd(engine, tiny_svd, ENDS, 2, size=size) for size in ("", "96x48"))
    for made in (by_canvas, wide):
        assert [pixels.shape for pixels in made] == [ENDS[0].shape] * 2
    assert np.stack(by_canvas).tobytes() != np.stack(wide).tobytes()


def test_half_precision_runs(tiny_svd: Path):
    made = np.stack(fill_svd(SvdEngine(), tiny_svd, ENDS, 2, dtype="bfloat16")).astype(float)
    full = np.stack(fill_svd(SvdEngine(), tiny_svd, ENDS, 2)).astype(float)
    assert 0 < np.abs(made - full).mean() < 12


def test_colours_of_new_frames_meet_their_neighbours(engine: SvdEngine, tiny_svd: Path):
    ends = (ENDS[0] // 2 + 90, ENDS[1] // 2 + 90)

    def jump(color_match: bool) -> float:
        made = fill_svd(engine, tiny_svd, ends, 12, color_match=color_match, decode_chunk=25)
        return float(np.abs(made[0].mean(axis=(0, 1)) - ends[0].mean(axis=(0, 1))).max())

    assert jump(True) < 0.7 * jump(False)
