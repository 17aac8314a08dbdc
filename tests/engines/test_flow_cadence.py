"""Rhythms of footage whose rate was changed: found where they are, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from moving_scenes import texture
from rendered_sequences import rendered

from mpd_studio.motion.cadence import Moments, fitting_moments, moments_of

WORLD = texture(120, 400, 3)


def pan(place: Callable[[int], float], frames: int = 13) -> list[np.ndarray]:
    """A camera that is `place(index)` pixels on its way at each frame."""
    from mpd_studio.motion.warp import Sampling, grid, sample

    here = grid(120, 160)
    return [sample(WORLD, here + np.array([place(i), 0], np.float32), Sampling.CUBIC) for i in range(frames)]


def kept(rate: Fraction, phase: int = 0) -> Callable[[int], float]:
    """The way of a steady camera in footage that keeps one of `rate` frames."""
    return lambda index: 3.0 * float((index * rate + Fraction(phase, rate.denominator)).__floor__())


def seen(frames: list[np.ndarray], start: int, missing: int, around: int = 5) -> Moments | None:
    last = start + missing + 1
    before, after = frames[max(start - around, 0) : start][::-1], frames[last + 1 :][:around]
    return moments_of((frames[start], frames[last]), before, after, missing)


@pytest.mark.parametrize(("phase", "moment"), [(0, 0.5), (1, 0.4), (2, 0.4), (3, 0.6), (4, 0.6)])
def test_sixty_frames_kept_as_twenty_five(phase: int, moment: float):
    found = seen(pan(kept(Fraction(12, 5), phase)), 5, 1)
    assert found is not None
    assert found.missing == pytest.approx((moment,), abs=0.001)


@pytest.mark.parametrize(("rate", "missing"), [("5/2", 1), ("5/4", 3), ("6/5", 2), ("5/3", 1), ("1/2", 3), ("4/5", 3)])
def test_other_rates_and_longer_gaps(rate: str, missing: int):
    place = kept(Fraction(rate), 1)
    found = seen(pan(place, 12 + missing), 5, missing)
    assert found is not None
    places = np.array([place(index) for index in range(5, 7 + missing)])
    assert found.missing == pytest.approx(((places - places[0]) / (places[-1] - places[0]))[1:-1], abs=0.001)


def test_footage_on_one_side_is_enough_and_tells_its_own_moments():
    place = kept(Fraction(12, 5))
    found = seen(pan(place), 0, 1)
    assert found is not None
    assert found.missing == pytest.approx((place(1) / place(2),), abs=0.001)
    assert found.before == ()
    assert found.after == pytest.approx([place(index) / place(2) for index in range(3, 8)], abs=0.001)


@pytest.mark.parametrize(
    "place",
    [
        lambda index: 5.0 * index,
        lambda index: 2.0 * index + 0.3 * index * index,
        lambda index: 40 * np.sin(index / 6),
        lambda index: 5.0 * min(index, 7),
        lambda index: 5.0 * max(index - 5, 0),
        lambda index: 4.0 * index + 2.5 * np.sin(2.1 * index * index),
    ],
    ids=["steady", "faster and faster", "to and fro", "a stop", "a start", "shaking"],
)
@pytest.mark.parametrize("start", [0, 5, 9])
def test_other_motion_has_no_rhythm(place: Callable[[int], float], start: int):
    found = seen(pan(place), start, 1)
    assert found is None or found.missing == pytest.approx((0.5,), abs=0.001)


@pytest.mark.parametrize("name", ["crossing", "thrown", "ride", "swinging"])
def test_rendered_scenes_have_no_rhythm(name: str):
    frames = rendered(name)
    assert all(seen(frames, start, missing) is None for start, missing in ((0, 1), (10, 1), (22, 1), (8, 3)))


def test_too_little_footage_tells_nothing():
    assert seen(pan(kept(Fraction(12, 5)), 5), 1, 1) is None
    assert fitting_moments([0.4, -0.4, None, None, None, None, None, 0.4], [1] * 4 + [2] + [1] * 4) is None


def test_a_frame_between_two_moments_is_shown_between_them():
    moments = Moments((), (0.4, 0.8), ())
    assert [moments.at(time) for time in (0, 1 / 3, 0.5, 1)] == pytest.approx([0, 0.4, 0.6, 1])
