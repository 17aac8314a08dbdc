"""The project's environment: left alone when whole, redone when not, and honest about what went wrong."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_checkout import Checkout
from pip_runner import InstallFailed, reason_of
from project_venv import SetupError, Stamp


def pip_calls(checkout: Checkout) -> list[str]:
    """What pip was asked to install, call by call."""
    return [line.split("--no-input ")[1] for line in checkout.calls if "-m pip install" in line]


def stamp(checkout: Checkout) -> Stamp:
    read = checkout.venv.read_stamp()
    assert read is not None
    return read


class TestWhenToInstall:
    def test_a_whole_environment_is_left_alone(self, checkout: Checkout) -> None:
        checkout.mark_ready("test")
        checkout.venv.ensure()
        checkout.venv.ensure("test")
        assert checkout.calls == []

    def test_an_environment_made_by_hand_is_installed_into(self, checkout: Checkout) -> None:
        (checkout.root / ".venv" / "kept").touch()
        checkout.venv.ensure()
        assert (checkout.root / ".venv" / "kept").exists()
        constraints = checkout.root / "packaging" / "constraints.txt"
        assert pip_calls(checkout) == [
            f"-c {constraints} --editable .",
            f"-c {constraints} --editable .[diffusion]",
        ]
        assert stamp(checkout).state == "ready"

    @pytest.mark.parametrize("name", ["pyproject.toml", "packaging/constraints.txt"])
    def test_a_changed_recipe_installs_again_and_keeps_the_extras(self, checkout: Checkout, name: str) -> None:
        checkout.mark_ready("test")
        with (checkout.root / name).open("a", encoding="utf-8") as file:
            file.write("\n# changed\n")
        checkout.venv.ensure()
        assert [call.split("--editable ")[1] for call in pip_calls(checkout)] == [".[test]", ".[test,diffusion]"]
        checkout.venv.ensure("test")
        assert len(pip_calls(checkout)) == 2

    def test_an_extra_that_is_missing_is_added(self, checkout: Checkout) -> None:
        checkout.mark_ready()
        checkout.venv.ensure("test", "check")
        assert stamp(checkout).extras == ("check", "test")


class TestHalfMade:
    """The first makes a real environment, with an index that has nothing."""

    @pytest.fixture(autouse=True)
    def _no_index(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)

    def test_an_interrupted_installation_is_made_anew(
        self, checkout: Checkout, capsys: pytest.CaptureFixture[str]
    ) -> None:
        checkout.venv._write_stamp(Stamp("installing", checkout.venv._place()))
        with pytest.raises(InstallFailed, match="There is no package of") as failure:
            checkout.venv.ensure()
        assert not (checkout.root / ".venv" / "bin" / "answers.py").exists()
        assert "making it anew" in capsys.readouterr().out
        assert stamp(checkout).state == "installing"  # so that the next start begins again
        log = checkout.root / ".venv" / "install.log"
        assert str(log) in str(failure.value)
        assert "hatchling" in log.read_text("utf-8")

    def test_an_environment_of_another_place_is_thrown_away(
        self, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkout.venv._write_stamp(Stamp("ready", "/somewhere/else/.venv", checkout.venv._recipe()))
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))  # stop it there
        with pytest.raises(SetupError, match="Not enough room"):
            checkout.venv.ensure()
        assert not (checkout.root / ".venv").exists()

    def test_a_stamp_that_cannot_be_read_counts_as_half_made(self, checkout: Checkout) -> None:
        path = checkout.root / ".venv" / "mpd-studio.json"
        for text in ("", "[]", '{"state": "ready"}', json.dumps({"state": "ready", "extras": [], "colour": "red"})):
            path.write_text(text)
            assert stamp(checkout).state == "damaged"


class TestWithoutTheEngines:
    def fail(self, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
        monkeypatch.setenv("FAKE_FAILS", f"diffusion]={words}")

    def test_no_torch_here_is_told_once_and_lived_with(
        self, checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.fail(monkeypatch, "ERROR: No matching distribution found for torch<2.14,>=2.6")
        checkout.venv.ensure()
        said = capsys.readouterr().out
        assert "There is no package of torch<2.14,>=2.6 for this system and this Python." in said
        assert "the flow engine" in said
        calls = len(pip_calls(checkout))
        assert calls == 3  # the program; the engines as tested; the engines within the ranges
        checkout.venv.ensure()
        assert len(pip_calls(checkout)) == calls

    def test_a_network_that_failed_is_tried_again_next_time(
        self, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.fail(monkeypatch, "Max retries exceeded with url: /simple/torch/")
        checkout.venv.ensure()
        assert "network" in (stamp(checkout).without or {})["diffusion"]
        monkeypatch.delenv("FAKE_FAILS")
        checkout.venv.ensure()
        assert stamp(checkout).without == {}

    def test_without_the_program_itself_it_stops(self, checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FAKE_FAILS", "pip install=OSError: [Errno 28] No space left on device")
        with pytest.raises(SetupError, match=r"The disk is full\. Free about"):
            checkout.venv.ensure()

    def test_untested_versions_are_taken_where_the_tested_ones_do_not_exist(
        self, checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("FAKE_FAILS", "-c =ERROR: No matching distribution found for PySide6-Essentials==6.12.0")
        checkout.venv.ensure()
        assert "taking others within the allowed ranges" in capsys.readouterr().out
        assert pip_calls(checkout)[1] == "--editable ."
        assert stamp(checkout).state == "ready"


class TestWhatTheSystemRefuses:
    @pytest.fixture
    def bare(self, checkout: Checkout) -> Checkout:
        shutil.rmtree(checkout.root / ".venv")
        return checkout

    def test_a_folder_that_cannot_be_written(self, bare: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Path, "mkdir", refusing(PermissionError(13, "Permission denied")))
        with pytest.raises(SetupError, match=r"Cannot write in .*mpd klön é \(Permission denied\)\. Copy the project"):
            bare.venv.ensure()

    def test_too_little_room(self, bare: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=900_000_000))
        with pytest.raises(SetupError, match=r"0\.9 GB are free, 2\.5 GB are needed"):
            bare.venv.ensure()
        assert not (bare.root / ".venv").exists()

    def test_a_python_without_venv(self, bare: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(
            SetupError, match=r"no venv module\. On Debian or Ubuntu: apt-get install python3\.\d+-venv"
        ):
            bare.venv.ensure()


def refusing(error: OSError) -> Callable[..., None]:
    def refuse(*arguments: object, **options: object) -> None:
        raise error

    return refuse


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("NewConnectionError: Failed to establish a new connection", "The package index cannot be reached"),
        ("socket.gaierror: Temporary failure in name resolution", "The package index cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: No matching distribution found for torch", "There is no package of torch for this system"),
        ("ERROR: ResolutionImpossible: for help visit", "There is no package of what is asked for"),
        ("error: subprocess-exited-with-error", "pip could not install everything."),
    ],
)
def test_pips_words_become_a_sentence(output: str, reason: str) -> None:
    assert reason_of(output).startswith(reason)


def test_an_offline_index_is_the_network_and_not_a_missing_package(tmp_path: Path) -> None:
    """pip ends with "No matching distribution" also when it could not reach anything."""
    output = "WARNING: Retrying … NewConnectionError\nERROR: No matching distribution found for numpy"
    failure = InstallFailed(reason_of(output), tmp_path / "log", output)
    assert failure.is_network
    assert not failure.is_missing_version
