"""One writer a project."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from footage import Heard
from killing import REPOSITORY
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import ProjectError
from mpd_studio.core.project_file import read_project, write_project
from mpd_studio.core.timeline import Timeline
from mpd_studio.session.message import MessageKind
from mpd_studio.session.project_lock import ProjectLocks
from mpd_studio.session.session import Session

_HOLDER = """
import sys
from pathlib import Path
from mpd_studio.session.project_lock import ProjectLocks
locks = ProjectLocks()
locks.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="saved"))
    return path


def _holder(lock: Path) -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(lock)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "held\n"
    return program


def _open(qtbot: QtBot, session: Session, path: Path) -> None:
    with qtbot.waitSignal(session.document.opened):
        session.document.open(path)


def test_second_process_opens_read_only_and_says_so(
    qtbot: QtBot, session: Session, heard: Heard, project: Path
) -> None:
    with _holder(project.with_name("film.mpdproj.lock")) as other:
        _open(qtbot, session, project)
        assert session.document.is_read_only
        assert session.document.path == project
        assert f"open in another window (process {other.pid})" in heard.texts(MessageKind.WARNING)[0]
        other.kill()


def test_read_only_project_can_be_edited_and_saved_under_another_name(
    qtbot: QtBot, session: Session, heard: Heard, project: Path
) -> None:
    with _holder(project.with_name("film.mpdproj.lock")) as other:
        _open(qtbot, session, project)
        assert session.document.apply("Rename", lambda timeline: replace(timeline, name="mine"))
        session.document.save()
        assert "read-only" in heard.texts(MessageKind.WARNING)[-1]
        with qtbot.waitSignal(session.document.saved):
            session.document.save_as(project.with_name("copy.mpdproj"))
        other.kill()
    assert not session.document.is_read_only
    assert read_project(project).timeline.name == "saved"
    assert read_project(project.with_name("copy.mpdproj")).timeline.name == "mine"


def test_read_only_project_cannot_be_saved_over_the_other(
    qtbot: QtBot, session: Session, heard: Heard, project: Path
) -> None:
    with _holder(project.with_name("film.mpdproj.lock")) as other:
        _open(qtbot, session, project)
        session.document.save_as(project)
        assert "Choose another name" in heard.texts(MessageKind.ERROR)[-1]
        other.kill()
    assert session.document.is_read_only


def test_lock_of_a_killed_process_is_taken_over(qtbot: QtBot, session: Session, project: Path) -> None:
    lock = project.with_name("film.mpdproj.lock")
    with _holder(lock) as other:
        other.kill()
    assert lock.exists()
    _open(qtbot, session, project)
    assert not session.document.is_read_only


def test_two_sessions_of_one_process_do_not_both_write(
    qtbot: QtBot, session: Session, neighbour: Session, project: Path
) -> None:
    first, second = session, neighbour
    _open(qtbot, first, project)
    _open(qtbot, second, project)
    assert (first.document.is_read_only, second.document.is_read_only) == (False, True)


def test_a_link_to_a_project_is_that_project(
    qtbot: QtBot, session: Session, neighbour: Session, project: Path, tmp_path: Path
) -> None:
    link = tmp_path / "elsewhere" / "link.mpdproj"
    link.parent.mkdir()
    try:
        link.symlink_to(project)
    except OSError:
        pytest.skip("this system makes no links for this user")
    first, second = session, neighbour
    _open(qtbot, first, project)
    _open(qtbot, second, link)
    assert second.document.is_read_only
    first.document.new()
    qtbot.waitUntil(lambda: not project.with_name("film.mpdproj.lock").exists())
    _open(qtbot, first, link)
    first.document.apply("Rename", lambda timeline: replace(timeline, name="through the link"))
    with qtbot.waitSignal(first.document.saved):
        first.document.save()
    assert link.is_symlink()
    assert read_project(project).timeline.name == "through the link"


def test_lock_is_free_again_after_another_project_was_opened(
    qtbot: QtBot, session: Session, project: Path, tmp_path: Path
) -> None:
    write_project(tmp_path / "other.mpdproj", Timeline())
    _open(qtbot, session, project)
    assert project.with_name("film.mpdproj.lock").exists()
    _open(qtbot, session, tmp_path / "other.mpdproj")
    qtbot.waitUntil(lambda: not project.with_name("film.mpdproj.lock").exists())


def test_folder_that_refuses_opens_read_only(qtbot: QtBot, session: Session, heard: Heard, project: Path) -> None:
    # A folder where the lock should be: refused for every user, root included.
    project.with_name("film.mpdproj.lock").mkdir()
    _open(qtbot, session, project)
    assert session.document.is_read_only
    assert "opened read-only" in heard.texts(MessageKind.WARNING)[0]


def test_locks_know_what_they_hold(tmp_path: Path) -> None:
    ours, theirs = ProjectLocks(), ProjectLocks()
    ours.acquire(tmp_path / "lock")
    ours.acquire(tmp_path / "lock")
    assert ours.holds(tmp_path / "lock")
    assert not theirs.is_free(tmp_path / "lock")
    with pytest.raises(ProjectError, match="another window"):
        theirs.acquire(tmp_path / "lock")
    ours.release_all()
    assert theirs.is_free(tmp_path / "lock")
    assert not (tmp_path / "lock").exists()
