"""The canvas among the window's shortcuts: keys that act on drawings win while something is selected on it."""

from __future__ import annotations

import pytest
from easel import Easel
from PySide6.QtCore import Qt
from window_driver import Driver

from mpd_studio.core.geometry import Point
from mpd_studio.session.selection import Shown, Tool


@pytest.fixture
def drawn(gap_desk: Driver) -> Easel:
    """The window with a path drawn by hand on the first frame, its bend picked."""
    window = gap_desk.window
    easel = Easel(gap_desk.session, window.centre.canvas, gap_desk.qtbot)
    for key in (Qt.Key.Key_N, Qt.Key.Key_A, Qt.Key.Key_P):
        gap_desk.key(key)
    assert (gap_desk.session.selection.tool, gap_desk.session.selection.shown) == (Tool.PATH, Shown.FIRST)
    easel.drag(Point(20, 40), Point(70, 40))
    easel.drag(Point(45, 40), Point(45, 20))
    easel.view.setFocus(Qt.FocusReason.MouseFocusReason)
    return easel


def points_of(desk: Driver) -> list[Point]:
    (path,) = desk.gap.guidance.paths
    return [point.position for point in path.points]


def test_arrows_nudge_the_picked_point_and_step_frames_when_nothing_is(drawn: Easel, gap_desk: Driver) -> None:
    before, playhead = points_of(gap_desk), drawn.session.selection.playhead
    gap_desk.key(Qt.Key.Key_Right)
    after = points_of(gap_desk)
    assert after[1] == before[1] + Point(1, 0)
    assert (after[0], after[2]) == (before[0], before[2])
    assert drawn.session.selection.playhead == playhead
    gap_desk.key(Qt.Key.Key_Escape)
    gap_desk.key(Qt.Key.Key_Right)
    assert points_of(gap_desk) == after
    assert drawn.session.selection.playhead == playhead + 1


def test_delete_takes_the_point_the_path_and_only_then_other_things(drawn: Easel, gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_Delete)
    assert len(points_of(gap_desk)) == 2
    gap_desk.key(Qt.Key.Key_Delete)
    assert gap_desk.gap.guidance.paths == ()
    assert gap_desk.kinds == [("clip", 12), ("gap", 5), ("clip", 12)]


def test_space_over_the_canvas_plays_once(drawn: Easel, gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_Space)
    assert drawn.session.player.is_playing
    gap_desk.key(Qt.Key.Key_Space)
    assert not drawn.session.player.is_playing


def test_the_pointer_tells_what_a_press_would_do(drawn: Easel) -> None:
    cursor = drawn.view.viewport().cursor
    for place, shape in (
        (Point(45, 20), Qt.CursorShape.SizeAllCursor),
        (Point(10, 60), Qt.CursorShape.CrossCursor),
    ):
        drawn.hover(place)
        assert cursor().shape() == shape
