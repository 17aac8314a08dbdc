"""Pictures of any size go to the model's size and come back where they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moving_scenes import texture

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.geometry import Size
from mpd_studio.engines.diffusion.model_size import fit, native_sizes, parse_size

REAL = native_sizes(768, 64)
TINY = native_sizes(64, 16)


@pytest.mark.parametrize(
    ("canvas", "model"),
    [
        (Size(1920, 1080), Size(1024, 576)),
        (Size(3840, 2160), Size(1024, 576)),
        (Size(1024, 576), Size(1024, 576)),
        (Size(1080, 1920), Size(576, 1024)),
        (Size(1000, 1000), Size(768, 768)),
        (Size(1440, 1080), Size(896, 640)),
        (Size(2048, 858), Size(1152, 512)),
    ],
)
def test_each_shape_gets_the_size_that_shows_most_of_it(canvas: Size, model: Size):
    assert fit(canvas, REAL).model == model


def test_real_sizes_are_multiples_of_64_and_no_larger_than_the_model_was_trained_at():
    assert len(REAL) > 6
    for size in REAL:
        assert size.width % 64 == size.height % 64 == 0
        assert 0.85 * 768**2 <= size.width * size.height <= 768**2


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_the_whole_canvas_lies_inside_the_model_picture(width: int, height: int):
    placed = fit(Size(width, height), REAL)
    assert placed.left + placed.inside.width <= placed.model.width
    assert placed.top + placed.inside.height <= placed.model.height
    # In the middle, and touching the border one way.
    assert placed.model.width - placed.inside.width - 2 * placed.left in (0, 1)
    assert placed.model.height - placed.inside.height - 2 * placed.top in (0, 1)
    assert placed.inside.width == placed.model.width or placed.inside.height == placed.model.height


@pytest.mark.parametrize("size", [(1920, 1080), (1279, 533), (641, 999), (320, 180), (100, 700)])
@pytest.mark.parametrize("sizes", [REAL, TINY], ids=["real", "tiny"])
def test_a_gradient_comes_back_within_a_tenth_of_a_pixel(size: tuple[int, int], sizes: tuple[Size, ...]):
    width, height = size
    placed = fit(Size(width, height), sizes)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    ramps = np.dstack([x, y, x + y])
    back = placed.to_canvas(placed.to_model(ramps))
    assert back.shape == ramps.shape
    # Away from the border by two pixels of the model, where the border's own value bends the ramp.
    edge = 2 + 2 * int(np.ceil(max(width / placed.inside.width, height / placed.inside.height)))
    inner = (slice(edge, -edge), slice(edge, -edge))
    assert back[inner].size
    shift = (back - ramps)[inner]
    assert np.abs(shift.mean(axis=(0, 1))).max() < 0.01
    assert np.abs(shift).max() < 0.1


def test_a_picture_of_the_models_size_is_not_touched():
    pixels = texture(576, 1024, 1).astype(np.float32)
    placed = fit(Size(1024, 576), REAL)
    np.testing.assert_array_equal(placed.to_canvas(placed.to_model(pixels)), pixels)
    assert not placed.loses_detail
    assert fit(Size(1920, 1080), REAL).loses_detail


def test_left_over_sides_repeat_the_border():
    placed = fit(Size(64, 20), TINY)
    pixels = texture(20, 64, 2).astype(np.float32)
    model = placed.to_model(pixels)
    assert placed.top > 0
    np.testing.assert_array_equal(model[0], model[placed.top])
    np.testing.assert_array_equal(model[-1], model[placed.top + placed.inside.height - 1])


def test_a_size_is_read_from_text():
    assert parse_size("96x48", 16) == Size(96, 48)
    assert parse_size("96 × 48", 16) == Size(96, 48)


@pytest.mark.parametrize("text", ["", "96", "96x", "100x48", "0x16", "-16x16", "96x48x2"])
def test_what_is_no_size_for_the_model_is_refused(text: str):
    with pytest.raises(UnsupportedRequest, match=r"1024x576|multiples of 16"):
        parse_size(text, 16)
