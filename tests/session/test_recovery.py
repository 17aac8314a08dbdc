"""What is there after a crash, and after damage."""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from footage import Heard
from killing import edit_and_kill
from numbered_edits import crowded, number_of
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import OutputError, ProjectError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.core.project_file import read_project, write_project
from mpd_studio.core.timeline import Timeline
from mpd_studio.jobs.job import Job
from mpd_studio.session.journal import part_path, read_journal, remove_journal, write_journal
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session


def _nothing() -> None:
    return


def _open(qtbot: QtBot, session: Session, path: Path) -> None:
    with qtbot.waitSignal(session.document.changed):
        session.document.open(path)


def _crash(qtbot: QtBot, session: Session, path: Path, copy: Path) -> Path:
    """What a crash at this moment would leave on disk, copied to another folder. Returns the copied project."""
    journal = path.with_name(path.name + ".autosave")
    name = session.document.timeline.name

    def is_written() -> bool:
        entry = read_journal(journal) if journal.exists() else None
        return entry is not None and entry.timeline.name == name and not part_path(journal).exists()

    qtbot.waitUntil(is_written)
    copy.mkdir()
    for entry in (path, journal):
        shutil.copy(entry, copy)
    return copy / path.name


@pytest.mark.parametrize("saves", [0, 3])
def test_kill_at_any_moment_loses_at_most_one_action(
    qtbot: QtBot, new_session: Callable[[], Session], tmp_path: Path, saves: int
) -> None:
    random_numbers = random.Random(5 + saves)
    path = tmp_path / "film.mpdproj"
    for round_number in range(6):
        write_project(path, crowded())
        reported = edit_and_kill(path, random_numbers, interval_ms=4, save_every=saves)
        session = new_session()
        _open(qtbot, session, path)
        assert not session.document.is_read_only
        assert number_of(session.document.timeline) >= reported - 1, f"round {round_number}"
        assert reported >= 1
        assert session.close()
        remove_journal(path.with_name(path.name + ".autosave"))


def test_untitled_project_is_found_after_a_kill(qtbot: QtBot, session: Session, heard: Heard) -> None:
    reported = edit_and_kill(None, random.Random(1), interval_ms=4, save_every=0)
    (journal,) = session.document.recoverable()
    _open(qtbot, session, journal)
    assert number_of(session.document.timeline) >= reported - 1
    assert (session.document.path, session.document.is_modified) == (None, True)
    assert session.document.recoverable() == ()
    assert "had not been saved" in heard.texts(MessageKind.INFO)[0]


def test_untitled_project_of_a_living_session_is_not_offered(new_session: Callable[[], Session]) -> None:
    first, second = new_session(), new_session()
    first.document.apply("Rename", lambda timeline: replace(timeline, name="A"))
    assert second.document.recoverable() == ()
    assert first.close()
    assert len(second.document.recoverable()) == 1


def test_idle_session_leaves_no_folder(session: Session, paths: ProgramPaths) -> None:
    assert session.close()
    assert not paths.recovery.exists()


def test_untitled_project_undone_to_nothing_leaves_no_folder(session: Session, paths: ProgramPaths) -> None:
    session.document.apply("Rename", lambda timeline: replace(timeline, name="A"))
    session.document.undo()
    assert session.close()
    assert list(paths.recovery.iterdir()) == []


def test_journal_is_recovered_and_undo_brings_the_saved_state(
    qtbot: QtBot, session: Session, neighbour: Session, tmp_path: Path
) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="saved"))
    _open(qtbot, session, path)
    session.document.apply("Rename", lambda timeline: replace(timeline, name="not saved"))
    crashed = _crash(qtbot, session, path, tmp_path / "crashed")
    other = neighbour
    heard = Heard(other)
    _open(qtbot, other, crashed)
    assert (other.document.timeline.name, other.document.is_modified) == ("not saved", True)
    assert "Recovered the edits" in heard.texts()[0]
    other.document.undo()
    assert (other.document.timeline.name, other.document.is_modified) == ("saved", False)


def test_orderly_end_keeps_unsaved_edits_for_the_next_start(
    qtbot: QtBot, session: Session, new_session: Callable[[], Session], tmp_path: Path
) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="saved"))
    _open(qtbot, session, path)
    session.document.apply("Rename", lambda timeline: replace(timeline, name="not saved"))
    assert session.close()
    other = new_session()
    _open(qtbot, other, path)
    assert other.document.timeline.name == "not saved"
    assert read_project(path).timeline.name == "saved"


def test_journal_equal_to_the_project_is_not_worth_a_word(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="saved"))
    write_journal(path.with_name("film.mpdproj.autosave"), Timeline(name="saved"), _nothing)
    _open(qtbot, session, path)
    assert not session.document.is_modified
    assert heard.messages == []


