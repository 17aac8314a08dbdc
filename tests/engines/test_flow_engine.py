"""The flow engine without guidance: right motion, hidden places, depth, honesty."""

from __future__ import annotations

import numpy as np
import pytest
from moving_scenes import Ball, fill, psnr, texture
from trust_scenes import calibration_scenes

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Easing, EasingKind, Guidance
from mpd_studio.core.inbetween import Quality
from mpd_studio.engines.registry import open_engine
from mpd_studio.motion.flow import two_way_flow

WIDTH, HEIGHT = 240, 160
WORLD = texture(HEIGHT + 80, WIDTH + 160, 9)


def pan(shift: int) -> np.ndarray:
    return WORLD[40 : 40 + HEIGHT, 40 + shift : 40 + shift + WIDTH].copy()


def ball_scene(x: float) -> np.ndarray:
    return Ball(24).over(texture(HEIGHT, WIDTH, 1), Point(x, 80.0))


@pytest.mark.parametrize("quality", list(Quality))
def test_a_pan_is_followed(quality: Quality):
    pictures = fill(open_engine("flow"), pan(0), pan(16), 3, quality=quality)
    for picture, shift in zip(pictures, (4, 8, 12), strict=True):
        assert psnr(picture.pixels[:, 16:-16], pan(shift)[:, 16:-16]) > 38


def test_a_long_pan_is_found_again():
    middle = fill(open_engine("flow"), pan(0), pan(80), 1)[0].pixels
    assert psnr(middle[:, 40:-40], pan(40)[:, 40:-40]) > 34


def test_a_ball_passes_in_front_and_leaves_no_ghost():
    ends = ball_scene(90), ball_scene(114)
    flow = fill(open_engine("flow"), *ends, 1)[0].pixels
    fade = fill(open_engine("crossfade"), *ends, 1)[0].pixels
    truth = ball_scene(102)
    assert psnr(flow, truth) > psnr(fade, truth) + 6


def test_eased_gap_moves_in_eased_time():
    ease = Easing(EasingKind.CURVE, ((0, 0), (0.5, 0.25), (1, 1)))
    middle = fill(open_engine("flow"), pan(0), pan(16), 1, Guidance(ease=ease))[0].pixels
    assert psnr(middle[:, 16:-16], pan(4)[:, 16:-16]) > 38


def test_held_gap_repeats_the_first_frame_exactly():
    for picture in fill(open_engine("flow"), pan(0), pan(16), 3, Guidance(ease=Easing(EasingKind.HOLD))):
        np.testing.assert_array_equal(picture.pixels, pan(0))


def test_high_values_are_not_clipped():
    first, last = (pan(shift).astype(np.float32) / 255 * 20 for shift in (0, 16))
    middle = fill(open_engine("flow"), first, last, 1)[0].pixels
    truth = pan(8).astype(np.float32) / 255 * 20
    assert middle.max() > 15
    assert psnr(middle[:, 16:-16], truth[:, 16:-16], top=20) > 38


def test_sixteen_bits_are_kept_to_their_last_bits():
    first, last = (pan(shift).astype(np.uint16) * 257 for shift in (0, 16))
    middle = fill(open_engine("flow"), first, last, 1)[0].pixels
    assert len(np.unique(middle & 0xFF)) > 200  # not eight bits blown up
    assert psnr(middle[:, 16:-16], (pan(8).astype(np.uint16) * 257)[:, 16:-16], top=65535) > 38


def test_alpha_and_further_channels_ride_on_the_same_motion():
    def layered(x: float) -> np.ndarray:
        y, column = np.mgrid[:HEIGHT, :WIDTH]
        matte = np.where(np.hypot(column + 0.5 - x, y + 0.5 - 80) < 24, 255, 0).astype(np.uint8)
        return np.dstack([ball_scene(x), matte, 255 - matte])

    middle = fill(open_engine("flow"), layered(90), layered(106), 1)[0].pixels
    truth = layered(98)
    assert np.mean((middle[..., 3] > 127) != (truth[..., 3] > 127)) < 0.01
    assert np.mean((middle[..., 4] > 127) != (truth[..., 4] > 127)) < 0.01


def test_confidence_is_higher_where_the_picture_is_better():
    # A turning ball over a pan: hidden places on both sides, and true errors to compare with.
    ends = Ball(30).over(pan(0), Point(70.5, 80.5)), Ball(30).over(pan(10), Point(150.5, 84.5), 1.2)
    truth = Ball(30).over(pan(5), Point(110.5, 82.5), 0.6)
    picture = fill(open_engine("flow"), *ends, 1)[0]
    error = np.abs(picture.pixels.astype(np.float32) - truth).mean(axis=2)
    assert picture.confidence is not None
    assert rank_correlation(1 - picture.confidence, error) > 0.4


def test_across_a_cut_nothing_is_morphed_and_little_is_trusted():
    first, last = texture(HEIGHT, WIDTH, 1), texture(HEIGHT, WIDTH, 2)
    picture = fill(open_engine("flow"), first, last, 1)[0]
    fade = fill(open_engine("crossfade"), first, last, 1)[0].pixels
    moved = fill(open_engine("flow"), pan(0), pan(16), 1)[0]
    assert psnr(picture.pixels, fade) > 30
    assert picture.confidence is not None
    assert moved.confidence is not None
    assert picture.confidence.mean() < 0.4 < 0.7 < moved.confidence.mean()


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's, on every third pixel each way."""
    first, second = (np.argsort(np.argsort(plane[::3, ::3], axis=None)) for plane in (one, other))
    return float(np.corrcoef(first, second)[0, 1])


def test_a_ball_that_flies_past_does_not_carry_off_a_ground_whose_light_changes():
    (scene,) = (scene for scene in calibration_scenes() if scene.name == "light 13")
    field = two_way_flow(scene.draw(0.0), scene.draw(1.0))
    assert field.overall_trust == 1.0
    assert np.mean(np.abs(field.forward).max(axis=2) < 0.5) > 0.9
