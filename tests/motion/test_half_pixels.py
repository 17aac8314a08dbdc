"""Half pixels: the picture itself stays, and what lies between is found as cubic lookup finds it."""

from __future__ import annotations

import cv2  # noqa: TID253 - what it finds is what we compare with
import numpy as np
import pytest

from mpd_studio.motion.half_pixels import with_half_pixels
from mpd_studio.motion.source import sources
from mpd_studio.motion.warp import Sampling, grid


def noise(channels: int, dtype: type) -> np.ndarray:
    rough = np.random.default_rng(3).uniform(0, 255, (37, 53, channels))
    return cv2.GaussianBlur(rough, (0, 0), 1.0).reshape(rough.shape).astype(dtype)


@pytest.mark.parametrize("channels", [1, 2, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_picture_itself_stays_untouched(channels: int, dtype: type):
    picture = noise(channels, dtype)
    np.testing.assert_array_equal(with_half_pixels(picture)[::2, ::2], picture)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_of_three_channels_come_four_and_the_three_are_what_each_is_alone(dtype: type):
    picture = noise(3, dtype)
    whole = with_half_pixels(picture)
    assert whole.shape == (74, 106, 4)
    for channel in range(3):
        alone = with_half_pixels(np.ascontiguousarray(picture[..., channel : channel + 1]))
        np.testing.assert_allclose(whole[..., channel], alone[..., 0], atol=1e-3)


def test_what_lies_between_is_what_cubic_lookup_finds():
    picture = noise(4, np.float32)
    half = grid(37, 53) + np.float32(0.5)
    found = cv2.remap(picture, half, np.zeros(0), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(with_half_pixels(picture)[1::2, 1::2], found, atol=0.1)


def test_linear_lookup_in_half_pixels_is_nearly_cubic():
    picture = noise(3, np.uint8)
    cubic, half = (sources(picture, picture, Sampling.CUBIC, zoom)[0] for zoom in (1, None))
    assert half.zoom == 2
    where = grid(37, 53) + np.random.default_rng(4).uniform(-3, 3, (37, 53, 2)).astype(np.float32)
    apart = cubic.moved(0, where).astype(float) - half.moved(0, where * np.float32(2))
    assert np.sqrt(np.mean(apart**2)) < 2.5
    linear = sources(picture, picture, Sampling.LINEAR)[0].moved(0, where).astype(float)
    assert np.mean(apart**2) < 0.2 * np.mean((linear - cubic.moved(0, where)) ** 2)


def test_a_picture_too_large_for_half_pixels_is_looked_up_without():
    wide = np.zeros((2, 16400, 3), np.uint8)
    assert sources(wide, wide, Sampling.CUBIC)[0].zoom == 1
