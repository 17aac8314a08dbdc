"""What Motion-I2V tells of a run: before it, after it, and of every pixel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mi2v_runs import ball_ends, filled_mi2v, mi2v_request, pixels_of
from moving_scenes import texture

from mpd_studio.core.figures import Figure, TellsFigures, TellsForecast, figure_named
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionRegion, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.core.trust import SAFE_FROM
from mpd_studio.engines.diffusion import forecast_parts
from mpd_studio.engines.motion_i2v.engine import MotionI2vEngine
from mpd_studio.engines.motion_i2v.forecast import forecast
from mpd_studio.engines.motion_i2v.joined import sight
from mpd_studio.engines.motion_i2v.run_figures import RunFigures
from mpd_studio.engines.motion_i2v.sight_confidence import DRAWN, SightConfidence
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.field_files import write_npz

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

ENDS = ball_ends()
PICTURE = texture(64, 128, 1).astype(np.float32) / 255


@pytest.fixture(scope="module")
def engine() -> MotionI2vEngine:
    return MotionI2vEngine()


def named(figures: tuple[Figure, ...], name: str) -> Figure:
    figure = figure_named(figures, name)
    assert figure is not None, name
    return figure


def even(x: float, frames: int = 5) -> ClipField:
    px = np.zeros((frames, 64, 128, 2), np.float32)
    px[..., 0] = np.linspace(0, x, frames, dtype=np.float32)[:, None, None]
    return ClipField(px)


def test_a_forecast_tells_size_work_weights_and_memory(tiny_motion_i2v: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert issubclass(MotionI2vEngine, TellsForecast) or hasattr(MotionI2vEngine, "forecast")
    monkeypatch.setattr(forecast_parts, "free_main_memory", lambda: 80_000_000_000)
    told = forecast(mi2v_request(tiny_motion_i2v, ENDS[0], 20, size="", device="cpu", steps=25))
    assert [figure.id for figure in told] == ["size", "work", "weights", "memory"]
    assert not [figure.warning for figure in told if figure.warning]
    work = named(told, "work")
    assert work.text.startswith("3 clips, from both ends, 25 steps each: 150 of stage 1, 150 of stage 2 where")
    assert work.values == (150, 150, 25)
    assert "plan 'low' on the processor" in named(told, "memory").text
    assert named(told, "size").text == "made at 384x384, brought to 64x64".replace("x", " × ")


@pytest.mark.parametrize(
    ("said", "figure", "words"),
    [
        ({"weights": "/nowhere"}, "weights", "/nowhere"),
        ({"lora": "gone.safetensors"}, "personal", "LoRA gone.safetensors is not there"),
        ({"personal": "/gone/dream"}, "personal", f"personal model {Path('/gone/dream')} is not there"),
        ({"size": "100x64"}, "size", "multiples of 64"),
        ({"camera": "spin"}, "options", "'camera' cannot be"),
    ],
)
def test_what_hinders_a_run_is_told_before_it(tiny_motion_i2v: Path, said: dict, figure: str, words: str) -> None:
    told = forecast(mi2v_request(tiny_motion_i2v, ENDS[0], 3, device="cpu", **said))
    assert words in named(told, figure).warning


def test_too_little_memory_is_a_warning_with_advice(tiny_motion_i2v: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast_parts, "free_main_memory", lambda: 1000)
    told = forecast(mi2v_request(tiny_motion_i2v, ENDS[0], 3, device="cpu"))
    assert "close other programs, or choose a smaller size" in named(told, "memory").warning


def test_a_run_tells_how_it_was_made(engine: MotionI2vEngine, tiny_motion_i2v: Path) -> None:
    assert isinstance(engine, TellsFigures)
    made = filled_mi2v(engine, tiny_motion_i2v, ENDS, 3, render="model")
    figures = engine.figures
    assert named(figures, "made-with").text == "made on cpu in float32 under the memory plan 'low'"
    assert named(figures, "drawn").values == (1.0, 1.0)
    assert named(figures, "calls").values == (8,)
    for end in ("first", "last"):
        before, after = named(figures, f"seam-{end}").values
        assert after < before  # the tiny model's colours are far off
    assert named(figures, "detail").values[0] > 0
    assert all(frame.confidence is not None and np.allclose(frame.confidence, DRAWN) for frame in made)


def test_colours_of_drawn_frames_are_matched_unless_told_not_to(engine: MotionI2vEngine, tiny_motion_i2v: Path) -> None:
    matched, plain = (
        pixels_of(filled_mi2v(engine, tiny_motion_i2v, ENDS, 1, render="model", color_match=match))
        for match in (True, False)
    )
    target = (ENDS[0].mean(axis=(0, 1)) + ENDS[1].mean(axis=(0, 1))) / 2
    assert np.abs(matched[0].mean(axis=(0, 1)) - target).sum() < np.abs(plain[0].mean(axis=(0, 1)) - target).sum()
    before, after = named(engine.figures, "seam-first").values
    assert before == after
    assert "colours not matched" in named(engine.figures, "seam-first").text


def test_what_is_held_still_is_trusted_and_what_is_drawn_is_not(engine: MotionI2vEngine, tiny_motion_i2v: Path) -> None:
    outline = (Point(8, 8), Point(30, 8), Point(30, 40), Point(8, 40))
    held = Guidance(regions=(MotionRegion(RegionId("r"), mode=RegionMode.STILL, outline=outline, feather=2),))
    (frame,) = filled_mi2v(engine, tiny_motion_i2v, ENDS, 1, drawn=held)
    assert frame.confidence is not None
    assert (frame.confidence.shape, frame.confidence.dtype) == ((64, 64), np.float32)
    assert np.all(frame.confidence[10:38, 10:28] == 1)
    assert 0 < frame.confidence.min() < 1
    share = named(engine.figures, "drawn").values[0]
    assert 0 <= share < 1 - 20 * 30 / 64**2


def test_two_motions_that_agree_on_the_same_thing_are_trusted() -> None:
    shifted = np.roll(PICTURE, 8, axis=1)
    sure = SightConfidence((PICTURE, shifted)).of(sight(even(8), even(-8), 2))
    assert np.median(sure[8:-8, 16:-16]) > SAFE_FROM
    # The same motions over pictures that do not go with them, and motions that disagree.
    other = SightConfidence((PICTURE, texture(64, 128, 2).astype(np.float32) / 255))
    astray = SightConfidence((PICTURE, shifted)).of(sight(even(8), even(4), 2))
    wrong = other.of(sight(even(8), even(-8), 2))
    assert np.median(wrong[8:-8, 16:-16]) < np.median(sure[8:-8, 16:-16]) - 0.2
    assert np.median(astray[8:-8, 16:-16]) < np.median(sure[8:-8, 16:-16]) - 0.2


def test_what_one_side_alone_tells_is_trusted_less_than_what_both_agree_on() -> None:
    """The late side's last columns come from outside of the picture."""
    shifted = np.roll(PICTURE, 24, axis=1)
    view = sight(even(24), even(-24), 2)
    alone = replace(view, seen=(view.seen[0], np.zeros_like(view.seen[1])))
    trusted = SightConfidence((PICTURE, texture(64, 128, 2).astype(np.float32) / 255))
    assert np.median(trusted.of(alone)[8:-8, 40:-40]) < np.median(trusted.of(view)[8:-8, 40:-40])
    sure = SightConfidence((PICTURE, shifted))
    assert np.median(sure.of(alone)[8:-8, 40:-40]) <= np.median(sure.of(view)[8:-8, 40:-40])


