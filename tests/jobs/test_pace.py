"""Time left, over stages that come one after the other, take turns, or are announced."""

from __future__ import annotations

import pytest

from mpd_studio.core.progress import Progress
from mpd_studio.jobs.pace import Pace


def told(*reports: tuple[float, str, int, int]) -> Pace:
    """reports: (second, stage, done, total)."""
    pace = Pace()
    for second, stage, done, total in reports:
        pace.report(Progress(stage, done, total), second)
    return pace


def test_nothing_is_told_before_the_first_unit_is_done() -> None:
    assert Pace().left_s(9.0) is None
    assert told((0, "A", 0, 10)).left_s(5.0) is None


def test_nothing_is_told_while_the_stage_at_work_is_not_measured_whatever_an_earlier_one_has_left() -> None:
    pace = told((0, "Reading", 0, 2), (1, "Reading", 1, 2), (1, "A", 0, 10))
    assert pace.left_s(3) is None


def test_one_stage_goes_on_at_its_pace() -> None:
    pace = told((0, "A", 0, 10), (3, "A", 1, 10), (6, "A", 2, 10))
    assert pace.left_s(6) == pytest.approx(24)
    assert pace.left_s(7) == pytest.approx(23)
    assert pace.left_s(100) == 0
    assert not pace.is_least


def test_a_stage_that_begins_in_the_middle_counts_from_there() -> None:
    assert told((0, "A", 5, 10), (4, "A", 7, 10)).left_s(4) == pytest.approx(6)


def test_a_stage_that_is_done_needs_no_more_time() -> None:
    pace = told((0, "A", 0, 2), (10, "A", 2, 2), (10, "B", 0, 4), (11, "B", 1, 4))
    assert pace.left_s(11) == pytest.approx(3)


def test_an_announced_stage_makes_the_time_a_least_until_it_is_measured() -> None:
    pace = told((0, "B", 0, 4), (0, "A", 0, 2), (10, "A", 1, 2))
    assert pace.left_s(10) == pytest.approx(10)
    assert pace.is_least
    for second, stage, done, total in ((20, "A", 2, 2), (20, "B", 0, 4), (25, "B", 1, 4)):
        pace.report(Progress(stage, done, total), second)
    assert pace.left_s(25) == pytest.approx(15)
    assert not pace.is_least


def test_stages_that_take_turns_keep_their_own_pace() -> None:
    """Each B takes 6 s; after it come two A of 1 s each."""
    pace = told(
        (0, "B", 0, 4),
        (6, "A", 1, 8),
        (7, "A", 2, 8),
        (8, "B", 1, 4),
        (14, "A", 3, 8),
        (15, "A", 4, 8),
        (16, "B", 2, 4),
    )
    assert pace.left_s(16) == pytest.approx(2 * 6 + 4 * 1, abs=2.1)
    assert pace.left_s(20) == pytest.approx(12, abs=2.1)
    assert not pace.is_least


def test_another_round_of_a_stage_begins_anew() -> None:
    pace = told((0, "A", 0, 2), (1, "A", 2, 2), (50, "A", 0, 2), (60, "A", 1, 2))
    assert pace.left_s(60) == pytest.approx(10)


def test_a_stage_of_one_unit_that_never_says_it_is_done_disturbs_nobody() -> None:
    pace = told((0, "Motion", 0, 1), (5, "A", 0, 10), (6, "A", 1, 10))
    assert pace.left_s(6) == pytest.approx(9)
    assert not pace.is_least
