"""Pins: places that are held where they are, set and moved by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from easel import SIZE, Easel, is_near, straight_path
from PySide6.QtCore import Qt

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance
from mpd_studio.session.selection import Shown, Tool
from mpd_studio.ui.canvas.ink import PATH_COLORS

AT, THERE = Point(120, 80), Point(180, 110)


@pytest.mark.parametrize("shown", [Shown.FIRST, Shown.LAST])
def test_a_click_sets_a_pin_in_one_step(easel: Easel, shown: Shown) -> None:
    easel.begin(Tool.PIN, shown)
    steps = easel.undo_steps()
    easel.click(AT)
    assert easel.path.is_pin
    assert is_near(easel.path.start, AT)
    assert easel.undo_steps() == steps + 1
    assert easel.session.document.undo_label == "Add pin"
    assert easel.session.selection.path_id == easel.path.id
    easel.session.document.undo()
    assert easel.guidance.paths == ()


def test_a_pin_is_placed_by_a_drag_and_moved_whole(easel: Easel) -> None:
    easel.begin(Tool.PIN)
    easel.drag(AT, THERE)
    assert easel.path.is_pin
    assert is_near(easel.path.end, THERE)
    easel.session.selection.set_tool(Tool.SELECT)
    easel.drag(THERE, AT)
    assert easel.path.is_pin
    assert is_near(easel.path.start, AT)
    assert easel.session.document.undo_label == "Move pin"
    easel.key(Qt.Key.Key_Right)
    assert easel.path.is_pin
    easel.key(Qt.Key.Key_Delete)
    assert easel.guidance.paths == ()


def test_its_reach_is_dragged_by_the_ring(easel: Easel) -> None:
    easel.begin(Tool.PIN)
    easel.click(AT)
    radius = easel.path.radius
    easel.drag(Point(AT.x + radius, AT.y), Point(AT.x + radius + 20, AT.y))
    assert abs(easel.path.radius - radius - 20) < 1
    assert easel.path.is_pin


def test_the_path_tool_leads_a_pin_away(easel: Easel) -> None:
    easel.begin(Tool.PIN)
    easel.click(AT)
    easel.session.selection.set_tool(Tool.PATH)
    easel.drag(AT, THERE)
    assert not easel.path.is_pin


def test_pins_are_set_on_boundary_frames_and_on_the_picture_alone(easel: Easel) -> None:
    easel.begin(Tool.PIN, Shown.PLAYHEAD)
    assert "boundary frame" in easel.view.tool.hint
    easel.click(AT)
    easel.begin(Tool.PIN)
    easel.click(Point(SIZE.width + 4, 40))
    assert easel.guidance.paths == ()


def test_a_pin_is_set_by_keyboard_in_the_middle(easel: Easel) -> None:
    easel.begin(Tool.PIN)
    easel.view.setFocus()
    easel.key(Qt.Key.Key_Return)
    assert easel.path.is_pin
    assert is_near(easel.path.start, Point(SIZE.width / 2, SIZE.height / 2))


def test_escape_takes_a_pin_back_that_is_being_placed(easel: Easel) -> None:
    easel.begin(Tool.PIN)
    easel.press(AT)
    easel.key(Qt.Key.Key_Escape)
    assert easel.guidance.paths == ()


def test_a_pin_looks_other_than_a_path(easel: Easel) -> None:
    easel.begin(Tool.SELECT)
    easel.zoom(2.0, AT)
    pin = straight_path(AT, AT, radius=20.0)
    red, green, blue = (int(PATH_COLORS[0][i : i + 2], 16) for i in (1, 3, 5))
    easel.draw(Guidance(paths=(pin,)))
    assert easel.color_at(AT) == (red, green, blue)  # the disc is filled
    easel.draw(Guidance(paths=(replace(pin, points=straight_path(AT, THERE).points),)))
    assert easel.color_at(AT) != (red, green, blue)  # one sees what lies under an anchor's ring
