"""Edits, undo and redo, new, open, save and save as."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from footage import GAP, Heard, gap_timeline, moved_path
from pytestqt.qtbot import QtBot

from mpd_studio.core.edits import rename_track
from mpd_studio.core.errors import EditRefused
from mpd_studio.core.gap_edits import set_gap_length, set_guidance
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.project_file import backup_path, read_project, write_project
from mpd_studio.core.timeline import Timeline, Track
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session


def _named(name: str) -> Callable[[Timeline], Timeline]:
    return lambda timeline: replace(timeline, name=name)


def _save_as(qtbot: QtBot, session: Session, path: Path) -> None:
    with qtbot.waitSignal(session.document.saved):
        session.document.save_as(path)


def _open(qtbot: QtBot, session: Session, path: Path) -> None:
    with qtbot.waitSignal(session.document.opened):
        session.document.open(path)


def test_an_edit_is_told_with_before_and_after(qtbot: QtBot, session: Session) -> None:
    before = session.document.timeline
    with qtbot.waitSignal(session.document.changed) as told:
        assert session.document.apply("Rename", _named("A"))
    assert told.args == [before, session.document.timeline]
    assert session.document.timeline.name == "A"
    assert session.document.is_modified


def test_undo_and_redo_walk_the_edits(session: Session) -> None:
    document = session.document
    for name in "AB":
        document.apply(f"Rename {name}", _named(name))
    assert (document.undo_label, document.redo_label) == ("Rename B", None)
    document.undo()
    assert (document.timeline.name, document.undo_label, document.redo_label) == ("A", "Rename A", "Rename B")
    document.undo()
    assert not document.is_modified
    document.undo()
    assert document.timeline == Timeline()
    document.redo()
    document.redo()
    document.redo()
    assert document.timeline.name == "B"


def test_a_drag_is_one_step_of_undo(session: Session) -> None:
    document = session.document
    document.apply("Rename", _named("start"))
    for number in range(5):
        document.apply("Drag", _named(f"at {number}"), merge_key="drag")
    document.end_merge()
    document.apply("Drag", _named("again"), merge_key="drag")
    document.undo()
    assert document.timeline.name == "at 4"
    document.undo()
    assert document.timeline.name == "start"


@pytest.mark.parametrize("error", [EditRefused("There is no room."), ValueError("There is no room.")])
def test_a_refused_edit_is_a_message_and_changes_nothing(session: Session, heard: Heard, error: Exception) -> None:
    def edit(timeline: Timeline) -> Timeline:
        raise error

    before = session.document.timeline
    assert not session.document.apply("Move", edit)
    assert session.document.timeline is before
    assert session.document.undo_label is None
    assert heard.texts() == ["There is no room."]


def test_an_edit_that_changes_nothing_is_no_step(session: Session) -> None:
    assert session.document.apply("Nothing", lambda timeline: replace(timeline))
    assert session.document.undo_label is None
    assert not session.document.is_modified


def test_save_as_then_open_gives_the_same_timeline(
    qtbot: QtBot, gap_session: Session, new_session: Callable[[], Session], tmp_path: Path
) -> None:
    gap_session.document.apply("Draw", lambda timeline: set_guidance(timeline, GAP, moved_path()))
    _save_as(qtbot, gap_session, tmp_path / "film")
    document = gap_session.document
    assert document.path == tmp_path / "film.mpdproj"
    assert (document.title, document.is_modified) == ("film", False)
    assert document.saved_at_s is not None
    timeline = document.timeline
    gap_session.close()
    other = new_session()
    _open(qtbot, other, tmp_path / "film.mpdproj")
    assert other.document.timeline == timeline
    assert not other.document.is_modified
    assert other.document.undo_label is None


def test_undo_after_saving_makes_it_modified_and_redo_does_not(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.document.apply("Rename", _named("A"))
    _save_as(qtbot, session, tmp_path / "film.mpdproj")
    session.document.undo()
    assert session.document.is_modified
    session.document.redo()
    assert not session.document.is_modified


def test_saving_leaves_no_journal_and_closing_no_lock(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.document.apply("Rename", _named("A"))
    _save_as(qtbot, session, tmp_path / "film.mpdproj")
    assert session.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.mpdproj"]


def test_second_save_keeps_the_first_as_backup(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    session.document.apply("Rename", _named("A"))
    _save_as(qtbot, session, path)
    session.document.apply("Rename", _named("B"))
    with qtbot.waitSignal(session.document.saved):
        session.document.save()
    assert read_project(path).timeline.name == "B"
    assert read_project(backup_path(path)).timeline.name == "A"


def test_untitled_cannot_be_saved_without_a_name(session: Session, heard: Heard) -> None:
    session.document.apply("Rename", _named("A"))
    session.document.save()
    assert "'Save as'" in heard.texts()[0]
    assert session.document.is_modified


def test_new_begins_empty_and_untitled(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.document.apply("Rename", _named("A"))
    _save_as(qtbot, session, tmp_path / "film.mpdproj")
    key = session.document.key
    session.document.new()
    document = session.document
    assert (document.timeline, document.path, document.title) == (Timeline(), None, "Untitled")
    assert not document.is_modified
    assert document.undo_label is None
    assert document.key != key


def test_project_can_be_opened_again_after_new(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    session.document.apply("Rename", _named("A"))
    _save_as(qtbot, session, path)
    session.document.apply("Rename", _named("not saved"))
    session.document.new()
    _open(qtbot, session, path)
    assert session.document.timeline.name == "not saved"
    assert not session.document.is_read_only
    session.document.undo()
    assert session.document.timeline.name == "A"
    assert not session.document.is_modified


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no project at"),
        (b"", "damaged"),
        (b"\x00\xff", "damaged"),
        (b"[1, 2]", "not a project"),
        (b'{"format": "mpd-studio project", "version": 999}', "newer version"),
    ],
)
def test_what_cannot_be_opened_is_a_message_and_changes_nothing(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "film.mpdproj"
    if content is not None:
        path.write_bytes(content)
    session.document.apply("Rename", _named("A"))
    session.document.open(path)
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert said in heard.texts(MessageKind.ERROR)[0]
    assert (session.document.timeline.name, session.document.path) == ("A", None)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == (["film.mpdproj"] if content is not None else [])


def test_damaged_project_opens_its_backup_with_a_message(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="older"))
    write_project(path, Timeline(name="newer"))
    path.write_bytes(path.read_bytes()[:50])
    _open(qtbot, session, path)
    assert session.document.timeline.name == "older"
    assert session.document.is_modified
    assert any("The save before it was opened" in text for text in heard.texts(MessageKind.WARNING))


def test_the_newest_open_wins(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    for name in "ab":
        write_project(tmp_path / f"{name}.mpdproj", Timeline(name=name))
    opened: list[Path] = []
    session.document.opened.connect(opened.append)
    session.document.open(tmp_path / "a.mpdproj")
    session.document.open(tmp_path / "b.mpdproj")
    qtbot.waitUntil(lambda: bool(opened))
    assert session.document.timeline.name == "b"
    assert session.close()
    assert opened == [tmp_path / "b.mpdproj"]
    assert not list(tmp_path.glob("*.lock"))


def test_a_new_project_is_not_replaced_by_one_that_was_asked_for_before(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    document, path = session.document, tmp_path / "a.mpdproj"
    document.apply("Rename", _named("A"))
    _save_as(qtbot, session, path)
    document.new()
    document.open(path)
    document.new()
    document.apply("Rename", _named("mine"))
    assert not document.is_opening
    qtbot.waitUntil(lambda: not list(tmp_path.glob("*.lock")))  # given up again
    assert (document.path, document.timeline.name) == (None, "mine")


def test_opening_what_is_open_takes_back_an_opening_that_is_on_its_way(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    document, here, there = session.document, tmp_path / "here.mpdproj", tmp_path / "there.mpdproj"
    for path in (there, here):
        document.apply("Rename", _named(path.stem))
        _save_as(qtbot, session, path)
    document.open(there)
    document.open(here)
    qtbot.waitUntil(lambda: [lock.name for lock in tmp_path.glob("*.lock")] == ["here.mpdproj.lock"])
    assert document.path == here


def test_a_copy_is_untitled_and_leaves_the_file_alone(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    path = tmp_path / "demo.mpdproj"
    write_project(path, Timeline(name="demo"))
    before = path.read_bytes()
    with qtbot.waitSignal(session.document.changed):
        session.document.open_copy(path)
    document = session.document
    assert (document.timeline.name, document.path, document.is_modified) == ("demo", None, False)
    assert not document.is_read_only
    document.apply("Rename", _named("mine"))
    document.save()
    assert "'Save as'" in heard.texts()[0]
    assert session.close()
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo.mpdproj"]


def test_opening_twice_at_once_opens_once(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="saved"))
    opened: list[Path] = []
    session.document.opened.connect(opened.append)
    session.document.open(path)
    session.document.open(path)
    qtbot.waitUntil(lambda: bool(opened))
    assert not session.document.is_read_only
    assert path.with_name("film.mpdproj.lock").exists()
    assert session.close()
    assert opened == [path]


def test_opening_what_is_open_keeps_the_edits(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    session.document.apply("Rename", _named("A"))
    _save_as(qtbot, session, path)
    session.document.apply("Rename", _named("B"))
    _open(qtbot, session, path)
    assert session.document.timeline.name == "B"


def test_edits_made_while_saving_stay_modified(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.document.apply("Rename", _named("A"))
    with qtbot.waitSignal(session.document.saved):
        session.document.save_as(tmp_path / "film.mpdproj")
        session.document.apply("Rename", _named("B"))
    assert session.document.is_modified
    assert read_project(tmp_path / "film.mpdproj").timeline.name == "A"
    session.document.undo()
    assert not session.document.is_modified


_FULL_DISK = """
import resource, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from dataclasses import replace
from mpd_studio.core.paths import program_paths
from mpd_studio.core.timeline import Track
from mpd_studio.session.session import Session
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
app = QCoreApplication([])
session = Session(program_paths())
document = session.document
document.opened.connect(lambda path: app.quit())
document.open(Path(sys.argv[1]))
app.exec()
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
many = tuple(Track(f"V{number}") for number in range(500))
document.apply("Grow", lambda timeline: replace(timeline, tracks=many))
def hear(message):
    print(message.text, flush=True)
    if "not saved" in message.text:
        app.quit()
