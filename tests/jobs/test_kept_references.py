"""Neither signals without end nor calls without end bring the interpreter down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_BEGIN = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
from mpd_studio.jobs.worker import Worker

class Talker(QObject):
    said = Signal(int)

app = QCoreApplication([])
worker = Worker("lane")
talker = Talker()
"""
_MANY_SIGNALS = "for number in range(50_000): talker.said.emit(number)"
_MANY_CALLS = "for number in range(50_000): talker.setObjectName('one'); talker.parent()"


@pytest.mark.parametrize("calls", [_MANY_SIGNALS, _MANY_CALLS], ids=["signals", "calls that answer None"])
def test_a_program_with_lanes_survives_fifty_thousand_of_them(repository: Path, calls: str) -> None:
    program = f"{_BEGIN}\n{calls}\nprint('alive')"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "alive\n"), ran.stderr
