"""Denoised clips outlive a run that is killed, fails or is cancelled, and are used for the same request only."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from svd_fills import bytes_of, counted_calls, ends_in, fill_files
from svd_runs import Listener, svd_request

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import Cancelled, EngineFailed, OutputError
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, MotionRegion, PathPoint, RegionMode
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.core.paths import program_paths
from mpd_studio.core.picture import Picture
from mpd_studio.engines.svd.options import SvdOptions
from mpd_studio.workflow.unfinished_work import GOES_ON

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

REPOSITORY = Path(__file__).resolve().parents[3]
_PROGRAM = Path(__file__).with_name("interrupted_fill.py")


@pytest.fixture
def ends(tmp_path: Path) -> tuple[Path, Path]:
    return ends_in(tmp_path)


@contextmanager
def denoiser_calls() -> Iterator[list[int]]:
    from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel

    with counted_calls(UNetSpatioTemporalConditionModel, "forward") as calls:
        yield calls


@contextmanager
def failing_decoder(at: int, error: BaseException) -> Iterator[None]:
    """The decoder's call `at` (from 1), and those after it, fail."""
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import AutoencoderKLTemporalDecoder

    def fail(call: int) -> None:
        if call >= at:
            raise error

    with counted_calls(AutoencoderKLTemporalDecoder, "decode", fail):
        yield


def kept() -> list[Path]:
    """The clips on the disk."""
    return sorted(program_paths().unfinished.glob("*/clip_*.safetensors"))


def break_off(ends: tuple[Path, Path], out: Path, weights: Path, new_frames: int, at: int = 2, **options: Any) -> None:
    with failing_decoder(at, EngineFailed("planted")), pytest.raises(EngineFailed, match="planted"):
        fill_files(*ends, out, weights, new_frames, **options)


def kill_in_decode(ends: tuple[Path, Path], out: Path, weights: Path, new_frames: int, decodes: int) -> None:
    told = {"first": ends[0], "last": ends[1], "out": out, "weights": weights}
    given = {name: str(value) for name, value in told.items()} | {"new_frames": new_frames, "decodes": decodes}
    paths = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests" / "engines" / "svd_engine")])
    with subprocess.Popen(
        [sys.executable, str(_PROGRAM), json.dumps(given)],
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "standing still\n"
        program.kill()
    assert program.returncode == -signal.SIGKILL


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
class TestKilledInDecode:
    def test_the_next_run_decodes_only_and_gives_the_same_bytes(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        fill_files(*ends, tmp_path / "undisturbed", tiny_svd, 12)
        kill_in_decode(ends, tmp_path / "out", tiny_svd, 12, decodes=3)
        assert len(kept()) == 1
        assert not (tmp_path / "out").exists()
        assert len(list((tmp_path / ".out.part").rglob("frame_*.png"))) > 2  # written as they were decoded
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 12)
        assert calls == [0]
        assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "undisturbed")
        assert len(bytes_of(tmp_path / "out")) == 12
        assert list(program_paths().unfinished.iterdir()) == []

    def test_finished_clips_of_a_long_gap_are_not_denoised_again(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        """26 new frames are three clips; the program is killed in the second one's decoding."""
        with denoiser_calls() as whole:
            fill_files(*ends, tmp_path / "undisturbed", tiny_svd, 26)
        kill_in_decode(ends, tmp_path / "out", tiny_svd, 26, decodes=4)
        assert len(kept()) == 2
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 26)
        assert 3 * calls[0] == whole[0] > 0
        assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "undisturbed")


