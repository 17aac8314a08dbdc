"""Depth and colour on the way to the model and back, and detail that comes back from the boundary frames."""

from __future__ import annotations

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest
from moving_scenes import psnr, texture

from mpd_studio.core.geometry import Size
from mpd_studio.engines.diffusion.model_size import fit
from mpd_studio.engines.diffusion.pixel_range import range_of
from mpd_studio.engines.diffusion.seam import LostDetail, color_match


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_integers_come_back_exactly(dtype: type):
    top = np.iinfo(dtype).max
    pixels = np.linspace(0, top, 64 * 3 * 64).round().astype(dtype).reshape(64, 64, 3)
    mapping = range_of(pixels, pixels)
    unit = mapping.to_unit(pixels)
    assert (unit.dtype, unit.min(), unit.max()) == (np.float32, 0, 1)
    np.testing.assert_array_equal(mapping.from_unit(unit), pixels)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float16, 1e-3), (np.float32, 1e-5)])
def test_highlights_beyond_one_come_back(dtype: type, tolerance: float):
    pixels = np.geomspace(1e-3, 40, 48 * 48 * 3).astype(dtype).reshape(48, 48, 3)
    mapping = range_of(pixels / dtype(4), pixels)
    unit = mapping.to_unit(pixels)
    assert unit.max() == pytest.approx(1)
    assert mapping.from_unit(unit).dtype == dtype
    np.testing.assert_allclose(mapping.from_unit(unit).astype(np.float64), pixels.astype(np.float64), rtol=tolerance)


def test_what_is_no_number_becomes_one():
    pixels = np.full((4, 4, 3), 0.5, np.float32)
    pixels[0, 0], pixels[0, 1], pixels[0, 2] = np.nan, np.inf, -np.inf
    unit = range_of(pixels, pixels).to_unit(pixels)
    assert unit[0, 0, 0] == 0
    assert unit[0, 1, 0] == 1
    assert unit[0, 2, 0] == 0


def unit_texture(seed: int, height: int = 96, width: int = 128) -> np.ndarray:
    return texture(height, width, seed).astype(np.float32) / 255 * 0.6 + 0.2


def test_a_cast_is_taken_away_from_both_ends_and_fades_between():
    first, last = unit_texture(1), unit_texture(2)
    red = np.array([0.06, 0, -0.02], np.float32)
    blue = np.array([-0.03, 0, 0.08], np.float32)
    match = color_match(first, first + red, last, last + blue)
    np.testing.assert_allclose(match.applied(first + red, 0.0), first, atol=2e-3)
    np.testing.assert_allclose(match.applied(last + blue, 1.0), last, atol=2e-3)
    between = (first + last) / 2
    np.testing.assert_allclose(match.applied(between + (red + blue) / 2, 0.5), between, atol=2e-3)


def test_a_cast_that_differs_from_side_to_side_is_taken_away_region_by_region():
    first = unit_texture(1)
    cast = np.linspace(-0.08, 0.08, first.shape[1], dtype=np.float32)[None, :, None]
    match = color_match(first, first + cast, first, first)
    assert np.abs(match.applied(first + cast, 0.0) - first).mean() < 0.15 * np.abs(cast).mean()


def test_content_that_differs_is_no_cast():
    first = unit_texture(1)
    other = first.copy()
    other[30:60, 40:80] = 1 - other[30:60, 40:80]
    match = color_match(first, other, first, first)
    assert np.abs(match.at_start).max() < 0.03


def fine_scene(height: int, width: int, shift: float) -> np.ndarray:
    """A texture with detail finer than the model's pixels, moved to the right."""
    random = np.random.default_rng(3)
    wide = texture(height, width + 64, 4).astype(np.float32) / 255
    wide += 0.2 * cv2.GaussianBlur(random.standard_normal(wide.shape).astype(np.float32), (0, 0), 0.8)
    where = np.array([[1, 0, shift - 32], [0, 1, 0]], np.float32)
    moved = cv2.warpAffine(wide, where, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.clip(moved, 0, 1)


class TestDetail:
    size = Size(384, 256)
    placed = fit(size, (Size(192, 128),))
    first, middle, last = (fine_scene(256, 384, shift) for shift in (0.0, 8.0, 16.0))

    def test_what_the_small_picture_lost_comes_back_where_motion_is_known(self):
        small = self.placed.to_model(self.middle)
        plain = self.placed.to_canvas(small)
        returned = LostDetail(self.placed, (self.first, self.last)).returned(small, plain, 0.5)
        inner = (slice(20, -20), slice(40, -40))
        before, after = (psnr(picture[inner], self.middle[inner], 1.0) for picture in (plain, returned))
        assert after > before + 1.5

    def test_nothing_is_added_where_the_ends_show_something_else(self):
        small = self.placed.to_model(texture(256, 384, 9).astype(np.float32) / 255)
        plain = self.placed.to_canvas(small)
        lost = LostDetail(self.placed, (self.first, self.last))
        strange = np.abs(lost.returned(small, plain, 0.5) - plain).mean()
        known = self.placed.to_model(self.middle)
        usual = np.abs(lost.returned(known, self.placed.to_canvas(known), 0.5) - self.placed.to_canvas(known)).mean()
        assert strange < 0.2 * usual

    def test_a_picture_that_the_model_enlarges_has_lost_nothing(self):
        assert LostDetail.is_any(self.placed)
        assert not LostDetail.is_any(fit(Size(100, 60), (Size(192, 128),)))
        assert not LostDetail.is_any(fit(Size(1000, 20), (Size(192, 128),)))  # too flat to see motion in
