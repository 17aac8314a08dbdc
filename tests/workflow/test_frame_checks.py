from __future__ import annotations

import numpy as np
import pytest
from moving_pictures import texture

from mpd_studio.core.geometry import Size
from mpd_studio.core.picture import Picture
from mpd_studio.workflow.frame_checks import (
    FrameFacts,
    digest_of,
    facts_of,
    find_black,
    find_duplicates,
    find_pulse,
    find_strobe,
    find_wrong_sizes,
)


def row(shifts: list[float], gains: list[float] | None = None) -> list[FrameFacts]:
    gains = gains or [1.0] * len(shifts)
    pixels = [(texture(shift) * gain).astype(np.uint8) for shift, gain in zip(shifts, gains, strict=True)]
    return [facts_of(Picture(p)) for p in pixels]


def split(facts: list[FrameFacts]) -> tuple[FrameFacts, list[FrameFacts], FrameFacts]:
    return facts[0], facts[1:-1], facts[-1]


def test_even_motion_has_nothing_wrong() -> None:
    ends = split(row([0, 1, 2, 3, 4, 5, 6]))
    assert find_duplicates(*ends) == []
    assert find_strobe(*ends) is None
    assert find_pulse(*ends) is None
    assert find_black(*ends) == []


def test_eased_motion_is_no_defect() -> None:
    eased = [9 * (3 * t**2 - 2 * t**3) for t in np.linspace(0, 1, 9)]
    ends = split(row(list(eased)))
    assert find_duplicates(*ends) == []
    assert find_strobe(*ends) is None


@pytest.mark.parametrize(
    ("shifts", "found"),
    [
        ([0, 1, 1, 3, 4], [2]),
        ([0, 0, 1, 2, 3], [1]),
        ([0, 1, 2, 3, 3], [3]),
        ([0, 2, 2.01, 4, 6], [2]),
        ([0, 1, 1, 1, 4], [2, 3]),
    ],
)
def test_repeats_and_frozen_frames_are_numbered(shifts: list[float], found: list[int]) -> None:
    assert find_duplicates(*split(row(shifts))) == found


def test_equal_ends_may_stand_still() -> None:
    assert find_duplicates(*split(row([0, 0, 0, 0]))) == []


@pytest.mark.parametrize("small", [0.0, 0.15])
def test_a_strobe_of_period_two_is_found(small: float) -> None:
    shifts = [0.0]
    for index in range(9):
        shifts.append(shifts[-1] + (2.0 if index % 2 else small))
    ratio = find_strobe(*split(row(shifts)))
    assert ratio is not None
    assert ratio > 4


def test_a_pulse_is_found_and_a_fade_is_none() -> None:
    found = find_pulse(*split(row([0, 1, 2, 3, 4], [1, 1, 1.08, 1, 1])))
    assert found is not None
    assert found[0] == 2
    assert found[1] == pytest.approx(0.04, abs=0.01)
    assert find_pulse(*split(row([0, 1, 2, 3, 4], [1.0, 0.9, 0.8, 0.7, 0.6]))) is None
    jump = find_pulse(*split(row([0, 1, 2, 3, 4, 5, 6], [1.0, 1.0, 1.0, 0.9, 0.9, 0.9, 0.9])))
    assert jump is None or jump[0] == 3


def test_black_frames_are_numbered_unless_the_ends_are_black() -> None:
    assert find_black(*split(row([0, 1, 2, 3], [1, 0, 1, 1]))) == [1]
    assert find_black(*split(row([0, 1, 2], [0, 0, 0]))) == []


def test_wrong_sizes_are_numbered() -> None:
    odd = facts_of(Picture(texture(0, Size(40, 40))))
    assert find_wrong_sizes([*row([0]), odd], Size(96, 64)) == [2]


def test_digests_know_shape_and_type() -> None:
    flat = np.zeros((2, 3, 3), np.uint8)
    assert digest_of(Picture(flat)) != digest_of(Picture(np.zeros((3, 2, 3), np.uint8)))
    assert digest_of(Picture(flat.copy())) == digest_of(Picture(np.zeros((2, 3, 3), np.uint8)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_brightness_means_the_same_at_every_depth(dtype: type) -> None:
    assert facts_of(Picture(texture(3, dtype=dtype))).luma == pytest.approx(0.5, abs=0.03)
