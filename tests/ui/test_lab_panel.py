"""The lab in the window: runs of real engines, side by side, and one of them as the take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget
from window_driver import Driver

from mpd_studio.session.selection import Selection
from mpd_studio.ui.panels.lab import LabPanel


def open_lab(desk: Driver) -> LabPanel:
    desk.session.selection.select_gap(desk.gap.id)
    desk.window.table.refresh()
    desk.window.table.action("window.lab").trigger()
    desk.wait(desk.window.lab.isVisible)
    return desk.window.lab


def tick(panel: LabPanel, *names: str) -> None:
    for name, box in panel.choices.boxes.items():
        box.setChecked(name in names)


@pytest.fixture
def run_lab(gap_desk: Driver) -> LabPanel:
    """Both engines that need no weights have run on the gap of five frames."""
    panel = open_lab(gap_desk)
    tick(panel, "flow", "crossfade")
    QTest.mouseClick(panel.choices.run, Qt.MouseButton.LeftButton)
    gap_desk.wait(lambda: not gap_desk.session.lab.is_running(gap_desk.gap.id))
    gap_desk.wait(lambda: len(panel.rows) == 2 and all(row.use.isEnabled() for row in panel.rows))
    return panel


class TestBefore:
    def test_it_is_hidden_until_it_is_asked_for(self, desk: Driver) -> None:
        assert desk.window.docks["lab"].isHidden()
        assert desk.window.table.action("window.lab").isCheckable()

    def test_without_a_gap_it_says_what_to_do(self, desk: Driver) -> None:
        desk.window.table.action("window.lab").trigger()
        desk.wait(desk.window.lab.isVisible)
        assert "Select a gap" in desk.window.lab.empty_text
        assert not desk.window.lab.choices.run.isEnabled()
        assert "Select a gap" in desk.window.lab.choices.reason

    def test_nothing_ticked_nothing_to_run(self, gap_desk: Driver) -> None:
        panel = open_lab(gap_desk)
        assert "Tick what to compare" in panel.empty_text
        tick(panel)
        assert not panel.choices.run.isEnabled()
        assert "Nothing is to be compared" in panel.choices.reason

    def test_seeds_that_are_none_are_refused_at_the_field(self, gap_desk: Driver) -> None:
        panel = open_lab(gap_desk)
        tick(panel, "flow")
        panel.choices.seeds.setText("one")
        assert "no row of seeds" in panel.choices.reason
        panel.choices.seeds.setText("1, 2")
        assert panel.choices.run.isEnabled()
        assert panel.choices.run.text() == "Run 1"  # flow is the same for every seed

    def test_samplers_without_weights_say_where_to_get_them(self, gap_desk: Driver) -> None:
        panel = open_lab(gap_desk)
        if not panel.choices.boxes["vibid"].isEnabled():
            pytest.skip("the samplers need torch, an optional part of the installation")
        tick(panel, "vibid", "flow")
        gap_desk.wait(lambda: "Weights" in panel.choices.reason)
        assert not panel.choices.run.isEnabled()
        tick(panel, "flow")
        assert panel.choices.run.isEnabled()

    def test_the_button_tells_how_many_runs_there_will_be(self, gap_desk: Driver, tiny_svd: Path) -> None:
        gap_desk.session.preferences.set(svd_weights=str(tiny_svd))
        panel = open_lab(gap_desk)
        tick(panel, "vibid", "trf", "flow")
        panel.choices.seeds.setText("1, 2")
        gap_desk.wait(lambda: panel.choices.run.text() == "Run 5")
        panel.choices.equal.setCurrentIndex(1)
        panel.choices.amount.setValue(10)
        tick(panel, "vibid")
        assert panel.choices.run.text() == "Run 2"
        assert "40 calls" in panel.choices.run.toolTip()


class TestSideBySide:
    def test_each_run_shows_its_figures_and_its_frames(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        titles = [row.texts[0] for row in run_lab.rows]
        assert titles == ["1  flow", "2  crossfade"]
        for row in run_lab.rows:
            assert row.texts[3].endswith(" s")
            assert row.texts[4].endswith(" MiB")
            gap_desk.wait(lambda row=row: row.moment.shown is not None)
        assert run_lab.empty_text == ""

    def test_the_pointer_moves_all_of_them_in_time(self, run_lab: LabPanel) -> None:
        first, second = run_lab.rows
        QTest.mouseMove(first.strip, QPoint(first.strip.width() * 7 // 10, 10))
        assert first.strip.index == second.strip.index == 3
        QTest.mouseMove(second.strip, QPoint(2, 10))
        assert first.strip.index == second.strip.index == 0

    def test_a_click_moves_the_playhead_and_the_playhead_moves_them(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        strip = run_lab.rows[1].strip
        selection: Selection = gap_desk.session.selection
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() // 2, 10))
        assert selection.playhead == 12 + 2  # the gap begins after 12 frames
        selection.set_playhead(12 + 4)
        assert [row.strip.index for row in run_lab.rows] == [4, 4]
        selection.set_playhead(0)
        assert [row.strip.index for row in run_lab.rows] == [0, 0]

    def test_arrow_keys_step_through_the_frames(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        gap_desk.session.selection.set_playhead(12)
        QTest.keyClick(run_lab.rows[0].strip, Qt.Key.Key_Right)
        assert [row.strip.index for row in run_lab.rows] == [1, 1]
        assert gap_desk.session.selection.playhead == 13

    def test_figures_are_plotted(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        gap_desk.window.resize(1500, 900)
        gap_desk.wait(lambda: run_lab.plots.isVisible())
        plotted = run_lab.plots.plotted
        assert list(plotted) == ["flow", "crossfade"]
        shown = {row.texts[0].split()[1]: row.texts[5] for row in run_lab.rows}
        assert shown == {title: f"{values[0]:.2f} /255" for title, values in plotted.items()}
        run_lab.plots.figure.setCurrentIndex(run_lab.plots.figure.count() - 1)
        assert run_lab.plots.plotted == {}  # neither of them distils

    def test_another_gap_has_no_results(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        gap_desk.session.selection.clear()
        gap_desk.wait(lambda: not run_lab.rows)
        assert "Select a gap" in run_lab.empty_text


class TestAfterwards:
    def test_one_becomes_the_take_and_undo_takes_it_back(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        QTest.mouseClick(run_lab.rows[1].use, Qt.MouseButton.LeftButton)
        gap_desk.wait(lambda: len(gap_desk.gap.takes) == 1)
        take = gap_desk.gap.takes[0]
        assert gap_desk.gap.chosen == take.id
        assert take.result.request.engine_id == "crossfade"
        assert take.result.frames.count == 5
        gap_desk.session.document.undo()
        assert gap_desk.gap.takes == ()
        assert len(run_lab.rows) == 2

    def test_a_gap_of_another_length_takes_none_and_says_why(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        gap_desk.drag(gap_desk.spot(20), gap_desk.spot(22))
        gap_desk.wait(lambda: gap_desk.kinds[1] != ("gap", 5))
        gap_desk.session.selection.select_gap(gap_desk.gap.id)
        gap_desk.wait(lambda: not run_lab.rows[0].use.isEnabled())
        assert "another length" in run_lab.rows[0].use.toolTip()

    def test_results_go_one_by_one_and_all_at_once(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        QTest.mouseClick(run_lab.rows[0].remove, Qt.MouseButton.LeftButton)
        gap_desk.wait(lambda: len(run_lab.rows) == 1)
        assert run_lab.rows[0].texts[0] == "1  crossfade"
        QTest.mouseClick(run_lab.clear, Qt.MouseButton.LeftButton)
        gap_desk.wait(lambda: not run_lab.rows)
        assert "Tick what to compare" in run_lab.empty_text
        root = gap_desk.session.paths.lab
        gap_desk.wait(lambda: not any(root.iterdir()))

    def test_they_are_there_at_the_next_start_with_the_panel_as_it_was(
        self, run_lab: LabPanel, gap_desk: Driver, new_window: Callable[[], Driver]
    ) -> None:
        path = gap_desk.session.paths.data / "film.mpdproj"
        gap_desk.session.document.save_as(path)
        gap_desk.wait(lambda: not gap_desk.session.document.is_modified)
        gap_id = gap_desk.gap.id
        gap_desk.window.close()
        assert gap_desk.session.close()
        again = new_window()
        assert isinstance(again.window.docks["lab"], QDockWidget)
        assert not again.window.docks["lab"].isHidden()
        again.session.document.open(path)
        again.wait(lambda: bool(again.items))
        again.session.selection.select_gap(gap_id)
        again.wait(lambda: len(again.window.lab.rows) == 2)

    def test_a_change_of_theme_redraws_everything(self, run_lab: LabPanel, gap_desk: Driver) -> None:
        gap_desk.session.preferences.set(theme="light")
        QApplication.processEvents()
        assert [row.texts[0] for row in run_lab.rows] == ["1  flow", "2  crossfade"]


def test_cancel_stops_the_runs_and_takes_their_rows_away(gap_desk: Driver) -> None:
    panel = open_lab(gap_desk)
    tick(panel, "flow", "crossfade")
    QTest.mouseClick(panel.choices.run, Qt.MouseButton.LeftButton)
    assert len(panel.rows) == 2
    assert panel.choices.cancel.isEnabled()
    QTest.mouseClick(panel.choices.cancel, Qt.MouseButton.LeftButton)
    gap_desk.wait(lambda: not gap_desk.session.lab.is_running(gap_desk.gap.id))
    assert not panel.choices.cancel.isEnabled()
    assert all(row.use.isVisible() for row in panel.rows)  # none, or one that was finished before
