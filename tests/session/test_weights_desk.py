"""Weights in the app, against a hub on the loopback device: nothing here asks the user's own or the public one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from footage import Heard, make_still
from pytestqt.qtbot import QtBot

from mpd_studio.core.errors import BadInput
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.jobs.job import JobState
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session
from mpd_studio.session.weights_desk import WeightsDesk
from mpd_studio.session.weights_work import Token
from mpd_studio.weights.catalogue import CATALOGUE
from mpd_studio.weights.consent import record_consent
from mpd_studio.weights.family import Family
from mpd_studio.weights.layout import State
from mpd_studio.weights.patience import Patience
from mpd_studio.weights.store import find_weights
from tests.weights.fake_hub import UNET, VAE, FakeHub, safetensors, serving, tiny_files, without, write_files
from tests.weights.official_tree import official_tree

NAME = "svd-xt-1-1"  # its revision is not fixed, so a hub of small files may stand in
ENTRY = CATALOGUE[1]
SECRET = "hf_a_secret_that_nobody_may_keep"


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
def desk(qtbot: QtBot, server: FakeHub, session: Session) -> WeightsDesk:
    """It has looked, and found nothing."""
    del server
    session.weights.look()
    qtbot.waitUntil(lambda: session.weights.has_looked)
    return session.weights


def state(desk: WeightsDesk, name: str = NAME) -> State:
    row = desk.row(name)
    assert row is not None
    return row.state


def end(qtbot: QtBot, desk: WeightsDesk, name: str = NAME) -> None:
    """Until the work on the weights has ended, and what became of them has been seen."""
    qtbot.waitUntil(lambda: desk.job(name) is None, timeout=10_000)
    qtbot.waitUntil(lambda: desk.is_looking is False)


def agree(qtbot: QtBot, desk: WeightsDesk, name: str = NAME) -> None:
    desk.agree(name)
    qtbot.waitUntil(lambda: any(row.name == name and row.is_agreed for row in desk.rows))


def test_nothing_is_looked_at_before_somebody_asks(session: Session) -> None:
    session.weights.look_again()
    assert (session.weights.has_looked, session.weights.rows, session.weights.is_looking) == (False, (), False)


def test_the_catalogue_is_listed_with_its_states(desk: WeightsDesk) -> None:
    assert [(row.name, row.state, row.is_agreed) for row in desk.rows] == [
        (entry.id, State.MISSING, False) for entry in CATALOGUE
    ]
    assert desk.problem("") == "There are no weights on this machine yet."
    assert desk.problem(NAME) == "The weights svd-xt-1-1 are not on this machine (4.5 GB to download)."


def test_weights_are_got_as_a_job_on_the_board(
    qtbot: QtBot, desk: WeightsDesk, session: Session, paths: ProgramPaths, heard: Heard
) -> None:
    agree(qtbot, desk)
    job_id = desk.get(NAME)
    assert desk.job(NAME) == job_id
    assert desk.get(NAME) == job_id  # a second click is the first
    end(qtbot, desk)
    row = session.jobs.row(job_id)
    assert row is not None
    assert (row.title, row.state) == (f"Get {NAME}", JobState.DONE)
    assert state(desk) is State.PRESENT
    seen = desk.row(NAME)
    assert seen is not None
    assert (seen.folder.path, seen.licence_text) == (paths.models / NAME, "The licence.")
    assert heard.texts(MessageKind.INFO) == [f"The weights {NAME} are whole, in {paths.models / NAME}."]
    assert desk.problem("") == ""


def test_without_consent_nothing_is_downloaded(qtbot: QtBot, desk: WeightsDesk, server: FakeHub, heard: Heard) -> None:
    desk.get(NAME)
    end(qtbot, desk)
    assert server.requests == []
    assert "nobody has agreed" in heard.texts(MessageKind.ERROR)[0]
    outcome = desk.outcome(NAME)
    assert outcome is not None
    assert "nobody has agreed" in outcome.text


def test_a_consent_is_kept_and_counts_for_what_was_there_already(
    qtbot: QtBot, desk: WeightsDesk, paths: ProgramPaths
) -> None:
    write_files(paths.models / NAME, tiny_files())
    desk.look()
    qtbot.waitUntil(lambda: state(desk) is State.PRESENT)
    assert desk.problem("") == f"The terms of the weights {NAME} have not been agreed to yet."
    agree(qtbot, desk)
    assert desk.problem("") == ""
    assert NAME in json.loads((paths.models / "licences.json").read_text())


def test_a_token_reaches_the_hub_and_nothing_else(
    qtbot: QtBot,
    desk: WeightsDesk,
    session: Session,
    server: FakeHub,
    home: Path,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.behaviour.token = SECRET
    agree(qtbot, desk)
    desk.get(NAME)
    end(qtbot, desk)
    assert "given only to people who are logged in" in heard.texts(MessageKind.ERROR)[0]
    desk.get(NAME, Token("hf_wrong"))
    end(qtbot, desk)
    assert "Your token has no access" in heard.texts(MessageKind.ERROR)[1]
    caplog.set_level("DEBUG")
    desk.get(NAME, Token(SECRET))
    end(qtbot, desk)
    assert state(desk) is State.PRESENT
    assert server.tokens[-1] == f"Bearer {SECRET}"
    assert SECRET not in caplog.text
    assert SECRET not in repr(Token(SECRET))
    assert all(SECRET not in f"{message}" for message in heard.messages)
    assert all(SECRET not in f"{row}" for row in session.jobs.rows)
    assert session.close()
    written = [path for path in home.rglob("*") if path.is_file()]
    assert written
    assert all(SECRET.encode() not in path.read_bytes() for path in written)


def test_a_cancelled_download_is_kept_and_goes_on(
    qtbot: QtBot, desk: WeightsDesk, server: FakeHub, paths: ProgramPaths
) -> None:
    agree(qtbot, desk)
    server.behaviour.stalls[UNET] = [200_000]
    part = paths.models / NAME / f"{UNET}.part"
    desk.get(NAME)
    qtbot.waitUntil(lambda: part.exists() and part.stat().st_size > 100_000, timeout=10_000)
    desk.cancel(NAME)
    end(qtbot, desk)
    outcome = desk.outcome(NAME)
    assert outcome is not None
    assert outcome.text == "Stopped. What has been downloaded is kept."
    assert state(desk) is State.PARTIAL
    assert desk.problem(NAME).startswith(f"The weights {NAME} are incomplete: unet/")
    begun = part.stat().st_size
    server.released.set()
    server.requests.clear()
    desk.get(NAME)
    end(qtbot, desk)
    assert state(desk) is State.PRESENT
    assert (UNET, f"bytes={begun}-") in server.requests


def test_progress_is_on_the_board(qtbot: QtBot, desk: WeightsDesk, session: Session, server: FakeHub) -> None:
    server.files[UNET] = safetensors(3_000_000, 3)
    server.behaviour.stalls[UNET] = [2_100_000]
    agree(qtbot, desk)
    job_id = desk.get(NAME)

    def reported() -> tuple[str, int]:
        row = session.jobs.row(job_id)
        assert row is not None
        return row.stage, row.total

    qtbot.waitUntil(lambda: reported() == (f"Downloading {NAME}, MB", 4), timeout=10_000)
    desk.cancel(NAME)
    end(qtbot, desk)


def test_a_download_delays_no_import(
    qtbot: QtBot, desk: WeightsDesk, session: Session, server: FakeHub, tmp_path: Path
) -> None:
    server.behaviour.stalls[UNET] = [100_000]
    agree(qtbot, desk)
    desk.get(NAME)
    qtbot.waitUntil(server.stalled.is_set, timeout=10_000)
    session.importer.open_files([make_still(tmp_path / "a.png")])
    qtbot.waitUntil(lambda: len(session.document.timeline.media) == 1)
    assert desk.job(NAME) is not None
    desk.cancel(NAME)
    end(qtbot, desk)


def test_a_hub_that_does_not_answer_is_a_clear_message(
    qtbot: QtBot, session: Session, server: FakeHub, monkeypatch: pytest.MonkeyPatch, paths: ProgramPaths
) -> None:
    """With little patience: the app's own waits half a minute."""
    del server
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    record_consent(ENTRY, paths)
    hasty = WeightsDesk(
        paths, session.preferences, session.jobs, session._lanes, session, patience=Patience(tries=1, pause_s=0.0)
    )
    hasty.get(NAME)
    end(qtbot, hasty)
    outcome = hasty.outcome(NAME)
    assert outcome is not None
    assert (outcome.kind, "The connection to 127.0.0.1:9 failed" in outcome.text) == (MessageKind.ERROR, True)


