"""Confidence beside the frames: kept small with a take, as a matte where it is asked for, handed on with an export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from moving_pictures import Recorder, request_for, still

from mpd_studio.core.errors import Cancelled, MediaError, OutputError
from mpd_studio.core.geometry import Size
from mpd_studio.core.inbetween import FrameSequence
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.trust import frame_confidence
from mpd_studio.media.confidence_maps import map_path, read_map, write_kept, write_matte
from mpd_studio.media.probe import probe
from mpd_studio.workflow.deliver_matte import deliver_matte, has_matte
from mpd_studio.workflow.inbetween import ConfidenceMaps, Run, run


@pytest.fixture
def ends(tmp_path: Path) -> tuple[Path, Path]:
    return still(tmp_path / "a.png"), still(tmp_path / "b.png", 6)


def made(ends: tuple[Path, Path], folder: Path, maps: ConfidenceMaps) -> Run:
    return run(request_for(*ends, 3), folder, SilentReporter(), name="shot", maps=maps)


def ramp(height: int, width: int) -> np.ndarray:
    return np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width)


def test_mattes_are_16_bit_grey_of_full_size_one_for_each_frame(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    told = made(ends, tmp_path / "out", ConfidenceMaps.MATTES)
    mattes = sorted(path.name for path in (tmp_path / "out").glob("*_confidence_*"))
    assert mattes == [f"shot_confidence_{number:06d}.png" for number in (1, 2, 3)]
    media = probe(tmp_path / "out" / mattes[0])
    assert (media.size, media.bit_depth) == (told.result.request.canvas, 16)
    assert probe(tmp_path / "out" / told.result.frames.pattern).frame_count == 3
    for index, confidence in enumerate(told.result.provenance.confidence):
        plane = read_map(Path(map_path(told.result.frames, index)))
        assert plane is not None
        assert frame_confidence(plane) == pytest.approx(confidence, abs=1e-3)


def test_without_the_wish_no_map_is_written(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    told = made(ends, tmp_path / "out", ConfidenceMaps.NONE)
    assert not list((tmp_path / "out").glob("*confidence*"))
    assert read_map(Path(map_path(told.result.frames, 0))) is None


def test_maps_of_an_older_run_go_when_its_frames_are_replaced(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    made(ends, tmp_path / "out", ConfidenceMaps.MATTES)
    run(request_for(*ends, 2), tmp_path / "out", SilentReporter(), name="shot", overwrite=True)
    assert not list((tmp_path / "out").glob("*confidence*"))


def test_kept_maps_are_small_and_say_the_same(tmp_path: Path) -> None:
    plane = ramp(960, 40)
    write_kept(tmp_path / "map.png", plane)
    kept = read_map(tmp_path / "map.png")
    assert kept is not None
    assert kept.shape == (480, 20)
    assert float(kept.mean()) == pytest.approx(0.5, abs=0.003)
    write_kept(tmp_path / "small.png", ramp(30, 50))
    small = read_map(tmp_path / "small.png")
    assert small is not None
    assert np.abs(small - ramp(30, 50)).max() <= 0.5 / 255 + 1e-6


def test_a_matte_keeps_16_bits(tmp_path: Path) -> None:
    write_matte(tmp_path / "matte.png", ramp(64, 64), Size(64, 64))
    plane = read_map(tmp_path / "matte.png")
    assert plane is not None
    assert np.abs(plane - ramp(64, 64)).max() <= 0.5 / 65535 + 1e-7


def test_a_broken_map_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "map.png").write_bytes(b"no picture")
    with pytest.raises(MediaError, match=r"map\.png is no confidence map"):
        read_map(tmp_path / "map.png")


def test_a_kept_take_is_handed_on_as_a_matte_of_full_size(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    told = made(ends, tmp_path / "take", ConfidenceMaps.KEPT)
    assert has_matte(told.result)
    out = tmp_path / "delivery"
    files = deliver_matte(told.result, out, "final", SilentReporter())
    assert [path.name for path in files] == [f"final_confidence_{number:06d}.png" for number in (1, 2, 3)]
    plane = read_map(files[0])
    assert plane is not None
    canvas = told.result.request.canvas
    assert plane.shape == (canvas.height, canvas.width)
    with pytest.raises(OutputError, match="stands there already"):
        deliver_matte(told.result, out, "final", SilentReporter())
    deliver_matte(told.result, out, "final", SilentReporter(), overwrite=True)


def test_a_take_without_maps_has_no_matte_and_leaves_nothing(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    told = made(ends, tmp_path / "take", ConfidenceMaps.KEPT)
    Path(map_path(told.result.frames, 2)).unlink()
    with pytest.raises(MediaError, match="no confidence map of frame 3"):
        deliver_matte(told.result, tmp_path / "out", "final", SilentReporter())
    assert not list((tmp_path / "out").glob("*"))
    silent = replace(told.result, provenance=replace(told.result.provenance, confidence=()))
    assert not has_matte(silent)


def test_a_cancelled_matte_leaves_nothing(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    told = made(ends, tmp_path / "take", ConfidenceMaps.KEPT)
    with pytest.raises(Cancelled):
        deliver_matte(told.result, tmp_path / "out", "final", Recorder(cancel_at="Matte"))
    assert not list((tmp_path / "out").glob("*"))


def test_the_map_of_a_frame_is_named_after_it() -> None:
    frames = FrameSequence(Path("takes"), "my_shot_%06d.exr", 4)
    assert map_path(frames, 2) == Path("takes/my_shot_confidence_000003.png")
