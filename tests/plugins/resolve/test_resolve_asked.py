"""Resolve asked from the command line and from the window, with the strict fake in Resolve's place."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mpd_studio.bridge.inbox import jobs_folder
from mpd_studio.cli import main
from mpd_studio.core.paths import program_paths
from mpd_studio.session.message import Message, MessageKind
from mpd_studio.session.session import Session

HERE = Path(__file__).resolve().parent
Finish = Callable[..., Path]


@pytest.fixture(autouse=True)
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Resolve Studio with the two clips and their gap."""
    answer(monkeypatch, tmp_path)


def answer(monkeypatch: pytest.MonkeyPatch, folder: Path, **argument: object) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(HERE / "as_module")]))
    monkeypatch.setenv("FAKE_RESOLVE_SCENE", "scenes:from_argument")
    monkeypatch.setenv("FAKE_RESOLVE_ARGUMENT", json.dumps({"folder": str(folder), **argument}))


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(program_paths())
    yield session
    assert session.close()


def test_the_command_line_asks_sends_and_places(capsys: pytest.CaptureFixture[str], finish: Finish) -> None:
    assert main(["bridge", "resolve", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["timeline"] == "Reel 1"
    assert main(["bridge", "resolve", "send", "--json"]) == 0
    (sent,) = json.loads(capsys.readouterr().out)["sent"]
    job = jobs_folder(program_paths()) / sent["job"]
    finish(job)
    assert main(["bridge", "resolve", "place", sent["job"]]) == 0
    assert "12 frames on video track 1 at 86448, read back." in capsys.readouterr().out
    assert json.loads((job / "receipt.json").read_text("utf-8"))["state"] == "placed"


def test_the_command_line_says_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, tmp_path, edition="free")
    assert main(["bridge", "resolve", "send"]) != 0
    assert "Studio edition" in capsys.readouterr().err


def test_the_window_gets_the_gap_and_has_its_take_placed(session: Session, qtbot: QtBot, finish: Finish) -> None:
    with qtbot.waitSignal(session.resolve.sent, timeout=30_000) as sent:
        session.resolve.fetch_gap()
    assert sent.args is not None
    ((job_id,),) = sent.args
    finish(jobs_folder(program_paths()) / job_id)
    with qtbot.waitSignal(session.resolve.placed, timeout=30_000) as placed:
        session.resolve.place(f"gap-{job_id}")  # type: ignore[arg-type]  # ids are texts
    assert placed.args == [job_id]


def test_a_resolve_that_is_not_there_is_told_in_the_window(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, tmp_path, is_running=False)
    said: list[Message] = []
    session.message.connect(said.append)
    session.resolve.fetch_gap()
    qtbot.waitUntil(lambda: bool(said), timeout=30_000)
    assert said[0].kind is not MessageKind.INFO
    assert "External scripting" in said[0].text


def test_a_busy_resolve_can_be_given_up(
    session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, tmp_path, is_busy_s=60)
    job_id = session.resolve.fetch_gap()
    qtbot.waitUntil(lambda: session.jobs.current is not None and session.jobs.current.state.value == "running")
    session.jobs.cancel(job_id)
    qtbot.waitUntil(lambda: session.jobs.current is None, timeout=10_000)
