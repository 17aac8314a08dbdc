"""Media that are gone are noticed when a project opens, and found again by name and fingerprint."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from footage import Heard, gap_timeline, make_movie, movie_ref
from pytestqt.qtbot import QtBot

from mpd_studio.core.gap_edits import take_fits
from mpd_studio.core.timeline import gaps_of
from mpd_studio.session.session import Session


@pytest.fixture
def project(new_session: Callable[..., Session], qtbot: QtBot, tmp_path: Path) -> Path:
    """A saved project whose only movie lies in tmp_path / "shots"."""
    (tmp_path / "shots").mkdir()
    media = movie_ref(tmp_path / "shots")
    maker = new_session()
    maker.document.apply("Build", lambda timeline: gap_timeline(media))
    with qtbot.waitSignal(maker.document.saved, timeout=5000):
        maker.document.save_as(tmp_path / "film.mpdproj")
    assert maker.close()
    return tmp_path / "film.mpdproj"


def _open(session: Session, project: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.document.opened, timeout=5000):
        session.document.open(project)


def test_missing_media_are_told_when_the_project_opens(
    session: Session, heard: Heard, project: Path, qtbot: QtBot
) -> None:
    shutil.rmtree(project.parent / "shots")
    _open(session, project, qtbot)
    qtbot.waitUntil(lambda: bool(session.missing.refs))
    (media,) = session.document.timeline.media
    assert session.missing.is_missing(media)
    assert any(f"{media.name} is missing" in text for text in heard.texts())


def test_media_that_are_there_are_not_missing_and_a_look_later_finds_what_went(
    session: Session, project: Path, qtbot: QtBot
) -> None:
    _open(session, project, qtbot)
    shutil.move(project.parent / "shots", project.parent / "elsewhere")
    with qtbot.waitSignal(session.missing.changed, timeout=5000):
        session.missing.check()
    assert len(session.missing.refs) == 1
    shutil.move(project.parent / "elsewhere", project.parent / "shots")
    with qtbot.waitSignal(session.missing.changed, timeout=5000):
        session.missing.check()
    assert session.missing.refs == ()


def test_a_search_finds_the_same_file_and_not_another_of_its_name(
    session: Session, heard: Heard, project: Path, qtbot: QtBot
) -> None:
    (old,) = (path for path in (project.parent / "shots").iterdir())
    attic, deep = project.parent / "attic", project.parent / "attic" / "b" / "c"
    deep.mkdir(parents=True)
    shutil.move(old, deep / old.name)
    make_movie(attic / old.name, count=20)
    _open(session, project, qtbot)
    qtbot.waitUntil(lambda: bool(session.missing.refs))
    session.missing.search(attic)
    qtbot.waitUntil(lambda: session.document.timeline.media[0].path == deep / old.name)
    qtbot.waitUntil(lambda: session.missing.refs == ())
    assert any("Found 1 of 1" in text for text in heard.texts())
    assert session.document.undo_label == "Relink media"
    assert gaps_of(session.document.timeline)[0].first is not None


def test_a_search_in_the_wrong_folder_says_so(
    session: Session, heard: Heard, project: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    shutil.rmtree(project.parent / "shots")
    _open(session, project, qtbot)
    qtbot.waitUntil(lambda: bool(session.missing.refs))
    (tmp_path / "empty").mkdir()
    session.missing.search(tmp_path / "empty")
    qtbot.waitUntil(lambda: any("None of the missing files" in text for text in heard.texts()))


def test_takes_still_fit_after_their_media_were_found_elsewhere(session: Session, project: Path, qtbot: QtBot) -> None:
    _open(session, project, qtbot)
    gap_id = gaps_of(session.document.timeline)[0].gap.id
    with qtbot.waitSignal(session.generator.take_made, timeout=20_000):
        session.generator.generate(gap_id)
    shutil.move(project.parent / "shots", project.parent / "moved")
    with qtbot.waitSignal(session.missing.changed, timeout=5000):
        session.missing.check()
    session.missing.search(project.parent)
    qtbot.waitUntil(lambda: "moved" in str(session.document.timeline.media[0].path))
    (placed,) = gaps_of(session.document.timeline)
    assert take_fits(placed, placed.gap.takes[0])
