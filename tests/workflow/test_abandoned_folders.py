"""Hidden folders of killed runs go, those of running ones stay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mpd_studio.workflow.output_folder import clear_abandoned, filling


def leftover(place: Path, name: str) -> Path:
    part = place / name
    (part / "frame.png.abc.part").mkdir(parents=True)
    (part / "frame.png.abc.part" / "frame_000001.png").write_bytes(b"half a frame")
    return part


def test_what_killed_runs_left_goes_and_nothing_else(tmp_path: Path) -> None:
    dead = leftover(tmp_path, ".take-1.part")
    stays = [leftover(tmp_path, name) for name in ("take-2", "take-3.part", ".other.part", ".take-4")]
    (tmp_path / ".take-5.part").write_text("a file")
    clear_abandoned(tmp_path, "take-*")
    assert not dead.exists()
    assert all(folder.exists() for folder in stays)
    assert (tmp_path / ".take-5.part").read_text() == "a file"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no locks on folders")
def test_what_is_being_filled_stays(tmp_path: Path) -> None:
    with filling(tmp_path / "take-1", "frame", overwrite=False) as part:
        (part / "frame_000001.png").write_bytes(b"a frame")
        clear_abandoned(tmp_path, "take-*")
        assert (part / "frame_000001.png").exists()
    assert (tmp_path / "take-1" / "frame_000001.png").exists()


def test_a_place_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    clear_abandoned(tmp_path / "nowhere", "take-*")
    assert not (tmp_path / "nowhere").exists()