class TestBrokenOff:
    def test_a_failure_after_half_of_the_frames_says_that_it_goes_on_from_there(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        with failing_decoder(3, EngineFailed("The card fell out.")), pytest.raises(EngineFailed) as raised:
            fill_files(*ends, tmp_path / "out", tiny_svd, 12)
        assert str(raised.value) == f"The card fell out. {GOES_ON}"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]
        with denoiser_calls() as calls:
            made = fill_files(*ends, tmp_path / "elsewhere", tiny_svd, 12)
        assert calls == [0]
        assert kept() == []
        assert "1 clip taken over from a run that broke off" in made.sheet.as_text()
        again = fill_files(*ends, tmp_path / "again", tiny_svd, 12)
        assert "taken over" not in again.sheet.as_text()

    def test_what_torch_itself_raises_says_so_too(self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path):
        with (
            failing_decoder(1, RuntimeError("CUDA error: unspecified launch failure")),
            pytest.raises(RuntimeError, match=f"launch failure {GOES_ON}"),
        ):
            fill_files(*ends, tmp_path / "out", tiny_svd, 3)

    def test_a_failure_while_denoising_promises_nothing(self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path):
        from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel

        def fail(call: int) -> None:
            raise EngineFailed("planted")

        with counted_calls(UNetSpatioTemporalConditionModel, "forward", fail), pytest.raises(EngineFailed) as raised:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3)
        assert str(raised.value) == "planted"

    def test_frames_that_could_not_be_put_in_place_cost_no_denoising(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        """The engine is done, but the run is not."""
        from mpd_studio.workflow import output_folder

        def refuse(part: Path, folder: Path, name: str) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(output_folder, "_publish", refuse)
            with pytest.raises(OutputError, match=GOES_ON):
                fill_files(*ends, tmp_path / "out", tiny_svd, 3)
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3)
        assert calls == [0]

    def test_cancelling_in_decode_keeps_what_was_denoised(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        class CancelsInDecode(Listener):
            def report(self, progress: Any) -> None:
                super().report(progress)
                if progress.stage == "Decoding" and self.stage("Denoising"):  # it is announced before
                    raise Cancelled

        with pytest.raises(Cancelled) as raised:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3, CancelsInDecode())
        assert str(raised.value) == GOES_ON
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3)
        assert calls == [0]

    def test_cancelling_while_denoising_keeps_nothing(self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path):
        class CancelsEarly(Listener):
            def report(self, progress: Any) -> None:
                super().report(progress)
                if progress.stage == "Denoising":
                    raise Cancelled

        with pytest.raises(Cancelled) as raised:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3, CancelsEarly())
        assert str(raised.value) == ""
        assert kept() == []


def test_cancel_is_heard_while_large_pictures_are_digested(tiny_svd: Path):
    from mpd_studio.engines.svd.request_print import request_print

    def stop() -> None:
        raise Cancelled

    pixels = np.zeros((48, 64, 3), np.uint8)
    pictures = BoundaryPictures(Picture(pixels), Picture(pixels.copy()))
    with pytest.raises(Cancelled):
        request_print(svd_request(tiny_svd, pixels, 3), pictures, SvdOptions(), tiny_svd, "cpu torch.float32", stop)


