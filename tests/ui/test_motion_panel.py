"""The motion panel by hand, on a tiny Motion-I2V: predict, look, edit, take back, generate along it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from window_driver import Driver

from mpd_studio.core.gap_edits import add_region
from mpd_studio.core.gap_motion import GapMotion, MotionEdits
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Boundary, MotionRegion, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.core.timeline import gaps_of
from mpd_studio.media.motion_files import read_motion, write_motion
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.clip_motion import clip_motion
from mpd_studio.session.selection import MotionView, Shown
from mpd_studio.ui.pieces import IconButton

OPTIONS = {"steps": 2, "size": "64x64", "guidance": 1.0, "memory": "full"}


@pytest.fixture
def motion_desk(gap_desk: Driver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Driver:
    """The gap is selected, Motion-I2V is the engine, and there are no weights."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no cache"))
    gap_desk.key(Qt.Key.Key_N)
    gap_desk.session.generator.choose_engine("motion_i2v")
    gap_desk.wait(gap_desk.window.inspector.motion.isVisible)
    return gap_desk


@pytest.fixture
def able_desk(motion_desk: Driver, tiny_motion_i2v: Path) -> Driver:
    session = motion_desk.session
    session.weights.use(str(tiny_motion_i2v), "motion_i2v")
    for name, value in OPTIONS.items():
        session.generator.set_option(name, value)
    motion_desk.wait(motion_desk.window.inspector.motion.button.isEnabled)
    return motion_desk


def kept(desk: Driver, of: Boundary = Boundary.FIRST) -> GapMotion:
    motion = desk.gap.motion(of)
    assert motion is not None
    return motion


def still_motion(path: Path, x: float = 6.0, size: tuple[int, int] = (64, 96)) -> Path:
    px = np.zeros((4, *size, 2), np.float32)
    px[..., 0] = np.linspace(x / 4, x, 4)[:, None, None]
    write_motion(path, clip_motion(px))
    return path


def drop_on_panel(desk: Driver, file: Path) -> None:
    panel = desk.window.inspector.motion
    desk.drop([file], panel, QPoint(5, 5))


def test_predict_look_edit_take_back_and_generate(able_desk: Driver) -> None:
    desk, session = able_desk, able_desk.session
    panel, item = desk.window.inspector.motion, desk.window.centre.canvas.pictures.motion
    ends = {of: getattr(gaps_of(desk.timeline)[0], of.value) for of in Boundary}
    with FrameReader() as reader:
        before = {of: reader.read(ref).pixels.copy() for of, ref in ends.items()}
    panel.button.click()
    desk.wait(lambda: panel.button.text() == "Stop" or bool(desk.gap.motions))
    desk.wait(lambda: bool(desk.gap.motions), seconds=60)
    desk.wait(lambda: item.motion is not None)  # it is shown by itself, on its own frame
    assert session.selection.shown is Shown.FIRST
    assert "kept with the gap" in item.legend
    assert kept(desk).edits == MotionEdits(measured=1.0)
    predicted = item.motion
    assert predicted is not None
    panel.scale.setValue(150)
    assert kept(desk).edits.scale == 1.5
    desk.wait(lambda: item.motion is not None and item.motion is not predicted)
    assert item.motion is not None
    assert np.allclose(item.motion, 1.5 * predicted, atol=1e-3)
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert kept(desk).edits.scale == 1.0
    desk.wait(lambda: panel.scale.value() == 100)
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert kept(desk).edits.scale == 1.5
    desk.generate()
    (take,) = desk.gap.takes
    assert take.result.frames.count == desk.gap.length == 5
    named = Path(str(dict(take.result.request.settings.options)["motion_file"]))
    assert named.name.startswith("first_predicted_measured-1_scale-1.5_")
    assert np.allclose(read_motion(named).px.shape[1:3], read_motion(Path(kept(desk).file)).px.shape[1:3])
    assert f"moves as given, from the first frame ({named.name})" in Path(
        take.result.frames.folder, "sheet.txt"
    ).read_text(encoding="utf-8")
    with FrameReader() as reader:
        assert all(np.array_equal(reader.read(ref).pixels, before[of]) for of, ref in ends.items())
    stages = {row.stage for row in session.jobs.rows}
    assert "Motion" not in stages or all(row.gap_id is None for row in session.jobs.rows if row.stage == "Motion")


