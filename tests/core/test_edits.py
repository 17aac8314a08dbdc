from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timelines import clip, guidance, media, take, two_clips_and_a_gap

from mpd_studio.core import edits
from mpd_studio.core.errors import EditRefused
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.ids import ClipId, GapId, TakeId
from mpd_studio.core.timeline import Clip, Foreign, Gap, Timeline, Track, gaps_of, item_at

A, B, G = ClipId("a"), ClipId("b"), GapId("g")
NEW = (GapId("n1"), GapId("n2"))


def layout(timeline: Timeline, track: int = 0) -> list[tuple[str, int]]:
    return [("" if isinstance(item, Foreign) else item.id, item.length) for item in timeline.tracks[track].items]


def two_clips() -> Timeline:
    return replace(two_clips_and_a_gap(), tracks=(Track("V1", (clip("a"), clip("b"))),))


def test_moving_a_clip_away_opens_a_gap_of_exactly_that_length() -> None:
    moved = edits.shift_from(two_clips(), B, 19, G)
    assert layout(moved) == [("a", 20), ("g", 19), ("b", 20)]
    (placed,) = gaps_of(moved)
    assert (placed.start, placed.stop) == (20, 39)
    assert placed.first is not None
    assert placed.last is not None
    assert (placed.first.index, placed.last.index) == (29, 10)


def test_moving_it_back_closes_the_gap_and_no_further() -> None:
    assert layout(edits.shift_from(two_clips_and_a_gap(), B, -5, G)) == [("a", 20), ("g", 7), ("b", 20)]
    assert layout(edits.shift_from(two_clips_and_a_gap(), B, -500, G)) == [("a", 20), ("b", 20)]
    assert edits.shift_from(two_clips(), B, -3, G) == two_clips()


def test_a_take_is_never_lost_with_its_gap() -> None:
    made = two_clips_and_a_gap(Gap(G, 12, guidance(), (take("t1"),), TakeId("t1")))
    closed = edits.shift_from(made, B, -500, G)
    assert [unplaced.take.id for unplaced in closed.unplaced] == ["t1"]


def test_a_range_cut_out_of_one_clip_becomes_a_gap_in_place() -> None:
    cut = edits.cut_range(two_clips(), 0, 5, 12, G, ClipId("right"))
    assert layout(cut) == [("a", 5), ("g", 7), ("right", 8), ("b", 20)]
    (placed,) = gaps_of(cut)
    assert placed.first is not None
    assert placed.last is not None
    assert (placed.first.index, placed.last.index) == (14, 22)
    assert cut.length == two_clips().length


def test_a_range_over_two_clips_trims_both() -> None:
    assert layout(edits.cut_range(two_clips(), 0, 15, 25, G, ClipId("x"))) == [("a", 15), ("g", 10), ("b", 15)]


def test_a_range_over_a_gap_keeps_what_was_drawn() -> None:
    made = two_clips_and_a_gap(Gap(G, 12, guidance(), (take("t1"),), TakeId("t1")))
    cut = edits.cut_range(made, 0, 18, 34, GapId("other"), ClipId("x"))
    assert layout(cut) == [("a", 18), ("g", 16), ("b", 18)]
    (placed,) = gaps_of(cut)
    assert placed.gap.guidance == guidance()
    assert [t.id for t in placed.gap.takes] == ["t1"]


@pytest.mark.parametrize(("start", "stop"), [(5, 5), (9, 3), (-1, 4), (30, 99)])
def test_a_senseless_range_is_refused(start: int, stop: int) -> None:
    with pytest.raises(EditRefused):
        edits.cut_range(two_clips(), 0, start, stop, G, ClipId("x"))


def test_a_clip_placed_beyond_the_end_leaves_a_gap_before_it() -> None:
    placed = edits.place_clip(two_clips(), 0, 47, clip("c", 0, 10), NEW)
    assert layout(placed) == [("a", 20), ("b", 20), ("n1", 7), ("c", 10)]
    assert media("c.mov") in placed.media


