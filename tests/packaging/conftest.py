"""Fixtures of the packaging tests."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from fake_checkout import FAKE_PYTHON, Checkout


@pytest.fixture
def checkout(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """In a folder with a space and letters beyond ASCII."""
    if os.name == "nt":
        pytest.skip("the fake Python is a shell script")
    root = tmp_path / "mpd klön é"
    shutil.copytree(repository / "packaging", root / "packaging", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "mpd_studio" / "core").mkdir(parents=True)
    shutil.copy(repository / "mpd_studio" / "core" / "system_libraries.py", root / "mpd_studio" / "core")
    shutil.copy(repository / "pyproject.toml", root)
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    answers = python.with_name("answers.py")
    answers.write_text(FAKE_PYTHON, encoding="utf-8")
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{answers}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    calls = tmp_path / "calls.txt"
    monkeypatch.setenv("FAKE_CALLS", str(calls))
    return Checkout(root, calls)