session.message.connect(hear)
document.save()
app.exec()
print("modified", document.is_modified)
session.close()
"""


@pytest.mark.skipif(os.name == "nt", reason="needs RLIMIT_FSIZE")
def test_full_disk_never_damages_the_saved_project(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="good"))
    before = path.read_bytes()
    ran = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(path)],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert path.read_bytes() == before
    assert "The project was not saved" in ran.stdout
    assert "Free some space" in ran.stdout
    assert "modified True" in ran.stdout
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["film.mpdproj", "film.mpdproj.bak"]


def test_save_into_a_folder_that_refuses_is_a_message(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    session.document.apply("Rename", _named("A"))
    session.document.save_as(tmp_path / "file" / "film.mpdproj")
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "cannot be written" in heard.texts(MessageKind.ERROR)[0]
    assert session.document.path is None
    assert session.document.is_modified


def test_length_of_a_gap_survives_the_round_trip(
    qtbot: QtBot, session: Session, media: MediaRef, tmp_path: Path
) -> None:
    session.document.apply("Build", lambda timeline: set_gap_length(gap_timeline(media), GAP, 5))
    session.document.apply("Name", lambda timeline: rename_track(timeline, 0, "Picture"))
    _save_as(qtbot, session, tmp_path / "film.mpdproj")
    track = read_project(tmp_path / "film.mpdproj").timeline.tracks[0]
    assert isinstance(track, Track)
    assert (track.name, track.length) == ("Picture", 4 + 5 + 5)


def test_recent_files_follow_opening_and_saving(
    qtbot: QtBot, session: Session, paths: ProgramPaths, tmp_path: Path
) -> None:
    write_project(tmp_path / "a.mpdproj", Timeline())
    _open(qtbot, session, tmp_path / "a.mpdproj")
    session.document.new()
    session.document.apply("Rename", _named("A"))
    _save_as(qtbot, session, tmp_path / "b.mpdproj")
    assert session.recent.files() == (tmp_path / "b.mpdproj", tmp_path / "a.mpdproj")
