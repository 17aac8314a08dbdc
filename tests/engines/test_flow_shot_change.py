"""Across a cut the flow engine says so, and fades or holds as the user chose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from moving_scenes import psnr, request_for, texture

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.figures import figure_named
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.flow.engine import FlowEngine
from mpd_studio.engines.flow.shot_change import ACROSS, FIGURE_ID, HOLD

ONE, OTHER = texture(160, 240, 1), texture(160, 240, 2)


def made(first: np.ndarray, last: np.ndarray, held: bool = False) -> tuple[list[Picture], FlowEngine]:
    engine = FlowEngine()
    request = request_for(first, 4)
    if held:
        request = replace(request, settings=EngineSettings(options=((ACROSS, HOLD),)))
    pictures = BoundaryPictures(Picture(first.copy()), Picture(last.copy()))
    return list(engine.generate(request, pictures, SilentReporter())), engine


def test_across_a_cut_it_fades_and_warns() -> None:
    frames, engine = made(ONE, OTHER)
    figure = figure_named(engine.figures, FIGURE_ID)
    assert figure is not None
    assert "different shots" in figure.text
    assert "cross-fade" in figure.warning
    fade = np.rint(ONE * 0.4 + OTHER * 0.6)
    assert psnr(frames[2].pixels, fade) > 40


def test_what_shows_through_a_dissolve_moves_and_does_not_fade_in_place() -> None:
    frames, engine = made(ONE, mixed(np.roll(ONE, 8, axis=1), OTHER, 0.3))
    assert "dissolve" in engine.figures[0].text
    middle = mixed(np.roll(ONE, 3, axis=1), mixed(np.roll(ONE, 3, axis=1), OTHER, 0.3), 0.4)
    inside = (slice(40, -40), slice(40, -40))
    assert psnr(frames[1].pixels[inside], middle[inside]) > 34  # a fade in place: 27


def mixed(one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    return np.rint(one * (1 - share) + other * share).astype(np.uint8)


def test_across_a_cut_it_holds_where_that_is_chosen() -> None:
    frames, engine = made(ONE, OTHER, held=True)
    for picture, source in zip(frames, (ONE, ONE, OTHER, OTHER), strict=True):
        assert np.array_equal(picture.pixels, source)
        assert picture.confidence is not None
        assert picture.confidence.min() == 1
    figure = figure_named(engine.figures, FIGURE_ID)
    assert figure is not None
    assert not figure.warning
    assert "held" in figure.text


def test_within_a_shot_nothing_is_said_and_nothing_is_held() -> None:
    moved = np.roll(ONE, 6, axis=1)
    frames, engine = made(ONE, moved, held=True)
    assert engine.figures == ()
    assert not np.array_equal(frames[0].pixels, ONE)


def test_what_the_last_run_said_is_forgotten() -> None:
    _, engine = made(ONE, OTHER)
    pictures = BoundaryPictures(Picture(ONE.copy()), Picture(ONE.copy()))
    list(engine.generate(request_for(ONE, 1), pictures, SilentReporter()))
    assert engine.figures == ()