def test_damage_is_found_and_mended(
    qtbot: QtBot, desk: WeightsDesk, server: FakeHub, paths: ProgramPaths, heard: Heard
) -> None:
    agree(qtbot, desk)
    desk.get(NAME)
    end(qtbot, desk)
    desk.verify(NAME)
    end(qtbot, desk)
    assert heard.texts()[-1] == f"Every file of the weights {NAME} is right."
    vae = paths.models / NAME / VAE
    vae.write_bytes(vae.read_bytes()[:-1] + b"?")
    desk.verify(NAME)
    end(qtbot, desk)
    outcome = desk.outcome(NAME)
    assert outcome is not None
    assert outcome.text == f"1 file is not right in the weights {NAME}. Repair mends them."
    assert outcome.details.startswith(VAE)
    assert state(desk) is State.BROKEN
    assert desk.problem("") == f"The weights {NAME} are damaged: {VAE}."
    server.requests.clear()
    desk.repair(NAME)
    end(qtbot, desk)
    assert (state(desk), server.asked()) == (State.PRESENT, [VAE])


def test_a_folder_is_added_and_used(
    qtbot: QtBot, desk: WeightsDesk, session: Session, tmp_path: Path, paths: ProgramPaths
) -> None:
    tuned = write_files(tmp_path / "tuned", tiny_files())
    desk.add(tuned)
    end(qtbot, desk, str(tuned))
    assert state(desk, "tuned") is State.PRESENT
    desk.use("tuned")
    assert (desk.used(), session.preferences.settings.svd_weights) == ("tuned", "tuned")
    assert desk.problem("") == ""
    desk.add(tuned)
    end(qtbot, desk, str(tuned))
    outcome = desk.outcome(str(tuned))
    assert outcome is not None
    assert "There are weights named tuned already" in outcome.text
    desk.add(tuned, "second", copy=True)
    end(qtbot, desk, str(tuned))
    assert (paths.models / "second" / UNET).stat().st_nlink == 1


