"""The footage around a gap tells how things move in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from test_two_way_flow import HEIGHT, WIDTH, moved, world

from mpd_studio.core.geometry import Size
from mpd_studio.motion.between import motion_at
from mpd_studio.motion.course import bend_at
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.flow import two_way_flow
from mpd_studio.motion.footage_course import measure_course

INSIDE = (slice(24, -24), slice(40, -40))
WORLD = world()


def shown(place: float) -> np.ndarray:
    return moved(WORLD, np.array([[1, 0, place], [0, 1, 0.25 * place]]))


def filled_from(place: Callable[[float], float], gap: int = 3, around: int = 2) -> MotionField:
    """The motion in a gap between frames 0 and gap + 1 of something that is at place(frame) in each."""
    ends = shown(place(0)), shown(place(gap + 1))
    field = two_way_flow(*ends)
    before = [shown(place(-number)) for number in range(1, around + 1)]
    after = [shown(place(gap + 1 + number)) for number in range(1, around + 1)]
    course = measure_course(field, ends, before, after, 1 / (gap + 1))
    return MotionField(
        field.forward, field.backward, field.forward_trust, field.backward_trust, field.overall_trust, course
    )


@pytest.mark.parametrize(
    "place",
    [lambda n: 3 * n + 0.5 * n * n, lambda n: 6 * n - 0.1 * n * n * n + 0.2 * n * n],
    ids=["speeds up", "slows down ever more"],
)
def test_what_speeds_up_is_where_it_would_be(place: Callable[[float], float]):
    field = filled_from(place)
    for number in (1, 2, 3):
        bend = motion_at(field, number / 4).bend
        assert bend is not None
        off_even = place(number) - number / 4 * place(4)
        assert np.median(bend[INSIDE][..., 0]) == pytest.approx(off_even, abs=0.35)
        assert np.median(bend[INSIDE][..., 1]) == pytest.approx(off_even / 4, abs=0.35)


def test_one_frame_of_footage_on_one_side_is_enough_to_tell():
    place = lambda n: 3 * n + 0.5 * n * n  # noqa: E731 - one law of motion, used thrice
    ends = shown(0), shown(place(4))
    field = two_way_flow(*ends)
    course = measure_course(field, ends, [shown(place(-1))], [], 0.25)
    bend = bend_at(course.on_first, 0.5)[INSIDE]
    assert place(2) - place(4) / 2 < np.median(bend[..., 0]) < -0.3  # a hint is followed with care


def test_even_motion_stays_even():
    course = filled_from(lambda n: 5 * n).course
    assert course is not None
    assert np.abs(bend_at(course.on_first, 0.5)[INSIDE]).max() < 0.3


def test_footage_of_something_else_says_nothing():
    ends = shown(0), shown(16)
    other = [world(7), world(8)]
    course = measure_course(two_way_flow(*ends), ends, other, other, 0.25)
    assert np.percentile(np.abs(bend_at(course.on_first, 0.5)[INSIDE]), 90) < 0.3


def test_a_shaking_hand_is_not_taken_for_a_course():
    shake = {-2: 3.0, -1: -4.0, 5: 4.0, 6: -3.0}
    course = filled_from(lambda n: 5 * n + shake.get(round(n), 0.0)).course
    assert course is not None
    assert np.median(np.abs(bend_at(course.on_first, 0.5)[INSIDE])) < 1.5


def test_a_course_resized_bends_as_far_on_the_canvas():
    field = filled_from(lambda n: 3 * n + 0.5 * n * n)
    large = field.resized(Size(2 * WIDTH, HEIGHT)).course
    assert field.course is not None
    assert large is not None
    ratio = np.median(large.on_first[..., 0]) / np.median(field.course.on_first[..., 0])
    assert ratio == pytest.approx(2, rel=0.05)
