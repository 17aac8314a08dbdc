"""Grain: measured right, and new frames as noisy as their neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from noisy_scenes import HEIGHT, WIDTH, grain, strength, view

from mpd_studio.motion.field import MotionField
from mpd_studio.motion.grain import Grain, measure_grain, with_grain

TOP = {np.uint8: 255.0, np.uint16: 65535.0, np.float16: 1.0, np.float32: 1.0}


def still_field() -> MotionField:
    still = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    return MotionField(still, still, np.ones(still.shape[:2], np.float32), np.ones(still.shape[:2], np.float32))


def stored(values: np.ndarray, dtype: type) -> np.ndarray:
    scaled = values * TOP[dtype]
    return (np.clip(np.rint(scaled), 0, TOP[dtype]) if TOP[dtype] > 1 else scaled).astype(dtype)


def noisy_pair(dtype: type, coarseness: float = 0.0, most: float = 0.04) -> tuple[np.ndarray, np.ndarray]:
    clean = view(0)
    first, last = (stored(clean + strength(clean, most) * grain(seed, coarseness), dtype) for seed in (1, 2))
    return first, last


def measured(first: np.ndarray, last: np.ndarray) -> Grain:
    found = measure_grain(first, last, still_field())
    assert found is not None
    return found


@pytest.mark.parametrize("dtype", TOP)
@pytest.mark.parametrize("coarseness", [0.0, 0.8])
def test_strength_is_measured_by_brightness_in_every_depth(dtype: type, coarseness: float):
    found = measured(*noisy_pair(dtype, coarseness))
    for level, told in zip(found.levels, found.strength, strict=True):
        expected = strength(level / TOP[dtype], 0.04) * TOP[dtype]
        np.testing.assert_allclose(told, expected, rtol=0.1)


@pytest.mark.parametrize("coarseness", [0.0, 0.8, 1.5])
def test_new_grain_is_as_coarse_as_the_old(coarseness: float):
    sheet = measured(*noisy_pair(np.float32, coarseness)).sheet(HEIGHT, WIDTH, np.random.default_rng(5))
    assert sheet.var() == pytest.approx(1, rel=0.05)
    known = grain(9, coarseness)
    for step in (1, 2, 3):
        alike = [float(np.mean(noise[:, step:] * noise[:, :-step]) / noise.var()) for noise in (sheet, known)]
        assert alike[0] == pytest.approx(alike[1], abs=0.06)


def test_colours_of_new_grain_are_as_alike_as_the_old():
    first, last = ((view(0) + 0.03 * grain(seed, 0)[..., :1]).astype(np.float32) for seed in (1, 2))
    found = measured(first, last)
    sheet = found.sheet(64, 64, np.random.default_rng(1)) @ found.mixing.T
    assert np.corrcoef(sheet.reshape(-1, 3).T).min() > 0.95


@pytest.mark.parametrize("dtype", TOP)
def test_clean_pictures_have_no_grain(dtype: type):
    assert measure_grain(stored(view(0), dtype), stored(view(0), dtype), still_field()) is None


def test_pictures_too_small_to_tell_have_no_grain():
    first, last = (picture[:20, :20] for picture in noisy_pair(np.uint8))
    assert measure_grain(first, last, still_field()) is None


def test_what_was_lost_is_added_and_what_was_copied_stays():
    first, last = noisy_pair(np.float32)
    found = measured(first, last)
    carried = np.full(first.shape, np.sqrt(0.5), np.float32)
    whole = np.zeros(first.shape[:2], bool)
    whole[:, :100] = True
    fresh = found.sheet(HEIGHT, WIDTH, np.random.default_rng(4))
    made = with_grain(view(0), carried, whole, found, fresh)
    np.testing.assert_array_equal(made[:, :100], view(0)[:, :100])
    added = (made - view(0))[:, 100:]
    expected = strength(view(0), 0.04)[:, 100:] * np.sqrt(0.5)
    assert np.mean(np.square(added / expected)) == pytest.approx(1, rel=0.1)


def test_transparent_pixels_and_other_channels_get_no_grain():
    found = measured(*noisy_pair(np.float32))
    picture = np.dstack([view(0), np.zeros((HEIGHT, WIDTH)), np.full((HEIGHT, WIDTH), 7)]).astype(np.float32)
    picture[:, 200:, 3] = 1
    nothing = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    fresh = found.sheet(HEIGHT, WIDTH, np.random.default_rng(4))
    made = with_grain(picture, nothing, np.zeros((HEIGHT, WIDTH), bool), found, fresh)
    np.testing.assert_array_equal(made[:, :200], picture[:, :200])
    np.testing.assert_array_equal(made[..., 3:], picture[..., 3:])
    assert np.abs(made - picture)[:, 200:, :3].mean() > 0.01