def test_an_incomplete_folder_names_what_it_lacks(qtbot: QtBot, desk: WeightsDesk, tmp_path: Path) -> None:
    half = write_files(tmp_path / "half", without(tiny_files(), UNET))
    desk.add(half)
    end(qtbot, desk, str(half))
    outcome = desk.outcome(str(half))
    assert outcome is not None
    assert UNET in outcome.text
    assert desk.row("half") is None


def test_a_folder_may_be_used_from_where_it_is(qtbot: QtBot, desk: WeightsDesk, tmp_path: Path) -> None:
    own = str(write_files(tmp_path / "own", tiny_files()))
    assert desk.problem(own) == ""  # nobody has looked yet
    qtbot.waitUntil(lambda: desk.row(own) is not None)
    assert desk.problem(own) == ""
    away = str(tmp_path / "nowhere")
    desk.problem(away)
    qtbot.waitUntil(lambda: desk.problem(away) != "")
    assert "neither a folder nor a name of weights" in desk.problem(away)


def test_the_setting_decides_what_is_taken(qtbot: QtBot, desk: WeightsDesk, paths: ProgramPaths) -> None:
    write_files(paths.models / "tuned", tiny_files())
    desk.look()
    qtbot.waitUntil(lambda: desk.row("tuned") is not None)
    chosen = desk.chosen("")
    assert chosen is not None
    assert chosen.name == "tuned"
    desk.use(NAME)
    assert desk.problem("").startswith(f"The weights {NAME} are not on this machine")
    assert desk.problem("tuned") == ""


