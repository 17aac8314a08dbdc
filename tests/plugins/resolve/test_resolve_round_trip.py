"""From a gap in (the stand-in for) Resolve to frames in that gap, with real pictures and the real studio between."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import LENGTH, two_clips
from strict_fake.application import Resolve
from strict_fake.world import Media, World, add_media, put

from mpd_studio.cli import main

cv2 = pytest.importorskip("cv2")
Module = Callable[[str], Any]
GAP = 5


def _square(x: int) -> np.ndarray:
    """A textured square on a plain ground, moved x pixels to the right; (90, 160, 3) uint8 BGR."""
    texture = np.random.default_rng(3).integers(60, 250, (30, 30, 3), dtype=np.uint8)
    picture = np.full((90, 160, 3), 40, np.uint8)
    picture[30:60, 20 + x : 50 + x] = cv2.GaussianBlur(texture, (3, 3), 0)
    return picture


def _sequence(folder: Path, name: str, x: int) -> Media:
    for number in range(1, LENGTH + 1):
        cv2.imwrite(str(folder / f"{name}_{number:04d}.png"), _square(x))
    return Media(str(folder / f"{name}_[0001-{LENGTH:04d}].png"), LENGTH, "25")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A square that stands still, a gap of five frames, and the square twelve pixels further on."""
    world = two_clips(tmp_path, "25", gap=GAP, handle=0)
    world.timeline.settings["timelineResolutionWidth"] = "160"
    world.timeline.settings["timelineResolutionHeight"] = "90"
    world.timeline.video[0].items.clear()
    start = world.timeline.start_frame
    for name, x, at in (("A", 0, start), ("B", 12, start + LENGTH + GAP)):
        put(world, 1, at, add_media(world, _sequence(tmp_path, name, x)), LENGTH)
    return world


def test_the_frames_come_back_to_the_gap_they_were_made_for(
    bridge: Module, world: World, tmp_path: Path, jobs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = bridge("host").open_timeline(Resolve(world))
    ((folder, _),) = bridge("send").send(opened, str(jobs))
    assert main(["bridge", "fill", folder, "--quiet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] == GAP
    placed = bridge("placing").place(Resolve(world), folder)
    start = world.timeline.start_frame
    assert (placed.start, placed.count, placed.track) == (start + LENGTH, GAP, 1)
    result = bridge("job_folder.jobs").read_result(folder)
    centres = [_centre(cv2.imread(path)) for path in result.files]
    assert centres == sorted(centres)
    assert centres == pytest.approx([35 + 12 * (i + 1) / (GAP + 1) for i in range(GAP)], abs=1.0)
    items = sorted((item.start, item.stop) for item in world.timeline.video[0].items)
    assert items == [
        (start, start + LENGTH),
        (start + LENGTH, start + LENGTH + GAP),
        (start + LENGTH + GAP, start + 2 * LENGTH + GAP),
    ]


def test_stills_as_seen_come_back_to_a_track_above(
    bridge: Module, world: World, jobs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = bridge("host").open_timeline(Resolve(world))
    ((folder, _),) = bridge("send").send(opened, str(jobs), "as_seen")
    assert main(["bridge", "fill", folder, "--quiet", "--json"]) == 0
    placed = bridge("placing").place(Resolve(world), folder)
    assert (placed.start, placed.count, placed.track) == (world.timeline.start_frame + LENGTH, GAP, 2)
    again = main(["bridge", "fill", folder, "--quiet", "--json"])
    assert again == 0
    second = bridge("placing").place(Resolve(world), folder)
    assert (second.revision, second.track, second.start) == (2, 3, placed.start)


def _centre(picture: np.ndarray) -> float:
    """Where the square is, from left; pixels."""
    columns = np.abs(picture.astype(float) - 40).sum(axis=(0, 2))
    return float((columns * (np.arange(picture.shape[1]) + 0.5)).sum() / columns.sum())
