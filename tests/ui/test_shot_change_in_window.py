"""A gap across a cut: the window says so, the sheet says so, and the ways out are one press away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from window_driver import Driver

from mpd_studio.core.gap_edits import set_gap_length
from mpd_studio.session.message import MessageKind
from mpd_studio.ui.canvas.shown_frame import ShownKind


def write_picture(path: Path, seed: int) -> Path:
    import cv2

    rng = np.random.default_rng(seed)
    picture = np.full((120, 192, 3), rng.uniform(40, 200, 3), np.uint8)
    for _ in range(60):
        centre = (int(rng.integers(0, 192)), int(rng.integers(0, 120)))
        cv2.circle(picture, centre, int(rng.integers(3, 18)), rng.uniform(10, 240, 3).tolist(), -1)
    assert cv2.imwrite(str(path), picture)
    return path


@pytest.fixture
def cut_desk(desk: Driver, tmp_path: Path) -> Driver:
    """Two stills of different shots with a gap of 5 between them."""
    desk.drop_on_timeline([write_picture(tmp_path / "one.png", 1)], 0)
    desk.wait(lambda: len(desk.items) == 1)
    stop = desk.timeline.length
    desk.drop_on_timeline([write_picture(tmp_path / "other.png", 2)], stop + 5)
    desk.wait(lambda: len(desk.items) == 3)
    desk.session.document.apply("Shorten", lambda timeline: set_gap_length(timeline, desk.gap.id, 5))
    desk.wait(lambda: desk.session.jobs.current is None)
    return desk


def begin_draft(desk: Driver) -> None:
    desk.session.preferences.set(drafts_enabled=True)
    desk.session.selection.select_gap(desk.gap.id)
    desk.session.drafts.request(desk.gap.id)
    desk.wait(lambda: desk.session.drafts.draft(desk.gap.id) is not None)


def test_a_cut_is_told_once_with_its_ways_out(cut_desk: Driver) -> None:
    begin_draft(cut_desk)
    bar = cut_desk.window.centre.messages
    message = bar.message
    assert message is not None
    assert message.kind is MessageKind.WARNING
    assert "different shots" in message.text
    assert [button.text() for button in bar.ways_out] == [
        "Hold frames",
        "Cross-fade",
        "Use diffusion",
    ]
    cut_desk.wait(lambda: all(button.isVisible() for button in bar.ways_out))  # a layout shows them a turn later
    assert all(button.toolTip() for button in bar.ways_out)
    bar.ways_out[1].click()
    assert bar.message is None
    assert cut_desk.session.generator.plan.engine_id == "crossfade"
    cut_desk.session.generator.choose_engine("flow")
    cut_desk.session.document.apply("Lengthen", lambda timeline: set_gap_length(timeline, cut_desk.gap.id, 6))
    cut_desk.wait(lambda: len(getattr(cut_desk.session.drafts.draft(cut_desk.gap.id), "frames", ())) == 6)
    assert bar.message is None


def test_the_sheet_before_the_run_warns_until_it_is_held(cut_desk: Driver) -> None:
    begin_draft(cut_desk)
    generator, gap_id = cut_desk.session.generator, cut_desk.gap.id
    (line,) = [line for line in generator.sheet(gap_id).lines if line.id == "engine-shot-change"]
    assert line.state.value == "warn"
    cut_desk.window.table.action("gap.across_hold").trigger()
    assert dict(generator.plan.options)["across_a_cut"] == "hold"
    (line,) = [line for line in generator.sheet(gap_id).lines if line.id == "engine-shot-change"]
    assert (line.state.value, line.detail) == ("note", "")
    assert "will be held" in line.text
    generator.choose_engine("crossfade")
    assert not [line for line in generator.sheet(gap_id).lines if line.id == "engine-shot-change"]


def test_a_take_across_a_cut_notes_it(cut_desk: Driver) -> None:
    with cut_desk.qtbot.waitSignal(cut_desk.session.generator.take_made, timeout=20_000):
        cut_desk.session.generator.generate(cut_desk.gap.id)
    take = cut_desk.gap.chosen_take
    assert take is not None
    assert take.result.verdict == "WARN"
    assert any("different shots" in reason for reason in take.result.reasons)
    assert max(take.result.provenance.confidence) < 0.5


def test_within_a_shot_nothing_is_told(gap_desk: Driver) -> None:
    begin_draft(gap_desk)
    message = gap_desk.window.centre.messages.message
    assert message is None or message.kind is MessageKind.INFO
    assert gap_desk.session.drafts.figures(gap_desk.gap.id) == ()


def test_t_shows_where_a_draft_and_a_take_can_be_trusted(gap_desk: Driver) -> None:
    begin_draft(gap_desk)
    canvas = gap_desk.window.centre.canvas
    gap_desk.session.selection.set_playhead(14)
    gap_desk.wait(lambda: canvas.shown.kind is ShownKind.DRAFT)
    assert canvas.pictures.heat.shown_map is None
    gap_desk.key(Qt.Key.Key_T)
    drafted = canvas.pictures.heat.shown_map
    assert drafted is not None
    assert "Of its pixels" in canvas.caption_bar.confidence.toolTip()
    with gap_desk.qtbot.waitSignal(gap_desk.session.generator.take_made, timeout=20_000):
        gap_desk.session.generator.generate(gap_desk.gap.id)
    gap_desk.wait(lambda: canvas.shown.kind is ShownKind.TAKE)
    gap_desk.wait(lambda: canvas.pictures.heat.shown_map is not None)
    assert canvas.pictures.heat.shown_map is not drafted
    gap_desk.session.selection.set_playhead(3)
    assert canvas.pictures.heat.shown_map is None
    gap_desk.key(Qt.Key.Key_T)
    assert not gap_desk.session.selection.trust_map


def test_the_ribbon_tells_its_figures(gap_desk: Driver) -> None:
    begin_draft(gap_desk)
    timeline = gap_desk.window.timeline
    x = round(timeline.scale.x(14) + 1)
    point = QPoint(x, round(timeline.rows.top(0) + timeline.rows.track / 2))
    event = QHelpEvent(QEvent.Type.ToolTip, point, timeline.viewport().mapToGlobal(point))
    QApplication.sendEvent(timeline.viewport(), event)
    gap_desk.wait(lambda: "Draft, frame 3 of 5" in QToolTip.text())
    assert "Expected error" in QToolTip.text()
    assert timeline.hit(QPointF(point)).frame == 14
    QToolTip.hideText()
