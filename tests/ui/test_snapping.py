"""Dragged clips snap to the playhead and to what stays where it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_driver import Driver

from mpd_studio.ui.timeline.snapping import Snap, edges_of, snapped

NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def _drag(desk: Driver, frame: float, by_px: int, modifier: Qt.KeyboardModifier = NONE) -> None:
    """QTest's moves carry no modifiers, a hand's do."""
    viewport, start = desk.window.timeline.viewport(), desk.spot(frame)
    QTest.mousePress(viewport, LEFT, NONE, start)
    for step in range(1, 6):
        point = QPointF(start + QPoint(round(by_px * step / 5), 0))
        spot = QPointF(viewport.mapToGlobal(point.toPoint()))
        QApplication.sendEvent(viewport, QMouseEvent(QEvent.Type.MouseMove, point, spot, LEFT, LEFT, modifier))
    QTest.mouseRelease(viewport, LEFT, modifier, start + QPoint(by_px, 0))


def _zoomed_out(desk: Driver) -> float:
    """A scale at which the reach of 8 pixels is 4 frames."""
    view = desk.window.timeline
    view.zoom(2.2 / view.scale.per_frame)
    return view.scale.per_frame


def test_a_clip_dragged_near_its_neighbour_closes_the_gap(gap_desk: Driver) -> None:
    per_frame = _zoomed_out(gap_desk)
    _drag(gap_desk, 23, round(-3 * per_frame))
    assert gap_desk.kinds == [("clip", 12), ("clip", 12)]


def test_control_during_the_drag_places_freely(gap_desk: Driver) -> None:
    per_frame = _zoomed_out(gap_desk)
    _drag(gap_desk, 23, round(-3 * per_frame), CONTROL)
    assert gap_desk.kinds == [("clip", 12), ("gap", 2), ("clip", 12)]


def test_the_key_switches_snapping_off_and_on_again(gap_desk: Driver) -> None:
    per_frame = _zoomed_out(gap_desk)
    gap_desk.key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    _drag(gap_desk, 23, round(-3 * per_frame))
    assert gap_desk.kinds == [("clip", 12), ("gap", 2), ("clip", 12)]
    gap_desk.key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert gap_desk.session.preferences.settings.snapping
    assert gap_desk.window.table.action("edit.snap").isChecked()


def test_an_edge_that_is_trimmed_stops_at_the_playhead(gap_desk: Driver) -> None:
    per_frame = _zoomed_out(gap_desk)
    gap_desk.session.selection.set_playhead(7)
    tail = 12 - 2 / per_frame
    _drag(gap_desk, tail, round(-4 * per_frame))
    assert gap_desk.kinds[0] == ("clip", 7)


def test_the_nearest_meeting_wins_and_none_is_farther_than_the_reach() -> None:
    snap = Snap(reach=3, playhead=100)
    assert snapped(4, (10, 20), (0, 12, 25), snap).by == 5  # 20 meets 25 before 10 meets 12
    assert snapped(8, (10, 20), (0, 12, 25), snap).at == 25
    assert snapped(40, (10, 20), (0, 12, 25), snap) == type(snapped(0, (), (), snap))(40, None)
    assert snapped(78, (10, 20), (0, 12, 25), snap).at == 100
    assert snapped(4, (10, 20), (0, 12, 25), Snap(0, 100)).at is None


def test_what_moves_along_is_no_edge_to_snap_to(gap_desk: Driver) -> None:
    assert edges_of(gap_desk.timeline, 0, 2, all_after=True) == (0, 12)
    assert edges_of(gap_desk.timeline, 0, 0, all_after=True) == (0,)
    assert edges_of(gap_desk.timeline, 0, 0, all_after=False) == (0, 17, 29)
