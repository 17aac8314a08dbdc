"""Motion seen from between the frames, and each frame's own motion, of scenes whose motion is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mpd_studio.motion.between import motion_at, same
from mpd_studio.motion.calm import calm_motion
from mpd_studio.motion.course import Course
from mpd_studio.motion.field import MotionField

BEHIND, BEFORE = np.array([2.0, 0.0], np.float32), np.array([-24.0, 8.0], np.float32)


def even(velocity: tuple[float, float], height: int, width: int) -> MotionField:
    flow = np.tile(np.array(velocity, np.float32), (height, width, 1))
    sure = np.ones((height, width), np.float32)
    return MotionField(flow, -flow, sure, sure)


def block_before_ground() -> MotionField:
    """A block of 30 × 30, at (80, 50) on the first frame, passes before a ground that moves otherwise."""
    forward, backward = (np.tile(way, (120, 160, 1)) for way in (BEHIND, -BEHIND))
    trusts = np.ones((2, 120, 160), np.float32)
    forward[50:80, 80:110], backward[58:88, 56:86] = BEFORE, -BEFORE
    trusts[0, 58:88, 54:80] = 0.0  # hidden in the last frame
    trusts[1, 50:80, 86:112] = 0.0  # not seen in the first one
    return MotionField(forward, backward, trusts[0], trusts[1])


@pytest.mark.parametrize("size", [(97, 131), (40, 41), (3, 5)])
@pytest.mark.parametrize("time", [0.25, 0.5, 0.9])
def test_even_motion_is_the_same_at_every_time_and_in_every_row(size: tuple[int, int], time: float) -> None:
    seen = motion_at(even((3.0, -1.5), *size), time)
    np.testing.assert_allclose(seen.velocity, np.tile(np.array([3.0, -1.5], np.float32), (*size, 1)), rtol=2e-3)
    np.testing.assert_allclose(seen.sees_first, 1, atol=1e-3)
    np.testing.assert_allclose(seen.sees_last, 1, atol=1e-3)
    assert seen.bend is None


def test_each_pixel_settles_on_the_layer_that_is_there() -> None:
    seen = motion_at(block_before_ground(), 0.5)
    np.testing.assert_allclose(seen.velocity[59:79, 73:93], np.tile(BEFORE, (20, 20, 1)), atol=0.05)
    np.testing.assert_allclose(seen.velocity[:45], np.tile(BEHIND, (45, 160, 1)), atol=0.05)
    np.testing.assert_allclose(seen.velocity[95:], np.tile(BEHIND, (25, 160, 1)), atol=0.05)
    # Beside the block, what it leaves free is seen by the last frame only, what it will cover by the first only.
    assert seen.sees_last[58:80, 102:107].min() > 0.95 > 0.05 > seen.sees_first[58:80, 102:107].max()
    assert seen.sees_first[58:80, 58:64].min() > 0.95 > 0.05 > seen.sees_last[58:80, 58:64].max()


def test_a_known_course_bends_the_way_in_every_row() -> None:
    field = even((4.0, 0.0), 100, 60)
    odd = np.tile(np.array([0.0, 8.0, 0.0, 0.0], np.float32), (100, 60, 1))
    bent = motion_at(replace(field, course=Course(odd, odd)), 0.5)
    assert bent.bend is not None
    np.testing.assert_allclose(bent.bend, np.tile(np.array([0.0, 2.0], np.float32), (100, 60, 1)), rtol=2e-3, atol=1e-5)
    np.testing.assert_allclose(bent.velocity, field.forward, rtol=2e-3, atol=1e-5)


def test_what_does_not_agree_at_all_is_no_number_that_is_slow_to_work_with() -> None:
    one = np.zeros((4, 4, 2), np.float32)
    agreement = same(one + np.arange(0, 1600, 100, dtype=np.float32).reshape(4, 4, 1), one)
    assert agreement[0, 0] == 1
    assert np.all(agreement.ravel()[1:] < 1e-30)
    assert np.all(agreement >= np.finfo(np.float32).tiny)


def test_calm_motion_goes_where_it_is_trusted_and_stands_where_nothing_is() -> None:
    field = even((6.0, -3.0), 60, 120)
    trust = np.zeros((60, 120), np.float32)
    trust[:, :60] = 1.0
    trust[:, 100:] = 1e-40  # next to nothing
    calm = calm_motion(MotionField(field.forward, field.backward, trust, trust)).at(0.5)
    for way, wanted in zip(calm.ways, (-3.0, 1.5, 3.0, -1.5), strict=True):
        np.testing.assert_allclose(way[:, :50], wanted, rtol=0.06)
        assert not way[:, 70:].any()
    np.testing.assert_allclose(calm.trust[:, :50], 1, atol=1e-5)
    assert not calm.trust[:, 70:].any()
