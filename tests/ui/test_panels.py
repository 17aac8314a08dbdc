"""The panels answer to the document, and every change in them is an edit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox
from window_driver import Driver

from mpd_studio.core.gap_edits import add_path, add_region, add_take, set_ease, set_gap_length
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Easing, EasingKind, MotionPath, MotionRegion, PathPoint, RegionMode
from mpd_studio.core.ids import PathId, RegionId, TakeId
from mpd_studio.core.inbetween import Quality
from mpd_studio.core.timeline import gaps_of
from mpd_studio.ui.dialogs.preferences import PreferencesDialog
from mpd_studio.ui.dialogs.shortcuts import ShortcutsDialog
from mpd_studio.ui.panels.two_column_delegate import ASIDE, SECOND_LINE

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def drawn_desk(gap_desk: Driver) -> Driver:
    """The gap is selected; a path and a region are drawn in it."""
    gap_id = gap_desk.gap.id
    path = MotionPath(PathId("ball"), (PathPoint(0, Point(20, 20)), PathPoint(1, Point(60, 20))))
    region = MotionRegion(RegionId("box"), outline=(Point(1, 1), Point(30, 1), Point(30, 30)))
    document = gap_desk.session.document
    document.apply("Add path", lambda timeline: add_path(timeline, gap_id, path))
    document.apply("Add region", lambda timeline: add_region(timeline, gap_id, region))
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.wait(lambda: gap_desk.window.inspector.guidance.list.count() == 2)
    return gap_desk


def test_the_gap_list_follows_and_leads_the_selection(gap_desk: Driver) -> None:
    gaps = gap_desk.window.gaps.list
    model = gaps.model()
    assert [model.data(model.index(0, 0), role) for role in (0, ASIDE)] == ["Gap 1", "5 f"]
    gap_desk.key(Qt.Key.Key_N)
    assert gaps.currentIndex().row() == 0
    gap_desk.session.selection.clear()
    assert not gaps.currentIndex().isValid()
    gap_desk.window.left_pages.tabs.setCurrentIndex(1)
    gap_desk.wait(gaps.isVisible)
    QTest.mouseClick(
        gaps.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        gaps.visualRect(model.index(0, 0)).center(),
    )
    assert gap_desk.session.selection.gap_id == gap_desk.gap.id


def test_the_inspector_names_the_gap_and_its_ends(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    inspector = gap_desk.window.inspector
    gap_desk.wait(inspector.foot.isVisible)
    assert inspector.title_text == "Gap 1 · 5 frames"
    assert inspector.foot.button.text() == "Generate 5 frames"
    assert inspector.foot.button.isEnabled()
    gap_desk.wait(lambda: "exactly 5 new frames" in " ".join(inspector.sheet.texts))


def test_a_gap_without_an_end_says_why_it_cannot_be_generated(gap_desk: Driver) -> None:
    gap_desk.click(20)
    gap_desk.key(Qt.Key.Key_Delete)
    assert gap_desk.kinds == [("clip", 12)]
    gap_desk.key(Qt.Key.Key_Z, CONTROL)
    gap_desk.click(5)
    gap_desk.key(Qt.Key.Key_Delete)
    (placed,) = [placed for placed in gaps_of(gap_desk.timeline) if placed.start == 0]
    gap_desk.session.selection.select_gap(placed.gap.id)
    foot = gap_desk.window.inspector.foot
    gap_desk.wait(lambda: foot.isVisible() and not foot.button.isEnabled())
    assert foot.problem_text
    assert foot.problem_text in foot.button.toolTip()
    assert foot.problem_text.replace("\n", " ") in gap_desk.tip("gap.generate").replace("\n", " ")


def test_guidance_is_listed_selected_and_deleted(drawn_desk: Driver) -> None:
    guidance = drawn_desk.window.inspector.guidance
    assert [guidance.list.item(row).text() for row in range(2)] == ["Path 1", "Region 1"]
    guidance.list.setCurrentRow(0)
    assert drawn_desk.session.selection.path_id == "ball"
    drawn_desk.key(Qt.Key.Key_Delete)
    assert drawn_desk.gap.guidance.paths == ()
    drawn_desk.wait(lambda: guidance.list.count() == 1)


def test_a_path_gets_its_radius_and_easing_from_the_inspector(drawn_desk: Driver) -> None:
    guidance = drawn_desk.window.inspector.guidance
    guidance.list.setCurrentRow(0)
    drawn_desk.wait(guidance.radius.isVisible)
    guidance.radius.setValue(33)
    guidance.easing.setCurrentIndex(guidance.easing.findText("slow start"))
    guidance.easing.activated.emit(guidance.easing.currentIndex())
    (path,) = drawn_desk.gap.guidance.paths
    assert (path.radius, path.easing.kind) == (33, EasingKind.IN)


def test_a_region_holds_still_and_follows_a_path(drawn_desk: Driver) -> None:
    guidance = drawn_desk.window.inspector.guidance
    guidance.list.setCurrentRow(1)
    drawn_desk.wait(guidance.mode.isVisible)
    guidance.mode.setCurrentIndex(1)
    guidance.mode.activated.emit(1)
    drawn_desk.wait(lambda: guidance.follows.count() == 2)
    guidance.follows.setCurrentIndex(1)
    guidance.follows.activated.emit(1)
    (region,) = drawn_desk.gap.guidance.regions
    assert (region.mode, region.follows) == (RegionMode.STILL, "ball")


def test_the_ease_of_the_gap_is_an_edit(drawn_desk: Driver) -> None:
    ease = drawn_desk.window.inspector.guidance.ease
    ease.setCurrentIndex(ease.findText("slow end"))
    ease.activated.emit(ease.currentIndex())
    assert drawn_desk.gap.guidance.ease.kind is EasingKind.OUT
    drawn_desk.key(Qt.Key.Key_Z, CONTROL)
    assert drawn_desk.gap.guidance.ease.kind is EasingKind.LINEAR
    drawn_desk.wait(lambda: ease.currentText() == "linear")


def test_engine_quality_and_seed_make_the_plan(gap_desk: Driver) -> None:
    gap_desk.key(Qt.Key.Key_N)
    engine = gap_desk.window.inspector.engine
    gap_desk.wait(engine.isVisible)
    engine.engine_box.setCurrentIndex(engine.engine_box.findData("crossfade"))
    engine.engine_box.activated.emit(engine.engine_box.currentIndex())
    engine.quality.setCurrentIndex(0)
    engine.quality.activated.emit(0)
    engine.seed.setValue(7)
    plan = gap_desk.session.generator.plan
    assert (plan.engine_id, plan.quality, plan.seed) == ("crossfade", Quality.DRAFT, 7)
    gap_desk.generate()
    assert gap_desk.gap.takes[0].result.request.engine_id == "crossfade"
    assert gap_desk.gap.takes[0].result.request.seed == 7


def test_progress_shows_in_the_status_line_and_can_be_cancelled_there(gap_desk: Driver) -> None:
    gap_id = gap_desk.gap.id
    gap_desk.session.document.apply("Lengthen", lambda timeline: set_gap_length(timeline, gap_id, 400))
    gap_desk.click(14)
    gap_desk.key(Qt.Key.Key_G)
    status = gap_desk.window.status
    assert status.text.startswith("Gap 1: 400 frames")
    assert status.cancel_button.isVisible()
    QTest.mouseClick(status.cancel_button, Qt.MouseButton.LeftButton)
    gap_desk.wait(lambda: gap_desk.session.jobs.current is None)
    assert gap_desk.gap.takes == ()
    assert not status.cancel_button.isVisible()


def test_the_list_of_jobs_tells_how_each_ended(gap_desk: Driver) -> None:
    gap_desk.click(14)
    gap_desk.generate()
    gap_desk.key(Qt.Key.Key_J, CONTROL)
    popup = gap_desk.window.jobs_popup
    gap_desk.wait(popup.isVisible)
    assert any(text.startswith("Gap 1: 5 frames · done") for text in popup.texts)
    popup.hide()


def test_preferences_count_at_once(desk: Driver) -> None:
    desk.key(Qt.Key.Key_Comma, CONTROL)
    (dialog,) = desk.window.findChildren(PreferencesDialog)
    boxes = {box.text(): box for box in dialog.findChildren(QCheckBox)}
    boxes["Open the last project at start"].setChecked(False)
    assert desk.session.preferences.settings.reopen_last is False
    assert boxes["Keep the model loaded between generations"].isChecked()
    boxes["Keep the model loaded between generations"].setChecked(False)
    assert desk.session.preferences.settings.keep_engine_loaded is False
    dialog.close()


def test_the_keys_are_listed_and_can_be_searched(desk: Driver) -> None:
    desk.key(Qt.Key.Key_F1)
    (dialog,) = desk.window.findChildren(ShortcutsDialog)
    QTest.keyClicks(dialog.field, "onion")
    assert dialog.shown_commands == ("Onion skin",)
    dialog.close()


def test_the_bin_removes_only_what_is_unused(gap_desk: Driver, two_clips: tuple[Path, Path]) -> None:
    assert [ref.name for ref in gap_desk.timeline.media] == [path.name for path in two_clips]
    gap_desk.window.media.remove(gap_desk.timeline.media[0])
    assert len(gap_desk.timeline.media) == 2
    message = gap_desk.window.centre.messages.message
    assert message is not None
    assert "Delete its clips first" in message.text


def test_the_contract_sheet_has_its_ticks_after_the_run(gap_desk: Driver) -> None:
    gap_desk.click(14)
    sheet = gap_desk.window.inspector.sheet
    gap_desk.wait(lambda: bool(sheet.states))
    assert set(sheet.states) <= {"todo", "note"}
    gap_desk.generate()
    gap_desk.wait(lambda: "pass" in sheet.states)
    assert "todo" not in sheet.states
    assert sheet.texts[0].startswith("exactly 5 new frames")
    gap_desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    gap_desk.wait(lambda: "todo" in sheet.states)


def test_a_take_without_its_sheet_still_tells_its_verdict(gap_desk: Driver) -> None:
    gap_desk.click(14)
    gap_desk.generate()
    take = gap_desk.gap.takes[0]
    lost = replace(take.result.frames, folder=take.result.frames.folder / "gone")
    moved = replace(take, id=TakeId("take-lost"), result=replace(take.result, frames=lost), name="Take 2")
    gap_id = gap_desk.gap.id
    gap_desk.session.document.apply("Add take", lambda timeline: add_take(timeline, gap_id, moved))
    sheet = gap_desk.window.inspector.sheet
    gap_desk.wait(lambda: any("no longer beside the frames" in text for text in sheet.texts))
    assert any(take.result.verdict in text for text in sheet.texts)


def test_a_path_carries_a_region_from_the_inspector(drawn_desk: Driver) -> None:
    panel = drawn_desk.window.inspector.guidance
    drawn_desk.session.selection.select_path(PathId("ball"))
    drawn_desk.wait(panel.carries.isVisible)
    panel.carries.setCurrentIndex(panel.carries.findText("Region 1"))
    panel.carries.activated.emit(panel.carries.currentIndex())
    assert drawn_desk.gap.guidance.paths[0].region == "box"
    drawn_desk.wait(lambda: not panel.radius.isEnabled())


def test_paths_are_listed_nearest_first_and_change_places(drawn_desk: Driver) -> None:
    gap_id, panel = drawn_desk.gap.id, drawn_desk.window.inspector.guidance
    second = MotionPath(PathId("hand"), (PathPoint(0, Point(9, 9)), PathPoint(1, Point(50, 30))))
    drawn_desk.session.document.apply("Add path", lambda timeline: add_path(timeline, gap_id, second))
    drawn_desk.wait(lambda: [panel.list.item(i).text() for i in range(2)] == ["Path 2", "Path 1"])
    drawn_desk.session.selection.select_path(PathId("ball"))
    drawn_desk.key(Qt.Key.Key_BracketRight, CONTROL)
    assert drawn_desk.gap.guidance.depth_order == ("ball", "hand")
    drawn_desk.wait(lambda: [panel.list.item(i).text() for i in range(2)] == ["Path 1", "Path 2"])
    assert "nearest one already" in drawn_desk.tip("guidance.nearer")
    drawn_desk.key(Qt.Key.Key_BracketLeft, CONTROL)
    assert drawn_desk.gap.guidance.depth_order == ("hand", "ball")


def test_a_curve_of_a_file_is_shown_and_kept(drawn_desk: Driver) -> None:
    gap_id, panel = drawn_desk.gap.id, drawn_desk.window.inspector.guidance
    curve = Easing(EasingKind.CURVE, ((0.0, 0.0), (0.3, 0.8), (1.0, 1.0)))
    assert panel.ease.findText("own curve") < 0
    drawn_desk.session.document.apply("Ease", lambda timeline: set_ease(timeline, gap_id, curve))
    drawn_desk.wait(lambda: panel.ease.currentText() == "own curve")
    panel.ease.activated.emit(panel.ease.currentIndex())
    assert drawn_desk.gap.guidance.ease == curve
    panel.ease.setCurrentIndex(panel.ease.findText("linear"))
    panel.ease.activated.emit(panel.ease.currentIndex())
    drawn_desk.wait(lambda: panel.ease.findText("own curve") < 0)


def test_missing_media_show_in_the_bin(gap_desk: Driver, two_clips: tuple[Path, Path]) -> None:
    bin_list = gap_desk.window.media.list
    hidden = two_clips[0].with_suffix(".away")
    two_clips[0].rename(hidden)
    try:
        gap_desk.session.missing.check()
        gap_desk.wait(lambda: bin_list.item(0).data(SECOND_LINE) == "missing")
        assert "Right-click" in bin_list.item(0).toolTip()
    finally:
        hidden.rename(two_clips[0])
    gap_desk.session.missing.check()
    gap_desk.wait(lambda: bin_list.item(0).data(SECOND_LINE) != "missing")
