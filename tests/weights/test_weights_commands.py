"""`mpd-studio weights …` as it is typed, against a hub on the loopback device."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.cli import main
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.weights.catalogue import CATALOGUE
from mpd_studio.weights.consent import has_consent
from mpd_studio.weights.layout import State
from mpd_studio.weights.store import find_weights, locate
from tests.weights.fake_hub import UNET, FakeHub, fill_cache, tiny_files, without, write_files

Captured = pytest.CaptureFixture[str]
NAME = "svd-xt-1-1"  # its revision is not fixed, so a hub of small files may stand in
TERMS = "Stability AI Community License"


@pytest.fixture(autouse=True)
def _endpoint(server: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    monkeypatch.setenv("HF_TOKEN", "mine")


def weights(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    code = main(["weights", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def as_json(capsys: Captured, *arguments: object) -> Any:
    code, out, err = weights(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> Terminal:
    """Sit at a terminal and type; what is shown there."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(text))
    monkeypatch.setattr(sys, "stderr", shown)
    return shown


def test_list_says_what_is_known_and_where(capsys: Captured, paths: ProgramPaths) -> None:
    code, out, _ = weights(capsys, "list")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [[item.id, "missing"] for item in CATALOGUE]
    assert "4.5 GB to download, needs a login" in out
    assert "about 17.3 GB to download" in out
    own = write_files(paths.models / "tuned", tiny_files())
    document = as_json(capsys, "list")
    assert [(item["name"], item["state"]) for item in document["weights"]][3:] == [("tuned", "present")]
    assert document["weights"][3]["path"] == str(own)
    assert [item["for"] for item in document["weights"]] == ["svd", "svd", "motion_i2v", "svd"]
    assert document["weights"][0]["agreed"] is False


