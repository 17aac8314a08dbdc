"""The benchmark of Motion-I2V for graphics cards runs to its end where there is none, on small networks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


def test_the_benchmark_times_both_stages_under_every_plan(repository: Path) -> None:
    command = [sys.executable, str(repository / "tests" / "bench" / "motion_i2v_gpu.py"), "--device", "cpu", "--tiny"]
    options = "--steps 1 --variants float32 --plans full lowest"
    done = subprocess.run([*command, *options.split()], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith(("stage 1", "stage 2"))]
    assert [row[:4] for row in rows] == [
        ["stage", stage, "float32", plan] for stage in ("1", "2") for plan in ("full", "lowest")
    ]
    assert all(float(row[4]) > 0 for row in rows)
    assert [row[6] for row in rows[::2]] == ["1.00", "1.00"]
