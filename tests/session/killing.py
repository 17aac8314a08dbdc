"""Starts a program that edits, kills it at a random moment, and says what it had reported."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_PROGRAM = Path(__file__).with_name("numbered_edits.py")


def edit_and_kill(path: Path | None, random_numbers: random.Random, interval_ms: int, save_every: int) -> int:
    """The number of the last edit that was reported before the program was killed (SIGKILL)."""
    arguments = [str(path) if path else "-", str(interval_ms), str(save_every)]
    program = subprocess.Popen(
        [sys.executable, str(_PROGRAM), *arguments],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    with program:
        # The moment counts from the first edit; how long the program took to start says nothing.
        said = program.stdout.readline()
        killer = threading.Timer(random_numbers.uniform(0.0, 0.25), program.kill)
        killer.start()
        lines = [said, *program.stdout]
        killer.join()
    # The last line may be torn: an edit counts as reported when its line is whole.
    return max((int(line) for line in lines if line.endswith("\n")), default=0)
