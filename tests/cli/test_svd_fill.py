"""Stable Video Diffusion from the command line, on a tiny model with random weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mpd_studio.cli import main
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


def test_without_weights_the_way_to_them_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ends = [str(still(tmp_path / f"{k}.png", 4 * k)) for k in range(2)]
    code = main(["fill", *ends, "--new-frames", "2", "--out", str(tmp_path / "out"), "--engine", "svd"])
    assert code == 3
    assert "mpd-studio weights get" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
