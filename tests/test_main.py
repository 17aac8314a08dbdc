"""`mpd-studio`: which of its two faces starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mpd_studio import __version__
from mpd_studio.__main__ import main, wants_window
from mpd_studio.cli import COMMANDS


def test_no_arguments_and_files_mean_the_window(tmp_path: Path) -> None:
    assert wants_window([])
    assert wants_window(["a.mpdproj"])
    assert wants_window(["shots/a.mov", "b.mov"])
    assert wants_window([str(tmp_path)])


@pytest.mark.parametrize("word", [*sorted(COMMANDS), "--help", "--version", "filll"])
def test_commands_options_and_mistyped_commands_mean_the_command_line(word: str) -> None:
    assert not wants_window([word])


def test_a_file_named_like_a_command_does_not_hide_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fill").touch()
    monkeypatch.chdir(tmp_path)
    assert not wants_window(["fill"])


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--version"])
    assert done.value.code == 0
    assert __version__ in capsys.readouterr().out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a display is always there")
@pytest.mark.parametrize("display", [None, ":97531"])
def test_without_a_display_qt_is_never_loaded_and_the_exit_code_is_3(
    display: str | None, repository: Path, tmp_path: Path
) -> None:
    """A Qt that is loaded here would be this one, which says so."""
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text("raise SystemExit('Qt was loaded')")
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    environ["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{repository}"
    if display is not None:
        environ["DISPLAY"] = display
    command = [sys.executable, "-m", "mpd_studio"]
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "display" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_memory_is_kept_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("mpd_studio.__main__.keep_freed_memory", lambda: told.append("told"))
    with pytest.raises(SystemExit):
        main(["--version"])
    assert told == ["told"]
