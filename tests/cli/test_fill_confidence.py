"""Confidence and cuts on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mpd_studio.cli import main
from mpd_studio.media.probe import probe
from tests.workflow.moving_pictures import still

Captured = pytest.CaptureFixture[str]


def as_json(capsys: Captured, *arguments: object) -> Any:
    code = main([*map(str, arguments), "--json"])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return json.loads(captured.out)


@pytest.fixture
def stills(tmp_path: Path) -> tuple[Path, Path]:
    return still(tmp_path / "first.png"), still(tmp_path / "last.png", 6)


def test_fill_writes_the_confidence_as_a_matte(capsys: Captured, stills: tuple[Path, Path], tmp_path: Path) -> None:
    doc = as_json(capsys, "fill", *stills, "--new-frames", 2, "--out", tmp_path / "out", "--confidence-matte")
    mattes = [probe(tmp_path / "out" / f"frame_confidence_{number:06d}.png") for number in (1, 2)]
    assert [(media.size, media.bit_depth) for media in mattes] == [(probe(stills[0]).size, 16)] * 2
    assert len(doc["frames"]) == len(doc["confidence"]) == 2


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_fill_warns_across_a_cut(capsys: Captured, tmp_path: Path, dry: list[str]) -> None:
    import cv2

    shots = [tmp_path / "one.png", tmp_path / "other.png"]
    for seed, path in enumerate(shots):
        random = np.random.default_rng(seed)
        picture = np.full((120, 192, 3), 90 + 40 * seed, np.uint8)
        for _ in range(60):
            centre = (int(random.integers(0, 192)), int(random.integers(0, 120)))
            cv2.circle(picture, centre, int(random.integers(3, 18)), random.uniform(10, 240, 3).tolist(), -1)
        assert cv2.imwrite(str(path), picture)
    command_line = ("fill", *shots, "--new-frames", 2, "--out", tmp_path / "out", *dry)
    (line,) = [line for line in as_json(capsys, *command_line)["sheet"]["lines"] if line["id"] == "engine-shot-change"]
    assert line["state"] == "warn"
    assert "different shots" in line["text"]
    assert "cross-fade" in line["detail"]
