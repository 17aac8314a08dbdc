"""The rules that every test runs under bite: tests/conftest.py fails what logs, leaks or warns."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PLANTED = """
import logging, os, threading, time, warnings
import pytest

def test_fine(home):
    assert os.environ["MPD_STUDIO_HOME"] == str(home)
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"

def test_warns_in_the_log():
    logging.getLogger("mpd_studio.planted").warning("look at this")

@pytest.mark.logs("look at")
def test_expects_its_log():
    logging.getLogger("mpd_studio.planted").warning("look at this")

@pytest.mark.logs("never said")
def test_expects_a_log_that_never_comes():
    pass

def test_warning():
    warnings.warn("old")

def test_qt_warning(qapp):
    from PySide6.QtCore import qWarning
    qWarning("Qt complains")

@pytest.mark.gpu
def test_of_a_gpu():
    raise AssertionError("not asked for")

def test_leaves_a_thread(monkeypatch):
    threading.Thread(target=time.sleep, args=(3,), daemon=True, name="forgotten").start()

def test_ends_its_thread():
    threading.Thread(target=time.sleep, args=(0.05,)).start()

def test_leaves_a_qthread(qapp, request):
    from PySide6.QtCore import QThread

    class Worker(QThread):
        def run(self):
            time.sleep(3)

    request.session.kept = Worker()
    request.session.kept.start()

def test_ends_its_qthread(qapp):
    from PySide6.QtCore import QThread

    thread = QThread()
    thread.start()
    thread.quit()
    thread.wait()

def test_waits_for_the_planted_qthread(request):
    request.session.kept.wait()
"""


@pytest.fixture(scope="module")
def outcomes(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Test -> worst outcome, of a suite of planted tests under a copy of the real conftest and settings."""
    root = tmp_path_factory.mktemp("suite")
    (root / "tests").mkdir()
    (root / "pyproject.toml").write_bytes((repository / "pyproject.toml").read_bytes())
    for name in ("conftest.py", "longest_first.py"):
        (root / "tests" / name).write_bytes((repository / "tests" / name).read_bytes())
    (root / "tests" / "test_planted.py").write_text(PLANTED)
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--tb=short"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    found: dict[str, str] = {}
    for name, word in re.findall(r"test_planted\.py::(\w+) (PASSED|FAILED|ERROR|SKIPPED)", done.stdout):
        found[name] = word  # an error in the teardown comes after PASSED
    assert len(found) == PLANTED.count("def test_"), done.stdout
    found["output"] = done.stdout
    return found


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("test_fine", "PASSED"),
        ("test_warns_in_the_log", "ERROR"),
        ("test_expects_its_log", "PASSED"),
        ("test_expects_a_log_that_never_comes", "ERROR"),
        ("test_warning", "FAILED"),
        ("test_qt_warning", "FAILED"),
        ("test_of_a_gpu", "SKIPPED"),
        ("test_leaves_a_thread", "ERROR"),
        ("test_ends_its_thread", "PASSED"),
        ("test_leaves_a_qthread", "ERROR"),
        ("test_ends_its_qthread", "PASSED"),
    ],
)
def test_a_rule_bites_or_lets_pass(outcomes: dict[str, str], name: str, outcome: str) -> None:
    assert outcomes[name] == outcome, outcomes["output"]


def test_the_reason_of_a_skip_is_printed(outcomes: dict[str, str]) -> None:
    assert "needs a CUDA device; run with -m gpu" in outcomes["output"]
    assert "Left running: <Thread(forgotten" in outcomes["output"]
