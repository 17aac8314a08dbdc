"""Going to another gap in the middle of a gesture: the gesture ends with its gap, and moves nothing in the other."""

from __future__ import annotations

import pytest
from easel import Easel
from PySide6.QtCore import Qt
from window_driver import Driver

from mpd_studio.core.edits import cut_range
from mpd_studio.core.gap_edits import set_guidance
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import ClipId, GapId, PathId
from mpd_studio.core.timeline import gaps_of


def guidance_of(desk: Driver, index: int) -> Guidance:
    return gaps_of(desk.timeline)[index].gap.guidance


def line(y: float) -> MotionPath:
    """The same name in both gaps: as copied from the one to the other."""
    return MotionPath(PathId("path"), (PathPoint(0, Point(20, y)), PathPoint(1, Point(70, y))), radius=10.0)


@pytest.fixture
def easel(gap_desk: Driver) -> Easel:
    """Two gaps with a path each; the first gap is selected and its first frame shown."""
    document = gap_desk.session.document
    document.apply("Cut", lambda timeline: cut_range(timeline, 0, 20, 24, GapId("gap-b"), ClipId("clip-c")))
    for number, y in enumerate((40, 20)):
        gap_id = gaps_of(gap_desk.timeline)[number].gap.id
        document.apply("Draw", lambda t, g=gap_id, y=y: set_guidance(t, g, Guidance(paths=(line(y),))))
    for key in (Qt.Key.Key_N, Qt.Key.Key_A):
        gap_desk.key(key)
    easel = Easel(gap_desk.session, gap_desk.window.centre.canvas, gap_desk.qtbot)
    easel.view.setFocus(Qt.FocusReason.MouseFocusReason)
    return easel


def test_a_dragged_point_stays_with_its_gap(easel: Easel, gap_desk: Driver) -> None:
    other, steps = guidance_of(gap_desk, 1), easel.undo_steps()
    easel.press(Point(20, 40))
    easel.move(Point(30, 50))
    dragged = guidance_of(gap_desk, 0).paths[0]
    assert dragged.points[0].position.distance_to(Point(30, 50)) < 1.0
    gap_desk.key(Qt.Key.Key_N)
    assert gap_desk.session.selection.gap_id == "gap-b"
    gap_desk.key(Qt.Key.Key_A)
    easel.move(Point(60, 20))
    easel.move(Point(60, 10))
    easel.release(Point(60, 10))
    assert guidance_of(gap_desk, 1) == other
    assert guidance_of(gap_desk, 0).paths == (dragged,)
    assert easel.undo_steps() == steps + 1
    easel.drag(Point(20, 20), Point(20, 30))  # the next gesture is whole again
    assert guidance_of(gap_desk, 1).paths[0].points[0].position.distance_to(Point(20, 30)) < 1.0
    assert guidance_of(gap_desk, 0).paths == (dragged,)
    assert easel.undo_steps() == steps + 2


def test_a_path_that_is_being_drawn_stays_with_its_gap(easel: Easel, gap_desk: Driver) -> None:
    other = guidance_of(gap_desk, 1)
    gap_desk.key(Qt.Key.Key_P)
    easel.press(Point(60, 15))
    easel.move(Point(75, 15))
    assert len(guidance_of(gap_desk, 0).paths) == 2
    drawn = guidance_of(gap_desk, 0)
    gap_desk.key(Qt.Key.Key_N)
    easel.move(Point(90, 50))
    easel.release(Point(90, 50))
    assert (guidance_of(gap_desk, 0), guidance_of(gap_desk, 1)) == (drawn, other)


def test_a_press_that_was_no_drag_yet_draws_nothing_in_the_other(easel: Easel, gap_desk: Driver) -> None:
    before = [guidance_of(gap_desk, index) for index in range(2)]
    gap_desk.key(Qt.Key.Key_P)
    easel.press(Point(60, 15))
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.key(Qt.Key.Key_A)
    easel.move(Point(80, 50))
    easel.release(Point(80, 50))
    assert [guidance_of(gap_desk, index) for index in range(2)] == before


def test_a_stroke_stays_with_its_gap(easel: Easel, gap_desk: Driver) -> None:
    other = guidance_of(gap_desk, 1)
    gap_desk.key(Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    easel.press(Point(20, 20))
    easel.move(Point(60, 20))
    (painted,) = guidance_of(gap_desk, 0).regions
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.key(Qt.Key.Key_A)
    easel.move(Point(60, 50))
    easel.release(Point(60, 50))
    assert guidance_of(gap_desk, 0).regions == (painted,)
    assert guidance_of(gap_desk, 1) == other


def test_an_open_polygon_does_not_go_on_in_the_other_gap(easel: Easel, gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_R)
    for corner in (Point(10, 10), Point(30, 10), Point(30, 30)):
        easel.click(corner)
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.key(Qt.Key.Key_A)
    gap_desk.key(Qt.Key.Key_Return)
    assert [guidance_of(gap_desk, index).regions for index in range(2)] == [(), ()]


def test_a_gap_that_is_undone_in_mid_drag_ends_it(easel: Easel, gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.key(Qt.Key.Key_A)
    easel.press(Point(20, 20))
    easel.move(Point(30, 30))
    for _ in range(4):  # the drag, both drawings, the cut
        gap_desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(gaps_of(gap_desk.timeline)) == 1
    before = gap_desk.timeline
    easel.move(Point(60, 50))
    easel.release(Point(60, 50))
    assert gap_desk.timeline is before
