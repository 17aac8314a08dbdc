"""Benchmarks are run by hand; that they still start is tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHES = sorted(path.name for path in (Path(__file__).parents[1] / "bench").glob("*.py"))


@pytest.mark.parametrize("name", BENCHES)
def test_a_benchmark_says_how_it_is_run(repository: Path, name: str) -> None:
    command = [sys.executable, str(repository / "tests" / "bench" / name), "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "usage:" in ran.stdout
