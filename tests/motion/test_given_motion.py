"""A motion that somebody gave: looked at from any frame of the gap, and from the other end."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.given_motion import GivenMotion, seen_from


def even(x: float, y: float, frames: int = 5) -> ClipField:
    px = np.zeros((frames, 30, 40, 2), np.float32)
    px[...] = np.linspace(0, 1, frames, dtype=np.float32)[:, None, None, None] * np.array([x, y], np.float32)
    return ClipField(px)


def square(x: float) -> ClipField:
    """A square of 10 pixels goes to the right, the rest stands still."""
    px = np.zeros((5, 30, 40, 2), np.float32)
    px[:, 10:20, 8:18, 0] = np.linspace(0, x, 5)[:, None, None]
    return ClipField(px)


def test_it_is_taken_at_any_times_of_the_gap() -> None:
    given = GivenMotion(even(8, -4), None)
    found = given.of_early(np.linspace(0, 1, 9))
    assert found.frames == 9
    assert np.allclose(found.px[:, 15, 20], np.linspace(0, 1, 9)[:, None] * [8, -4], atol=1e-6)
    assert np.array_equal(given.of_early(np.linspace(0, 1, 5)).px, even(8, -4).px)


def test_a_part_of_the_gap_begins_at_its_own_frame() -> None:
    found = GivenMotion(square(8), None).of_early(np.array([0.5, 0.75, 1.0]))
    assert not found.px[0].any()
    assert np.allclose(found.px[2, 15, 13:21], [4, 0], atol=0.05)  # it is 4 to the right by then
    assert np.allclose(found.px[:, 5, 5], 0)


def test_the_other_end_follows_from_the_one_that_is_given() -> None:
    times = np.linspace(1, 0, 5)
    late = GivenMotion(square(8), None).of_late(times)
    assert np.allclose(late.px[-1, 15, 17:25], [-8, 0], atol=0.05)
    assert np.allclose(late.px[2, 15, 17:25], [-4, 0], atol=0.05)
    assert np.allclose(late.px[-1, 2, 2], 0, atol=1e-5)
    early = GivenMotion(None, square(-8)).of_early(times[::-1])
    assert np.allclose(early.px[-1, 15, 1:9], [8, 0], atol=0.05)


def test_each_end_has_its_own_where_both_are_given() -> None:
    given = GivenMotion(even(8, 0), even(-6, 0))
    assert np.allclose(given.of_early(np.linspace(0, 1, 3)).px[-1], [8, 0])
    assert np.allclose(given.of_late(np.linspace(1, 0, 3)).px[-1], [-6, 0])


def test_what_the_picture_does_not_show_moves_as_what_is_around_it() -> None:
    found = seen_from(even(8, 0), np.array([1.0, 0.0]))
    assert np.allclose(found.px[-1], [-8, 0], atol=1e-4)  # also in the columns that nothing was thrown to


def test_nothing_at_all_is_no_given_motion() -> None:
    with pytest.raises(ValueError, match="of the first frame, of the last, or both"):
        GivenMotion(None, None)
