"""Samplings outlive a run that fails or is cancelled, and are used for the same request only."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mi2v_runs import QUICK, asked_networks, ball_ends, filled_mi2v, mi2v_request, pixels_of
from moving_scenes import path_through

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import Cancelled, EngineFailed
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.paths import program_paths
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter, SilentReporter
from mpd_studio.core.unfinished import KeepsUnfinished
from mpd_studio.engines.motion_i2v.engine import MotionI2vEngine
from mpd_studio.engines.motion_i2v.kept_steps import steps_kept_in
from mpd_studio.engines.motion_i2v.options import read_options
from mpd_studio.media.probe import probe
from mpd_studio.workflow.inbetween import run
from mpd_studio.workflow.unfinished_work import GOES_ON

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

ENDS = ball_ends()


class StoppedAt(Reporter):
    """Stops the run at a report of a stage."""

    def __init__(self, stage: str, done: int, error: BaseException) -> None:
        self._at, self._error = (stage, done), error

    def report(self, progress: Progress) -> None:
        if (progress.stage, progress.done) == self._at:
            raise self._error

    def raise_if_cancelled(self) -> None:
        return


@pytest.fixture(scope="module")
def engine() -> MotionI2vEngine:
    return MotionI2vEngine()


@pytest.fixture(scope="module")
def undisturbed(engine: MotionI2vEngine, tiny_motion_i2v: Path) -> np.ndarray:
    return pixels_of(filled_mi2v(engine, tiny_motion_i2v, ENDS, 2, render="model"))


@pytest.mark.parametrize(
    ("stop", "left"),
    [
        (("Motion", 3), {"stage 1": 2, "stage 2": 4}),  # in the second of the two predictions
        (("Denoising", 3), {"stage 1": 0, "stage 2": 2}),
        (("New frames", 1), {"stage 1": 0, "stage 2": 0}),
    ],
)
def test_a_second_run_asks_the_networks_only_for_what_is_missing(
    engine: MotionI2vEngine,
    tiny_motion_i2v: Path,
    tmp_path: Path,
    undisturbed: np.ndarray,
    stop: tuple[str, int],
    left: dict[str, int],
) -> None:
    assert isinstance(engine, KeepsUnfinished)
    engine.keep_unfinished_in(tmp_path)
    try:
        with pytest.raises(Cancelled):
            filled_mi2v(engine, tiny_motion_i2v, ENDS, 2, StoppedAt(*stop, Cancelled()), render="model")
        assert engine.has_unfinished
        with asked_networks() as asked:
            made = pixels_of(filled_mi2v(engine, tiny_motion_i2v, ENDS, 2, render="model"))
        assert asked == left
        assert np.array_equal(made, undisturbed)
        assert [figure.values for figure in engine.figures if figure.id == "taken-over"] == [
            ((8 - sum(left.values())) // 2,)
        ]
        engine.frames_are_safe()
        assert not engine.has_unfinished
        assert list(tmp_path.iterdir()) == []
    finally:
        engine.keep_unfinished_in(None)


def test_a_broken_fill_says_that_it_goes_on_and_does(tiny_motion_i2v: Path, tmp_path: Path) -> None:
    """Through the whole of a run, from two files to a folder of frames."""
    request = of_files(tmp_path, tiny_motion_i2v)
    with pytest.raises(EngineFailed, match=f"planted {GOES_ON}"):
        run(request, tmp_path / "out", StoppedAt("New frames", 1, EngineFailed("planted")))
    assert len(list(program_paths().unfinished.glob("*/clip_*.safetensors"))) == 4
    with asked_networks() as asked:
        made = run(request, tmp_path / "out", SilentReporter())
    assert asked == {"stage 1": 0, "stage 2": 0}
    text = made.sheet.as_text()
    assert "4 samplings taken over from a run that broke off" in text
    assert "stage 2 drew 100 % of the pixels" in text
    assert list(program_paths().unfinished.iterdir()) == []
    assert len(made.result.provenance.confidence) == 2


def of_files(folder: Path, weights: Path) -> InbetweenRequest:
    import cv2

    paths = folder / "a.png", folder / "b.png"
    for path, end in zip(paths, ENDS, strict=True):
        assert cv2.imwrite(str(path), end)
    first, last = map(probe, paths)
    said = {"weights": str(weights), **QUICK, "render": "model"}
    settings = EngineSettings(options=tuple(sorted(said.items())))
    ends = FrameRef(first, 0), FrameRef(last, 0)
    return InbetweenRequest(*ends, Fraction(24), 2, first.size, engine_id="motion_i2v", settings=settings)


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "rain"},
        {"steps": 3},
        {"guidance": 2.0},
        {"motion": 4.0},
        {"control": 0.5},
        {"camera": "zoom-in"},
        {"measured": True},
        {"render": "model"},
        {"size": "128x64"},
        {"seed": 6},
        {"drawn": Guidance(paths=(path_through((0, 20, 24), (1, 36, 24)),))},
        {"new_frames": 4},
        {"dtype": "bfloat16"},
        {"first": ENDS[1]},
    ],
)
def test_everything_that_changes_what_is_sampled_is_another_request(tiny_motion_i2v: Path, change: dict) -> None:
    assert kept_folder(tiny_motion_i2v) == kept_folder(tiny_motion_i2v, device="cpu")
    assert kept_folder(tiny_motion_i2v) == kept_folder(tiny_motion_i2v, memory="low")
    assert kept_folder(tiny_motion_i2v) != kept_folder(tiny_motion_i2v, **change)


def test_what_is_in_the_files_counts_and_not_where_they_are(tiny_motion_i2v: Path, tmp_path: Path) -> None:
    own, moved, other = (tmp_path / name / "style.pt" for name in ("a", "b", "c"))
    for path in (own, moved, other):
        path.parent.mkdir()
    own.write_bytes(b"one")
    shutil.copy2(own, moved)
    other.write_bytes(b"two")
    for option in ("lora", "personal", "motion_file"):
        named: list[dict[str, Any]] = [{option: str(path)} for path in (own, moved, other)]
        first, same, another = (kept_folder(tiny_motion_i2v, **said) for said in named)
        assert first == same
        assert another not in (first, kept_folder(tiny_motion_i2v))
    assert kept_folder(tiny_motion_i2v, lora=f"{own}:0.5") != kept_folder(tiny_motion_i2v, lora=f"{own}:0.6")


def kept_folder(weights: Path, first: np.ndarray = ENDS[0], new_frames: int = 2, **said: Any) -> str:
    request = mi2v_request(weights, first, new_frames, **said)
    pictures = BoundaryPictures(Picture(first.copy()), Picture(ENDS[1].copy()))
    options = read_options(request.settings)
    _, saved = steps_kept_in(Path("nowhere"), request, pictures, options, weights, lambda: None)
    assert saved is not None
    return saved.file("clip").parent.name


def test_nothing_is_kept_where_no_folder_was_told_or_the_weights_cannot_be_read(
    tiny_motion_i2v: Path, tmp_path: Path
) -> None:
    request = mi2v_request(tiny_motion_i2v, ENDS[0], 2)
    pictures = BoundaryPictures(Picture(ENDS[0].copy()), Picture(ENDS[1].copy()))
    options = read_options(request.settings)
    assert steps_kept_in(None, request, pictures, options, tiny_motion_i2v, lambda: None)[1] is None
    gone = replace(options, motion_file=str(tmp_path / "gone.npz"))
    assert steps_kept_in(tmp_path, request, pictures, gone, tiny_motion_i2v, lambda: None)[1] is None
