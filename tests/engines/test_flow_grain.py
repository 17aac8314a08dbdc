"""The flow engine's new frames are as grainy as their neighbours when asked, and as before when not."""

from __future__ import annotations

import dataclasses

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest
from moving_scenes import UNGUIDED, request_for

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionRegion, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.registry import open_engine

HEIGHT, WIDTH = 256, 384
PAN = 13.0  # px from end to end: never whole pixels in between
TOP = {np.uint8: 255.0, np.uint16: 65535.0, np.float16: 1.0, np.float32: 1.0}
INSIDE = (slice(32, -32), slice(32, -32))


def clean(shift: float) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) float32 in about 0.2..0.8, smooth enough that any interpolation is exact."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    x -= shift
    waves = [np.sin(x / a + c) * np.cos(y / b - c) + 0.6 * np.sin(x / 13 + y / 17 + 2 * c) for a, b, c in
             ((19, 23, 0.0), (29, 17, 1.0), (23, 31, 2.0))]  # fmt: skip
    return (0.5 + 0.18 * np.dstack(waves)).astype(np.float32)


def strength(picture: np.ndarray) -> np.ndarray:
    return 0.03 * (0.4 + 0.6 * picture)


def grainy(picture: np.ndarray, seed: int, dtype: type, coarseness: float) -> np.ndarray:
    white = np.random.default_rng(seed).standard_normal(picture.shape)
    soft = cv2.GaussianBlur(white, (0, 0), coarseness) if coarseness else white
    values = (picture + strength(picture) * soft / soft.std()) * TOP[dtype]
    return (np.clip(np.rint(values), 0, TOP[dtype]) if TOP[dtype] > 1 else values).astype(dtype)


def made(
    dtype: type,
    regrain: bool,
    coarseness: float = 0.0,
    guidance: Guidance = UNGUIDED,
    seed: int = 0,
    pan: float = PAN,
) -> list[np.ndarray]:
    ends = [grainy(clean(shift), number, dtype, coarseness) for number, shift in ((1, 0.0), (2, pan))]
    options = (("regrain", True),) if regrain else ()
    request = dataclasses.replace(
        request_for(ends[0], 3, guidance, seed=seed), settings=EngineSettings(options=options)
    )
    pictures = BoundaryPictures(Picture(ends[0]), Picture(ends[1]))
    return [picture.pixels for picture in open_engine("flow").generate(request, pictures, SilentReporter())]


def power_ratio(picture: np.ndarray, truth: np.ndarray, dtype: type) -> float:
    """Power of what is not the clean picture, against that of the neighbours' grain."""
    noise = picture.astype(np.float64)[INSIDE] / TOP[dtype] - truth[INSIDE]
    return float(np.mean(np.square(noise / strength(truth)[INSIDE])))


@pytest.mark.parametrize("dtype", TOP)
@pytest.mark.parametrize("coarseness", [0.0, 0.8])
def test_new_frames_are_as_noisy_as_their_neighbours_within_a_tenth(dtype: type, coarseness: float):
    for number, picture in enumerate(made(dtype, True, coarseness), 1):
        assert power_ratio(picture, clean(PAN * number / 4), dtype) == pytest.approx(1, abs=0.1)


def test_without_the_option_grain_is_lost():
    for number, picture in enumerate(made(np.uint8, False), 1):
        assert power_ratio(picture, clean(PAN * number / 4), np.uint8) < 0.75


def test_still_scenes_get_back_what_mixing_took():
    for picture in made(np.float32, True, pan=0.0):
        assert power_ratio(picture, clean(0), np.float32) == pytest.approx(1, abs=0.1)


def test_grain_is_new_on_each_frame_and_the_same_for_the_same_seed():
    added = [grain - plain for grain, plain in zip(made(np.float32, True), made(np.float32, False), strict=True)]
    alike = np.corrcoef([noise.ravel() for noise in added]) - np.eye(3)
    assert np.abs(alike).max() < 0.02
    np.testing.assert_array_equal(made(np.float32, True)[1], made(np.float32, True)[1])
    assert not np.array_equal(made(np.float32, True)[1], made(np.float32, True, seed=1)[1])


def test_what_holds_still_is_copied_without_new_grain():
    corners = tuple(Point(x, y) for x, y in ((100, 60), (240, 60), (240, 190), (100, 190)))
    region = MotionRegion(RegionId("still"), mode=RegionMode.STILL, outline=corners)
    first = grainy(clean(0), 1, np.uint16, 0.0)
    for picture in made(np.uint16, True, guidance=Guidance(regions=(region,))):
        np.testing.assert_array_equal(picture[64:186, 104:236], first[64:186, 104:236])


def test_a_gap_between_equal_frames_stays_as_it_is():
    end = grainy(clean(0), 1, np.uint8, 0.0)
    request = dataclasses.replace(request_for(end, 2), settings=EngineSettings(options=(("regrain", True),)))
    pictures = BoundaryPictures(Picture(end.copy()), Picture(end.copy()))
    for picture in open_engine("flow").generate(request, pictures, SilentReporter()):
        np.testing.assert_array_equal(picture.pixels, end)
