"""The action table: complete, without clashes, and honest about what cannot be done."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from window_driver import Driver

from mpd_studio.core.resources import resource
from mpd_studio.session.selection import Tool
from mpd_studio.ui.commands.all_rows import ALL_ROWS

# What the editor's hands expect: key -> action.
EXPECTED_KEYS = {
    "J": "view.play_back",
    "K": "view.pause",
    "L": "view.play_on",
    "Left": "view.previous_frame",
    "Right": "view.next_frame",
    "Shift+Left": "view.ten_back",
    "Shift+Right": "view.ten_on",
    "I": "edit.mark_in",
    "O": "edit.mark_out",
    "G": "gap.generate",
    "D": "gap.draft",
    "P": "guidance.path",
    "R": "guidance.region",
    "Shift+R": "guidance.brush",
    "V": "guidance.select",
    "A": "guidance.first",
    "B": "guidance.last",
    "Shift+O": "guidance.onion",
    "W": "view.wipe",
    "N": "gap.next",
    "Shift+N": "gap.previous",
    "Z": "view.zoom_fit",
    "1": "view.zoom_pixel",
    "Space": "view.play",
    "Ctrl+K": "window.palette",
    "Del": "edit.delete",
    "Ctrl+Z": "edit.undo",
    "Ctrl+Shift+Z": "edit.redo",
    "S": "edit.split",
    "Ctrl+S": "file.save",
}


def test_every_id_is_unique() -> None:
    counts = Counter(row.id for row in ALL_ROWS)
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_action_says_what_it_does() -> None:
    assert [row.id for row in ALL_ROWS if len(row.tip) < 10 or not row.title] == []


def test_no_two_actions_share_a_key() -> None:
    keys = Counter(QKeySequence(key).toString() for row in ALL_ROWS for key in row.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_key_is_one_that_qt_understands() -> None:
    assert [(row.id, key) for row in ALL_ROWS for key in row.keys if QKeySequence(key).toString() == ""] == []


def test_the_keys_are_those_of_the_desk() -> None:
    found = {QKeySequence(key).toString(): row.id for row in ALL_ROWS for key in row.keys}
    wanted = {QKeySequence(key).toString(): name for key, name in EXPECTED_KEYS.items()}
    assert {key: found.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("name", sorted({row.icon for row in ALL_ROWS if row.icon}))
def test_every_icon_is_drawn(name: str) -> None:
    drawing = resource(f"icons/{name}.svg").read_text()
    assert 'viewBox="0 0 16 16"' in drawing
    assert "currentColor" in drawing


def test_a_disabled_action_says_why(desk: Driver) -> None:
    desk.window.table.refresh()
    for row in desk.window.table.rows:
        action = desk.window.table.action(row.id)
        if not action.isEnabled():
            assert "\n" in action.toolTip(), row.id
    assert "No gap is selected" in desk.tip("guidance.path")
    assert "There is no gap yet" in desk.tip("gap.next")


def test_every_row_is_in_a_menu(desk: Driver) -> None:
    titles = [
        menu.title().replace("&", "") for menu in desk.window.menuBar().findChildren(type(desk.window.recent_menu))
    ]
    assert {"File", "Edit", "Gap", "Guidance", "View", "Window", "Help"} <= set(titles)


def test_keys_do_not_act_while_typing(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    field = gap_desk.window.inspector.ends.length
    gap_desk.wait(field.isVisible)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "9")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert gap_desk.gap.length == 9
    timecode = gap_desk.window.centre.transport.timecode
    timecode.setFocus()
    timecode.selectAll()
    QTest.keyClicks(timecode, "00:00:00:03")
    assert timecode.text() == "00:00:00:03"
    assert gap_desk.session.selection.mark_in is None
    QTest.keyClick(timecode, Qt.Key.Key_Return)
    assert gap_desk.session.selection.playhead == 3


def test_space_presses_the_button_that_has_the_focus(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    button = gap_desk.window.centre.tools.button(Tool.PATH)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert gap_desk.session.selection.tool is Tool.PATH
    assert not gap_desk.session.player.is_playing


def test_space_plays_elsewhere(gap_desk: Driver) -> None:
    gap_desk.window.timeline.setFocus()
    gap_desk.key(Qt.Key.Key_Space)
    assert gap_desk.session.player.is_playing
    gap_desk.key(Qt.Key.Key_K)
    assert not gap_desk.session.player.is_playing


def test_the_palette_finds_and_runs_a_command(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = gap_desk.window.palette_popup
    gap_desk.wait(palette.isVisible)
    QTest.keyClicks(palette.field, "next gap")
    assert palette.titles[0] == "Next gap"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert gap_desk.session.selection.gap_id == gap_desk.gap.id
    assert not palette.isVisible()


def test_escape_leaves_a_field_and_nothing_else(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    timecode = gap_desk.window.centre.transport.timecode
    timecode.setFocus()
    QTest.keyClicks(timecode, "99")
    QTest.keyClick(timecode, Qt.Key.Key_Escape)
    assert not timecode.hasFocus()
    assert timecode.text() == gap_desk.timeline.timecode(gap_desk.session.selection.playhead)
    assert gap_desk.session.selection.gap_id == gap_desk.gap.id
