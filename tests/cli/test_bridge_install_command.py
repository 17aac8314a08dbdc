"""`mpd-studio bridge install | uninstall | status`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.cli import main
from mpd_studio.core.paths import program_paths

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with Blender 5.0, Blender 3.3 and DaVinci Resolve in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "BLENDER_USER_RESOURCES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    for folder in (".config/blender/5.0", ".config/blender/3.3", ".local/share/DaVinciResolve"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def said(capsys: Captured, *arguments: str) -> tuple[int, Any, str]:
    code = main(["bridge", *arguments, "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_from_nothing_to_installed_and_back(user: Path, capsys: Captured) -> None:
    code, status, _ = said(capsys, "status")
    assert (code, status["jobs"], status["waiting"]) == (0, str(program_paths().data / "bridge" / "jobs"), 0)
    assert [(row["host"], row["state"]) for row in status["hosts"]] == [
        ("blender", "absent"),
        ("blender", "absent"),
        ("resolve", "absent"),
    ]
    code, done, err = said(capsys, "install")
    assert code == 4  # one of the three is too old, which is said, and the others are served
    assert "3.4 or later" in err
    assert [bool(row.get("written")) for row in done["hosts"]] == [True, False, True]
    folder = user / ".config/blender/5.0/extensions/user_default/mpd_studio_bridge"
    assert (folder / "blender_manifest.toml").is_file()
    assert (user / ".local/share/DaVinciResolve/Fusion/Scripts/Utility/mpd studio/_mpd_bridge").is_dir()
    _, status, _ = said(capsys, "status", "--host", "blender")
    assert [row["state"] for row in status["hosts"]] == ["current", "absent"]
    assert said(capsys, "uninstall", "--host", "blender")[0] == 0
    assert not folder.exists()


def test_a_dry_run_and_a_named_folder(user: Path, capsys: Captured, tmp_path: Path) -> None:
    words = ["install", "--host", "blender", "--dest", str(tmp_path / "my add-ons"), "--jobs", str(tmp_path / "j")]
    code, done, _ = said(capsys, *words, "--dry-run")
    assert (code, done["dry_run"], (tmp_path / "my add-ons").exists()) == (0, True, False)
    assert said(capsys, *words)[0] == 0
    config = json.loads((tmp_path / "my add-ons" / "mpd_studio_bridge" / "bridge_config.json").read_text())
    assert config["jobs"] == str(tmp_path / "j")


def test_words_for_people(user: Path, capsys: Captured) -> None:
    assert main(["bridge", "install", "--host", "resolve"]) == 0
    assert "Workspace > Scripts" in capsys.readouterr().out
    assert main(["bridge", "status"]) == 0
    out = capsys.readouterr().out
    assert "DaVinci Resolve: the bridge is installed (version" in out
    assert "Blender 3.3: Blender 3.3 is too old" in out


def test_what_cannot_be_done_is_said(user: Path, capsys: Captured, tmp_path: Path) -> None:
    assert main(["bridge", "install", "--dest", str(tmp_path)]) == 4
    assert "--host" in capsys.readouterr().err


def test_no_editor_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert main(["bridge", "install"]) == 4
    assert "No editor was found" in capsys.readouterr().err
    assert main(["bridge", "status"]) == 0
    assert "No editor was found" in capsys.readouterr().out
