"""Motion-I2V from the command line, on a tiny model with random weights."""

from __future__ import annotations

import json
from pathlib import Path

import cv2  # noqa: TID253 - a test reads with it at once
import numpy as np
import pytest

from mpd_studio.cli import main
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, MotionRegion, PathPoint, RegionMode
from mpd_studio.core.guidance_file import encode_guidance
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.media.motion_files import read_motion
from tests.workflow.moving_pictures import Size, still

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

SIZE = Size(96, 64)


def drawn(folder: Path) -> Path:
    outline = (Point(60, 10), Point(90, 10), Point(90, 50), Point(60, 50))
    region = MotionRegion(RegionId("r"), mode=RegionMode.STILL, outline=outline)
    path = MotionPath(PathId("p"), (PathPoint(0, Point(20, 30)), PathPoint(1, Point(40, 30))), radius=10)
    file = folder / "drawn.json"
    file.write_text(json.dumps(encode_guidance(Guidance((path,), (region,)), SIZE)))
    return file


def test_a_tiny_model_tells_a_motion_animates_along_it_and_fills_a_gap(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, tiny_motion_i2v: Path
) -> None:
    ends = [str(still(tmp_path / f"{k}.png", 4 * k, SIZE)) for k in range(2)]
    first = np.asarray(cv2.imread(ends[0]))
    shared = [
        "--weights",
        str(tiny_motion_i2v),
        "--steps",
        "2",
        "--model-size",
        "128x64",
        "--guidance",
        str(drawn(tmp_path)),
        "--json",
    ]
    field = tmp_path / "field.npz"
    assert main(["motion", ends[0], "--out", str(field), *shared]) == 0
    assert json.loads(capsys.readouterr().out) == {"files": [str(field)]}
    motion = read_motion(field)
    assert (motion.frames, motion.size) == (15, SIZE)
    assert motion.px.any()
    animate = ["animate", ends[0], "--motion", str(field), "--new-frames", "2", "--out", str(tmp_path / "animated")]
    assert main([*animate, *shared]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert len(files) == 2
    for file in files:
        frame = np.asarray(cv2.imread(file))
        assert np.array_equal(frame[10:50, 60:90], first[10:50, 60:90])
        assert not np.array_equal(frame, first)
    fill = ["fill", *ends, "--new-frames", "3", "--out", str(tmp_path / "out"), "--engine", "motion_i2v"]
    code = main([*fill, "--prompt", "a ball", *shared])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    made = [np.asarray(cv2.imread(path)) for path in json.loads(captured.out)["frames"]]
    assert len(made) == 3
    assert all(np.array_equal(frame[10:50, 60:90], first[10:50, 60:90]) for frame in made)


def test_too_many_frames_and_missing_weights_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = str(still(tmp_path / "a.png", 0, SIZE))
    out = str(tmp_path / "out")
    assert main(["animate", picture, "--new-frames", "241", "--out", out]) == 5
    assert "240 frames at most" in capsys.readouterr().err
    assert main(["animate", picture, "--out", out]) == 3
    assert "weights get motion-i2v" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
