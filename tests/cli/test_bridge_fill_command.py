"""`mpd-studio bridge fill`: one job, or every job that comes, by the real program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from job_folder import jobs

from mpd_studio.cli import main
from mpd_studio.core.paths import program_paths
from tests.workflow.moving_pictures import clip
from tests.workflow.test_bridge_fill import send

Captured = pytest.CaptureFixture[str]


def job_in(folder: Path) -> Path:
    movie = clip(folder / "a b.mkv")
    return send(folder, {"before": {"path": str(movie), "index": 3}, "after": {"path": str(movie), "index": 8}})


def until(happened: object, what: str) -> None:
    deadline = time.monotonic() + 60
    assert callable(happened)
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_one_job_by_its_folder(tmp_path: Path, capsys: Captured) -> None:
    job = job_in(tmp_path)
    assert main(["bridge", "fill", str(job), "--engine", "crossfade", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "job": job.name,
        "revision": 1,
        "result": str(job / "result.json"),
        "frames": 3,
        "verdict": document["verdict"],
        "reasons": document["reasons"],
    }
    assert jobs.read_result(str(job)).count == 3


def test_one_job_by_its_name_in_a_jobs_folder(tmp_path: Path, capsys: Captured) -> None:
    job = job_in(tmp_path)
    assert main(["bridge", "fill", job.name, "--jobs", str(job.parent), "--engine", "crossfade"]) == 0
    assert str(job / "result.json") in capsys.readouterr().out


def test_status_tells_of_the_last_job(tmp_path: Path, capsys: Captured) -> None:
    words = ["bridge", "status", "--host", "resolve", "--dest", str(tmp_path), "--jobs", str(tmp_path / "jöbs")]
    seen = []
    assert main([*words, "--json"]) == 0
    seen.append(json.loads(capsys.readouterr().out)["last_job"])
    job = job_in(tmp_path)
    for change in (
        lambda: None,
        lambda: main(["bridge", "fill", str(job), "--engine", "crossfade", "--quiet"]),
        lambda: jobs.write_receipt(str(job), 1, {"item_uid": "x"}),
    ):
        change()
        assert main([*words, "--json"]) == 0
        seen.append(json.loads(capsys.readouterr().out)["last_job"])
    first, *others = seen
    assert first is None
    assert {row["id"] for row in others} == {job.name}
    assert [(row["state"], row["is_placed"]) for row in others] == [
        ("not taken on", False),
        ("done", False),
        ("done", True),
    ]
    assert main(words) == 0
    assert f"Last job: blender: done, placed ({job.name})" in capsys.readouterr().out


def test_what_is_wrong_is_said_and_exits_as_other_commands(tmp_path: Path, capsys: Captured) -> None:
    assert main(["bridge", "fill", str(tmp_path / "none")]) == 4
    assert "There is no job folder" in capsys.readouterr().err
    assert main(["bridge", "fill"]) == 4
    assert main(["bridge", "fill", "X", "--watch"]) == 4
    assert "--watch" in capsys.readouterr().err
    job = job_in(tmp_path)
    (tmp_path / "guidance.json").write_text("{")
    assert main(["bridge", "fill", str(job), "--guidance", str(tmp_path / "guidance.json")]) == 4
    assert "guidance.json" in capsys.readouterr().err
    assert os.listdir(job) == ["request.json"]
    (job / "cancel").touch()
    assert main(["bridge", "fill", str(job)]) == 4
    assert "called off" in capsys.readouterr().err


def test_a_folder_that_is_no_job_is_left_untouched(tmp_path: Path, capsys: Captured) -> None:
    holiday = tmp_path / "holiday pictures"
    holiday.mkdir()
    (holiday / "request.json").write_text("{}")
    assert main(["bridge", "fill", str(holiday)]) == 4
    assert "'holiday pictures' is not the name of one" in capsys.readouterr().err
    assert os.listdir(holiday) == ["request.json"]
    job = job_in(tmp_path)
    (job / "request.json").unlink()
    assert main(["bridge", "fill", str(job)]) == 4
    assert "no editor has sent it" in capsys.readouterr().err
    assert os.listdir(job) == []


def test_an_engine_that_does_not_exist_is_no_failure_of_the_job(tmp_path: Path, capsys: Captured) -> None:
    job = job_in(tmp_path)
    assert main(["bridge", "fill", str(job), "--engine", "nothing"]) == 5
    assert "nothing" in capsys.readouterr().err
    assert os.listdir(job) == ["request.json"]
    assert main(["bridge", "fill", str(job), "--engine", "crossfade"]) == 0


def test_watching_fills_what_comes_goes_on_after_a_bad_job_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mpd_studio", "bridge", "fill", "--watch", "--engine", "crossfade"]
    folder = program_paths().data / "bridge"
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until((folder / "bridge.json").exists, "the studio does not start")
        for _ in range(2):
            sent = job_in(tmp_path)
            broken = send(
                tmp_path, {"before": {"path": "/none.mov", "index": 0}, "after": {"path": "/none.mov", "index": 0}}
            )
            for job in (broken, sent):
                os.rename(job, folder / "jobs" / job.name)
            for job in (broken, sent):
                until((folder / "jobs" / job.name / "result.json").exists, "the job is not answered")
            assert jobs.read_result(str(folder / "jobs" / sent.name)).count == 3
            status = jobs.read_status(str(folder / "jobs" / broken.name))
            assert (status["state"], status["error"]["code"]) == ("failed", "MEDIA_MISSING")
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    finally:
        child.kill()
        child.communicate()
    assert child.returncode == 130
    assert out.count("3 frames") == 2
    assert err.count("none.mov is not there") == 2
