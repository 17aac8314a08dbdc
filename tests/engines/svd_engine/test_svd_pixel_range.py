"""Nothing of a float picture is lost on its way to the model's 0..1 and back, also below 0 and above 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from moving_scenes import texture
from svd_runs import fill_svd

from mpd_studio.engines.diffusion.pixel_range import range_of
from mpd_studio.engines.svd.engine import SvdEngine


def scene(low: float, high: float, dtype: type = np.float32) -> np.ndarray:
    """(48, 64, 3) linear light from `low` to `high`."""
    soft = texture(48, 64, 1).astype(np.float32) / 255
    return (low + (soft - soft.min()) / np.ptp(soft) * (high - low)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-0.004, 1.0), (-0.08, 1.0), (-0.5, 16.0), (-0.02, 0.5)])
def test_a_float_picture_comes_back(low: float, high: float, dtype: type):
    pixels = scene(low, high, dtype)
    mapping = range_of(pixels, pixels / dtype(2))
    unit = mapping.to_unit(pixels)
    assert unit.dtype == np.float32
    assert unit.min() >= 0
    assert unit.max() <= 1
    error = np.abs(mapping.from_unit(unit).astype(np.float64) - pixels).max()
    assert error <= 2 * np.finfo(dtype).eps * max(1.0, high)


def test_darker_stays_darker_across_black():
    steps = np.linspace(-0.05, 0.05, 101, dtype=np.float32)
    pixels = np.repeat(steps, 3).reshape(1, 101, 3)
    assert (np.diff(range_of(pixels, pixels).to_unit(pixels)[0, :, 0]) > 0).all()


def test_both_frames_have_a_say():
    dark, bright = scene(-0.03, 0.5), scene(0.0, 4.0)
    for mapping in (range_of(dark, bright), range_of(bright, dark)):
        assert mapping.top == 4.0
        assert mapping.bottom == pytest.approx(-0.03, abs=1e-6)


def test_without_negatives_black_is_not_lifted():
    pixels = scene(0.0, 2.0)
    np.testing.assert_array_equal(range_of(pixels, pixels).to_unit(pixels), (pixels / 2) ** np.float32(1 / 2.2))


def test_a_faulty_pixel_does_not_take_the_range_from_the_picture():
    pixels = scene(0.0, 1.0)
    pixels[3, 4] = (-1000.0, np.nan, -np.inf)
    unit = range_of(pixels, pixels).to_unit(pixels)
    assert np.isfinite(unit).all()
    others = np.delete(unit.reshape(-1, 3), 3 * 64 + 4, axis=0)
    assert np.ptp(others) > 0.7
    black = range_of(pixels, pixels).to_unit(np.zeros((1, 1, 3), np.float32))[0, 0, 0]
    np.testing.assert_allclose(unit[3, 4], [0, black, 0], atol=1e-6)


def test_new_frames_can_be_as_dark_as_their_neighbours(tiny_svd: Path):
    """Random weights make every value, so what the mapping allows is seen in the result."""
    ends = scene(-0.05, 1.0), scene(-0.02, 1.5)
    made = np.stack(fill_svd(SvdEngine(), tiny_svd, ends, 3))
    assert -0.05 - 1e-6 <= made.min() < -0.01
    plain = np.stack(fill_svd(SvdEngine(), tiny_svd, (scene(0.0, 1.0), scene(0.0, 1.5)), 3))
    assert plain.min() >= 0
