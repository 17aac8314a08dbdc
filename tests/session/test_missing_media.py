"""Media that are gone are noticed when a project opens, and found again by name and fingerprint."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from footage import Heard, gap_timeline, make_movie, movie_ref
from pytestqt.qtbot import QtBot

from mpd_studio.core.edits import add_media
from mpd_studio.core.gap_edits import take_fits
from mpd_studio.core.timeline import gaps_of
from mpd_studio.session.importer import with_media
from mpd_studio.session.message import MessageKind
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


def test_a_file_of_the_name_that_cannot_be_read_is_told_and_does_not_end_the_search(
    session: Session, heard: Heard, project: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    (old,) = (project.parent / "shots").iterdir()
    torn, whole = tmp_path / "a" / old.name, tmp_path / "b" / old.name
    for place in (torn, whole):
        place.parent.mkdir()
    torn.write_bytes(old.read_bytes()[:100])
    shutil.move(old, whole)
    _open(session, project, qtbot)
    qtbot.waitUntil(lambda: bool(session.missing.refs))
    session.missing.search(torn.parent)
    qtbot.waitUntil(lambda: heard.messages[-1].text.startswith("None of the missing files"))
    assert "the details say why" in heard.messages[-1].text
    assert old.name in heard.messages[-1].details
    session.missing.search(tmp_path)
    qtbot.waitUntil(lambda: session.document.timeline.media[0].path == whole)
    assert heard.messages[-1].text.startswith("Found 1 of 1")


def test_a_folder_that_vanishes_before_the_search_is_named(
    session: Session, heard: Heard, project: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    shutil.rmtree(project.parent / "shots")
    _open(session, project, qtbot)
    qtbot.waitUntil(lambda: bool(session.missing.refs))
    session.missing.search(tmp_path / "pulled out")
    qtbot.waitUntil(lambda: heard.messages[-1].text.startswith("None of the missing files"))
    assert f"{tmp_path / 'pulled out'} cannot be looked into: No such file or directory." in heard.messages[-1].details


def test_a_place_that_the_system_refuses_is_missing_and_hides_nothing_else(
    session: Session, heard: Heard, project: Path, qtbot: QtBot
) -> None:
    _open(session, project, qtbot)
    refused = replace(session.document.timeline.media[0], path=project.parent / f"{'x' * 300}.mkv", fingerprint="else")
    shutil.rmtree(project.parent / "shots")
    session.document.apply("Add", lambda timeline: add_media(timeline, refused))
    qtbot.waitUntil(lambda: len(session.missing.refs) == 2)
    assert session.missing.refs == session.document.timeline.media
    assert heard.texts(MessageKind.ERROR) == []


def test_what_is_found_and_does_not_fit_leaves_the_others_found(
    session: Session, heard: Heard, qtbot: QtBot, tmp_path: Path
) -> None:
    fits, short = (replace(movie_ref(tmp_path, count=n), path=tmp_path / "away" / f"{n}.mkv") for n in (12, 20))
    (tmp_path / "new").mkdir()
    make_movie(tmp_path / "new" / "12.mkv", count=12)
    make_movie(tmp_path / "new" / "20.mkv", count=5)
    short = replace(short, fingerprint="")  # an editor's timeline told of it: its name must do
    fits = replace(fits, fingerprint="")
    with qtbot.waitSignal(session.missing.changed, timeout=5000):
        session.document.apply("Build", lambda timeline: with_media((fits, short), None, timeline))
    session.missing.search(tmp_path / "new")
    qtbot.waitUntil(lambda: any(text.startswith("Found 1 of 2") for text in heard.texts()))
    assert "20.mkv" in heard.messages[-1].details
    assert [media.path.parent.name for media in session.document.timeline.media] == ["new", "away"]
    assert [media.name for media in session.missing.refs] == ["20.mkv"]


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
