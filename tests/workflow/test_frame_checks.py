from __future__ import annotations

import numpy as np
import pytest
from moving_pictures import texture

from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Easing, EasingKind, Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import PathId
from mpd_studio.core.picture import Picture
from mpd_studio.motion.paths import ease
from mpd_studio.workflow.expected_steps import expected_steps
from mpd_studio.workflow.frame_checks import (
    FrameFacts,
    change_between,
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
    assert find_strobe(*ends) == ""
    assert find_pulse(*ends) is None
    assert find_black(*ends) == []


def test_eased_motion_is_no_defect() -> None:
    eased = [9 * (3 * t**2 - 2 * t**3) for t in np.linspace(0, 1, 9)]
    ends = split(row(list(eased)))
    assert find_duplicates(*ends) == []
    assert find_strobe(*ends) == ""


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
    assert "times larger" in find_strobe(*split(row(shifts)))


def test_frames_that_jump_to_and_fro_are_a_strobe() -> None:
    shifts = [index * 0.2 + (3.0 if index % 2 else 0.0) for index in range(10)]
    assert "nearer to the one before" in find_strobe(*split(row(shifts)))


def test_brightness_that_goes_up_and_down_is_a_strobe() -> None:
    gains = [1.02 if index % 2 else 1.0 for index in range(10)]
    assert "brightness" in find_strobe(*split(row([2.0 * index for index in range(10)], gains)))
    fading = [1.0 - 0.04 * index for index in range(10)]
    assert find_strobe(*split(row([2.0 * index for index in range(10)], fading))) == ""


def faded(levels: np.ndarray, dtype: type = np.uint8) -> list[Picture]:
    """The texture with so many code values added, rounded: what an exact engine makes of a locked-off shot."""
    wide = texture(0, dtype=np.float64) * 200
    return [Picture(np.rint(wide + level).astype(dtype)) for level in levels]


@pytest.mark.parametrize(("codes", "new"), [(1, 3), (2, 15), (5, 7), (8, 15), (15, 15)])
def test_what_rounding_repeats_is_no_defect(codes: int, new: int) -> None:
    pictures = faded(np.linspace(0, codes, new + 2))
    ends = split([facts_of(picture) for picture in pictures])
    change = change_between(pictures[0], pictures[-1])
    assert change == pytest.approx(codes, abs=1)
    assert find_duplicates(*ends, None, change) == []
    assert find_strobe(*ends, change) == ""


def test_a_repeat_that_rounding_cannot_explain_is_one_however_little_moves() -> None:
    levels = np.linspace(0, 32, 17)
    levels[5] = levels[4]
    pictures = faded(levels)
    change = change_between(pictures[0], pictures[-1])
    assert find_duplicates(*split([facts_of(picture) for picture in pictures]), None, change) == [5]


def test_one_changing_pixel_is_seen_in_the_small_picture() -> None:
    plain = np.full((270, 480, 3), 40, np.uint8)
    pictures = []
    for level in np.linspace(40, 250, 17):
        pixels = plain.copy()
        pixels[99, 77] = round(level)
        pictures.append(Picture(pixels))
    assert find_duplicates(*split([facts_of(picture) for picture in pictures])) == []


def test_frames_stand_still_where_the_easing_says_so() -> None:
    curve = Easing(EasingKind.CURVE, ((0, 0), (0.25, 0.5), (0.5, 0.5), (1, 1)))
    guidance = Guidance(ease=curve)
    shifts = [float(u) * 16 for u in ease(curve, np.linspace(0, 1, 9))]
    ends = split(row(shifts))
    assert find_duplicates(*ends) == [3, 4]
    assert find_duplicates(*ends, expected_steps(guidance, 7).least) == []
    shifts[6] = shifts[5]
    assert find_duplicates(*split(row(shifts)), expected_steps(guidance, 7).least) == [6]


def test_a_slow_beginning_is_not_frozen() -> None:
    guidance = Guidance(ease=Easing(EasingKind.IN))
    shifts = [60 * float(t) ** 2 for t in np.linspace(0, 1, 62)]
    ends = split(row(shifts))
    assert 1 in find_duplicates(*ends)
    assert find_duplicates(*ends, expected_steps(guidance, 60).least, 40) == []


def test_a_held_gap_may_jump_at_its_end() -> None:
    ends = split(row([0.0] * 8 + [3.0], [1.0] * 8 + [0.8]))
    shares = expected_steps(Guidance(ease=Easing(EasingKind.HOLD)), 7)
    assert find_pulse(*ends) is not None
    assert find_pulse(*ends, shares.most) is None
    assert find_duplicates(*ends, shares.least) == []


def test_a_path_that_waits_lets_the_frames_wait() -> None:
    places = ((0.0, 10.0), (0.5, 10.0), (1.0, 40.0))
    path = MotionPath(PathId("p"), tuple(PathPoint(t, Point(x, 10)) for t, x in places))
    least = expected_steps(Guidance(paths=(path,)), 7).least
    assert least[:4] == pytest.approx(0)
    assert least[-1] > 0.1


def test_pulses_of_bright_floats_are_measured_against_their_brightness() -> None:
    def bright(gain: float) -> FrameFacts:
        return facts_of(Picture(texture(0, dtype=np.float32) * np.float32(40 * gain)))

    assert find_pulse(bright(1), [bright(1.002), bright(0.998)], bright(1.001)) is None
    found = find_pulse(bright(1), [bright(1.1), bright(1)], bright(1))
    assert found is not None
    assert found[0] == 1


def test_what_is_no_number_does_not_blind_the_checks() -> None:
    pictures = []
    for shift, gain in ((0, 1), (1, 1), (2, 2), (3, 1)):
        pixels = texture(shift, dtype=np.float32) * np.float32(gain)
        pixels[3, 4] = np.nan
        pictures.append(Picture(pixels))
    found = find_pulse(*split([facts_of(picture) for picture in pictures]))
    assert found is not None
    assert found[0] == 2


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
