"""Evidence of the motion becomes an expected error that can only rise with it."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.motion.appearance import appearance, brightness
from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.expected_error import Evidence, expected_error, gather

SHAPE = (40, 60)


def picture(seed: int, strength: float = 40.0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(128, strength, (*SHAPE, 3))
    return np.clip(noise, 0, 255).astype(np.uint8)


def motion(way: float = 0.0, seen: float = 1.0, time: float = 0.5) -> MotionAt:
    velocity = np.zeros((*SHAPE, 2), np.float32)
    velocity[..., 0] = way
    plane = np.full(SHAPE, seen, np.float32)
    return MotionAt(time, velocity, plane, plane)


@pytest.mark.parametrize("part", ["unlike", "unvouched", "carried"])
def test_more_of_any_evidence_is_more_error(part: str) -> None:
    levels = []
    for amount in (0.0, 5.0, 30.0):
        planes = {name: np.full(SHAPE, 2.0, np.float32) for name in ("unlike", "unvouched", "carried")}
        planes[part] = np.full(SHAPE, amount, np.float32)
        levels.append(float(expected_error(Evidence(**planes)).mean()))
    assert levels[0] < levels[1] < levels[2]


def test_frames_that_agree_and_stand_leave_only_the_floor() -> None:
    look = appearance(picture(1))
    error = expected_error(gather(motion(), look, look))
    assert error.dtype == np.float32
    assert float(np.ptp(error)) == 0.0
    assert 0 < float(error.mean()) < 4.4  # safe


def test_texture_that_travels_is_less_sure_than_texture_that_stands_or_a_flat_place() -> None:
    busy, flat = appearance(picture(1)), appearance(picture(1, strength=0.0))
    still, moved = (expected_error(gather(motion(way), busy, busy)).mean() for way in (0.0, 30.0))
    plain = expected_error(gather(motion(30.0), flat, flat)).mean()
    near_an_end = expected_error(gather(motion(30.0, time=0.1), busy, busy)).mean()
    assert plain == pytest.approx(still)
    assert still < near_an_end < moved


def test_what_neither_frame_vouches_for_is_less_sure() -> None:
    one, other = appearance(picture(1)), appearance(picture(2))
    vouched, unvouched = (expected_error(gather(motion(seen=seen), one, other)).mean() for seen in (1.0, 0.0))
    assert vouched < unvouched


def test_brightness_of_an_appearance_is_that_of_the_picture() -> None:
    pixels = picture(3)
    assert np.abs(brightness(appearance(pixels)) - pixels.mean(axis=2)).max() < 0.01
