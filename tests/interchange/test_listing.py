"""Items at their places become a track from end to end; nothing is laid over anything else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from edited_timelines import fills_for, sample, source
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.core.errors import TimelineError
from mpd_studio.interchange.listing import (
    Laid,
    ListedClip,
    ListedForeign,
    ListedGap,
    check_fills,
    lay_out,
)

A = ListedClip("a", source("a.mov", Fraction(24)), 10, 20)
B = ListedClip("b", source("b.mov", Fraction(24)), 0, 30)


def test_space_between_items_becomes_a_gap() -> None:
    track = lay_out("V1", [Laid(32, B), Laid(4, A)])
    assert track.items == (ListedGap(4), A, ListedGap(8), B)
    assert [start for start, _ in track.placed()] == [0, 4, 24, 32]


def test_a_transition_takes_its_frames_from_both_clips() -> None:
    dissolve = ListedForeign(6, "dissolve")
    track = lay_out("V1", [Laid(0, A), Laid(20, B)], [Laid(17, dissolve)])
    assert track.items == (replace(A, length=17), dissolve, replace(B, start=3, length=27))


def test_a_transition_into_a_gap_takes_its_frames_from_the_gap() -> None:
    fade = ListedForeign(6, "fade out")
    track = lay_out("V1", [Laid(0, A), Laid(30, B)], [Laid(17, fade)])
    assert track.items == (replace(A, length=17), fade, ListedGap(7), B)


def test_two_clips_at_one_place_are_refused() -> None:
    with pytest.raises(TimelineError, match="stand at frame 19"):
        lay_out("V1", [Laid(0, A), Laid(19, B)])


def test_a_clip_before_the_beginning_is_refused() -> None:
    with pytest.raises(TimelineError, match="before its beginning"):
        lay_out("V1", [Laid(-1, A)])


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=8),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 6)), max_size=2),
)
def test_every_frame_of_a_clip_stays_at_its_place(clips: list, fades: list) -> None:
    """Whatever lies where: the k-th frame of the timeline shows what it showed, or is covered."""
    position, laid = 0, []
    for number, (space, length) in enumerate(clips):
        position += space
        laid.append(Laid(position, replace(A, name=str(number), start=100 * number, length=length)))
        position += length
    covers, free = [], 0
    for start, length in sorted(fades):
        covers.append(Laid(max(start, free), ListedForeign(length, "fade")))
        free = max(start, free) + length
    shown = {
        p.start + k: p.item.start + k for p in laid for k in range(p.item.length) if isinstance(p.item, ListedClip)
    }
    for cover in covers:
        for frame in range(cover.start, cover.stop):
            shown.pop(frame, None)
    track = lay_out("V1", laid, covers)
    found = {
        start + k: item.start + k
        for start, item in track.placed()
        if isinstance(item, ListedClip)
        for k in range(item.length)
    }
    assert found == shown


@pytest.mark.parametrize(("field", "value"), [("track", 1), ("start", 47)])
def test_a_fill_without_a_gap_is_refused(field: str, value: int) -> None:
    listing = sample(Fraction(24))
    fills = fills_for(listing)
    check_fills(listing, fills)
    with pytest.raises(TimelineError, match="has no gap of 12 frames"):
        check_fills(listing, (replace(fills[0], **{field: value}),))
