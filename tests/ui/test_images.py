"""Arrays become images that own their pixels."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.ui.images import array_of, image_of


def test_an_image_outlives_its_array() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (7, 5, 3), np.uint8)
    expected = pixels.copy()
    image = image_of(pixels)
    pixels[:] = 0
    del pixels
    assert np.array_equal(array_of(image), expected)


def test_strided_views_are_packed() -> None:
    pixels = np.arange(8 * 10 * 3, dtype=np.uint8).reshape(8, 10, 3)
    assert np.array_equal(array_of(image_of(pixels[::2, 1::3])), pixels[::2, 1::3])


def test_grey_and_alpha_are_understood() -> None:
    assert np.array_equal(array_of(image_of(np.full((3, 3), 9, np.uint8))), np.full((3, 3, 3), 9, np.uint8))
    assert image_of(np.zeros((2, 2, 4), np.uint8)).hasAlphaChannel()


@pytest.mark.parametrize("pixels", [np.zeros((2, 2, 3), np.uint16), np.zeros((2, 2, 5), np.uint8)])
def test_other_arrays_are_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="picture for the eyes"):
        image_of(pixels)
