"""Motions that are kept with gaps: nothing is lost by a crash, by saving, or by an undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from footage import GAP, SIZE, Heard
from pytestqt.qtbot import QtBot

from mpd_studio.core.gap_edits import set_gap_length
from mpd_studio.core.gap_motion import GapMotion, MotionEdits
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.timeline import find_gap
from mpd_studio.media.motion_files import read_motion, write_motion
from mpd_studio.motion.clip_motion import clip_motion
from mpd_studio.session.session import Session


def to_the_right(path: Path, x: float = 6.0) -> Path:
    px = np.zeros((4, SIZE.height, SIZE.width, 2), np.float32)
    px[..., 0] = np.linspace(x / 4, x, 4)[:, None, None]
    write_motion(path, clip_motion(px))
    return path


def kept(session: Session, of: Boundary = Boundary.FIRST) -> GapMotion:
    motion = session.motions.motion(GAP, of)
    assert motion is not None
    return motion


@pytest.fixture
def moving_session(qtbot: QtBot, gap_session: Session, tmp_path: Path) -> Session:
    """The gap keeps a motion of its first frame."""
    gap_session.generator.choose_engine("motion_i2v")
    with qtbot.waitSignal(gap_session.motions.predicted):
        gap_session.motions.load(GAP, Boundary.FIRST, to_the_right(tmp_path / "wind.npz"))
    return gap_session


def test_edits_are_steps_of_undo_and_turning_a_number_is_one(moving_session: Session) -> None:
    document, desk = moving_session.document, moving_session.motions
    for scale in (1.1, 1.2, 1.5):
        desk.set_edits(GAP, Boundary.FIRST, MotionEdits(scale=scale), "scale")
    document.end_merge()
    desk.set_edits(GAP, Boundary.FIRST, MotionEdits(scale=1.5, smooth=0.02), "smooth")
    document.undo()
    assert kept(moving_session).edits == MotionEdits(scale=1.5)
    document.undo()
    assert kept(moving_session).edits == MotionEdits()
    document.undo()
    assert moving_session.motions.motion(GAP, Boundary.FIRST) is None
    document.redo()
    document.redo()
    assert kept(moving_session).edits.scale == 1.5
    assert document.undo_label == "Edit motion"


def test_it_is_there_after_a_crash(qtbot: QtBot, moving_session: Session, new_session: Callable[[], Session]) -> None:
    moving_session.motions.set_edits(GAP, Boundary.FIRST, MotionEdits(scale=2.0))
    before = kept(moving_session)
    assert moving_session.close()  # unsaved: the journal has it
    other = new_session()
    (journal,) = other.document.recoverable()
    other.document.open(journal)
    qtbot.waitUntil(lambda: find_gap(other.document.timeline, GAP) is not None)
    assert kept(other) == before
    assert read_motion(Path(before.file)).frames == 4
    qtbot.waitUntil(lambda: other.motions.seen(GAP, 0.0) is not None)
    seen = other.motions.seen(GAP, 0.0)
    assert seen is not None
    assert np.allclose(seen, [12.0, 0.0], atol=1e-3)


def test_takes_and_their_motions_come_along_with_the_first_save(
    qtbot: QtBot, moving_session: Session, tmp_path: Path
) -> None:
    old = Path(kept(moving_session).file)
    with qtbot.waitSignal(moving_session.document.saved):
        moving_session.document.save_as(tmp_path / "film.mpdproj")
    new = Path(kept(moving_session).file)
    assert new.parent.parent == tmp_path / "film.takes"
    assert read_motion(new).frames == 4
    qtbot.waitUntil(lambda: not old.exists())
    moving_session.document.undo()
    moving_session.document.redo()
    assert Path(kept(moving_session).file) == new


def test_looks_follow_the_newest_state(qtbot: QtBot, moving_session: Session) -> None:
    desk = moving_session.motions
    assert desk.seen(GAP, 0.5) is None
    qtbot.waitUntil(lambda: desk.seen(GAP, 0.5) is not None)
    before = desk.seen(GAP, 0.5)
    desk.set_edits(GAP, Boundary.FIRST, MotionEdits(scale=0.5))
    assert desk.seen(GAP, 0.5) is before  # the older one until the new one is there
    qtbot.waitUntil(lambda: desk.seen(GAP, 0.5) is not before)
    after = desk.seen(GAP, 0.5)
    assert before is not None
    assert after is not None
    assert np.allclose(after, 0.5 * before, atol=1e-3)
    assert desk.animation(GAP, Boundary.FIRST) is None
    qtbot.waitUntil(lambda: desk.animation(GAP, Boundary.FIRST) is not None)
    frames = desk.animation(GAP, Boundary.FIRST)
    assert frames is not None
    assert len(frames) == 5
    assert desk.animation(GAP, Boundary.LAST) is None


def test_a_kept_file_that_was_deleted_is_said_once(qtbot: QtBot, moving_session: Session, heard: Heard) -> None:
    Path(kept(moving_session).file).unlink()
    moving_session.motions.seen(GAP, 0.0)
    qtbot.waitUntil(lambda: bool(heard.texts()))
    assert "motion kept with this gap cannot be read" in heard.texts()[0]
    assert moving_session.motions.seen(GAP, 0.0) is None
    moving_session.motions.seen(GAP, 0.0)
    assert len(heard.texts()) == 1


def test_each_motion_that_cannot_be_shown_is_said_once(
    qtbot: QtBot, moving_session: Session, heard: Heard, tmp_path: Path
) -> None:
    desk = moving_session.motions
    with qtbot.waitSignal(desk.predicted):
        desk.load(GAP, Boundary.LAST, to_the_right(tmp_path / "back.npz"))
    for of in Boundary:
        Path(kept(moving_session, of).file).unlink()
    assert heard.texts() == []
    for count, time in enumerate((0.0, 1.0), 1):
        desk.seen(GAP, time)
        qtbot.waitUntil(lambda count=count: len(heard.texts()) == count)
    for time in (0.0, 0.25, 1.0):  # back, between the frames, and to the other end again
        desk.seen(GAP, time)
    with qtbot.waitSignal(desk.predicted):
        desk.load(GAP, Boundary.FIRST, tmp_path / "back.npz")
    qtbot.waitUntil(lambda: desk.seen(GAP, 0.0) is not None)
    assert len(heard.texts()) == 2


def test_an_engine_that_takes_none_is_not_told(moving_session: Session, heard: Heard, tmp_path: Path) -> None:
    generator, before = moving_session.generator, kept(moving_session)
    generator.choose_engine("flow")
    assert not moving_session.motions.is_offered
    assert "Choose Motion-I2V" in moving_session.motions.problem(GAP)
    assert all("moves as given" not in line.text for line in generator.sheet(GAP).lines)
    assert moving_session.motions.predict(GAP, Boundary.FIRST) is None
    moving_session.motions.load(GAP, Boundary.FIRST, to_the_right(tmp_path / "other.npz", 3.0))
    assert heard.texts()[-1].startswith("The chosen engine takes no motion.")
    moving_session.motions.load(None, Boundary.FIRST, tmp_path / "other.npz")
    assert heard.texts()[-1] == "Select a gap first: the motion in other.npz is kept with one."
    assert kept(moving_session) == before


def test_a_gap_of_another_length_keeps_its_motion(moving_session: Session) -> None:
    before = kept(moving_session)
    moving_session.document.apply("Trim", lambda timeline: set_gap_length(timeline, GAP, 2))
    assert kept(moving_session) == before
