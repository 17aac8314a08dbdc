"""The walk of an editor through the window: drop, move apart, select, generate, choose, undo, export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from window_driver import Driver

from mpd_studio.core.timeline import gaps_of
from mpd_studio.session.selection import Compare, Shown, Tool
from mpd_studio.ui.dialogs.export import ExportDialog

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_two_dropped_clips_moved_apart_make_a_gap(desk: Driver, two_clips: tuple[Path, Path]) -> None:
    desk.drop_on_timeline(two_clips, 0)
    desk.wait(lambda: desk.kinds == [("clip", 12), ("clip", 12)])
    by = round(4 * desk.window.timeline.scale.per_frame)
    start = desk.spot(18)
    stop = desk.spot(18)
    stop.setX(stop.x() + by)
    desk.drag(start, stop)
    assert desk.kinds == [("clip", 12), ("gap", 4), ("clip", 12)]
    assert desk.session.document.undo_label == "Move clips"
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert desk.kinds == [("clip", 12), ("clip", 12)]


def test_a_drag_back_to_the_start_leaves_no_gap(gap_desk: Driver) -> None:
    scale = gap_desk.window.timeline.scale
    start = gap_desk.spot(20)
    stop = gap_desk.spot(20)
    stop.setX(start.x() - round(9 * scale.per_frame))
    gap_desk.drag(start, stop)
    assert gap_desk.kinds == [("clip", 12), ("clip", 12)]


def test_alt_drag_moves_the_clip_alone(gap_desk: Driver) -> None:
    scale = gap_desk.window.timeline.scale
    start, stop = gap_desk.spot(5), gap_desk.spot(5)
    stop.setX(start.x() + round(3 * scale.per_frame))
    gap_desk.drag(start, stop, Qt.KeyboardModifier.AltModifier)
    assert gap_desk.kinds == [("gap", 3), ("clip", 12), ("gap", 2), ("clip", 12)]


def test_an_edge_trims_the_clip(gap_desk: Driver) -> None:
    scale = gap_desk.window.timeline.scale
    start, stop = gap_desk.spot(17), gap_desk.spot(17)
    start.setX(start.x() + 3)
    stop.setX(start.x() + round(2 * scale.per_frame))
    gap_desk.drag(start, stop)
    assert gap_desk.kinds == [("clip", 12), ("gap", 7), ("clip", 10)]


def test_n_selects_the_gap_and_a_and_b_show_its_ends(gap_desk: Driver) -> None:
    assert gap_desk.window.takes.isHidden()
    gap_desk.key(Qt.Key.Key_N)
    selection = gap_desk.session.selection
    assert selection.gap_id == gap_desk.gap.id
    assert not gap_desk.window.takes.isHidden()
    gap_desk.key(Qt.Key.Key_A)
    assert selection.shown is Shown.FIRST
    gap_desk.key(Qt.Key.Key_B)
    assert selection.shown is Shown.LAST
    gap_desk.key(Qt.Key.Key_B)
    assert selection.shown is Shown.PLAYHEAD


def test_g_generates_and_the_take_can_be_renamed_deleted_and_brought_back(gap_desk: Driver) -> None:
    gap_desk.click(14)
    gap_desk.generate()
    (card,) = gap_desk.window.takes.cards
    assert card.is_chosen
    gap_desk.key(Qt.Key.Key_F2)
    gap_desk.type("best so far")
    gap_desk.key(Qt.Key.Key_Return)
    assert gap_desk.gap.takes[0].name == "best so far"
    assert card.name == "best so far"
    QTest.keyClick(card, Qt.Key.Key_Delete)
    assert gap_desk.gap.takes == ()
    gap_desk.key(Qt.Key.Key_Z, CONTROL)
    assert [take.name for take in gap_desk.gap.takes] == ["best so far"]
    gap_desk.key(Qt.Key.Key_Z, CONTROL)
    assert [take.name for take in gap_desk.gap.takes] == ["Take 1"]
    gap_desk.key(Qt.Key.Key_Z, CONTROL, SHIFT)
    assert [take.name for take in gap_desk.gap.takes] == ["best so far"]


def test_a_click_chooses_a_take_and_a_control_click_compares(gap_desk: Driver) -> None:
    gap_desk.click(14)
    gap_desk.generate()
    gap_desk.generate()
    first, second = gap_desk.window.takes.cards
    assert (first.is_chosen, second.is_chosen) == (False, True)
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert gap_desk.gap.chosen == gap_desk.gap.takes[0].id
    QTest.mouseClick(second, Qt.MouseButton.LeftButton, CONTROL)
    selection = gap_desk.session.selection
    assert (selection.compare, selection.compare_take) == (Compare.WIPE, gap_desk.gap.takes[1].id)
    gap_desk.key(Qt.Key.Key_Escape)
    assert selection.compare is Compare.OFF
    QTest.mouseClick(gap_desk.window.takes.draft_card, Qt.MouseButton.LeftButton)
    assert gap_desk.gap.chosen is None


def test_escape_while_renaming_keeps_the_old_name(gap_desk: Driver) -> None:
    gap_desk.click(14)
    gap_desk.generate()
    (card,) = gap_desk.window.takes.cards
    QTest.mouseDClick(card, Qt.MouseButton.LeftButton)
    gap_desk.type("no")
    gap_desk.key(Qt.Key.Key_Escape)
    assert card.editor is None
    assert gap_desk.gap.takes[0].name == "Take 1"


def test_marks_and_a_cut_make_a_gap_in_a_clip(gap_desk: Driver) -> None:
    selection = gap_desk.session.selection
    selection.set_playhead(3)
    gap_desk.key(Qt.Key.Key_I)
    for _ in range(2):
        gap_desk.key(Qt.Key.Key_Right)
    gap_desk.key(Qt.Key.Key_O)
    gap_desk.key(Qt.Key.Key_G, CONTROL)
    assert gap_desk.kinds[:3] == [("clip", 3), ("gap", 3), ("clip", 6)]
    assert selection.gap_id == gaps_of(gap_desk.timeline)[0].gap.id


def test_split_nudge_and_delete_by_keys(gap_desk: Driver) -> None:
    gap_desk.session.selection.set_playhead(4)
    gap_desk.key(Qt.Key.Key_S)
    assert gap_desk.kinds[:2] == [("clip", 4), ("clip", 8)]
    gap_desk.click(8)
    gap_desk.key(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert gap_desk.kinds[:3] == [("clip", 4), ("gap", 1), ("clip", 8)]
    gap_desk.key(Qt.Key.Key_Delete, SHIFT)
    assert gap_desk.kinds == [("clip", 4), ("gap", 6), ("clip", 12)]


def test_the_tools_have_keys(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    for key, modifiers, tool in (
        (Qt.Key.Key_P, (), Tool.PATH),
        (Qt.Key.Key_R, (), Tool.REGION),
        (Qt.Key.Key_R, (SHIFT,), Tool.BRUSH),
        (Qt.Key.Key_V, (), Tool.SELECT),
    ):
        gap_desk.key(key, *modifiers)
        assert gap_desk.session.selection.tool is tool


def test_the_chosen_take_is_exported_through_the_dialog(gap_desk: Driver, tmp_path: Path) -> None:
    gap_desk.click(14)
    gap_desk.generate()
    gap_desk.key(Qt.Key.Key_E, CONTROL)
    (dialog,) = gap_desk.window.findChildren(ExportDialog)
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.name.setText("shot")
    dialog.format.setCurrentIndex(dialog.format.findData("png"))
    button = next(
        b for b in dialog.buttons.buttons() if dialog.buttons.buttonRole(b) is QDialogButtonBox.ButtonRole.AcceptRole
    )
    with gap_desk.qtbot.waitSignal(gap_desk.session.exporter.finished, timeout=20_000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    names = sorted(path.name for path in (tmp_path / "out").glob("shot_*.png"))
    assert names == [f"shot_{number:06d}.png" for number in range(1, 6)]
    message = gap_desk.window.centre.messages.message
    assert message is not None
    assert "5 files" in message.text


def test_closing_cancels_the_running_job_without_asking_and_keeps_the_work(gap_desk: Driver) -> None:
    gap_desk.click(14)
    gap_desk.key(Qt.Key.Key_G)
    assert gap_desk.session.jobs.current is not None
    takes = gap_desk.session.document.takes_folder()
    assert gap_desk.window.close()
    assert gap_desk.session.close()
    assert not gap_desk.window.isVisible()
    left = list(takes.rglob("*.png")) if takes.exists() else []
    assert left == [] or gap_desk.gap.takes
    journals = list(gap_desk.session.paths.recovery.rglob("*.autosave"))
    assert len(journals) == 1


def test_the_next_start_tells_what_closing_stopped(
    new_window: Callable[[], Driver], two_clips: tuple[Path, Path]
) -> None:
    first = new_window()
    first.session.preferences.set(drafts_enabled=False)
    first.drop_on_timeline([two_clips[0]], 0)
    first.wait(lambda: first.kinds == [("clip", 12)])
    first.drop_on_timeline([two_clips[1]], 300)
    first.wait(lambda: first.kinds == [("clip", 12), ("gap", 288), ("clip", 12)])
    first.key(Qt.Key.Key_N)
    first.key(Qt.Key.Key_G)
    first.wait(lambda: first.session.jobs.current is not None)
    first.window.close()
    assert first.session.close()
    second = new_window()
    message = second.window.centre.messages.message
    assert message is not None
    assert "Gap 1: 288 frames" in message.text
    second.window.close()
    assert second.session.close()
    assert new_window().window.centre.messages.message is None
