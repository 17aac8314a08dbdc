"""A gap of Motion-I2V that moves as it was told, instead of as stage 1 would have it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import BadInput, UnsupportedRequest
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Boundary, Guidance, MotionRegion, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, SilentReporter
from mpd_studio.engines.motion_i2v.engine import MotionI2vEngine
from mpd_studio.motion.clip_motion import clip_motion
from mpd_studio.motion.field_files import write_flo, write_npz
from tests.engines.moving_scenes import UNGUIDED, request_for, texture

BASE = {"steps": 2, "size": "64x64", "memory": "full", "guidance": 1.0, "measured": False}


class Stages(SilentReporter):
    def __init__(self) -> None:
        self.seen: set[str] = set()

    def report(self, progress: Progress) -> None:
        self.seen.add(progress.stage)


@pytest.fixture(scope="module")
def engine() -> MotionI2vEngine:
    return MotionI2vEngine()


@pytest.fixture
def options(tiny_motion_i2v: Path) -> dict[str, str | int | float | bool]:
    return {**BASE, "weights": str(tiny_motion_i2v)}


def asked(options: dict, new_frames: int, guidance: Guidance = UNGUIDED) -> tuple[InbetweenRequest, BoundaryPictures]:
    first, last = texture(64, 64, 1), texture(64, 64, 2)
    request = request_for(first, new_frames, guidance, seed=5)
    settings = EngineSettings(options=tuple(sorted(options.items())))
    return dataclasses.replace(request, settings=settings), BoundaryPictures(Picture(first), Picture(last))


def filled(engine: MotionI2vEngine, options: dict, new_frames: int, reporter: SilentReporter | None = None) -> list:
    request, pictures = asked(options, new_frames)
    return [made.pixels for made in engine.generate(request, pictures, reporter or SilentReporter())]


def to_the_right(path: Path, pixels: float, frames: int = 8, size: tuple[int, int] = (64, 64)) -> Path:
    px = np.zeros((frames, *size, 2), np.float32)
    px[..., 0] = np.linspace(pixels / frames, pixels, frames)[:, None, None]
    write_npz(path, clip_motion(px))
    return path


def test_a_gap_along_both_predicted_motions_is_the_gap_as_it_is_predicted(
    engine: MotionI2vEngine, options: dict, tmp_path: Path
) -> None:
    request, pictures = asked(options, 14)
    for of, name in ((Boundary.FIRST, "first.npz"), (Boundary.LAST, "last.npz")):
        write_npz(tmp_path / name, engine.predict_motion(request, pictures, SilentReporter(), of))
    given = {"motion_file": str(tmp_path / "first.npz"), "motion_back_file": str(tmp_path / "last.npz")}
    stages = Stages()
    along = filled(engine, {**options, **given}, 14, stages)
    assert "Motion" not in stages.seen
    assert np.array_equal(along, filled(engine, options, 14))


def test_a_given_motion_is_gone_along_and_the_other_end_follows_it(
    engine: MotionI2vEngine, options: dict, tmp_path: Path
) -> None:
    file = to_the_right(tmp_path / "first.npz", 16)
    made = filled(engine, {**options, "motion_file": str(file)}, 7)
    first, last = texture(64, 64, 1), texture(64, 64, 2)
    moved = [np.abs(made[0][:, 20:44].astype(int) - first[:, 20 - x : 44 - x]).mean() for x in (0, 2, 4)]
    assert moved[1] < 0.5 * min(moved[0], moved[2])  # an eighth of 16 to the right
    moved = [np.abs(made[6][:, 20:44].astype(int) - last[:, 20 + x : 44 + x]).mean() for x in (0, 2, 4)]
    assert moved[1] < 0.5 * min(moved[0], moved[2])
    back = to_the_right(tmp_path / "last.npz", -16)
    mirrored = filled(engine, {**options, "motion_back_file": str(back)}, 7)
    assert np.abs(np.array(mirrored, int)[:, :, 20:44] - np.array(made, int)[:, :, 20:44]).max() <= 1


def test_a_long_gap_keeps_to_the_given_motion_between_its_clips(
    engine: MotionI2vEngine, options: dict, tmp_path: Path
) -> None:
    stages = Stages()
    made = filled(engine, {**options, "motion_file": str(to_the_right(tmp_path / "m.npz", 20))}, 19, stages)
    assert len(made) == 19
    assert "Motion" not in stages.seen
    first = texture(64, 64, 1)
    moved = [np.abs(made[1][:, 20:44].astype(int) - first[:, 20 - x : 44 - x]).mean() for x in (0, 2, 4)]
    assert moved[1] < min(moved[0], moved[2])  # a tenth of 20 to the right


def test_what_is_drawn_to_stay_stays(engine: MotionI2vEngine, options: dict, tmp_path: Path) -> None:
    outline = (Point(8, 8), Point(30, 8), Point(30, 40), Point(8, 40))
    still = Guidance(regions=(MotionRegion(RegionId("r"), mode=RegionMode.STILL, outline=outline),))
    file = to_the_right(tmp_path / "m.npz", 16)
    request, pictures = asked({**options, "motion_file": str(file)}, 3, still)
    for made in engine.generate(request, pictures, SilentReporter()):
        assert np.array_equal(made.pixels[10:38, 10:28], pictures.first.pixels[10:38, 10:28])


def test_a_file_that_is_no_motion_of_this_picture_is_refused(
    engine: MotionI2vEngine, options: dict, tmp_path: Path
) -> None:
    narrow = to_the_right(tmp_path / "narrow.npz", 8, size=(64, 40))
    with pytest.raises(UnsupportedRequest, match=r"narrow.npz is of a picture of 40 × 64, .* shape of 64 × 64"):
        filled(engine, {**options, "motion_file": str(narrow)}, 1)
    torn = tmp_path / "torn.npz"
    torn.write_bytes(narrow.read_bytes()[:200])
    with pytest.raises(BadInput, match=r"torn\.npz cannot be read as a motion"):
        filled(engine, {**options, "motion_file": str(torn)}, 1)
    with pytest.raises(BadInput, match=r"m.exr: the engine takes a motion as \.npz or \.flo"):
        filled(engine, {**options, "motion_back_file": str(tmp_path / "m.exr")}, 1)
    write_flo(tmp_path / "m.flo", clip_motion(np.zeros((1, 64, 64, 2))))
    assert len(filled(engine, {**options, "motion_file": str(tmp_path / "m.flo")}, 1)) == 1
