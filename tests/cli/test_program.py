"""The program as a process: signals, pipes, consoles, closed streams."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.core.geometry import Size
from mpd_studio.workflow.output_folder import occupied
from tests.workflow.moving_pictures import still

Captured = pytest.CaptureFixture[str]


def run_program(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mpd_studio", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_version_and_help_come_at_once() -> None:
    import mpd_studio

    with run_program("--version") as process:
        assert process.communicate(timeout=30)[0].strip() == f"mpd-studio {mpd_studio.__version__}"
    with run_program("--help") as process:
        assert "fill-timeline" in process.communicate(timeout=30)[0]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_cancels_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    ends = [str(still(tmp_path / f"{k}.png", 9 * k, Size(640, 360))) for k in range(2)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with run_program("fill", *ends, "--new-frames", "2000", "--out", str(tmp_path / "out"), env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the sheet's title: the work has begun
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Cancelled" in err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["0.png", "1.png"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no locks on folders")
@pytest.mark.parametrize("command", ["fill-timeline", "lab"])
def test_of_two_runs_into_one_folder_the_second_is_refused_and_the_first_is_whole(
    tmp_path: Path, project: Path, stills: tuple[Path, Path], command: str
) -> None:
    out = tmp_path / "out"
    asked = {
        "fill-timeline": ["fill-timeline", str(project), "--engine", "crossfade", "--quiet"],
        "lab": ["lab", *map(str, stills), "--new-frames", "2", "--engines", "crossfade", "--quiet"],
    }[command]
    with occupied(out, overwrite=False), run_program(*asked, "--out", str(out)) as second:
        _, err = second.communicate(timeout=60)
        assert (second.returncode, list(out.iterdir())) == (4, [])
    assert f"Another run is filling {out}" in err
    assert not out.exists()
    with run_program(*asked, "--out", str(out)) as first:
        assert first.wait(timeout=60) == 0
    assert list(out.iterdir()) != []


def test_a_closed_pipe_is_no_crash(project: Path) -> None:
    with run_program("engines") as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
        assert process.wait(timeout=30) == 0


def test_nobody_reading_is_no_reason_to_stop_the_work(stills: tuple[Path, Path], tmp_path: Path) -> None:
    ends = [str(path) for path in stills]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with run_program("fill", *ends, "--new-frames", "2", "--out", str(tmp_path / "out"), env=environment) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        assert process.wait(timeout=60) == 0
    assert len(list((tmp_path / "out").glob("frame_*"))) == 2


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_consoles_that_know_few_characters_get_them_escaped(
    stills: tuple[Path, Path], tmp_path: Path, encoding: str
) -> None:
    ends = [str(path) for path in stills]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    arguments = (
        "fill",
        *ends,
        "--new-frames",
        "1",
        "--quality",
        "draft",
        "--overwrite",
        "--out",
        str(tmp_path / "out"),
    )
    with run_program(*arguments, env=environment, encoding=encoding) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "Verdict: PASS" in out
    with run_program(*arguments, "--json", env=environment, encoding=encoding) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    title = json.loads(out)["sheet"]["title"]
    assert title.startswith("gap 00:00:00:01 – 00:00:00:02")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_document_that_cannot_be_printed_is_said() -> None:
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "mpd_studio", "engines", "--json"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert process.returncode == 4
    assert "could not be printed" in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no shell that closes streams")
def test_closed_streams_are_no_crash(stills: tuple[Path, Path], tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mpd_studio", "fill", *stills, "--new-frames", "1", "--out", tmp_path / "out"]
    done = subprocess.run(["sh", "-c", '"$@" >&- 2>&-', "sh", *words], timeout=60)
    assert done.returncode == 0
    assert (tmp_path / "out" / "frame_000001.png").is_file()
