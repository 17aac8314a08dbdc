from __future__ import annotations

import pytest
from timelines import guidance, media, take, two_clips_and_a_gap

from mpd_studio.core import gap_edits
from mpd_studio.core.errors import EditRefused
from mpd_studio.core.guidance import Boundary, Easing, EasingKind
from mpd_studio.core.ids import GapId, PathId, RegionId, TakeId
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.timeline import Gap, Timeline, find_gap

G = GapId("g")


def gap_of(timeline: Timeline) -> Gap:
    placed = find_gap(timeline, G)
    assert placed is not None
    return placed.gap


def test_a_new_take_is_the_chosen_one() -> None:
    timeline = gap_edits.add_take(two_clips_and_a_gap(), G, take("t1"))
    timeline = gap_edits.add_take(timeline, G, take("t2"))
    assert gap_of(timeline).chosen == "t2"
    timeline = gap_edits.choose_take(timeline, G, TakeId("t1"))
    assert gap_of(timeline).chosen_take == take("t1")
    with pytest.raises(EditRefused):
        gap_edits.choose_take(timeline, G, TakeId("t9"))


def test_a_take_for_a_deleted_gap_is_kept_and_can_be_placed() -> None:
    timeline = gap_edits.close_gap(two_clips_and_a_gap(), G)
    timeline = gap_edits.add_take(timeline, G, take("t1"))
    assert [unplaced.take.id for unplaced in timeline.unplaced] == ["t1"]
    other = two_clips_and_a_gap()
    placed = gap_edits.place_unplaced(gap_edits.add_take(other, GapId("gone"), take("t1")), TakeId("t1"), G)
    assert placed.unplaced == ()
    assert [t.id for t in gap_of(placed).takes] == ["t1"]


def test_closing_a_gap_keeps_its_takes_as_unplaced() -> None:
    timeline = gap_edits.close_gap(gap_edits.add_take(two_clips_and_a_gap(), G, take("t1")), G)
    assert timeline.length == 40
    assert [unplaced.take.id for unplaced in timeline.unplaced] == ["t1"]


def test_deleting_the_chosen_take_chooses_the_one_before() -> None:
    timeline = two_clips_and_a_gap(Gap(G, 12, takes=(take("t1"), take("t2")), chosen=TakeId("t2")))
    assert gap_of(gap_edits.delete_take(timeline, G, TakeId("t2"))).chosen == "t1"
    assert gap_of(gap_edits.delete_take(timeline, G, TakeId("t1"))).chosen == "t2"


def test_takes_are_renamed_and_noted() -> None:
    timeline = gap_edits.add_take(two_clips_and_a_gap(), G, take("t1"))
    timeline = gap_edits.note_take(
        gap_edits.rename_take(timeline, G, TakeId("t1"), "  the good one "), G, TakeId("t1"), "n"
    )
    assert (gap_of(timeline).takes[0].name, gap_of(timeline).takes[0].note) == ("the good one", "n")
    with pytest.raises(EditRefused, match="name"):
        gap_edits.rename_take(timeline, G, TakeId("t1"), "  ")


def test_a_take_fits_only_the_frames_it_was_made_for() -> None:
    timeline = two_clips_and_a_gap()
    placed = find_gap(timeline, G)
    assert placed is not None
    assert gap_edits.take_fits(placed, take("t1", 12))
    assert not gap_edits.take_fits(placed, take("t1", 11))
    other = find_gap(gap_edits.set_boundary(timeline, G, Boundary.LAST, FrameRef(media("c.mov"), 3)), G)
    assert other is not None
    assert other.last == FrameRef(media("c.mov"), 3)
    assert not gap_edits.take_fits(other, take("t1", 12))


def test_a_gap_changes_length_and_keeps_its_drawing() -> None:
    timeline = gap_edits.set_gap_length(gap_edits.set_guidance(two_clips_and_a_gap(), G, guidance()), G, 7)
    assert (gap_of(timeline).length, gap_of(timeline).guidance) == (7, guidance())
    assert gap_edits.set_gap_length(timeline, G, 0).length == 40
    with pytest.raises(EditRefused):
        gap_edits.set_gap_length(timeline, G, -1)


def test_deleting_a_path_frees_what_followed_it_and_the_other_way_round() -> None:
    timeline = gap_edits.set_guidance(two_clips_and_a_gap(), G, guidance())
    without = gap_of(gap_edits.delete_path(timeline, G, PathId("p1"))).guidance
    assert [path.id for path in without.paths] == ["p2"]
    assert without.regions[0].follows is None
    assert without.depth_order == ("p2",)
    bare = gap_of(gap_edits.delete_region(timeline, G, RegionId("ball"))).guidance
    assert bare.paths[0].region is None


def test_paths_and_regions_are_added_and_replaced() -> None:
    drawn = guidance()
    timeline = gap_edits.add_path(two_clips_and_a_gap(), G, drawn.paths[1])
    timeline = gap_edits.set_ease(timeline, G, Easing(EasingKind.IN))
    timeline = gap_edits.set_depth_order(timeline, G, (PathId("p2"),))
    assert gap_of(timeline).guidance.ease == Easing(EasingKind.IN)
    with pytest.raises(EditRefused, match="no longer"):
        gap_edits.replace_path(timeline, G, drawn.paths[0])
    timeline = gap_edits.add_region(timeline, G, drawn.regions[2])
    assert gap_of(gap_edits.replace_region(timeline, G, drawn.regions[2])).guidance.regions == (drawn.regions[2],)


def test_a_gap_that_is_gone_refuses() -> None:
    with pytest.raises(EditRefused, match="no longer"):
        gap_edits.set_gap_length(two_clips_and_a_gap(), GapId("x"), 3)
