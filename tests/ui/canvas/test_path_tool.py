from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from easel import GAP, SHIFT, SIZE, Easel, is_near, straight_path
from PySide6.QtCore import Qt

from mpd_studio.core.edits import relink_media
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Boundary, Guidance
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import find_gap
from mpd_studio.media.probe import probe
from mpd_studio.motion.paths import position
from mpd_studio.session.selection import Shown, Tool

A, B, MIDDLE = Point(120, 80), Point(200, 110), Point(160, 95)


@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.3])
def test_drag_on_the_first_frame_pins_both_anchors(easel: Easel, zoom: float) -> None:
    easel.begin(Tool.PATH)
    easel.zoom(zoom)
    start, end = easel.exact(A), easel.exact(B)
    easel.drag(A, B)
    assert is_near(easel.path.start, start, 0.01)
    assert is_near(easel.path.end, end, 0.01)
    assert is_near(start, A, 0.5 / zoom + 0.25)
    assert easel.session.selection.path_id == easel.path.id


@pytest.mark.parametrize("zoom", [1.0, 2.3])
def test_the_mouse_draws_within_half_a_pixel(easel: Easel, zoom: float) -> None:
    easel.begin(Tool.PATH)
    easel.zoom(zoom)
    easel.drag(A, B)
    assert is_near(easel.path.start, A, 0.71)
    assert abs(easel.path.start.x - A.x) <= 0.5
    assert abs(easel.path.end.y - B.y) <= 0.5


def test_drawing_on_the_last_frame_works_backwards(easel: Easel) -> None:
    easel.begin(Tool.PATH, Shown.LAST)
    easel.drag(A, B)
    assert is_near(easel.path.end, A)
    assert is_near(easel.path.start, B)


def test_a_new_path_is_one_step_of_undo(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    before, steps = easel.session.document.timeline, easel.undo_steps()
    easel.drag(A, MIDDLE, Point(180, 60), B)
    assert easel.undo_steps() == steps + 1
    assert easel.session.document.undo_label == "Add path"
    easel.session.document.undo()
    assert easel.session.document.timeline == before
    assert easel.view.layer.paths == {}


def test_two_drags_are_two_steps(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    steps = easel.undo_steps()
    easel.drag(A, B)
    easel.drag(B, Point(220, 140))
    assert easel.undo_steps() == steps + 2


def test_a_click_on_the_curve_adds_a_point_at_its_time(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 90)),)))
    easel.click(Point(130, 90))
    first, added, last = easel.path.points
    assert (first.time, last.time) == (0.0, 1.0)
    assert added.time == pytest.approx(0.3, abs=0.01)
    assert is_near(added.position, Point(130, 90), 0.8)


def test_a_drag_on_the_curve_bends_it_in_one_step(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 90)),)))
    steps = easel.undo_steps()
    easel.drag(Point(150, 90), Point(150, 50))
    assert is_near(easel.path.points[1].position, Point(150, 50), 0.8)
    assert is_near(position(easel.path, easel.guidance.ease, 0.5), Point(150, 50), 1.5)
    assert easel.undo_steps() == steps + 1


def test_dragging_a_point_moves_only_it_and_keeps_its_time(easel: Easel) -> None:
    path = straight_path(Point(100, 90), Point(200, 90), (0.4, Point(140, 60)))
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((path,)))
    easel.session.selection.select_path(path.id)
    easel.drag(Point(140, 60), Point(150, 40))
    moved = easel.path.points
    assert is_near(moved[1].position, Point(150, 40), 0.71)
    assert [p.time for p in moved] == [0.0, 0.4, 1.0]
    assert (moved[0], moved[2]) == (path.points[0], path.points[2])


def test_grabbing_a_point_beside_its_middle_does_not_move_it(easel: Easel) -> None:
    path = straight_path(Point(100, 90), Point(200, 90))
    easel.begin(Tool.PATH)
    easel.draw(Guidance((path,)))
    easel.click(Point(102, 91))
    assert easel.path == path
    assert easel.view.stage.picked == 0


def test_delete_takes_the_point_and_then_the_path(easel: Easel) -> None:
    path = straight_path(Point(100, 90), Point(200, 90), (0.4, Point(140, 60)))
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((path,)))
    easel.session.selection.select_path(path.id)
    easel.click(Point(140, 60))
    easel.key(Qt.Key.Key_Delete)
    assert [p.time for p in easel.path.points] == [0.0, 1.0]
    assert easel.view.stage.picked is None
    easel.key(Qt.Key.Key_Delete)
    assert easel.guidance.paths == ()
    easel.session.document.undo()
    easel.session.document.undo()
    assert easel.path == path


