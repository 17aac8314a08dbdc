"""Settings and recent files outlive the program and survive broken files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from footage import Heard
from pytestqt.qtbot import QtBot

from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.settings import Settings
from mpd_studio.session.session import Session


def test_settings_are_there_at_the_next_start(qtbot: QtBot, new_session: Callable[[], Session]) -> None:
    first = new_session()
    with qtbot.waitSignal(first.preferences.changed):
        assert first.preferences.set(theme="light", cache_mib=512)
    assert first.close()
    settings = new_session().preferences.settings
    assert (settings.theme, settings.cache_mib) == ("light", 512)


def test_quick_changes_are_saved_as_the_newest(new_session: Callable[[], Session], paths: ProgramPaths) -> None:
    session = new_session()
    for size in range(100, 160):
        session.preferences.set(cache_mib=size)
    assert session.close()
    assert json.loads(paths.settings.read_text())["cache_mib"] == 159


def test_a_value_out_of_range_is_a_message(session: Session, heard: Heard) -> None:
    assert not session.preferences.set(theme="pink")
    assert session.preferences.settings.theme == "dark"
    assert "no theme" in heard.texts()[0]


def test_the_same_value_again_is_no_change(session: Session, paths: ProgramPaths) -> None:
    assert session.preferences.set(theme="dark")
    assert session.close()
    assert not paths.settings.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"theme": 3, "cache_mib": -1}'])
def test_broken_settings_cost_a_note_not_the_start(
    qtbot: QtBot, new_session: Callable[[], Session], paths: ProgramPaths, content: bytes
) -> None:
    paths.config.mkdir(parents=True)
    paths.settings.write_bytes(content)
    session = new_session()
    heard = Heard(session)
    assert session.preferences.settings == Settings()
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "default" in heard.texts()[0]


def test_settings_of_another_version_are_kept(new_session: Callable[[], Session], paths: ProgramPaths) -> None:
    paths.config.mkdir(parents=True)
    paths.settings.write_text('{"theme": "light", "from_the_future": [1, 2]}')
    session = new_session()
    session.preferences.set(reduced_motion=True)
    assert session.close()
    doc = json.loads(paths.settings.read_text())
    assert (doc["from_the_future"], doc["theme"], doc["reduced_motion"]) == ([1, 2], "light", True)


def test_settings_that_cannot_be_saved_are_a_message(
    qtbot: QtBot, session: Session, heard: Heard, paths: ProgramPaths
) -> None:
    paths.config.write_text("a file where the folder should be")
    session.preferences.set(theme="light")
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "settings were not saved" in heard.texts()[0]


def test_recent_files_are_there_at_the_next_start(qtbot: QtBot, new_session: Callable[[], Session]) -> None:
    first = new_session()
    with qtbot.waitSignal(first.recent.changed):
        first.recent.add(Path("/films/a.mpdproj"))
    for number in range(12):
        first.recent.add(Path(f"/films/{number}.mpdproj"))
    first.recent.add(Path("/films/7.mpdproj"))
    first.recent.remove(Path("/films/11.mpdproj"))
    assert first.close()
    names = [path.name for path in new_session().recent.files()]
    assert names == [f"{number}.mpdproj" for number in (7, 10, 9, 8, 6, 5, 4, 3, 2)]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1, null]", b"\xff"])
def test_broken_recent_files_are_no_files(
    new_session: Callable[[], Session], paths: ProgramPaths, content: bytes
) -> None:
    paths.config.mkdir(parents=True)
    (paths.config / "recent.json").write_bytes(content)
    assert new_session().recent.files() == ()


def test_clearing_recent_files(session: Session) -> None:
    session.recent.add(Path("/films/a.mpdproj"))
    session.recent.clear()
    assert session.recent.files() == ()
