"""`fill-timeline --resume` after a run that was killed at any moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mpd_studio.cli import main
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.project_file import read_project, write_project
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track, gaps_of
from mpd_studio.media.probe import probe
from tests.workflow.moving_pictures import RATE, SIZE, clip

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A project with a short gap and a long one."""
    media = probe(clip(tmp_path / "a.mkv"))
    clips = [Clip(ClipId(name), media, FrameRange(4 * n, 4)) for n, name in enumerate("xyz")]
    items = (clips[0], Gap(GapId("a"), 2), clips[1], Gap(GapId("b"), 200), clips[2])
    write_project(tmp_path / "film.mpdproj", Timeline("T", RATE, SIZE, tracks=(Track("V1", items),), media=(media,)))
    return tmp_path / "film.mpdproj"


def resumed(film: Path, out: Path, capsys: Captured, *more: str) -> list[dict]:
    assert main(["fill-timeline", str(film), "--out", str(out), "--engine", "crossfade", "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)["gaps"]


def test_after_a_kill_the_finished_gap_is_kept_and_the_other_made(film: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "mpd_studio", "fill-timeline", str(film), "--out", str(out)]
    with subprocess.Popen([*command, "--engine", "crossfade", "--quiet"]) as process:
        deadline = time.monotonic() + 60
        while not (out / "gap_01" / "take.json").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
        process.kill()
    assert not (out / "gap_02").exists()
    before = {path: path.stat().st_mtime_ns for path in (out / "gap_01").iterdir()}
    rows = resumed(film, out, capsys, "--resume")
    assert [row.get("kept", False) for row in rows] == [True, False]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert sorted(os.listdir(out)) == ["film.mpdproj", "gap_01", "gap_02"]
    filled = read_project(out / "film.mpdproj").timeline
    takes = [take for placed in gaps_of(filled) for take in placed.gap.takes]
    assert [take.result.frames.count for take in takes] == [2, 200]
    assert all(Path(path).is_file() for take in takes for path in take.result.frames.paths)


def test_a_resumed_run_says_what_it_kept(film: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    resumed(film, out, capsys, "--gap", "1", "--resume")  # nothing is there yet
    assert main(["fill-timeline", str(film), "--out", str(out), "--engine", "crossfade", "--gap", "1", "--resume"]) == 0
    assert "gap 1: kept from an earlier run" in capsys.readouterr().out


def test_another_project_in_the_folder_is_never_replaced_by_going_on(
    film: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "film.mpdproj").write_text("another film")
    assert main(["fill-timeline", str(film), "--out", str(out), "--engine", "crossfade", "--resume"]) == 4
    assert "no gap beside it" in capsys.readouterr().err
    assert (out / "film.mpdproj").read_text() == "another film"
    assert os.listdir(out) == ["film.mpdproj"]