def test_a_stopped_prediction_is_tried_again_from_the_list_of_jobs(able_desk: Driver) -> None:
    desk, panel, popup = able_desk, able_desk.window.inspector.motion, able_desk.window.jobs_popup
    panel.of.setCurrentIndex(1)
    panel.of.activated.emit(1)
    desk.wait(panel.button.isEnabled)
    panel.button.click()
    desk.wait(lambda: panel.button.text() == "Stop")
    panel.button.click()
    desk.wait(lambda: desk.session.jobs.rows[-1].state.name == "CANCELLED", seconds=60)
    desk.session.generator.choose_engine("flow")
    desk.key(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    desk.wait(popup.isVisible)
    (again,) = (found for found in popup.findChildren(IconButton) if found.accessibleName() == "Try again")
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    assert desk.session.generator.plan.engine_id == "motion_i2v"
    desk.wait(lambda: bool(desk.gap.motions), seconds=60)
    assert kept(desk, Boundary.LAST).picture == gaps_of(desk.timeline)[0].last
    popup.hide()


def test_the_last_frame_has_a_motion_of_its_own_and_the_picture_moves(able_desk: Driver) -> None:
    desk, session = able_desk, able_desk.session
    panel, moving = desk.window.inspector.motion, desk.window.centre.canvas.pictures.moving
    panel.of.setCurrentIndex(1)
    panel.of.activated.emit(1)
    assert session.selection.shown is Shown.LAST
    desk.wait(panel.button.isEnabled)
    panel.button.click()
    desk.wait(lambda: bool(desk.gap.motions), seconds=60)
    assert kept(desk, Boundary.LAST).picture == gaps_of(desk.timeline)[0].last
    desk.window.table.refresh()
    desk.window.table.action("motion.moving").trigger()
    assert session.selection.motion_view is MotionView.MOVING
    desk.wait(lambda: moving.count == 16)
    desk.wait(lambda: moving.index > 0)
    panel.of.setCurrentIndex(0)
    panel.of.activated.emit(0)
    desk.wait(lambda: "follows from that of the last frame" in panel.state.text())
    session.selection.set_motion_view(MotionView.OFF)
    assert moving.count == 0


def test_stopping_leaves_nothing(able_desk: Driver) -> None:
    desk, session = able_desk, able_desk.session
    session.generator.set_option("steps", 400)
    panel = desk.window.inspector.motion
    panel.button.click()
    desk.wait(lambda: any(row.stage == "Motion" and row.done for row in session.jobs.rows), seconds=60)
    panel.button.click()
    desk.wait(lambda: not session.motions.is_predicting(desk.gap.id))
    assert desk.gap.motions == ()
    assert not list(session.document.takes_folder().glob("motion-*"))
    desk.wait(lambda: panel.button.text() == "Predict motion")


def test_without_weights_it_says_so_before_the_run(motion_desk: Driver) -> None:
    desk, foot = motion_desk, motion_desk.window.inspector.foot
    desk.wait(lambda: "no weights" in foot.problem_text)
    assert foot.weights.isVisible()
    panel = desk.window.inspector.motion
    assert not panel.button.isEnabled()
    assert "no weights" in panel.button.toolTip()
    assert "no weights" in desk.tip("motion.predict")
    desk.session.generator.choose_engine("flow")
    desk.wait(lambda: not panel.isVisible())
    assert "Choose Motion-I2V" in desk.tip("motion.load")


def test_a_dropped_file_is_kept_shown_and_saved_again(motion_desk: Driver, tmp_path: Path) -> None:
    desk, item = motion_desk, motion_desk.window.centre.canvas.pictures.motion
    still_motion(tmp_path / "wind.exr")
    drop_on_panel(desk, tmp_path / "wind_0001.exr")
    desk.wait(lambda: bool(desk.gap.motions))
    assert (kept(desk).origin, kept(desk).edits) == ("wind_0001.exr", MotionEdits())
    assert Path(kept(desk).file).is_relative_to(desk.session.document.takes_folder())
    desk.wait(lambda: item.motion is not None)
    assert item.motion is not None
    assert np.allclose(item.motion, [6, 0], atol=1e-3)
    desk.wait(lambda: "Loaded from wind_0001.exr" in desk.window.inspector.motion.state.text())
    canvas = desk.window.centre.canvas.viewport()
    desk.drop([still_motion(tmp_path / "other.npz", 3.0)], canvas, QPoint(20, 60))
    desk.wait(lambda: kept(desk).origin == "other.npz")
    desk.session.motions.save(desk.gap.id, Boundary.FIRST, tmp_path / "out.npz")
    desk.wait((tmp_path / "out.npz").is_file)
    assert np.array_equal(read_motion(tmp_path / "out.npz").px, read_motion(tmp_path / "other.npz").px)
    desk.window.table.refresh()
    desk.window.table.action("motion.remove").trigger()
    assert desk.gap.motions == ()
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert kept(desk).origin == "other.npz"


def test_files_that_will_not_do_are_said_in_the_bar(motion_desk: Driver, tmp_path: Path) -> None:
    desk, bar = motion_desk, motion_desk.window.centre.messages

    def says(words: str) -> bool:
        return bar.message is not None and words in bar.message.text

    drop_on_panel(desk, still_motion(tmp_path / "tall.npz", size=(96, 64)))
    desk.wait(lambda: says("tall.npz is of a picture of 64 × 96, and the frames here are 96 × 64"))
    (tmp_path / "torn.flo").write_bytes(b"PIEH" + bytes(9))
    drop_on_panel(desk, tmp_path / "torn.flo")
    desk.wait(lambda: says("torn.flo"))
    assert desk.gap.motions == ()


def test_a_motion_of_a_frame_that_the_gap_has_no_more_stands_in_the_way(able_desk: Driver, tmp_path: Path) -> None:
    desk = able_desk
    drop_on_panel(desk, still_motion(tmp_path / "wind.npz"))
    desk.wait(lambda: bool(desk.gap.motions))
    desk.wait(lambda: not desk.session.generator.problems(desk.gap.id))
    desk.session.selection.set_playhead(4)
    desk.window.table.refresh()
    desk.window.table.action("gap.set_first").trigger()
    desk.wait(lambda: "another first frame now" in desk.window.inspector.foot.problem_text)
    assert "Made of another first frame" in desk.window.inspector.motion.state.text()


def test_motion_is_kept_to_a_region_and_comes_along_with_the_project(motion_desk: Driver, tmp_path: Path) -> None:
    desk, panel = motion_desk, motion_desk.window.inspector.motion
    outline = (Point(0, 0), Point(48, 0), Point(48, 64), Point(0, 64))
    region = MotionRegion(RegionId("left"), outline=outline, feather=0)
    desk.session.document.apply("Draw", lambda timeline: add_region(timeline, desk.gap.id, region))
    drop_on_panel(desk, still_motion(tmp_path / "wind.npz"))
    desk.wait(lambda: bool(desk.gap.motions))
    desk.wait(lambda: panel.inside.count() == 2)
    panel.inside.setCurrentIndex(1)
    panel.inside.activated.emit(1)
    assert kept(desk).edits.inside == RegionId("left")
    item = desk.window.centre.canvas.pictures.motion
    desk.wait(lambda: item.motion is not None and not item.motion[:, 60:].any())
    old = Path(kept(desk).file)
    with desk.qtbot.waitSignal(desk.session.document.saved):
        desk.session.document.save_as(tmp_path / "film.mpdproj")
    assert Path(kept(desk).file).parent.parent == tmp_path / "film.takes"
    assert Path(kept(desk).file).is_file()
    desk.wait(lambda: not old.exists())


def test_only_what_is_brushed_moves_with_no_path_at_all(able_desk: Driver) -> None:
    desk, session = able_desk, able_desk.session
    session.generator.set_option("render", "model")
    session.selection.set_shown(Shown.FIRST)
    desk.key(Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    canvas = desk.window.centre.canvas
    canvas.stage.set_new_mode(RegionMode.MOVES)
    canvas.stage.set_brush(24.0, 0.0)
    spots = [canvas.mapFromScene(QPointF(x, 32.0)) for x in (20.0, 30.0, 36.0)]
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spots[0])
    for spot in spots[1:]:
        QTest.mouseMove(canvas.viewport(), spot)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spots[-1])
    (region,) = desk.gap.guidance.regions
    assert region.strokes
    assert region.mode is RegionMode.MOVES
    desk.generate()
    (take,) = desk.gap.takes
    first = gaps_of(desk.timeline)[0].first
    assert first is not None
    with FrameReader() as reader:
        start = reader.read(first).pixels
        for path in take.result.frames.paths:
            media = probe(Path(path))
            made = reader.read(type(first)(media, 0)).pixels
            assert np.array_equal(made[:, 64:], start[:, 64:])
            assert not np.array_equal(made[20:44, 8:48], start[20:44, 8:48])