def test_a_clip_placed_in_a_gap_splits_it_and_keeps_the_drawing_once() -> None:
    made = two_clips_and_a_gap(Gap(G, 12, guidance(), (take("t1"),), TakeId("t1")))
    placed = edits.place_clip(made, 0, 24, clip("c", 0, 3), NEW)
    assert layout(placed) == [("a", 20), ("g", 4), ("c", 3), ("n2", 5), ("b", 20)]
    left, right = gaps_of(placed)
    assert (left.gap.guidance, right.gap.guidance) == (guidance(), Guidance())
    assert not right.gap.takes


def test_a_clip_at_the_very_beginning_of_a_gap_leaves_the_drawing_in_the_rest() -> None:
    made = two_clips_and_a_gap(Gap(G, 12, guidance(), (take("t1"),), TakeId("t1")))
    placed = edits.place_clip(made, 0, 20, clip("c", 0, 3), NEW)
    assert layout(placed) == [("a", 20), ("c", 3), ("g", 9), ("b", 20)]
    assert gaps_of(placed)[0].gap.guidance == guidance()


def test_a_clip_that_fills_a_gap_sends_its_takes_to_the_unplaced() -> None:
    made = two_clips_and_a_gap(Gap(G, 12, Guidance(), (take("t1"),), TakeId("t1")))
    filled = edits.place_clip(made, 0, 20, clip("c", 0, 12), NEW)
    assert layout(filled) == [("a", 20), ("c", 12), ("b", 20)]
    assert [unplaced.take.id for unplaced in filled.unplaced] == ["t1"]


def test_taken_space_is_refused() -> None:
    with pytest.raises(EditRefused, match="stands there"):
        edits.place_clip(two_clips(), 0, 10, clip("c"), NEW)
    with pytest.raises(EditRefused, match="before"):
        edits.place_clip(two_clips(), 0, -1, clip("c"), NEW)


def test_moving_one_clip_leaves_a_gap_where_it_stood() -> None:
    moved = edits.move_clip(two_clips(), A, 0, 50, (GapId("x"), GapId("y"), GapId("z")))
    assert layout(moved) == [("x", 20), ("b", 20), ("y", 10), ("a", 20)]


def test_trimming_makes_room_and_grows_back_as_far_as_the_media_goes() -> None:
    trimmed = edits.trim_clip(two_clips(), A, 0, 5, NEW)
    assert layout(trimmed) == [("a", 15), ("n2", 5), ("b", 20)]
    assert layout(edits.trim_clip(trimmed, A, 0, -5, NEW)) == [("a", 20), ("b", 20)]
    with pytest.raises(EditRefused, match="no free space"):
        edits.trim_clip(two_clips(), A, 0, -5, NEW)
    with pytest.raises(EditRefused, match="no more frames"):
        edits.trim_clip(two_clips(), B, 0, -75, NEW)
    with pytest.raises(EditRefused, match="at least one"):
        edits.trim_clip(two_clips(), B, 12, 8, NEW)


def test_the_last_clip_grows_beyond_the_end_of_the_track() -> None:
    assert layout(edits.trim_clip(two_clips(), B, 0, -30, NEW)) == [("a", 20), ("b", 50)]


def test_splitting_shows_the_same_frames() -> None:
    split = edits.split_clip(two_clips(), A, 7, ClipId("right"))
    assert layout(split) == [("a", 7), ("right", 13), ("b", 20)]
    assert frames_shown(split) == frames_shown(two_clips())
    with pytest.raises(EditRefused, match="playhead"):
        edits.split_clip(two_clips(), A, 0, ClipId("x"))


def test_deleting_leaves_a_gap_or_closes_up() -> None:
    assert layout(edits.lift_clip(two_clips(), A, G)) == [("g", 20), ("b", 20)]
    assert layout(edits.lift_clip(two_clips(), B, G)) == [("a", 20)]
    assert layout(edits.ripple_delete_clip(two_clips(), A)) == [("b", 20)]


def test_a_still_can_be_as_long_as_one_likes() -> None:
    still = replace(two_clips(), tracks=(Track("V1", (clip("s", 0, 10, frames=1),)),))
    longer = edits.trim_clip(still, ClipId("s"), 0, -40, NEW)
    assert layout(longer) == [("s", 50)]
    found = item_at(longer.tracks[0], 45)
    assert found is not None
    assert isinstance(found[1], Clip)
    assert found[1].frame(45).index == 0


