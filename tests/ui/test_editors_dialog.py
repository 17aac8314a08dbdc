"""The window of editors: what was found, installing and removing, and the gaps that have come."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from window_driver import Driver

from mpd_studio.media.probe import probe
from mpd_studio.session.message import Message
from mpd_studio.ui.dialogs.editors import EditorsDialog
from tests.session.sent_jobs import send


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with Blender 5.0 and Blender 3.3 in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "BLENDER_USER_RESOURCES"):
        monkeypatch.delenv(name, raising=False)
    for version in ("5.0", "3.3"):
        (tmp_path / ".config" / "blender" / version).mkdir(parents=True)
    return tmp_path


def dialog_of(desk: Driver) -> EditorsDialog:
    desk.window.table.action("window.editors").trigger()
    (dialog,) = desk.window.findChildren(EditorsDialog)
    desk.wait(lambda: desk.session.editors.has_looked)
    return dialog


def titles(dialog: EditorsDialog) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def test_install_and_remove(user: Path, desk: Driver) -> None:
    dialog = dialog_of(desk)
    folder = user / ".config/blender/5.0/extensions/user_default/mpd_studio_bridge"
    assert titles(dialog)[0] == "Blender 5.0 – the bridge is not installed"
    assert not dialog.remove.isEnabled()
    assert not dialog.next.isVisible()
    dialog.install.click()
    desk.wait(dialog.remove.isEnabled)
    assert (folder / "blender_manifest.toml").is_file()
    assert "the bridge is installed" in dialog.state.text()
    assert "tick 'MPD Studio Bridge'" in dialog.next.text()
    assert dialog.install.text() == "Install again"
    dialog.remove.click()
    desk.wait(lambda: not folder.exists())
    desk.wait(lambda: not dialog.remove.isEnabled())


def test_an_editor_that_is_too_old_says_so(user: Path, desk: Driver) -> None:
    dialog = dialog_of(desk)
    dialog.list.setCurrentRow(1)
    assert "3.4 or later" in dialog.state.text()
    assert not dialog.install.isEnabled()


def test_no_editor_and_a_folder_that_the_user_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk: Driver
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    dialog = dialog_of(desk)
    assert "No editor was found" in dialog.state.text()
    assert not dialog.install.isEnabled()
    desk.session.editors.add("resolve", tmp_path / "Utility")
    desk.wait(lambda: dialog.list.count() == 1)
    dialog.install.click()
    desk.wait(lambda: (tmp_path / "Utility" / "mpd studio" / "installed.json").exists())


def test_what_stands_in_the_way_is_said(user: Path, desk: Driver) -> None:
    stranger = user / ".config/blender/5.0/extensions/user_default/mpd_studio_bridge/__init__.py"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("not ours")
    said: list[Message] = []
    desk.session.message.connect(said.append)
    dialog_of(desk).install.click()
    desk.wait(lambda: bool(said))
    assert "not MPD Studio's" in said[0].text
    assert stranger.read_text() == "not ours"


def test_a_gap_that_has_come_is_opened_by_a_double_click(
    user: Path, gap_desk: Driver, two_clips: tuple[Path, Path]
) -> None:
    session = gap_desk.session
    job = send(session.paths, probe(two_clips[0]))
    dialog = dialog_of(gap_desk)
    assert not dialog.open_gap.isEnabled()
    session.bridge.start()
    gap_desk.wait(lambda: dialog.waiting.count() == 1)
    assert dialog.waiting.item(0).text() == "Blender · cut.blend · Scene: 3 frames from 49"
    dialog.waiting.itemActivated.emit(dialog.waiting.item(0))
    gap_desk.wait(lambda: gap_desk.kinds == [("clip", 4), ("gap", 3), ("clip", 4)])
    gap_desk.wait(lambda: dialog.waiting.count() == 0)
    assert dialog.nothing.isVisible()
    assert (job / "claim.json").exists()


def test_one_window_of_editors(user: Path, desk: Driver) -> None:
    dialog_of(desk)
    dialog_of(desk)
    assert len(desk.window.findChildren(EditorsDialog)) == 1


def test_resolve_is_asked_from_the_menu_and_gets_back_what_it_sent(desk: Driver) -> None:
    assert "Ask a running DaVinci Resolve" in desk.tip("gap.fetch_resolve")
    assert "No gap is selected" in desk.tip("gap.place_resolve")


def test_old_jobs_that_nobody_needs_are_counted_and_removed(
    user: Path, desk: Driver, two_clips: tuple[Path, Path]
) -> None:
    media = probe(two_clips[0])
    waits, cancelled = (send(desk.session.paths, media) for _ in range(2))
    (cancelled / "cancel").touch()
    then = time.time() - 31 * 86_400
    for job in (waits, cancelled):
        for place in (*job.rglob("*"), job):
            os.utime(place, (then, then))
    dialog = dialog_of(desk)
    assert dialog.clean.text() == "Remove 1 old job"
    assert cancelled.name in dialog.clean.toolTip()
    dialog.clean.click()
    desk.wait(lambda: not dialog.clean.isVisible())
    assert not cancelled.exists()
    assert (waits / "request.json").exists()