def test_weights_of_another_engine_are_not_taken_for_a_gap(
    qtbot: QtBot, desk: WeightsDesk, paths: ProgramPaths
) -> None:
    write_files(paths.models / "motion-i2v", official_tree())
    desk.look()
    qtbot.waitUntil(lambda: state(desk, "motion-i2v") is State.PRESENT)
    row = desk.row("motion-i2v")
    assert row is not None
    assert not row.is_for("svd")
    assert desk.chosen("") is None
    assert desk.problem("") == "There are no weights on this machine yet."


def test_each_engine_has_a_setting_of_its_own(qtbot: QtBot, desk: WeightsDesk, paths: ProgramPaths) -> None:
    write_files(paths.models / "tuned", tiny_files())
    write_files(paths.models / "moving", official_tree())
    desk.look()
    qtbot.waitUntil(lambda: desk.row("moving") is not None and desk.row("tuned") is not None)
    desk.use("moving", "motion_i2v")
    assert (desk.used(), desk.used("motion_i2v")) == ("", "moving")
    chosen = desk.chosen("", "motion_i2v")
    assert chosen is not None
    assert chosen.name == "moving"
    assert find_weights(None, paths, family=Family.MOTION_I2V).name == "moving"
    desk.use("gone", "motion_i2v")
    qtbot.waitUntil(lambda: paths.settings.is_file() and "gone" in paths.settings.read_text())
    with pytest.raises(BadInput, match="setting motion_i2v_weights is of no use"):
        find_weights(None, paths, family=Family.MOTION_I2V)
    qtbot.waitUntil(lambda: "neither a folder nor a name" in desk.problem("", "motion_i2v"))


def test_pickles_are_converted_where_they_lie(
    qtbot: QtBot, desk: WeightsDesk, paths: ProgramPaths, heard: Heard
) -> None:
    pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
    from mpd_studio.engines.motion_i2v.tiny import make_tiny

    make_tiny(paths.models / "moving")
    desk.look()
    qtbot.waitUntil(lambda: desk.row("moving") is not None)
    row = desk.row("moving")
    assert row is not None
    assert row.can_be_converted
    count = len(row.folder.inspection.pickles)
    assert count
    desk.convert("moving")
    end(qtbot, desk, "moving")
    assert heard.texts()[-1] == f"{count} files were converted to safetensors, in {paths.models / 'moving'}."
    row = desk.row("moving")
    assert row is not None
    assert (row.state, row.can_be_converted) == (State.PRESENT, False)
    assert not list((paths.models / "moving").rglob("*.bin"))


def test_pickles_of_a_folder_elsewhere_are_copied(
    qtbot: QtBot, desk: WeightsDesk, paths: ProgramPaths, tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
    from mpd_studio.engines.motion_i2v.tiny import make_tiny

    make_tiny(tmp_path / "mine")
    own = str(tmp_path / "mine")
    desk.use(own, "motion_i2v")
    qtbot.waitUntil(lambda: desk.has_looked and desk.row(own) is not None)
    pickles = sorted((tmp_path / "mine").rglob("*.bin"))
    desk.convert(own)
    end(qtbot, desk, own)
    assert sorted((tmp_path / "mine").rglob("*.bin")) == pickles
    made = desk.row("mine")
    assert made is not None
    assert (made.path, made.state) == (paths.models / "mine", State.PRESENT)
    desk.convert(own)
    end(qtbot, desk, own)
    outcome = desk.outcome(own)
    assert outcome is not None
    assert "There are weights named mine already" in outcome.text
