"""Takes whose frames have vanished: found out aside, told with what to do, and taken back when they are there again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from footage import GAP
from pytestqt.qtbot import QtBot

from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.timeline import Take, find_gap
from mpd_studio.session.session import Session
from mpd_studio.session.take_files import lost_frames


@pytest.fixture
def take(qtbot: QtBot, gap_session: Session) -> Take:
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
    placed = find_gap(gap_session.document.timeline, GAP)
    assert placed is not None
    return placed.gap.takes[0]


@pytest.fixture
def locked(take: Take) -> Iterator[Path]:
    """The take's folder, which nobody may look into."""
    if sys.platform == "win32" or os.geteuid() == 0:
        pytest.skip("nothing is locked to this user by permissions")
    folder = Path(take.result.frames.folder)
    folder.chmod(0)
    yield folder
    folder.chmod(0o755)


def test_a_take_that_is_there_has_no_problem(take: Take) -> None:
    assert lost_frames(take.result.frames, SilentReporter()) == ""


def test_a_folder_that_is_gone_is_named(take: Take, tmp_path: Path) -> None:
    folder = Path(take.result.frames.folder)
    folder.rename(tmp_path / "elsewhere")
    told = lost_frames(take.result.frames, SilentReporter())
    assert told.startswith(f"Its folder is no longer there: {folder}.")
    assert "generate again" in told


def test_some_frames_and_all_of_them_are_counted(take: Take) -> None:
    frames = take.result.frames
    Path(frames.path(1)).unlink()
    assert lost_frames(frames, SilentReporter()).startswith(f"Frames are missing in {frames.folder}: 1 of 3.")
    for path in (frames.path(0), frames.path(2)):
        Path(path).unlink()
    assert lost_frames(frames, SilentReporter()).startswith(f"Frames are missing in {frames.folder}: 3 of 3.")


def test_a_folder_that_cannot_be_looked_into_says_why(take: Take, locked: Path) -> None:
    told = lost_frames(take.result.frames, SilentReporter())
    assert told.startswith(f"Its folder {locked} cannot be looked at: Permission denied.")


def test_a_file_in_the_place_of_the_folder_says_why(take: Take, tmp_path: Path) -> None:
    folder = Path(take.result.frames.folder)
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("not a folder")
    assert lost_frames(take.result.frames, SilentReporter()).startswith(f"Its folder {folder} cannot be looked at:")


def test_what_vanishes_is_told_and_what_comes_back_is_well(
    qtbot: QtBot, gap_session: Session, take: Take, tmp_path: Path
) -> None:
    files, folder = gap_session.take_files, Path(take.result.frames.folder)
    folder.rename(tmp_path / "elsewhere")
    assert files.problem(take) == ""
    with qtbot.waitSignal(files.changed, timeout=10_000):
        pass
    assert str(folder) in files.problem(take)
    (tmp_path / "elsewhere").rename(folder)
    assert str(folder) in files.problem(take)  # just looked
    files.look_again()
    with qtbot.waitSignal(files.changed, timeout=10_000):
        assert str(folder) in files.problem(take)
    assert files.problem(take) == ""


def test_what_the_canvas_cannot_read_is_looked_for_at_once(qtbot: QtBot, gap_session: Session, take: Take) -> None:
    files, frames = gap_session.take_files, take.result.frames
    files.problem(take)
    Path(frames.path(0)).unlink()
    with qtbot.waitSignal(files.changed, timeout=10_000):
        gap_session.frames.request(frames.path(0))
    files.problem(take)
    qtbot.waitUntil(lambda: ": 1 of 3." in files.problem(take), timeout=10_000)