def test_media_in_use_stay_in_the_bin() -> None:
    with pytest.raises(EditRefused, match="used"):
        edits.remove_media(two_clips(), media("a.mov"))
    free = edits.add_media(two_clips(), media("c.mov"))
    assert edits.remove_media(free, media("c.mov")) == two_clips()


def test_relinked_media_are_used_everywhere_but_must_be_long_enough() -> None:
    new = media("new.mov", 40)
    relinked = edits.relink_media(two_clips_and_a_gap(), media("a.mov"), new)
    assert edits.find_clip(relinked, A).media == new
    assert new in relinked.media
    with pytest.raises(EditRefused, match="frames up to 29"):
        edits.relink_media(two_clips_and_a_gap(), media("a.mov"), media("short.mov", 20))


def test_the_rate_is_fixed_once_something_stands_on_the_timeline() -> None:
    timeline = two_clips()
    with pytest.raises(EditRefused, match="rate"):
        edits.set_canvas(timeline, timeline.canvas, timeline.rate * 2, 0, False)


def test_check_timeline_finds_what_is_wrong() -> None:
    assert edits.check_timeline(two_clips_and_a_gap()) == ()
    bad = replace(clip("a"), source_range=FrameRange(90, 20))
    problems = edits.check_timeline(replace(two_clips(), tracks=(Track("V1", (bad, clip("a"), Gap(G, 0))),)))
    assert len(problems) == 3


def frames_shown(timeline: Timeline) -> list[object]:
    shown = []
    for frame in range(timeline.length):
        found = item_at(timeline.tracks[0], frame)
        assert found is not None
        start, item = found
        shown.append((item.frame(frame - start).index, item.media) if isinstance(item, Clip) else None)
    return shown


steps = st.lists(
    st.tuples(
        st.sampled_from(["shift", "cut", "lift", "trim", "place", "split", "move"]),
        st.integers(-30, 80),
        st.integers(1, 30),
    ),
    max_size=8,
)


@given(steps)
def test_no_row_of_edits_breaks_a_timeline_or_loses_a_take(row: list[tuple[str, int, int]]) -> None:
    timeline = two_clips_and_a_gap(Gap(G, 12, guidance(), (take("t1"), take("t2")), TakeId("t1")))
    for number, (step, at, length) in enumerate(row):
        ids = tuple(GapId(f"{number}-{k}") for k in range(3))
        clip_ids = [item.id for item in timeline.tracks[0].items if isinstance(item, Clip)]
        chosen = clip_ids[at % len(clip_ids)] if clip_ids else ClipId("none")
        try:
            if step == "shift":
                timeline = edits.shift_from(timeline, chosen, at, ids[0])
            elif step == "cut":
                timeline = edits.cut_range(timeline, 0, at, at + length, ids[0], ClipId(f"c{number}"))
            elif step == "lift":
                timeline = edits.lift_clip(timeline, chosen, ids[0])
            elif step == "trim":
                timeline = edits.trim_clip(timeline, chosen, at % 7 - 3, length % 7 - 3, (ids[0], ids[1]))
            elif step == "place":
                timeline = edits.place_clip(timeline, 0, at, clip(f"p{number}", 0, length), (ids[0], ids[1]))
            elif step == "split":
                timeline = edits.split_clip(timeline, chosen, at, ClipId(f"s{number}"))
            else:
                timeline = edits.move_clip(timeline, chosen, 0, at, (ids[0], ids[1], ids[2]))
        except EditRefused:
            continue
        assert edits.check_timeline(timeline) == ()
        assert not any(
            isinstance(a, Gap) and isinstance(b, Gap)
            for a, b in zip(timeline.tracks[0].items, timeline.tracks[0].items[1:], strict=False)
        )
        in_gaps = [t.id for placed in gaps_of(timeline) for t in placed.gap.takes]
        assert sorted([*in_gaps, *(u.take.id for u in timeline.unplaced)]) == ["t1", "t2"]