def test_deleting_with_an_anchor_picked_deletes_the_path(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 90), (0.4, Point(140, 60))),)))
    easel.click(Point(100, 90))
    easel.key(Qt.Key.Key_Backspace)
    assert easel.guidance.paths == ()


def test_double_click_on_the_curve_inserts_with_the_select_tool(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 90)),)))
    easel.double_click(Point(170, 90))
    assert [p.time for p in easel.path.points] == [0.0, pytest.approx(0.7, abs=0.01), 1.0]


def test_select_drags_the_whole_path_by_its_curve(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 90)),)))
    easel.drag(Point(150, 90), Point(160, 70))
    assert is_near(easel.path.start, Point(110, 70), 0.8)
    assert is_near(easel.path.end, Point(210, 70), 0.8)


def test_the_ring_changes_the_reach(easel: Easel) -> None:
    path = straight_path(Point(100, 90), Point(200, 90))
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((path,)))
    easel.session.selection.select_path(path.id)
    easel.drag(Point(130, 90), Point(145, 90))
    assert easel.path.radius == pytest.approx(45, abs=0.8)
    assert easel.path.points == path.points
    assert easel.session.document.undo_label == "Change reach"


def test_shift_keeps_a_new_path_straight(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.drag(A, Point(200, 86), modifiers=SHIFT)
    assert easel.path.end.y == pytest.approx(easel.path.start.y, abs=1e-6)
    assert easel.path.end.x == pytest.approx(200, abs=0.8)


def test_escape_during_a_drag_leaves_no_edit(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    before, steps = easel.session.document.timeline, easel.undo_steps()
    easel.press(A)
    easel.move(B)
    assert len(easel.guidance.paths) == 1
    easel.key(Qt.Key.Key_Escape)
    easel.move(Point(220, 140))
    easel.release(Point(220, 140))
    assert easel.session.document.timeline == before
    assert easel.undo_steps() == steps


def test_escape_while_moving_a_point_puts_it_back(easel: Easel) -> None:
    path = straight_path(Point(100, 90), Point(200, 90))
    easel.begin(Tool.PATH)
    easel.draw(Guidance((path,)))
    easel.press(Point(100, 90))
    easel.move(Point(60, 40))
    assert easel.path != path
    easel.key(Qt.Key.Key_Escape)
    assert easel.path == path
    assert easel.session.document.undo_label == "Draw"


def test_escape_takes_back_no_drag_before_this_one(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 90)),)))
    easel.drag(Point(100, 90), Point(80, 60))
    moved = easel.path
    easel.drag(Point(80, 60), Point(60, 40))
    easel.press(Point(60, 40))
    easel.session.document.undo()
    easel.key(Qt.Key.Key_Escape)
    assert easel.path == moved
    assert easel.session.document.redo_label == "Move point"


