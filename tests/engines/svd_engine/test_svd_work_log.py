"""What the engine tells of its work: calls, time before the first, and how large the distilled shifts are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from svd_runs import fill_svd

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

from mpd_studio.core.figures import Figure, TellsFigures, figure_named
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.diffusion.work_log import WorkLog
from mpd_studio.engines.svd.engine import SvdEngine

ENDS = (np.full((32, 48, 3), 90, np.uint8), np.full((32, 48, 3), 160, np.uint8))


def told(tiny_svd: Path, new_frames: int = 12, **options: Any) -> tuple[Figure, ...]:
    engine = SvdEngine()
    assert isinstance(engine, TellsFigures)
    engine.load(SilentReporter())
    made = fill_svd(engine, tiny_svd, ENDS, new_frames, **options)
    assert len(made) == new_frames
    figures = engine.figures
    engine.unload()
    return figures


def values(figures: tuple[Figure, ...], name: str) -> tuple[float, ...]:
    figure = figure_named(figures, name)
    return () if figure is None else figure.values


def test_calls_are_those_of_the_sampler(tiny_svd: Path) -> None:
    assert values(told(tiny_svd, sampler="vibid", steps=3), "calls") == (6,)
    assert values(told(tiny_svd, sampler="trf_renoise", steps=2), "calls") == (16,)


def test_each_distilled_pass_of_each_early_step_tells_its_shift(tiny_svd: Path) -> None:
    figures = told(tiny_svd, sampler="mpd_vibid", steps=4, distill_ratio=0.5, passes=2)
    assert [figure.id for figure in figures if figure.id.startswith("shift")] == ["shift-0", "shift-1"]
    for step in (0, 1):
        shifts = values(figures, f"shift-{step}")
        assert len(shifts) == 2
        assert all(0 < shift < 1000 for shift in shifts)


def test_samplers_that_do_not_distil_tell_no_shift(tiny_svd: Path) -> None:
    assert not [figure for figure in told(tiny_svd) if figure.id.startswith("shift")]


def test_shifts_are_of_the_clip_over_the_whole_gap(tiny_svd: Path) -> None:
    """30 new frames are made of several clips; each makes its calls, the first alone tells its shifts."""
    figures = told(tiny_svd, new_frames=30, sampler="mpd_vibid", steps=2, distill_ratio=0.5, passes=1)
    assert values(figures, "calls")[0] > 5
    assert len(values(figures, "shift-0")) == 1


def test_reading_the_weights_comes_before_the_first_call(tiny_svd: Path) -> None:
    (first,) = values(told(tiny_svd), "preparing-seconds")
    assert first > 0


def test_a_run_begins_a_log_of_its_own(tiny_svd: Path) -> None:
    engine = SvdEngine()
    for steps in (2, 3):
        fill_svd(engine, tiny_svd, ENDS, 12, sampler="vibid", steps=steps)
        assert values(engine.figures, "calls") == (2 * steps,)
    engine.unload()


def test_the_log_itself() -> None:
    now = iter([10.0, 13.5])
    log = WorkLog(loading_s=2.0, clock=lambda: next(now))
    log.call()
    log.call()
    log.trace(0, 0, "shift", 0.25)
    log.trace(1, 0, "shift", 9.0)
    log.peak_bytes = 7
    assert values(log.figures, "calls") == (2,)
    assert values(log.figures, "preparing-seconds") == (5.5,)
    assert values(log.figures, "shift-0") == (0.25,)
    assert values(log.figures, "peak-bytes") == (7,)
    assert not any(figure.text for figure in log.figures)
