"""More than 15 frames of one picture from the command line, on a tiny model with random weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mpd_studio.cli import main
from mpd_studio.media.motion_files import read_motion, write_motion
from tests.workflow.moving_pictures import still

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


def test_motion_and_frames_are_as_many_as_asked_for_and_their_figures_are_told(
    tiny_motion_i2v: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = str(still(tmp_path / "a.png"))
    words = ["--weights", str(tiny_motion_i2v), "--steps", "2", "--model-size", "64x64", "--json"]
    usual, longer = tmp_path / "15.npz", tmp_path / "18.npz"
    assert main(["motion", picture, "--out", str(longer), "--new-frames", "18", *words]) == 0
    motion = read_motion(longer)
    assert motion.frames == 18
    assert motion.px[-1].any()
    write_motion(usual, motion.first(15))
    animate = ["animate", picture, "--new-frames", "17", *words]
    capsys.readouterr()
    assert main([*animate, "--motion", str(usual), "--out", str(tmp_path / "short")]) == 5
    assert "The motion has 15 frames; 17 were asked for" in capsys.readouterr().err
    assert main([*animate, "--motion", str(longer), "--out", str(tmp_path / "long")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["files"]) == len(list((tmp_path / "long").iterdir())) == 17
    assert [figure["id"] for figure in document["figures"]][-2:] == ["windows", "drift"]
    assert all(len(figure["values"]) >= 3 for figure in document["figures"][-2:])
    assert main(["motion", picture, "--out", str(longer), "--new-frames", "241", *words]) == 5
    assert "240 frames at most" in capsys.readouterr().err
