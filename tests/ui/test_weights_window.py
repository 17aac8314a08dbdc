"""The window of weights: terms before anything is downloaded, jobs in the status line, a token that is kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit
from window_driver import Driver

from mpd_studio.jobs.job import JobState
from mpd_studio.ui.dialogs.add_weights import AddWeightsDialog
from mpd_studio.ui.dialogs.licence import LicenceDialog
from mpd_studio.ui.dialogs.weights import WeightsDialog
from mpd_studio.weights.catalogue import CATALOGUE
from mpd_studio.weights.consent import has_consent
from tests.weights.fake_hub import TOWER, UNET, FakeHub, serving, tiny_files, without, write_files

NAME = "svd-xt-1-1"  # its revision is not fixed, so a hub of small files may stand in


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeHub]:
    pytest.importorskip("huggingface_hub", reason="needs huggingface_hub, an optional part of the installation")
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hub_home")))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(FakeHub(tiny_files())) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


@pytest.fixture
def window(server: FakeHub, desk: Driver) -> WeightsDialog:
    """It has looked, and the weights of the fake hub are selected."""
    del server
    desk.window.table.action("window.weights").trigger()
    (dialog,) = desk.window.findChildren(WeightsDialog)
    desk.wait(lambda: NAME in dialog.states)
    dialog.select(NAME)
    return dialog


def agree(desk: Driver, window: WeightsDialog) -> None:
    """Press the button, and agree to the terms that it shows."""
    window.get.click()
    (licence,) = window.findChildren(LicenceDialog)
    licence.agree.click()
    desk.wait(lambda: not window.findChildren(LicenceDialog))


def end(desk: Driver, name: str = NAME) -> None:
    desk.wait(lambda: desk.session.weights.job(name) is None and not desk.session.weights.is_looking)


def test_there_is_one_window_and_the_desk_stays_free(desk: Driver, window: WeightsDialog) -> None:
    desk.window.table.action("window.weights").trigger()
    assert desk.window.findChildren(WeightsDialog) == [window]
    assert not window.isModal()


def test_the_list_tells_what_is_known(window: WeightsDialog) -> None:
    assert window.states == {entry.id: "missing" for entry in CATALOGUE}
    assert window.facts.state_text == "Missing: nothing of them is here."
    assert "1,000,000 US dollars" in window.facts.terms.toPlainText()
    enabled = {button.text() for button in (window.get, window.stop, window.verify, window.repair, window.use)}
    assert enabled == {"Get…", "Stop", "Verify", "Repair", "Use"}
    states = (window.get, window.stop, window.verify, window.repair, window.open_folder, window.use)
    assert [button.isEnabled() for button in states] == [True, False, False, False, False, False]


def test_the_terms_come_first_and_no_answer_is_no(desk: Driver, window: WeightsDialog, server: FakeHub) -> None:
    window.get.click()
    (licence,) = window.findChildren(LicenceDialog)
    assert "Not an open-source licence" in licence.terms.toPlainText()
    licence.reject()
    desk.wait(lambda: not window.findChildren(LicenceDialog))
    assert desk.session.weights.job(NAME) is None
    assert server.requests == []
    assert not has_consent(CATALOGUE[1], desk.session.paths)


def test_agreed_weights_are_downloaded_and_used(desk: Driver, window: WeightsDialog) -> None:
    agree(desk, window)
    desk.wait(lambda: window.states[NAME] == "present")
    end(desk)
    assert has_consent(CATALOGUE[1], desk.session.paths)
    assert "are whole" in window.facts.outcome_text
    assert "The licence." in window.facts.terms.toPlainText()
    assert not window.get.isEnabled()
    window.use.click()
    assert desk.session.preferences.settings.svd_weights == NAME
    desk.wait(lambda: window.states[NAME] == "in use")
    window.use.click()
    assert desk.session.preferences.settings.svd_weights == ""
    (row,) = [row for row in desk.session.jobs.rows if row.title == f"Get {NAME}"]
    assert row.state is JobState.DONE


def test_motion_weights_are_converted_and_used_by_their_own_engine(desk: Driver, window: WeightsDialog) -> None:
    pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
    from mpd_studio.engines.motion_i2v.tiny import make_tiny

    make_tiny(desk.session.paths.models / "moving")
    desk.session.weights.look()
    desk.wait(lambda: "moving" in window.states)
    window.select("moving")
    assert "pickles are deleted when all are made" in window.convert.toolTip()
    window.convert.click()
    desk.wait(lambda: "converted to safetensors" in window.facts.outcome_text)
    end(desk, "moving")
    assert not window.convert.isEnabled()
    assert "as those of Motion-I2V do" in window.convert.toolTip()
    window.use.click()
    settings = desk.session.preferences.settings
    assert (settings.motion_i2v_weights, settings.svd_weights) == ("moving", "")
    desk.wait(lambda: window.states["moving"] == "in use")


def test_a_download_shows_in_the_status_line_and_stops_in_either_place(
    desk: Driver, window: WeightsDialog, server: FakeHub
) -> None:
    server.behaviour.stalls[UNET] = [200_000]
    agree(desk, window)
    desk.wait(server.stalled.is_set)
    desk.wait(lambda: f"Get {NAME}" in desk.window.status.text)
    assert window.states[NAME] == "at work …"
    assert [window.get.isEnabled(), window.stop.isEnabled(), window.verify.isEnabled()] == [False, True, False]
    window.stop.click()
    end(desk)
    desk.wait(lambda: window.states[NAME] == "partial")
    assert window.facts.outcome_text == "Stopped. What has been downloaded is kept."
    assert window.get.text() == "Go on…"
    server.released.set()
    window.get.click()
    desk.wait(lambda: window.states[NAME] == "present")
    end(desk)


def test_a_gated_repository_takes_a_token_that_leaves_the_field(
    desk: Driver, window: WeightsDialog, server: FakeHub
) -> None:
    server.behaviour.token = "hf_secret"
    assert window.token.isVisible()
    assert window.token.echoMode() is QLineEdit.EchoMode.Password
    agree(desk, window)
    desk.wait(lambda: "logged in" in window.facts.outcome_text)
    end(desk)
    QTest.keyClicks(window.token, "hf_secret")
    QTest.keyClick(window.token, Qt.Key.Key_Return)
    assert window.token.text() == ""
    assert window.isVisible()
    desk.wait(lambda: window.states[NAME] == "present")
    end(desk)
    assert not window.token.isVisible()
    assert server.tokens[-1] == "Bearer hf_secret"
    window.select("svd-xt")
    assert not window.token.isVisible()


def test_damage_is_told_and_repaired(desk: Driver, window: WeightsDialog, server: FakeHub) -> None:
    agree(desk, window)
    desk.wait(lambda: window.states[NAME] == "present")
    end(desk)
    tower = desk.session.paths.models / NAME / TOWER
    tower.write_bytes(tower.read_bytes()[:-1] + b"?")
    window.verify.click()
    end(desk)
    desk.wait(lambda: window.states[NAME] == "broken")
    assert "1 file is not right" in window.facts.outcome_text
    assert TOWER in window.facts.outcome_text
    server.requests.clear()
    window.repair.click()
    end(desk)
    desk.wait(lambda: window.states[NAME] == "present")
    assert server.asked() == [TOWER]


def test_weights_that_were_copied_here_need_only_consent(desk: Driver, window: WeightsDialog, server: FakeHub) -> None:
    write_files(desk.session.paths.models / NAME, tiny_files())
    desk.session.weights.look()
    desk.wait(lambda: window.states[NAME] == "terms not agreed")
    assert (window.get.text(), window.use.isEnabled()) == ("Terms…", False)
    agree(desk, window)
    desk.wait(lambda: window.states[NAME] == "present")
    assert server.requests == []
    assert window.use.isEnabled()


def test_a_folder_is_added(desk: Driver, window: WeightsDialog, tmp_path: Path) -> None:
    tuned = write_files(tmp_path / "tuned", tiny_files())
    window.add.click()
    (dialog,) = window.findChildren(AddWeightsDialog)
    assert not dialog.go.isEnabled()
    dialog.folder.setText(str(tuned))
    dialog.name.setText("mine")
    dialog.go.click()
    desk.wait(lambda: window.states.get("mine") == "present")
    end(desk, str(tuned))
    window.select("mine")
    assert not window.get.isEnabled()
    assert not window.repair.isEnabled()
    assert window.verify.isEnabled()


def test_a_folder_that_cannot_be_added_says_why_in_the_bar(desk: Driver, window: WeightsDialog, tmp_path: Path) -> None:
    half = write_files(tmp_path / "half", without(tiny_files(), UNET))
    window.add.click()
    (dialog,) = window.findChildren(AddWeightsDialog)
    dialog.folder.setText(str(half))
    dialog.go.click()
    end(desk, str(half))
    message = desk.window.centre.messages.message
    assert message is not None
    assert UNET in message.text


def test_the_folder_is_chosen_in_the_systems_way(desk: Driver, window: WeightsDialog, tmp_path: Path) -> None:
    window.add.click()
    (dialog,) = window.findChildren(AddWeightsDialog)
    dialog.browse.click()
    (chooser,) = dialog.findChildren(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path))
    chooser.close()
    assert dialog.folder.text() == str(tmp_path)
    dialog.reject()
    assert desk.session.weights.job(str(tmp_path)) is None


def test_closing_the_window_ends_a_download_in_order(desk: Driver, window: WeightsDialog, server: FakeHub) -> None:
    server.behaviour.stalls[UNET] = [200_000]
    agree(desk, window)
    desk.wait(server.stalled.is_set)
    window.close()
    desk.window.close()
    assert desk.session.close()
    assert (desk.session.paths.models / NAME / f"{UNET}.part").exists()


def test_weights_that_the_inspector_names_are_said_to_come_first(desk: Driver, window: WeightsDialog) -> None:
    session = desk.session
    session.generator.choose_engine("svd")
    assert not window.use_setting.isVisible()
    session.generator.set_option("weights", "/my/own")
    assert window.use_setting.isVisible()
    assert window.overruled.text().startswith("The inspector names own for this engine")
    session.weights.use(NAME)
    field = desk.window.inspector.engine.options.field("weights")
    desk.wait(lambda: f"in use in the window of weights ({NAME})" in field.toolTip())
    window.use_setting.click()
    assert session.generator.said == ()
    assert not window.use_setting.isVisible()
    assert "in use in the window" not in field.toolTip()


def test_also_for_an_engine_that_is_not_chosen_now(desk: Driver, window: WeightsDialog) -> None:
    session = desk.session
    session.generator.choose_engine("svd")
    session.generator.set_option("weights", "/my/own")
    session.generator.set_option("steps", 9)
    session.generator.choose_engine("flow")
    assert window.use_setting.isVisible()
    window.use_setting.click()
    assert not window.use_setting.isVisible()
    session.generator.choose_engine("svd")
    assert session.generator.said == (("steps", 9),)


def test_naming_the_ones_that_are_used_anyway_is_no_quarrel(desk: Driver, window: WeightsDialog) -> None:
    desk.session.weights.use(NAME)
    desk.session.generator.choose_engine("svd")
    desk.session.generator.set_option("weights", NAME)
    assert not window.use_setting.isVisible()
