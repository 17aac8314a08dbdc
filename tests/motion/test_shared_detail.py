"""What is kept of fine detail, and what stands in where motion is in doubt."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.calm import calm_motion
from mpd_studio.motion.detail import shared_detail
from mpd_studio.motion.field import MotionField

HALF = np.full((60, 80), 0.5, np.float32)
SURE = np.ones((60, 80), np.float32)
STILL = np.zeros((60, 80, 2), np.float32)
MOVED = STILL + np.float32(20)


def noise(seed: int, strength: float = 40.0) -> np.ndarray:
    values = 128 + strength * np.random.default_rng(seed).standard_normal((60, 80, 1))
    return np.repeat(np.clip(values, 0, 255).astype(np.uint8), 3, axis=2)


def test_detail_that_both_frames_show_is_kept_and_unlike_detail_is_not():
    same, other = appearance(noise(1)), appearance(noise(2))
    np.testing.assert_allclose(shared_detail(same, same, STILL, HALF, SURE), 1, atol=1e-5)
    assert shared_detail(same, other, STILL, HALF, SURE).mean() < 0.3


def test_a_little_of_the_detail_is_given_up_where_things_moved():
    same = appearance(noise(1))
    one_px, far = (shared_detail(same, same, STILL + np.float32(way), HALF, SURE) for way in (0.7, 20))
    assert 0.97 < one_px.mean() < 0.99
    np.testing.assert_allclose(far, 0.9, atol=0.005)


def test_grain_is_no_reason_to_soften():
    assert shared_detail(appearance(noise(1, 1.2)), appearance(noise(2, 1.2)), STILL, HALF, SURE).mean() > 0.8


@pytest.mark.parametrize(("share", "trust"), [(0.0, 1.0), (1.0, 1.0), (0.5, 0.0)])
def test_what_comes_from_one_frame_or_an_unknown_motion_keeps_its_detail(share: float, trust: float):
    kept = shared_detail(appearance(noise(1)), appearance(noise(2)), MOVED, HALF * 2 * share, SURE * trust)
    np.testing.assert_allclose(kept, 1, atol=1e-6)


def test_calm_ways_follow_trusted_motion_and_stand_still_elsewhere():
    flow = np.full((40, 100, 2), (6.0, -2.0), np.float32)
    trust = np.ones((40, 100), np.float32)
    trust[:, 50:] = 0
    calm = calm_motion(MotionField(flow, -flow, trust, trust)).at(0.25)
    for way, expected in zip(calm.ways, (-1.5, 0.5, 4.5, -1.5), strict=True):
        np.testing.assert_allclose(way[:, :40], expected, rtol=0.06)
        assert np.abs(way[:, 65:]).max() < 1e-3
    assert calm.trust[:, 65:].max() < 1e-3 < calm.trust[:, :40].min()


def test_across_a_cut_nothing_moves():
    flow = np.full((40, 40, 2), 5.0, np.float32)
    trust = np.ones((40, 40), np.float32)
    calm = calm_motion(MotionField(flow, -flow, trust, trust, overall_trust=0.0)).at(0.5)
    assert not np.any(calm.ways)
    assert not np.any(calm.trust)
