"""Stable Video Diffusion from the command line, on a tiny model with random weights."""

from __future__ import annotations

import json
from pathlib import Path

import cv2  # noqa: TID253 - a test reads with it at once
import numpy as np
import pytest

from mpd_studio.cli import main
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionRegion, RegionMode
from mpd_studio.core.guidance_file import encode_guidance
from mpd_studio.core.ids import RegionId
from tests.workflow.moving_pictures import Size, still

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


def test_a_tiny_model_is_made_and_fills_a_gap_of_23(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["weights", "make-tiny", "svd", str(tmp_path / "tiny")]) == 0
    capsys.readouterr()
    ends = [str(still(tmp_path / f"{k}.png", 4 * k, Size(128, 72))) for k in range(2)]
    options = ["--engine", "svd", "--weights", str(tmp_path / "tiny"), "--steps", "2", "--json"]
    code = main(["fill", *ends, "--new-frames", "23", "--out", str(tmp_path / "out"), *options])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    assert len(json.loads(captured.out)["frames"]) == 23
    assert len(list((tmp_path / "out").glob("frame_*.png"))) == 23


def test_what_is_drawn_is_followed(capsys: pytest.CaptureFixture[str], tmp_path: Path, tiny_svd: Path) -> None:
    size = Size(128, 72)
    ends = [str(still(tmp_path / f"{k}.png", 4 * k, size)) for k in range(2)]
    outline = (Point(10, 10), Point(60, 10), Point(60, 50), Point(10, 50))
    region = MotionRegion(RegionId("r"), mode=RegionMode.STILL, outline=outline)
    drawn = tmp_path / "drawn.json"
    drawn.write_text(json.dumps(encode_guidance(Guidance(regions=(region,)), size)))
    options = ["--new-frames", "1", "--engine", "svd", "--weights", str(tiny_svd), "--steps", "2", "--json"]
    arguments = ["fill", *ends, *options, "--guidance", str(drawn), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--guide-strength", "2"]) == 4
    assert "'guide_strength' lies between 0.0 and 1.0" in capsys.readouterr().err
    assert main([*arguments, "--guide-strength", "0.4"]) == 0
    told = json.loads(capsys.readouterr().out)
    made, first = (np.asarray(cv2.imread(path))[10:50, 10:60] for path in (told["frames"][0], ends[0]))
    assert np.array_equal(made, first)
    assert "does not know" not in json.dumps(told["sheet"])


def test_without_weights_the_way_to_them_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ends = [str(still(tmp_path / f"{k}.png", 4 * k)) for k in range(2)]
    code = main(["fill", *ends, "--new-frames", "2", "--out", str(tmp_path / "out"), "--engine", "svd"])
    assert code == 3
    assert "mpd-studio weights get" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
