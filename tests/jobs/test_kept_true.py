"""Signals without end do not bring the interpreter down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_MANY_SIGNALS = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
from mpd_studio.jobs.worker import Worker

class Talker(QObject):
    said = Signal(int)

app = QCoreApplication([])
worker = Worker("lane")
talker = Talker()
for number in range(50_000):
    talker.said.emit(number)
print("alive")
"""


def test_a_program_with_lanes_survives_fifty_thousand_signals(repository: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _MANY_SIGNALS], cwd=repository, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "alive\n"), ran.stderr
