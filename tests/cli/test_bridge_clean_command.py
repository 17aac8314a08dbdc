"""`mpd-studio bridge clean`."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from mpd_studio.cli import main

Captured = pytest.CaptureFixture[str]
_CANCELLED, _WAITING = "01JD0000000000000000000001", "01JD0000000000000000000002"


@pytest.fixture
def jobs(tmp_path: Path, repository: Path) -> Path:
    """A cancelled job and one that waits, both 40 days old."""
    request = json.loads((repository / "tests" / "golden" / "bridge" / "request_source.json").read_text("utf-8"))
    then = time.time() - 40 * 86_400
    for name in (_CANCELLED, _WAITING):
        job = tmp_path / "jobs" / name
        job.mkdir(parents=True)
        (job / "request.json").write_text(json.dumps({**request, "job_id": name}))
        if name == _CANCELLED:
            (job / "cancel").touch()
        for place in (*job.iterdir(), job):
            os.utime(place, (then, then))
    return tmp_path / "jobs"


def test_a_dry_run_tells_and_removes_nothing(jobs: Path, capsys: Captured) -> None:
    assert main(["bridge", "clean", "--jobs", str(jobs), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert f"{_CANCELLED}: cancelled; no frames in it" in out
    assert "1 of 2 jobs" in out
    assert "would go" in out
    assert "1 kept: it waits to be filled" in out
    assert (jobs / _CANCELLED / "request.json").exists()


def test_what_nobody_needs_is_removed(jobs: Path, capsys: Captured) -> None:
    assert main(["bridge", "clean", "--jobs", str(jobs), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["job"] for row in told["removed"]] == [_CANCELLED]
    assert [row["job"] for row in told["kept"]] == [_WAITING]
    assert told["bytes"] == told["removed"][0]["bytes"] > 0
    assert [place.name for place in jobs.iterdir()] == [_WAITING]


def test_younger_jobs_stay(jobs: Path, capsys: Captured) -> None:
    assert main(["bridge", "clean", "--jobs", str(jobs), "--older-than", "60"]) == 0
    assert "1 kept: cancelled; no frames in it, but not old enough" in capsys.readouterr().out
    assert (jobs / _CANCELLED).is_dir()


@pytest.mark.parametrize("days", ["-1", "nan"])
def test_a_number_of_days_that_is_none_is_refused(jobs: Path, capsys: Captured, days: str) -> None:
    assert main(["bridge", "clean", "--jobs", str(jobs), "--older-than", days]) == 4
    assert "--older-than" in capsys.readouterr().err
    assert (jobs / _CANCELLED).is_dir()
