"""Measured motion against rendered motion."""

from __future__ import annotations

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest

from mpd_studio.core.geometry import Size
from mpd_studio.motion.between import motion_at
from mpd_studio.motion.flow import two_way_flow
from mpd_studio.motion.luminance import working_pair, working_size

HEIGHT, WIDTH = 144, 192


def world(seed: int = 1, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    random = np.random.default_rng(seed)
    noise = random.standard_normal((height, width, 3)).astype(np.float32)
    picture = cv2.GaussianBlur(noise, (0, 0), 1.5) + 3 * cv2.GaussianBlur(noise[::-1], (0, 0), 4)
    return np.clip(128 + 45 * picture / picture.std(), 0, 255).astype(np.uint8)


def moved(picture: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    return cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def true_flow(matrix: np.ndarray) -> np.ndarray:
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    return np.stack([x, y, np.ones_like(x)], axis=2) @ matrix.T - np.stack([x, y], axis=2)


SHIFT = np.array([[1, 0, 7.5], [0, 1, -4.25]])
FAR = np.array([[1, 0, 48.0], [0, 1, 20.0]])
TURN = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 6, 1.05)


@pytest.mark.parametrize("matrix", [SHIFT, FAR, TURN], ids=["shift", "far", "turn and growth"])
def test_flow_both_ways_is_the_motion_that_was_rendered(matrix: np.ndarray):
    field = two_way_flow(world(), moved(world(), matrix))
    inside = (slice(24, -24), slice(52, -52))
    error = np.hypot(*np.moveaxis(field.forward - true_flow(matrix), 2, 0))
    assert np.median(error[inside]) < 0.2
    assert np.median(field.forward_trust[inside]) > 0.9
    back = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))[:2]
    error = np.hypot(*np.moveaxis(field.backward - true_flow(back), 2, 0))
    assert np.median(error[inside]) < 0.3


def test_hidden_places_are_not_trusted():
    front = world(2)[:60, :60]
    first, last = world(), world()
    first[40:100, 40:100], last[40:100, 80:140] = front, front
    field = two_way_flow(first, last)
    covered = field.forward_trust[50:90, 104:136]  # background that the square hides in the last frame
    assert covered.mean() < 0.3
    assert field.forward_trust[50:90, 46:94].mean() > 0.8


def test_a_cut_is_recognised_and_a_pan_is_not_one():
    # Flows between unlike pictures agree by chance, more or less of it: a single pair says little.
    assert np.mean([two_way_flow(world(seed), world(seed + 1)).overall_trust for seed in range(1, 7)]) < 0.7
    assert two_way_flow(world(1), moved(world(1), FAR)).overall_trust == 1


def test_motion_at_a_moment_is_the_motion_of_what_is_there():
    field = two_way_flow(world(), moved(world(), SHIFT))
    for time in (0.25, 0.5, 0.75):
        motion = motion_at(field, time)
        inside = (slice(16, -16), slice(16, -16))
        np.testing.assert_allclose(np.median(motion.velocity[inside], axis=(0, 1)), (7.5, -4.25), atol=0.1)
        assert motion.sees_first[inside].mean() > 0.95


def test_a_field_resized_moves_pixels_as_far_on_the_canvas():
    field = two_way_flow(world(), moved(world(), SHIFT)).resized(Size(2 * WIDTH, HEIGHT))
    assert field.size == Size(2 * WIDTH, HEIGHT)
    np.testing.assert_allclose(np.median(field.forward, axis=(0, 1)), (15, -4.25), atol=0.3)


def test_working_size_is_bounded_and_keeps_the_shape():
    size = working_size(Size(3840, 2160), 130_000)
    assert 120_000 < size.width * size.height < 140_000
    assert size.width / size.height == pytest.approx(16 / 9, rel=0.01)
    assert working_size(Size(64, 48), 130_000) == Size(64, 48)


@pytest.mark.parametrize(
    ("canvas", "most", "size"),
    [
        (Size(1920, 1080), 130_000, Size(480, 270)),  # a fourth, where 481 × 270 would be as large
        (Size(3840, 2160), 130_000, Size(480, 270)),
        (Size(1920, 1080), 60_000, Size(320, 180)),
        (Size(854, 480), 130_000, Size(481, 270)),  # no whole number is near
        (Size(500, 300), 130_000, Size(465, 279)),
    ],
)
def test_working_size_is_a_whole_number_part_where_one_is_near(canvas: Size, most: int, size: Size):
    assert working_size(canvas, most) == size


@pytest.mark.parametrize("size", [Size(48, 28), Size(60, 35), Size(50, 30), Size(96, 28)])
def test_a_working_picture_holds_the_means_of_its_areas(size: Size):
    rough = np.random.default_rng(1).uniform(0, 256, (112, 192, 3))
    pair = [cv2.GaussianBlur(rough, (0, 0), 3).astype(np.float32) * bright for bright in (1, 2)]
    small, _ = working_pair(pair[0], pair[1], size)
    at_once = [cv2.resize(each, (size.width, size.height), interpolation=cv2.INTER_AREA) for each in pair]
    same, _ = working_pair(at_once[0], at_once[1], size)
    assert small.shape == (size.height, size.width, 3)
    assert np.abs(small.astype(int) - same.astype(int)).max() <= 3  # of 255


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_working_pictures_show_the_same_whatever_the_depth(dtype: type):
    light = (world().astype(np.float32) / 255) ** 2
    scale = {np.uint8: 255, np.uint16: 65535}.get(dtype)
    source = np.sqrt(light) * scale if scale else light * 12
    pair = working_pair(source.astype(dtype), source.astype(dtype), Size(WIDTH, HEIGHT))
    assert np.corrcoef(pair[0].ravel(), world().ravel())[0, 1] > 0.99