def test_get_shows_the_terms_and_asks_once(
    capsys: Captured, paths: ProgramPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = answer(monkeypatch, "y\n")
    assert main(["weights", "get", NAME]) == 0
    assert TERMS in shown.getvalue()
    assert "1,000,000" in shown.getvalue()
    assert find_weights(NAME, paths).state is State.PRESENT
    shown = answer(monkeypatch, "")
    assert main(["weights", "get", NAME]) == 0
    assert TERMS not in shown.getvalue()


@pytest.mark.parametrize("text", ["n\n", "\n", ""])
def test_without_agreeing_nothing_is_downloaded(
    server: FakeHub, paths: ProgramPaths, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    shown = answer(monkeypatch, text)
    assert main(["weights", "get", NAME]) == 4
    assert "Without your consent nothing is downloaded" in shown.getvalue()
    assert server.requests == []
    assert not has_consent(CATALOGUE[1], paths)


def test_where_nobody_can_answer_the_terms_come_as_the_reason(capsys: Captured, server: FakeHub) -> None:
    code, _, err = weights(capsys, "get", NAME)
    assert code == 3
    assert TERMS in err
    assert "--accept-licence" in err
    assert server.requests == []


def test_get_prints_one_document(capsys: Captured, paths: ProgramPaths) -> None:
    document = as_json(capsys, "get", NAME, "--accept-licence")
    assert document["state"] == "present"
    assert document["path"] == str(paths.models / NAME)
    assert document["agreed"] is True


def test_whole_weights_in_the_cache_need_only_consent(capsys: Captured, server: FakeHub, hub_home: Path) -> None:
    snapshot = fill_cache(hub_home, CATALOGUE[0].repo, tiny_files())
    document = as_json(capsys, "get", "--accept-licence")
    assert (document["name"], document["path"], document["origin"]) == ("svd-xt", str(snapshot), "cache")
    assert server.requests == []


def test_a_gated_repository_says_what_to_do(capsys: Captured, server: FakeHub) -> None:
    server.behaviour.token = "another"
    code, _, err = weights(capsys, "get", NAME, "--accept-licence")
    assert code == 3
    assert "Your token has no access" in err


def test_verify_names_the_damage_and_repair_mends_it(capsys: Captured, server: FakeHub, paths: ProgramPaths) -> None:
    as_json(capsys, "get", NAME, "--accept-licence")
    document = as_json(capsys, "verify")
    assert {item["verdict"] for item in document["weights"][0]["files"]} == {"right"}
    unet = paths.models / NAME / UNET
    unet.write_bytes(unet.read_bytes()[:-1] + b"?")
    code, out, err = weights(capsys, "verify", NAME)
    assert code == 4
    assert "wrong" in out
    assert f"mpd-studio weights repair {NAME}" in err
    server.requests.clear()
    document = as_json(capsys, "repair", NAME)
    assert [item["state"] for item in document["weights"]] == ["present"]
    assert server.asked() == [UNET]
    code, out, _ = weights(capsys, "verify", NAME)
    assert (code, out.count(" right ")) == (0, 10)


def test_verify_without_weights_says_how_to_get_some(capsys: Captured) -> None:
    code, _, err = weights(capsys, "verify")
    assert (code, "mpd-studio weights get" in err) == (3, True)
    code, _, err = weights(capsys, "verify", NAME)
    assert (code, f"mpd-studio weights get {NAME}" in err) == (3, True)


def test_add_takes_a_folder_over(capsys: Captured, tmp_path: Path, paths: ProgramPaths) -> None:
    own = write_files(tmp_path / "tuned", tiny_files())
    code, out, _ = weights(capsys, "add", own)
    assert code == 0
    assert f"tuned is present in {paths.models / 'tuned'}" in out
    code, _, err = weights(capsys, "add", write_files(tmp_path / "half", without(tiny_files(), UNET)))
    assert (code, UNET in err) == (4, True)


def test_add_of_known_weights_asks_for_consent(capsys: Captured, tmp_path: Path, paths: ProgramPaths) -> None:
    own = write_files(tmp_path / "stable-video-diffusion-img2vid-xt-1-1", tiny_files())
    code, _, err = weights(capsys, "add", own)
    assert (code, TERMS in err) == (3, True)
    assert locate(NAME, paths).state is State.MISSING
    assert as_json(capsys, "add", own, "--accept-licence")["name"] == NAME


def test_an_unknown_name_is_refused(capsys: Captured) -> None:
    code, _, err = weights(capsys, "get", "sdv")
    assert (code, "svd-xt" in err) == (4, True)


def test_a_tiny_model_is_made_and_is_whole(capsys: Captured, tmp_path: Path, paths: ProgramPaths) -> None:
    pytest.importorskip("diffusers", reason="the tiny model is made with diffusers")
    assert as_json(capsys, "make-tiny", "svd", tmp_path / "tiny")["kind"] == "svd"
    assert find_weights(str(tmp_path / "tiny"), paths).state is State.PRESENT
    code, _, err = weights(capsys, "make-tiny", "svd", tmp_path / "tiny")
    assert (code, "is not empty" in err) == (4, True)


def stop_at_terminal(repository: Path, wait: Callable[[int], object], *arguments: str) -> str:
    """What a process shows at a terminal of its own, whose Ctrl-C comes once, when `wait` of the terminal returns."""
    import pty  # not on Windows

    master, slave = pty.openpty()
    command = [sys.executable, "-m", "mpd_studio", "weights", *arguments]
    process = subprocess.Popen(command, cwd=repository, stdin=slave, stderr=slave, stdout=subprocess.DEVNULL)
    os.close(slave)
    try:
        wait(master)
        process.send_signal(signal.SIGINT)
        shown = drained(master)
        assert process.wait(10) == 130
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return shown


def drained(terminal: int) -> str:
    """All that comes until nobody holds the other end: a terminal keeps 4 KB, and who writes more waits."""
    shown = b""
    while select.select([terminal], [], [], 10)[0]:
        try:
            shown += os.read(terminal, 100_000)
        except OSError:  # so Linux tells the end
            break
    return shown.decode()


def test_a_killed_download_goes_on_later(server: FakeHub, paths: ProgramPaths, repository: Path) -> None:
    server.behaviour.stalls[UNET] = [200_000]
    command = [sys.executable, "-m", "mpd_studio", "weights", "get", NAME, "--accept-licence", "--quiet"]
    process = subprocess.Popen(command, cwd=repository)
    part = paths.models / NAME / f"{UNET}.part"
    try:
        assert server.stalled.wait(60)
        while part.stat().st_size < 100_000:  # what has come is written within a moment
            server.released.wait(0.02)
    finally:
        process.kill()
        process.wait()
    begun = part.stat().st_size
    assert locate(NAME, paths).state is State.PARTIAL
    assert main(["weights", "get", NAME]) == 0
    assert server.requests[-1] == (UNET, f"bytes={begun}-")
    assert find_weights(NAME, paths).state is State.PRESENT


@pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of Windows are others")
def test_one_ctrl_c_ends_the_question(server: FakeHub, paths: ProgramPaths, repository: Path) -> None:
    def until_asked(terminal: int) -> None:
        shown = ""
        while "Do you agree" not in shown:
            shown += os.read(terminal, 10_000).decode()

    stop_at_terminal(repository, until_asked, "get", NAME)
    assert server.requests == []
    assert not has_consent(CATALOGUE[1], paths)


@pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of Windows are others")
def test_ctrl_c_keeps_what_has_come(server: FakeHub, paths: ProgramPaths, repository: Path) -> None:
    server.behaviour.stalls[UNET] = [100_000]
    shown = stop_at_terminal(repository, lambda _: server.stalled.wait(60), "get", NAME, "--accept-licence")
    assert "What has been downloaded is kept" in shown
    assert locate(NAME, paths).state is State.PARTIAL
    assert main(["weights", "get", NAME]) == 0
    assert find_weights(NAME, paths).state is State.PRESENT
