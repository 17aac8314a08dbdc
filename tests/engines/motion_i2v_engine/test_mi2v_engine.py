"""Gaps filled and pictures animated by Motion-I2V on tiny random networks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import BadInput, Cancelled, EnvironmentProblem, SettingsError, UnsupportedRequest
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionRegion, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Preview, Progress, Reporter, SilentReporter
from mpd_studio.engines.motion_i2v.engine import MotionI2vEngine
from mpd_studio.motion.clip_field import Animates, ClipField
from tests.engines.moving_scenes import UNGUIDED, Ball, path_through, request_for, texture

OUTLINE = (Point(8, 8), Point(30, 8), Point(30, 40), Point(8, 40))
SILENT = SilentReporter()


@pytest.fixture(scope="module")
def engine() -> MotionI2vEngine:
    return MotionI2vEngine()


def base_options(weights: Path) -> dict[str, str | int | float | bool]:
    return {"weights": str(weights), "steps": 2, "size": "64x64", "memory": "full", "guidance": 1.0}


@pytest.fixture
def options(tiny_motion_i2v: Path) -> dict[str, str | int | float | bool]:
    return base_options(tiny_motion_i2v)


def scene(width: int = 64, height: int = 48) -> tuple[np.ndarray, np.ndarray]:
    background, ball = texture(height, width, 1), Ball(radius=8)
    return ball.over(background, Point(width * 0.3, height * 0.5)), ball.over(
        background, Point(width * 0.55, height * 0.5)
    )


def filled(
    engine: MotionI2vEngine,
    options: dict,
    ends: Sequence[np.ndarray],
    new_frames: int,
    guidance: Guidance = UNGUIDED,
    reporter: Reporter = SILENT,
) -> list[np.ndarray]:
    request = request_for(ends[0], new_frames, guidance, seed=5)
    request = dataclasses.replace(request, settings=EngineSettings(options=tuple(sorted(options.items()))))
    pictures = BoundaryPictures(Picture(ends[0].copy()), Picture(ends[1].copy()))
    return [picture.pixels for picture in engine.generate(request, pictures, reporter)]


@pytest.fixture(scope="module")
def free_frame(engine: MotionI2vEngine, tiny_motion_i2v: Path) -> np.ndarray:
    """The one new frame of the scene without anything drawn, said or measured."""
    return filled(engine, {**base_options(tiny_motion_i2v), "measured": False}, scene(), 1)[0]


@pytest.fixture(scope="module")
def measured_frame(engine: MotionI2vEngine, tiny_motion_i2v: Path) -> np.ndarray:
    """The same with the motion that is measured between the ends."""
    return filled(engine, {**base_options(tiny_motion_i2v), "measured": True}, scene(), 1)[0]


def region(mode: RegionMode) -> MotionRegion:
    return MotionRegion(RegionId("r"), mode=mode, outline=OUTLINE, feather=2)


@pytest.mark.parametrize("render", ["native", "model"])
def test_still_regions_are_the_first_frame_exactly(engine: MotionI2vEngine, options: dict, render: str) -> None:
    ends = scene()
    guidance = Guidance(regions=(region(RegionMode.STILL),))
    for frame in filled(engine, {**options, "render": render}, ends, 3, guidance):
        assert np.array_equal(frame[8:40, 8:30], ends[0][8:40, 8:30])
        assert not np.array_equal(frame, ends[0])


def test_only_the_brushed_region_moves_with_no_drag_at_all(engine: MotionI2vEngine, options: dict) -> None:
    ends = scene()
    guidance = Guidance(regions=(region(RegionMode.MOVES),))
    for frame in filled(engine, {**options, "render": "model"}, ends, 3, guidance):
        outside = np.ones(frame.shape[:2], bool)
        outside[4:44, 4:34] = False
        assert np.array_equal(frame[outside], ends[0][outside])
        assert not np.array_equal(frame[8:40, 8:30], ends[0][8:40, 8:30])


@pytest.mark.parametrize(
    "change", [{"prompt": "rain"}, {"camera": "zoom-in", "camera_amount": 0.3}, {"measured": False}]
)
def test_options_have_an_effect(
    engine: MotionI2vEngine, options: dict, change: dict, free_frame: np.ndarray, measured_frame: np.ndarray
) -> None:
    changed = filled(engine, {**options, "measured": False, **change}, scene(), 1)[0]
    assert not np.array_equal(changed, measured_frame if "measured" in change else free_frame)


def test_paths_are_seen_by_the_controlnet_from_both_sides(
    engine: MotionI2vEngine, options: dict, free_frame: np.ndarray
) -> None:
    ends = scene()
    guidance = Guidance(paths=(path_through((0, 20, 24), (1, 36, 24), radius=10),))
    free = {**options, "measured": False}
    drawn = filled(engine, free, ends, 1, guidance)[0]
    assert not np.array_equal(drawn, free_frame)
    assert not np.array_equal(drawn, filled(engine, {**free, "control": 0.0}, ends, 1, guidance)[0])


def test_a_gap_longer_than_a_clip_is_made_of_several(engine: MotionI2vEngine, options: dict) -> None:
    assert len(filled(engine, options, scene(), 18)) == 18


def test_one_stage_at_a_time_makes_the_same_frames(options: dict, measured_frame: np.ndarray) -> None:
    frugal = MotionI2vEngine()
    (one,) = filled(frugal, {**options, "memory": "low"}, scene(), 1)
    assert np.array_equal(measured_frame, one)


class Watching(Reporter):
    def __init__(self, stop_at: int = 0) -> None:
        self.calls, self._stop_at = 0, stop_at
        self.stages: list[str] = []
        self.previews: list[Preview] = []

    def report(self, progress: Progress) -> None:
        self.stages.append(progress.stage)
        self.raise_if_cancelled()

    def raise_if_cancelled(self) -> None:
        self.calls += 1
        if self.calls == self._stop_at:
            raise Cancelled

    def wants_preview(self) -> bool:
        return True

    def preview(self, preview: Preview) -> None:
        self.previews.append(preview)


def test_stages_are_told_the_motion_is_shown_and_cancelling_is_heard(engine: MotionI2vEngine, options: dict) -> None:
    watching = Watching()
    filled(engine, options, scene(), 3, reporter=watching)
    assert [stage for stage in dict.fromkeys(watching.stages) if stage in ("Motion", "Denoising")] == [
        "Motion",
        "Denoising",
    ]
    assert [preview.places for preview in watching.previews] == [(1, 2, 3)]
    for call in range(1, watching.calls, watching.calls // 4):
        with pytest.raises(Cancelled):
            filled(engine, options, scene(), 3, reporter=Watching(call))


def alone(options: dict, new_frames: int, guidance: Guidance = UNGUIDED) -> tuple:
    first = scene()[0]
    request = dataclasses.replace(
        request_for(first, new_frames, guidance), settings=EngineSettings(options=tuple(sorted(options.items())))
    )
    return request, BoundaryPictures(Picture(first.copy()), Picture(first.copy())), SILENT


def test_motion_is_predicted_edited_and_then_animated(engine: MotionI2vEngine, options: dict) -> None:
    assert isinstance(engine, Animates)
    request, pictures, reporter = alone(options, 15)
    motion = engine.predict_motion(request, pictures, reporter)
    assert motion.px.shape == (15, 48, 64, 2)
    assert motion.px.any()
    made = [frame.pixels for frame in engine.animate(request, pictures, motion, reporter)]
    again = [frame.pixels for frame in engine.animate(request, pictures, None, reporter)]
    other = [
        frame.pixels for frame in engine.animate(request, pictures, ClipField.of(motion).scaled(-2).motion, reporter)
    ]
    assert len(made) == 15
    assert made[0].shape == (48, 64, 3)
    assert np.array_equal(made, again)
    assert not np.array_equal(made, other)


def test_animated_pictures_hold_still_exactly(engine: MotionI2vEngine, options: dict) -> None:
    request, pictures, reporter = alone(options, 4, Guidance(regions=(region(RegionMode.STILL),)))
    motion = engine.predict_motion(request, pictures, reporter)
    for frame in engine.animate(request, pictures, motion, reporter):
        assert np.array_equal(frame.pixels[8:40, 8:30], pictures.first.pixels[8:40, 8:30])


def test_what_cannot_be_made_is_refused_before_anything_is_loaded(options: dict, tmp_path: Path) -> None:
    engine, ends = MotionI2vEngine(), scene()
    with pytest.raises(SettingsError, match="no option 'sampler'"):
        filled(engine, {**options, "sampler": "trf"}, ends, 1)
    with pytest.raises(SettingsError, match="'camera' cannot be"):
        filled(engine, {**options, "camera": "spin"}, ends, 1)
    with pytest.raises(UnsupportedRequest, match="multiples of 64"):
        filled(engine, {**options, "size": "100x64"}, ends, 1)
    with pytest.raises((BadInput, EnvironmentProblem), match=str(tmp_path)):
        filled(engine, {**options, "weights": str(tmp_path)}, ends, 1)
    with pytest.raises(EnvironmentProblem, match="weights get"):
        filled(engine, {**options, "weights": ""}, ends, 1)
    request, pictures, reporter = alone(options, 241)
    with pytest.raises(UnsupportedRequest, match="240 frames at most"):
        engine.animate(request, pictures, None, reporter)
    short = ClipField(np.zeros((4, 48, 64, 2), np.float32)).motion
    request, pictures, reporter = alone(options, 5)
    with pytest.raises(UnsupportedRequest, match="3 frames"):
        engine.animate(request, pictures, short, reporter)
