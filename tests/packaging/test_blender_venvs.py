"""The environments that hold Blender: whole or not there, and never a reason to fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import blender_venvs
import pytest


def test_an_environment_counts_once_it_is_whole_and_of_the_tested_version(tmp_path: Path) -> None:
    for series, version in blender_venvs.SERIES.items():
        folder = blender_venvs.folder_of(tmp_path, series)
        python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        python.parent.mkdir(parents=True)
        python.touch()
        assert not blender_venvs.python_of(tmp_path, series).exists()
        (folder / "mpd-studio-ready").write_text("1.0")
        assert not blender_venvs.python_of(tmp_path, series).exists()
        (folder / "mpd-studio-ready").write_text(version)
        assert blender_venvs.python_of(tmp_path, series) == python


def test_what_cannot_be_made_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(blender_venvs, "SERIES", {"5.0": "0.0.0-none", "4.2": "0.0.0-none"})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    blender_venvs.ensure(tmp_path)
    assert "The tests that need it are skipped." in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_without_room_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(blender_venvs, "_ROOM_BYTES", 1 << 60)
    blender_venvs.ensure(tmp_path)
    assert "of the disk are free" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_removing_takes_ours_and_nothing_else(tmp_path: Path) -> None:
    for series in blender_venvs.SERIES:
        blender_venvs.folder_of(tmp_path, series).mkdir()
    (tmp_path / ".venv").mkdir()
    blender_venvs.remove(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".venv"]


def test_it_says_how_it_is_used(repository: Path) -> None:
    script = repository / "packaging" / "blender_venvs.py"
    for words, code in ((["--help"], 0), (["wrong"], 2)):
        done = subprocess.run([sys.executable, str(script), *words], capture_output=True, text=True, check=False)
        assert (done.returncode, "--remove" in done.stdout) == (code, True)
