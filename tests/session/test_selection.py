"""What is selected, and how edits change it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from footage import GAP, moved_path
from pytestqt.qtbot import QtBot

from mpd_studio.core.edits import cut_range, ripple_delete_clip
from mpd_studio.core.gap_edits import close_gap, delete_path, set_guidance
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import MotionRegion
from mpd_studio.core.ids import ClipId, GapId, PathId, RegionId, TakeId
from mpd_studio.session.selection import Compare, Selection, Shown, Tool
from mpd_studio.session.session import Session

CORNERS = (Point(1, 1), Point(9, 1), Point(9, 9))


@pytest.fixture
def selection(gap_session: Session) -> Selection:
    guidance = replace(moved_path(), regions=(MotionRegion(RegionId("region-a"), outline=CORNERS),))
    gap_session.document.apply("Draw", lambda timeline: set_guidance(timeline, GAP, guidance))
    return gap_session.selection


def test_a_gap_or_a_clip_is_selected_not_both(qtbot: QtBot, selection: Selection) -> None:
    with qtbot.waitSignal(selection.changed):
        selection.select_gap(GAP)
    selection.select_path(PathId("path-a"))
    selection.select_clip(ClipId("clip-a"))
    assert (selection.gap_id, selection.clip_id, selection.path_id) == (None, ClipId("clip-a"), None)
    selection.select_gap(GAP)
    assert (selection.gap_id, selection.clip_id) == (GAP, None)
    selection.clear()
    assert (selection.gap_id, selection.clip_id) == (None, None)


def test_a_path_or_a_region_is_selected_not_both(selection: Selection) -> None:
    selection.select_gap(GAP)
    selection.select_path(PathId("path-a"))
    selection.select_region(RegionId("region-a"))
    assert (selection.path_id, selection.region_id) == (None, RegionId("region-a"))
    selection.select_path(PathId("path-a"))
    assert (selection.path_id, selection.region_id) == (PathId("path-a"), None)


def test_what_does_not_exist_cannot_be_selected(selection: Selection) -> None:
    selection.select_gap(GapId("gone"))
    selection.select_clip(ClipId("gone"))
    selection.select_path(PathId("path-a"))  # no gap is selected
    assert (selection.gap_id, selection.clip_id, selection.path_id) == (None, None, None)


def test_edits_drop_what_they_removed_and_nothing_else(gap_session: Session, selection: Selection) -> None:
    selection.select_gap(GAP)
    selection.select_path(PathId("path-a"))
    gap_session.document.apply("Delete", lambda timeline: delete_path(timeline, GAP, PathId("path-a")))
    assert (selection.gap_id, selection.path_id) == (GAP, None)
    gap_session.document.apply("Close", lambda timeline: close_gap(timeline, GAP))
    assert selection.gap_id is None
    selection.select_clip(ClipId("clip-b"))
    gap_session.document.apply("Delete", lambda timeline: ripple_delete_clip(timeline, ClipId("clip-b")))
    assert selection.clip_id is None


def test_playhead_stays_on_the_timeline(qtbot: QtBot, gap_session: Session, selection: Selection) -> None:
    with qtbot.waitSignal(selection.playhead_changed) as told:
        selection.set_playhead(500)
    assert told.args == [11]
    selection.set_playhead(-3)
    assert selection.playhead == 0
    selection.set_playhead(11)
    gap_session.document.apply("Delete", lambda timeline: ripple_delete_clip(timeline, ClipId("clip-b")))
    assert selection.playhead == gap_session.document.timeline.length - 1


def test_moving_the_playhead_shows_the_frame_there(selection: Selection) -> None:
    selection.set_shown(Shown.LAST)
    selection.set_playhead(5)
    assert selection.shown is Shown.PLAYHEAD


def test_nothing_is_said_when_nothing_changes(selection: Selection) -> None:
    selection.select_gap(GAP)
    told: list[str] = []
    selection.changed.connect(lambda: told.append("changed"))
    selection.select_gap(GAP)
    selection.set_tool(Tool.SELECT)
    selection.set_onion_skin(False)
    assert told == []
    selection.set_tool(Tool.PATH)
    assert told == ["changed"]


def test_next_and_previous_gap_go_round(gap_session: Session, selection: Selection) -> None:
    gap_session.document.apply("Cut", lambda timeline: cut_range(timeline, 0, 9, 10, GapId("gap-b"), ClipId("clip-c")))
    selection.set_playhead(5)
    seen: list[tuple[GapId | None, int]] = []
    for step in (selection.next_gap, selection.next_gap, selection.next_gap, selection.previous_gap):
        step()
        seen.append((selection.gap_id, selection.playhead))
    assert seen == [(GAP, 4), (GapId("gap-b"), 9), (GAP, 4), (GapId("gap-b"), 9)]


def test_gap_after_and_before_the_playhead_when_none_is_selected(gap_session: Session, selection: Selection) -> None:
    gap_session.document.apply("Cut", lambda timeline: cut_range(timeline, 0, 9, 10, GapId("gap-b"), ClipId("clip-c")))
    selection.set_playhead(8)
    selection.next_gap()
    assert selection.gap_id == GapId("gap-b")
    selection.clear()
    selection.set_playhead(8)
    selection.previous_gap()
    assert selection.gap_id == GAP


def test_without_gaps_next_does_nothing(session: Session) -> None:
    session.selection.next_gap()
    assert session.selection.gap_id is None


def test_marks_never_cross(selection: Selection) -> None:
    selection.set_mark_in(3)
    selection.set_mark_out(6)
    assert (selection.mark_in, selection.mark_out) == (3, 6)
    selection.set_mark_in(8)
    assert (selection.mark_in, selection.mark_out) == (8, None)
    selection.set_mark_out(2)
    assert (selection.mark_in, selection.mark_out) == (None, 2)


def test_another_project_starts_with_a_clean_selection(gap_session: Session, selection: Selection) -> None:
    selection.select_gap(GAP)
    selection.set_playhead(6)
    selection.set_mark_in(2)
    selection.set_compare(Compare.WIPE, TakeId("take-a"))
    gap_session.document.new()
    assert (selection.gap_id, selection.playhead, selection.mark_in) == (None, 0, None)
    assert (selection.compare, selection.compare_take) == (Compare.OFF, None)