class TestAnotherRequest:
    @pytest.mark.parametrize(
        "other",
        [
            {"seed": 1},
            {"guidance": 0.5},
            {"sampler": "mpd_vibid"},
            {"steps": 3},
            {"size": "48x32"},
            {"dtype": "bfloat16"},
            {"noise_aug": 0.03},
            {"new_frames": 4},
        ],
    )
    def test_is_never_made_from_it(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path, other: dict[str, Any]
    ):
        break_off(ends, tmp_path / "out", tiny_svd, 3, at=1)
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, **{"new_frames": 3, **other})
        assert calls[0] > 0
        assert len(kept()) == 1  # the first request's, still there for it

    def test_what_is_drawn_belongs_to_the_request(self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path):
        path = MotionPath(PathId("p"), (PathPoint(0, Point(20, 20)), PathPoint(1, Point(40, 30))), radius=12)
        still = MotionRegion(RegionId("r"), mode=RegionMode.STILL, outline=(Point(0, 0), Point(20, 0), Point(0, 20)))
        drawn, other = Guidance((path,), (still,)), Guidance((replace(path, radius=14.0),), (still,))
        sizes: dict[str, Any] = {"size": "64x48", "guide_strength": 0.8, "steps": 4}
        fill_files(*ends, tmp_path / "undisturbed", tiny_svd, 3, drawn=drawn, **sizes)
        break_off(ends, tmp_path / "out", tiny_svd, 3, at=1, drawn=drawn, **sizes)
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "other", tiny_svd, 3, drawn=other, **sizes)
        assert calls[0] > 0
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3, drawn=drawn, **sizes)
        assert calls == [0]
        assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "undisturbed")

    def test_other_pixels_are_another_request_and_other_files_are_not(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        break_off(ends, tmp_path / "out", tiny_svd, 3, at=1)
        (tmp_path / "other").mkdir()
        others = ends_in(tmp_path / "other", seed=4)
        with denoiser_calls() as calls:
            fill_files(ends[0], others[1], tmp_path / "first", tiny_svd, 3)
        assert calls[0] > 0
        moved = ends[0].rename(tmp_path / "renamed.png"), ends[1]
        with denoiser_calls() as calls:
            fill_files(*moved, tmp_path / "second", tiny_svd, 3)
        assert calls == [0]

    def test_other_weights_are_another_request(self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path):
        from mpd_studio.engines.svd.tiny import make_tiny

        make_tiny(tmp_path / "others", seed=1)
        break_off(ends, tmp_path / "out", tiny_svd, 3, at=1)
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tmp_path / "others", 3)
        assert calls[0] > 0

    def test_what_acts_on_decoded_frames_alone_may_change(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        fill_files(*ends, tmp_path / "undisturbed", tiny_svd, 3, decode_chunk=2, color_match=False)
        break_off(ends, tmp_path / "out", tiny_svd, 3, at=1)
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3, decode_chunk=2, color_match=False)
        assert calls == [0]
        assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "undisturbed")

    def test_unless_later_clips_begin_with_decoded_frames(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        """Of three clips the first is taken over, the second, which was kept as well, is not."""
        fill_files(*ends, tmp_path / "undisturbed", tiny_svd, 26, color_match=False)
        break_off(ends, tmp_path / "out", tiny_svd, 26, at=6)
        assert len(kept()) == 2
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 26, color_match=False)
        with denoiser_calls() as whole:
            fill_files(*ends, tmp_path / "again", tiny_svd, 26, color_match=False)
        assert 3 * calls[0] == 2 * whole[0]
        assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "undisturbed")

    def test_a_memory_plan_that_is_named_is_kept_to_and_auto_takes_any(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        break_off(ends, tmp_path / "out", tiny_svd, 3, at=1, memory="balanced")
        for memory, is_taken in (("full", False), ("auto", True)):
            with denoiser_calls() as calls:
                break_off(ends, tmp_path / "out", tiny_svd, 3, at=1, memory=memory)
            assert (calls[0] == 0) is is_taken
            break_off(ends, tmp_path / "out", tiny_svd, 3, at=1, memory="balanced")


class TestTheDisk:
    @pytest.mark.parametrize("spoil", ["cut", "flipped", "empty", "text", "foreign"])
    def test_damaged_and_foreign_files_are_denoised_again(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path, spoil: str
    ):
        fill_files(*ends, tmp_path / "undisturbed", tiny_svd, 3)
        break_off(ends, tmp_path / "out", tiny_svd, 3, at=1)
        (path,) = kept()
        data = path.read_bytes()
        if spoil == "foreign":
            import torch
            from safetensors.torch import save_file

            save_file({"work": torch.zeros(14, 4, 4, 4)}, path)
        else:
            changed = {"cut": data[:-8], "flipped": data[:-1] + bytes([data[-1] ^ 1]), "empty": b"", "text": b"{}" * 40}
            path.write_bytes(changed[spoil])
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3)
        assert calls[0] > 0
        assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "undisturbed")

    @pytest.mark.logs("has to start anew.*Is a directory")
    def test_a_folder_in_the_files_place_is_left_alone(self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path):
        break_off(ends, tmp_path / "out", tiny_svd, 3, at=1)
        (path,) = kept()
        path.unlink()
        path.mkdir()
        with denoiser_calls() as calls:
            fill_files(*ends, tmp_path / "out", tiny_svd, 3)
        assert calls[0] > 0

    @pytest.mark.logs("has to start anew.*No space left.*Free some space")
    def test_a_full_disk_does_not_end_the_run(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        replace = os.replace

        def full(source: Any, target: Any) -> None:
            if program_paths().unfinished in Path(target).parents:
                raise OSError(errno.ENOSPC, "No space left on device")
            replace(source, target)

        monkeypatch.setattr(os, "replace", full)
        fill_files(*ends, tmp_path / "out", tiny_svd, 3)
        assert len(bytes_of(tmp_path / "out")) == 3
        assert not [path for path in program_paths().unfinished.rglob("*") if path.is_file()]

    @pytest.mark.logs("has to start anew")
    def test_a_cache_that_cannot_be_made_does_not_end_the_run(
        self, ends: tuple[Path, Path], tiny_svd: Path, tmp_path: Path
    ):
        program_paths().cache.parent.mkdir(parents=True, exist_ok=True)
        program_paths().cache.write_text("a file where the folder should be")
        fill_files(*ends, tmp_path / "out", tiny_svd, 3)
        assert len(bytes_of(tmp_path / "out")) == 3