def test_choosing_another_tool_drops_a_drag(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.press(A)
    easel.move(B)
    easel.session.selection.set_tool(Tool.SELECT)
    assert easel.guidance.is_empty


def test_no_path_is_drawn_inside_the_gap_or_without_one(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.session.selection.set_playhead(5)
    easel.drag(A, B)
    assert easel.guidance.is_empty
    easel.session.selection.clear()
    easel.session.selection.set_playhead(0)
    easel.drag(A, B)
    assert easel.guidance.is_empty


def test_a_press_beside_the_picture_draws_nothing_and_unselects(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.drag(A, B)
    easel.zoom(1.0)
    easel.drag(Point(-20, 80), Point(100, 80))
    assert len(easel.guidance.paths) == 1
    assert easel.session.selection.path_id is None


def test_an_edit_that_arrives_during_a_drag_survives_escape(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.press(A)
    easel.move(B)
    easel.session.document.apply("Rename", lambda timeline: replace(timeline, name="Arrived"))
    easel.key(Qt.Key.Key_Escape)
    easel.release(B)
    assert easel.session.document.timeline.name == "Arrived"


def test_points_can_be_moved_inside_the_gap(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((straight_path(Point(100, 90), Point(200, 90)),)))
    easel.session.selection.set_playhead(5)
    easel.drag(Point(200, 90), Point(210, 60))
    assert is_near(easel.path.end, Point(210, 60), 0.8)


def test_arrows_nudge_the_picked_point_and_shift_goes_farther(easel: Easel) -> None:
    path = straight_path(Point(100, 90), Point(200, 90))
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((path,)))
    easel.click(Point(200, 90))
    easel.key(Qt.Key.Key_Right)
    easel.key(Qt.Key.Key_Up, SHIFT)
    assert easel.path.end == Point(201, 80)
    assert easel.path.start == path.start
    easel.session.document.undo()
    assert easel.path.end == Point(201, 90)


def test_arrows_nudge_the_whole_path_when_no_point_is_picked(easel: Easel) -> None:
    path = straight_path(Point(100, 90), Point(200, 90))
    easel.begin(Tool.SELECT)
    easel.draw(Guidance((path,)))
    easel.session.selection.select_path(path.id)
    easel.key(Qt.Key.Key_Down)
    assert (easel.path.start, easel.path.end) == (Point(100, 91), Point(200, 91))


def test_a_path_can_be_made_by_keyboard_alone(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.key(Qt.Key.Key_Return)
    assert easel.path.start == Point(160, 90)
    easel.key(Qt.Key.Key_Left)
    easel.key(Qt.Key.Key_Period)
    easel.key(Qt.Key.Key_Down)
    assert easel.path.start == Point(159, 90)
    assert easel.path.end == Point(200, 91)
    easel.key(Qt.Key.Key_Delete)
    assert easel.guidance.paths == ()


def test_the_ghosts_lie_where_the_new_frames_will_have_the_point(easel: Easel) -> None:
    path = straight_path(Point(100, 90), Point(200, 90))
    easel.begin(Tool.PATH)
    easel.draw(Guidance((path,)))
    item = easel.view.layer.paths[path.id]
    np.testing.assert_allclose(item.ghosts, [[125, 90], [150, 90], [175, 90]])
    easel.session.selection.set_playhead(5)
    assert item.now == Point(150, 90)
    placed = find_gap(easel.session.document.timeline, GAP)
    assert placed is not None
    assert easel.view.shown.time == 0.5


def textured(path: Path, at: Point) -> MediaRef:
    """A still with a patch of noise around a point, on a quiet ground."""
    import cv2

    pixels = np.full((SIZE.height, SIZE.width, 3), 90, np.uint8)
    noise = np.random.default_rng(3).integers(0, 255, (10, 10, 3), np.uint8)
    left, top = round(at.x) - 20, round(at.y) - 20
    pixels[top : top + 40, left : left + 40] = cv2.resize(noise, (40, 40), interpolation=cv2.INTER_CUBIC)
    assert cv2.imwrite(str(path), pixels)
    return probe(path)


@pytest.mark.parametrize(("shown", "clicked", "other"), [(Shown.FIRST, A, B), (Shown.LAST, B, A)])
def test_a_click_proposes_where_the_object_is_on_the_other_frame(
    easel: Easel, tmp_path: Path, shown: Shown, clicked: Point, other: Point
) -> None:
    timeline = easel.session.document.timeline
    for number, at in enumerate((A, B)):
        new = textured(tmp_path / f"textured{number}.png", at)
        old = timeline.media[number]
        easel.session.document.apply("Relink", lambda tl, old=old, new=new: relink_media(tl, old, new))
    easel.begin(Tool.PATH, shown)
    steps = easel.undo_steps()
    easel.click(clicked)
    easel.qtbot.waitUntil(lambda: bool(easel.guidance.paths) and easel.path.start != easel.path.end)
    drawn, far = (easel.path.start, easel.path.end) if shown is Shown.FIRST else (easel.path.end, easel.path.start)
    assert is_near(drawn, clicked, 1.0)
    assert is_near(far, other, 1.5)
    assert easel.undo_steps() == steps + 1


def test_a_click_on_nothing_in_particular_stays_where_it_is(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    answers: list[Point | None] = []
    easel.click(A)
    easel.session.proposals.ask(GAP, Boundary.FIRST, A, 20, answers.append)
    easel.qtbot.waitUntil(lambda: bool(answers))
    assert answers == [None]
    assert easel.path.start == easel.path.end
    assert is_near(easel.path.start, A, 1.0)


def test_an_abandoned_drag_leaves_nothing_to_redo(easel: Easel) -> None:
    easel.begin(Tool.PATH)
    easel.press(A)
    easel.move(MIDDLE)
    easel.move(B)
    easel.key(Qt.Key.Key_Escape)
    easel.release(B)
    assert not easel.guidance.paths
    assert easel.session.document.redo_label is None
