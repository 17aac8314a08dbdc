"""Previews of the engine on the tiny model: what comes, and that the frames do not notice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from moving_scenes import texture
from svd_runs import Listener, fill_svd

from mpd_studio.core.progress import Preview, SilentReporter
from mpd_studio.engines.svd.engine import SvdEngine
from mpd_studio.engines.svd.options import SAMPLERS

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

ENDS = texture(48, 64, 1), texture(48, 64, 2)


class Watcher(Listener):
    def __init__(self) -> None:
        super().__init__()
        self.previews: list[Preview] = []

    def wants_preview(self) -> bool:
        return True

    def preview(self, preview: Preview) -> None:
        self.previews.append(preview)


@pytest.fixture(scope="module")
def engine() -> SvdEngine:
    made = SvdEngine()
    made.load(SilentReporter())
    return made


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_frames_and_calls_are_the_same_with_and_without_previews(engine: SvdEngine, tiny_svd: Path, sampler: str):
    alone, watched = Listener(), Watcher()
    unseen = fill_svd(engine, tiny_svd, ENDS, 3, alone, sampler=sampler)
    seen = fill_svd(engine, tiny_svd, ENDS, 3, watched, sampler=sampler)
    assert np.stack(unseen).tobytes() == np.stack(seen).tobytes()
    for stage in ("Denoising", "Decoding"):
        assert alone.stage(stage) == watched.stage(stage)
        assert alone.stage(stage)
    assert watched.previews


def test_a_gap_in_one_clip_is_seen_whole_from_the_first_step_to_the_last(engine: SvdEngine, tiny_svd: Path):
    watcher = Watcher()
    fill_svd(engine, tiny_svd, ENDS, 12, watcher, steps=3)
    assert [(preview.step, preview.steps) for preview in watcher.previews] == [(1, 3), (2, 3), (3, 3), (3, 3)]
    for preview in watcher.previews:
        assert preview.frames.shape == (9, 4, 5, 3)  # of 32 × 32 pixels, the model's picture here
        assert preview.places == (1, 3, 4, 5, 7, 8, 9, 11, 12)
        assert not preview.frames.flags.writeable
    first, last = watcher.previews[0].frames, watcher.previews[-1].frames
    assert not np.array_equal(first, last)


def test_a_gap_of_several_clips_is_seen_coarse_and_then_part_by_part(engine: SvdEngine, tiny_svd: Path):
    watcher = Watcher()
    fill_svd(engine, tiny_svd, ENDS, 26, watcher)
    spans = [(preview.places[0], preview.places[-1]) for preview in watcher.previews]
    parts = sorted(set(spans))
    assert spans[0][1] - spans[0][0] > 20
    assert len(parts) == 3
    steps = [preview.step for preview in watcher.previews]
    assert steps == sorted(steps)
    assert steps[0] == 1
    assert {preview.steps for preview in watcher.previews} == {6}
    assert steps[-1] == 6
