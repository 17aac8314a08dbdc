"""Backward warp and forward splat against motions whose result is known."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import Sampling, backward_warp, resize_flow, resize_plane, splat, splat_together


def ramp(height: int = 20, width: int = 30, channels: int = 3) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([2 * x + 3 * y + 10 * c for c in range(channels)], axis=2).astype(np.float32)


def even(flow: tuple[float, float], height: int = 20, width: int = 30) -> np.ndarray:
    return np.tile(np.array(flow, np.float32), (height, width, 1))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize("channels", [1, 3, 4, 5, 9])
def test_whole_pixel_warps_are_exact_in_every_depth(dtype: type, channels: int):
    picture = ramp(channels=channels).astype(dtype)
    for sampling in Sampling:
        warped = backward_warp(picture, even((3, 2)), sampling)
        assert warped.dtype == dtype
        np.testing.assert_array_equal(warped[:-2, :-3], picture[2:, 3:])


@pytest.mark.parametrize("sampling", [Sampling.LINEAR, Sampling.CUBIC])
def test_a_ramp_warped_by_a_fraction_is_the_ramp_there(sampling: Sampling):
    warped = backward_warp(ramp(), even((0.5, -0.25)), sampling)
    np.testing.assert_allclose(
        warped[3:-3, 3:-3], ramp()[3:-3, 3:-3] + 0.25, atol=0.02 if sampling is Sampling.LINEAR else 0.2
    )


def test_high_dynamic_range_passes_unclipped():
    picture = ramp() * 1000
    assert backward_warp(picture, even((1, 0))).max() == picture.max()


def test_a_splat_moves_forward_and_leaves_a_hole_behind():
    moved, weight = splat(ramp(), even((4, 0)), np.ones((20, 30), np.float32))
    np.testing.assert_allclose(moved[:, 4:], ramp()[:, :-4], atol=1e-4)
    assert np.all(weight[:, :4] == 0)
    assert np.all(weight[:, 4:] == 1)


def test_where_two_land_the_heavier_wins():
    flow = even((0, 0))
    flow[10, 5] = (7, 0)  # lands on pixel 12 of its row
    weights = np.ones((20, 30), np.float32)
    weights[10, 5] = np.exp(12)
    moved, _ = splat(ramp(), flow, weights)
    np.testing.assert_allclose(moved[10, 12], ramp()[10, 5], atol=1e-2)


def test_what_is_thrown_together_is_averaged_by_weight():
    light, heavy = np.full((20, 30), 0.25, np.float32), np.full((20, 30), 0.75, np.float32)
    values, way = np.moveaxis(ramp(), 2, 0), np.moveaxis(even((4, 0)), 2, 0)
    moved, weight = splat_together((values, way, light), (-values, way, heavy))
    np.testing.assert_allclose(moved[:, 4:], -0.5 * ramp()[:, :-4], atol=1e-4)
    np.testing.assert_array_equal(weight[:, 4:], 1)
    np.testing.assert_array_equal(weight[:, :4], 0)


def test_splat_keeps_the_weight_that_stays_on_the_picture():
    random = np.random.default_rng(1)
    flow = random.uniform(-2, 2, (20, 30, 2)).astype(np.float32)
    flow[:3], flow[-3:], flow[:, :3], flow[:, -3:] = 0, 0, 0, 0
    _, weight = splat(ramp(), flow, np.ones((20, 30), np.float32))
    assert weight.sum() == pytest.approx(600, rel=1e-5)


def test_holes_are_filled_from_around_and_the_rest_is_left():
    values = ramp()
    weight = np.ones((20, 30), np.float32)
    weight[8:12, 10:16] = 0
    filled = fill_holes(np.where(weight[..., None] > 0, values, 0), weight)
    np.testing.assert_array_equal(filled[weight > 0], values[weight > 0])
    assert np.abs(filled - values).max() < 8


@pytest.mark.parametrize("radius", [3, 20, 60])
def test_a_hole_of_any_size_is_filled_like_what_lies_around(radius: int):
    y, x = np.mgrid[:150, :201].astype(np.float32)
    values = np.stack([np.sin(x / 40) + y / 100, x / 50], axis=2)
    weight = (np.hypot(x - 110, y - 70) > radius).astype(np.float32)
    filled = fill_holes(values * weight[..., None], weight)
    np.testing.assert_array_equal(filled[weight > 0], values[weight > 0])
    rim = weight == 0
    assert np.abs(filled - values)[rim].max() < 0.06 * radius
    jump = np.abs(filled[:, 1:] - filled[:, :-1])
    assert jump.max() < 0.3  # the values themselves rise by 0.03 from pixel to pixel


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 9, 2), (9, 1, 3), (7, 5, 33)])
def test_one_known_place_fills_all_and_none_fills_nothing(shape: tuple[int, int, int]):
    weight = np.zeros(shape[:2], np.float32)
    assert not fill_holes(np.zeros(shape, np.float32), weight).any()
    weight[0, -1] = 1e-3
    values = np.zeros(shape, np.float32)
    values[0, -1] = 7
    np.testing.assert_allclose(fill_holes(values, weight), 7, rtol=1e-5)


@pytest.mark.parametrize("shape", [(40, 15), (7, 60), (10, 15)])
def test_each_axis_of_motion_grows_with_its_side(shape: tuple[int, int]):
    random = np.random.default_rng(2).uniform(-5, 5, (20, 30, 2)).astype(np.float32)
    resized = resize_flow(random, *shape)
    for axis in (0, 1):
        plane = resize_plane(np.ascontiguousarray(random[..., axis]), *shape)
        np.testing.assert_allclose(
            resized[..., axis], plane * (shape[1] / 30, shape[0] / 20)[axis], rtol=1e-5, atol=1e-5
        )


def test_resized_motion_is_the_same_motion():
    assert resize_flow(even((6, 4)), 40, 15)[20, 7] == pytest.approx((3, 8))


@pytest.mark.parametrize("flow", [(-40.3, 0.2), (40.3, 0.2), (0.2, -30.7), (0.2, 30.7), (-31.5, -21.5)])
def test_what_is_thrown_off_the_picture_lands_nowhere(flow: tuple[float, float]):
    moved, weight = splat(ramp(), even(flow), np.ones((20, 30), np.float32))
    assert not weight.any()
    assert not moved.any()


def test_what_is_thrown_half_over_the_border_keeps_the_half_inside():
    _, weight = splat(ramp(), even((-0.25, 0.0)), np.ones((20, 30), np.float32))
    np.testing.assert_allclose(weight[:, :-1], 1)
    np.testing.assert_allclose(weight[:, -1], 0.75)
