"""The benchmark for graphics cards runs to its end where there is none, on the tiny model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


def test_the_benchmark_runs_on_the_tiny_model(repository: Path):
    command = [sys.executable, str(repository / "tests" / "bench" / "svd_gpu.py"), "--device", "cpu", "--tiny"]
    options = "--dtype float32 --steps 2 --frames 14 --size 32x32 --variants baseline ours --samplers vibid mpd_trf"
    done = subprocess.run(
        [*command, *options.split(), "--caps", "24", "0.1", "0.05"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    calls = {(row[0], row[1]): (int(row[3]), int(row[5])) for row in rows if row and row[0] in ("vibid", "mpd_trf")}
    # Equal calls, fewer clips: halves that no sampler reads are not computed.
    assert calls["vibid", "baseline"] == (4, 8)
    assert calls["vibid", "ours"] == (4, 6)
    assert calls["mpd_trf", "baseline"] == (11, 22)
    assert calls["mpd_trf", "ours"][1] < 18
    assert [row[1] for row in rows if len(row) > 2 and row[2] == "well"] == ["full", "smallest", "smallest"]
