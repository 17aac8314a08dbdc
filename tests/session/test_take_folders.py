"""Takes come along when an untitled project gets its name."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from footage import GAP, Heard
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import Cancelled, OutputError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.project_file import read_project
from mpd_studio.core.timeline import Timeline, find_gap
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session
from mpd_studio.session.take_folders import Move, copy_takes


@pytest.fixture
def take_session(qtbot: QtBot, gap_session: Session) -> Session:
    """An untitled project with one take."""
    with qtbot.waitSignal(gap_session.generator.take_made, timeout=10_000):
        gap_session.generator.generate(GAP)
    return gap_session


def _files(timeline: Timeline) -> list[Path]:
    placed = find_gap(timeline, GAP)
    assert placed is not None
    return [Path(path) for take in placed.gap.takes for path in take.result.frames.paths]


def test_takes_move_beside_the_new_file(
    qtbot: QtBot, take_session: Session, paths: ProgramPaths, tmp_path: Path
) -> None:
    document = take_session.document
    old = _files(document.timeline)
    pixels = [path.read_bytes() for path in old]
    with qtbot.waitSignal(document.saved):
        document.save_as(tmp_path / "film.mpdproj")
    new = _files(document.timeline)
    assert {path.parent.parent for path in new} == {tmp_path / "film.takes"}
    assert [path.read_bytes() for path in new] == pixels
    assert _files(read_project(tmp_path / "film.mpdproj").timeline) == new
    assert not document.is_modified
    assert document.takes_folder() == tmp_path / "film.takes"
    qtbot.waitUntil(lambda: not old[0].exists())
    qtbot.waitUntil(lambda: list(paths.recovery.iterdir()) == [])


def test_a_project_saved_under_another_name_has_takes_of_its_own(
    qtbot: QtBot, take_session: Session, tmp_path: Path
) -> None:
    document = take_session.document
    with qtbot.waitSignal(document.saved):
        document.save_as(tmp_path / "film.mpdproj")
    old = _files(document.timeline)
    (tmp_path / "other").mkdir()
    with qtbot.waitSignal(document.saved):
        document.save_as(tmp_path / "other" / "copy.mpdproj")
    new = _files(document.timeline)
    assert {path.parent.parent for path in new} == {tmp_path / "other" / "copy.takes"}
    assert [path.read_bytes() for path in new] == [path.read_bytes() for path in old]
    assert _files(read_project(tmp_path / "film.mpdproj").timeline) == old
    document.apply("Mark", lambda timeline: replace(timeline, name="again"))
    with qtbot.waitSignal(document.saved):
        document.save()
    assert all(path.is_file() for path in [*old, *new])


def test_undo_and_redo_find_the_moved_files(qtbot: QtBot, take_session: Session, tmp_path: Path) -> None:
    document = take_session.document
    document.apply("Name", lambda timeline: timeline)
    document.undo()
    with qtbot.waitSignal(document.saved):
        document.save_as(tmp_path / "film.mpdproj")
    document.redo()
    assert all(path.is_file() and path.is_relative_to(tmp_path) for path in _files(document.timeline))
    assert document.redo_label is None


def test_take_made_while_saving_comes_along_with_the_next_save(
    qtbot: QtBot, take_session: Session, tmp_path: Path
) -> None:
    document = take_session.document
    with qtbot.waitSignals([document.saved, take_session.generator.take_made], timeout=10_000):
        take_session.generator.generate(GAP)  # its folder is still the untitled project's
        document.save_as(tmp_path / "film.mpdproj")
    assert all(path.is_file() for path in _files(document.timeline))
    with qtbot.waitSignal(document.saved):
        document.save()
    files = _files(document.timeline)
    assert len(files) == 6
    assert all(path.is_file() and path.is_relative_to(tmp_path) for path in files)


def test_nothing_is_lost_when_the_move_fails(qtbot: QtBot, take_session: Session, heard: Heard, tmp_path: Path) -> None:
    document = take_session.document
    before = document.timeline
    (tmp_path / "film.takes").write_text("a file where the folder should be")
    document.save_as(tmp_path / "film.mpdproj")
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "Nothing was lost" in heard.texts(MessageKind.ERROR)[0]
    assert document.timeline is before
    assert document.path is None
    assert all(path.is_file() for path in _files(before))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["film.takes"]


def test_nothing_is_lost_when_the_project_cannot_be_written_after_the_move(
    qtbot: QtBot, take_session: Session, heard: Heard, tmp_path: Path
) -> None:
    document = take_session.document
    (tmp_path / "film.mpdproj").mkdir()
    document.save_as(tmp_path / "film.mpdproj")
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "not saved" in heard.texts(MessageKind.ERROR)[0]
    assert document.path is None
    assert all(path.is_file() for path in _files(document.timeline))
    assert not list((tmp_path / "film.takes").glob("take-*"))


def test_moved_takes_are_there_after_the_next_start(
    qtbot: QtBot, take_session: Session, new_session: Callable[[], Session], tmp_path: Path
) -> None:
    document = take_session.document
    with qtbot.waitSignal(document.saved):
        document.save_as(tmp_path / "film.mpdproj")
    assert take_session.close()
    other = new_session()
    with qtbot.waitSignal(other.document.opened):
        other.document.open(tmp_path / "film.mpdproj")
    assert all(path.is_file() for path in _files(other.document.timeline))


def _folder_of_files(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"frame_{number:06d}.png").write_bytes(bytes([number]))
    return folder


def test_copies_of_a_failed_move_are_removed(tmp_path: Path) -> None:
    good, bad = _folder_of_files(tmp_path / "a", 2), _folder_of_files(tmp_path / "b", 2)
    (tmp_path / "in the way").write_text("")
    moves = (Move(good, tmp_path / "new" / "a"), Move(bad, tmp_path / "in the way" / "b"))
    with pytest.raises(OutputError, match="Nothing was lost"):
        copy_takes(moves, SilentReporter())
    assert list((tmp_path / "new").iterdir()) == []
    assert len(os.listdir(good)) == len(os.listdir(bad)) == 2


def test_a_take_whose_files_are_gone_is_passed_over(tmp_path: Path) -> None:
    good = _folder_of_files(tmp_path / "a", 1)
    gone = Move(tmp_path / "gone", tmp_path / "new" / "gone")
    move = Move(good, tmp_path / "new" / "a")
    assert copy_takes((gone, move), SilentReporter()) == (move,)


def test_cancelled_copy_says_so(tmp_path: Path) -> None:
    class Stopped(SilentReporter):
        def raise_if_cancelled(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        copy_takes((Move(tmp_path / "a", tmp_path / "b"),), Stopped())
