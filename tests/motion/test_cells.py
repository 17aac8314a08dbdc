"""Planes in cells of two by two pixels."""

from __future__ import annotations

import cv2  # noqa: TID253 - what is exact is computed with it
import numpy as np
import pytest

from mpd_studio.motion.cells import in_cells, in_pixels, wide_blur


def test_a_cell_is_the_mean_of_its_pixels_and_an_odd_end_counts_twice() -> None:
    plane = np.array([[1, 3, 10], [5, 7, 20], [2, 4, 6]], np.float32)
    np.testing.assert_allclose(in_cells(plane), [[4, 15], [3, 6]])


@pytest.mark.parametrize("size", [(40, 60), (41, 60), (40, 61), (41, 61)])
def test_an_even_slope_comes_back_where_it_was(size: tuple[int, int]) -> None:
    rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float32)
    plane = 2 * rows + 3 * columns
    back = in_pixels(in_cells(plane), *size)
    np.testing.assert_allclose(back[2:-2, 2:-2], plane[2:-2, 2:-2], atol=1e-3)


@pytest.mark.parametrize("reach", [2.0, 4.0, 6.0])
@pytest.mark.parametrize("at", [(45, 60), (45, 61), (46, 60), (46, 61)])
def test_a_wide_blur_spreads_a_point_as_far_as_it_says_and_keeps_its_weight(reach: float, at: tuple[int, int]) -> None:
    plane = np.zeros((91, 121), np.float32)
    plane[at] = 1
    spread = wide_blur(plane, reach)
    assert spread.sum() == pytest.approx(1, abs=0.01)
    for axis, place in enumerate(at):
        profile = spread.sum(axis=1 - axis)
        away = np.arange(len(profile)) - place
        assert abs((profile * away).sum()) < 0.51  # a point is taken to lie in the middle of its cell
        assert np.sqrt((profile * away**2).sum()) == pytest.approx(reach, rel=0.03)


def test_a_wide_blur_of_a_picture_is_the_blur_of_every_pixel() -> None:
    noise = np.random.default_rng(1).normal(0, 30, (91, 121)).astype(np.float32)
    plane = cv2.GaussianBlur(noise, (0, 0), 1)
    exact = cv2.GaussianBlur(plane, (0, 0), 4)
    inner = slice(12, -12), slice(12, -12)
    assert np.abs(wide_blur(plane, 4) - exact)[inner].mean() < 0.05 * np.abs(exact)[inner].mean()