def test_damaged_journal_falls_back_to_the_saved_project(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="saved"))
    journal = path.with_name("film.mpdproj.autosave")
    write_journal(journal, Timeline(name="not saved"), _nothing)
    journal.write_bytes(journal.read_bytes().replace(b"not saved", b"n0t saved"))
    _open(qtbot, session, path)
    assert session.document.timeline.name == "saved"
    assert "damaged" in heard.texts(MessageKind.WARNING)[0]


def test_journal_saves_a_project_that_is_damaged_beyond_its_backup(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    path = tmp_path / "film.mpdproj"
    path.write_bytes(b"{")
    write_journal(path.with_name("film.mpdproj.autosave"), Timeline(name="not saved"), _nothing)
    _open(qtbot, session, path)
    assert (session.document.timeline.name, session.document.is_modified) == ("not saved", True)
    assert "restored from its autosave" in heard.texts(MessageKind.WARNING)[0]


def test_damaged_journal_of_an_untitled_project_is_put_aside(
    qtbot: QtBot, session: Session, heard: Heard, paths: ProgramPaths
) -> None:
    journal = paths.recovery / "project-1" / "untitled.mpdproj.autosave"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"nonsense")
    assert session.document.recoverable() == (journal,)
    session.document.open(journal)
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "put aside" in heard.texts(MessageKind.ERROR)[0]
    assert session.document.recoverable() == ()
    assert journal.with_name(journal.name + ".damaged").read_bytes() == b"nonsense"


def test_whole_part_file_counts_and_a_torn_one_does_not(tmp_path: Path) -> None:
    journal = tmp_path / "film.mpdproj.autosave"
    write_journal(journal, Timeline(name="newer"), _nothing)
    whole = journal.read_bytes()
    write_journal(journal, Timeline(name="older"), _nothing)
    part_path(journal).write_bytes(whole)
    assert _name(journal) == "newer"
    for length in (0, 10, 100, len(whole) - 1):
        part_path(journal).write_bytes(whole[:length])
        assert _name(journal) == "older"


def test_a_snapshot_is_safe_before_the_slow_flush(tmp_path: Path) -> None:
    journal = tmp_path / "film.mpdproj.autosave"
    seen: list[str] = []
    write_journal(journal, Timeline(name="A"), lambda: seen.append(_name(journal)))
    assert seen == ["A"]


def test_no_journal_is_no_error_and_damage_is_one(tmp_path: Path) -> None:
    journal = tmp_path / "film.mpdproj.autosave"
    assert read_journal(journal) is None
    journal.write_bytes(b"\xff" * 20)
    with pytest.raises(ProjectError, match="damaged"):
        read_journal(journal)


def test_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="Autosave could not write"):
        write_journal(tmp_path / "file" / "film.mpdproj.autosave", Timeline(), _nothing)


def test_the_last_snapshot_of_a_project_that_was_left_is_still_written(
    session: Session, new_session: Callable[[], Session], paths: ProgramPaths
) -> None:
    held, let = threading.Event(), threading.Event()

    def hold(reporter: Reporter) -> None:
        held.set()
        let.wait(10)

    session._lanes.journal.submit(Job("hold", "", hold))
    held.wait(10)
    session.document.apply("Rename", lambda timeline: replace(timeline, name="first"))
    session.document.new()
    session.document.apply("Rename", lambda timeline: replace(timeline, name="second"))
    let.set()
    assert session.close()
    names = {_name(journal) for journal in new_session().document.recoverable()}
    assert names == {"first", "second"}


def test_what_a_killed_program_left_half_written_is_cleared(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="saved"))
    takes = tmp_path / "film.takes"
    for name in (".take-old.part", ".take-new.part", "take-whole"):
        (takes / name).mkdir(parents=True)
        (takes / name / "frame_000001.png").write_bytes(b"pixels")
    torn = tmp_path / ".film.mpdproj.123.part"
    torn.write_bytes(b"{")
    for old in (takes / ".take-old.part", takes / "take-whole", torn):
        os.utime(old, (1e9, 1e9))
    os.utime(takes / ".take-new.part", (time.time() + 60, time.time() + 60))
    _open(qtbot, session, path)
    assert sorted(entry.name for entry in takes.iterdir()) == [".take-new.part", "take-whole"]
    assert not torn.exists()


def test_failing_autosave_is_said_once(qtbot: QtBot, session: Session, heard: Heard, paths: ProgramPaths) -> None:
    paths.data.mkdir(parents=True)
    paths.recovery.write_text("in the way")
    for name in "ABC":
        session.document.apply("Rename", lambda timeline, name=name: replace(timeline, name=name))
        qtbot.waitUntil(lambda: bool(heard.messages))
    assert session.document.timeline.name == "C"
    session.document.undo()
    assert session.document.timeline.name == "B"
    assert len(heard.messages) == 1
    assert "Autosave could not write" in heard.texts()[0]


def _name(journal: Path) -> str:
    entry = read_journal(journal)
    assert entry is not None
    return entry.timeline.name
