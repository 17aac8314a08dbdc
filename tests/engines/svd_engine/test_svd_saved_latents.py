"""What is kept on the disk is bounded in age and size, and comes back as it was."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mpd_studio.engines.diffusion.saved_work import MAX_AGE_S, sweep
from mpd_studio.engines.svd.lengths import plan
from mpd_studio.engines.svd.options import SvdOptions
from mpd_studio.engines.svd.saved_latents import SavedLatents

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

CLIPS = plan(26)


def saved_in(root: Path, request: str = "0" * 64, **options: object) -> SavedLatents:
    return SavedLatents(root, request, SvdOptions(**options))  # type: ignore[arg-type] - names of its own fields


def test_latents_come_back_bit_for_bit(tmp_path: Path):
    latents = torch.randn(15, 4, 4, 4).flip(0).transpose(2, 3)  # in no simple order in memory
    saved_in(tmp_path).keep(0, CLIPS[0], "full", latents.contiguous())
    found = saved_in(tmp_path).find(0, CLIPS[0])
    assert found is not None
    assert torch.equal(found, latents)


def test_nothing_kept_is_nothing_found_and_nothing_promised(tmp_path: Path):
    saved = saved_in(tmp_path / "nowhere")
    assert saved.find(0, CLIPS[0]) is None
    assert not saved.has_any
    saved.forget()
    assert not (tmp_path / "nowhere").exists()


def test_a_clip_is_not_taken_for_another(tmp_path: Path):
    saved = saved_in(tmp_path)
    saved.keep(0, CLIPS[0], "full", torch.zeros(15, 4, 4, 4))
    os.rename(*(saved.file(index) for index in (0, 1)))
    assert saved.find(1, CLIPS[1]) is None
    assert saved_in(tmp_path, "1" * 64).find(0, CLIPS[0]) is None


def folder_of(root: Path, name: str, size: int, age_s: float) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "clip_000.safetensors").write_bytes(bytes(size))
    then = time.time() - age_s
    os.utime(folder, (then, then))
    return folder


def test_old_requests_go_and_of_the_others_the_oldest_until_there_is_room(tmp_path: Path):
    old = folder_of(tmp_path, "old", 10, MAX_AGE_S + 60)
    older, newer, newest = (folder_of(tmp_path, f"{age} s", 100, age) for age in (300, 200, 100))
    sweep(tmp_path, spared=tmp_path / "mine", max_bytes=250)
    assert [folder.exists() for folder in (old, older, newer, newest)] == [False, False, True, True]


def test_the_request_that_is_being_made_is_spared(tmp_path: Path):
    mine = folder_of(tmp_path, "mine", 1000, 2 * MAX_AGE_S)
    sweep(tmp_path, spared=mine, max_bytes=10)
    assert mine.exists()


def test_keeping_sweeps(tmp_path: Path):
    old = folder_of(tmp_path, "old", 10, MAX_AGE_S + 60)
    saved_in(tmp_path).keep(0, CLIPS[0], "full", torch.zeros(15, 4, 4, 4))
    assert not old.exists()


def test_sweeping_where_nothing_was_ever_kept(tmp_path: Path):
    sweep(tmp_path / "nowhere", spared=tmp_path)
    assert not (tmp_path / "nowhere").exists()


def test_what_was_taken_over_is_told_and_counted(tmp_path: Path):
    first = saved_in(tmp_path)
    for index in (0, 1):
        first.keep(index, CLIPS[index], "full", torch.zeros(15, 4, 4, 4))
    assert first.figures == ()
    second = saved_in(tmp_path)
    for index, clip in enumerate(CLIPS):
        second.find(index, clip)
    (figure,) = second.figures
    assert (figure.id, figure.text, figure.values) == (
        "taken-over",
        "2 clips taken over from a run that broke off",
        (2,),
    )


@pytest.mark.logs("has to start anew")
def test_a_disk_that_refuses_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("a file where the folder should be")
    saved = saved_in(tmp_path / "file")
    saved.keep(0, CLIPS[0], "full", torch.zeros(15, 4, 4, 4))
    assert not saved.has_any
    (figure,) = saved.figures
    assert figure.id == "not-kept"
    assert str(tmp_path / "file") in figure.text