def test_what_is_moved_from_a_made_frame_is_no_better_than_that_frame(
    engine: MotionI2vEngine, tiny_motion_i2v: Path, tmp_path: Path
) -> None:
    """Nothing moves, so no network is asked: 19 frames are a coarse clip, and clips between its frames."""
    file = tmp_path / "still.npz"
    write_npz(file, ClipField(np.zeros((16, 64, 64, 2), np.float32)).motion)
    made = filled_mi2v(engine, tiny_motion_i2v, (ENDS[0], ENDS[0]), 19, motion_file=str(file))
    trusts = [float(np.median(frame.confidence)) for frame in made if frame.confidence is not None]
    coarse, between = trusts[9], trusts[3]
    assert coarse == pytest.approx(np.exp(-1.3 / 20), abs=0.02)
    assert between == pytest.approx(coarse * (0.6 + 0.4 * coarse), abs=0.002)  # place 4, between the first frame and 10
    half = np.full((64, 128), 0.5, np.float32)
    view = sight(even(8), even(-8), 2)
    whole, less = (SightConfidence((PICTURE, PICTURE), trusts).of(view) for trusts in ((None, None), (half, None)))
    assert np.allclose(less[:, 16:-16], 0.75 * whole[:, 16:-16], atol=0.01)


def test_shares_are_told_in_words() -> None:
    def drawn(*shares: float) -> str:
        figures = RunFigures(len(shares), (PICTURE, PICTURE), 2.0)
        for place, share in enumerate(shares, 1):
            figures.frame(place, PICTURE, share)
        return named(figures.figures, "drawn").text

    assert drawn(0.0, 0.0) == "all pixels are the boundary frames' own, moved"
    assert drawn(0.2, 0.4) == "stage 2 drew 30 % of the pixels, 40 % in the frame with most"
    assert drawn(0.001) == "stage 2 drew less than 1 % of the pixels, less than 1 % in the frame with most"
    assert RunFigures(1, (PICTURE, PICTURE), 2.0).figures == ()
