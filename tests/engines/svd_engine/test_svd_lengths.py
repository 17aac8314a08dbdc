"""Clips of 14 to 25 frames make a gap of any length: every new frame once, at its own time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.core.clip_plan import ClipLengths, plan_clips
from mpd_studio.engines.svd.lengths import LENGTHS, plan


@given(st.integers(1, 3000))
def test_every_new_frame_is_made_once_from_ends_that_are_there(new_frames: int):
    there = {0, new_frames + 1}
    for clip in plan(new_frames):
        assert {clip.start, clip.stop} <= there
        assert LENGTHS.fewest <= clip.frames <= LENGTHS.most
        assert clip.picks[0][0] > 0
        assert clip.picks[-1][0] < clip.frames - 1
        frames, places = zip(*clip.picks, strict=True)
        assert list(frames) == sorted(set(frames))
        assert list(places) == sorted(set(places))
        assert clip.start < places[0]
        assert places[-1] < clip.stop
        assert not there & set(places)
        there |= set(places)
    assert there == set(range(new_frames + 2))


@given(st.integers(1, 3000))
def test_frames_lie_at_their_own_times(new_frames: int):
    """Exactly, in a clip that fills its places; within half a place in one that only lays corners."""
    for clip in plan(new_frames):
        span = clip.stop - clip.start
        bound = Fraction(0) if len(clip.picks) == span - 1 else Fraction(1, 2)
        for frame, place in clip.picks:
            due = clip.start + Fraction(frame * span, clip.frames - 1)
            assert abs(due - place) <= bound


@pytest.mark.parametrize(
    ("new_frames", "clips"),
    [(1, [15]), (5, [19]), (11, [25]), (12, [14]), (19, [21]), (23, [25]), (24, [15, 14, 25]), (47, [15, 25, 25])],
)
def test_lengths_of_the_clips(new_frames: int, clips: list[int]):
    assert [clip.frames for clip in plan(new_frames)] == clips


@given(st.integers(24, 24 * 24 - 1))
def test_a_long_gap_takes_one_clip_more_than_it_has_parts(new_frames: int):
    parts = -(-(new_frames + 1) // 24)
    assert len(plan(new_frames)) == parts + 1


def test_frames_can_be_given_away_part_by_part():
    """Before a part's clip is made, everything up to its start is there."""
    there: set[int] = {0, 101}
    for index, clip in enumerate(plan(100)):
        if index:
            assert set(range(clip.start + 1)) <= there
        there |= {place for _, place in clip.picks}


@pytest.mark.parametrize("new_frames", [0, -3])
def test_no_frames_are_no_gap(new_frames: int):
    with pytest.raises(ValueError, match=f"not {new_frames}"):
        plan(new_frames)


@given(st.integers(1, 400), st.integers(3, 40), st.integers(0, 60))
def test_models_of_other_lengths_make_every_gap_too(new_frames: int, fewest: int, more: int):
    lengths = ClipLengths(fewest, max(fewest, 2 * fewest - 3) + more)
    clips = plan_clips(new_frames, lengths)
    assert all(lengths.fewest <= clip.frames <= lengths.most for clip in clips)
    assert sorted(place for clip in clips for _, place in clip.picks) == list(range(1, new_frames + 1))


@pytest.mark.parametrize(("fewest", "most"), [(16, 16), (14, 24), (2, 25), (25, 14)])
def test_lengths_that_leave_gaps_unmade_are_refused(fewest: int, most: int):
    with pytest.raises(ValueError, match="every length"):
        ClipLengths(fewest, most)
