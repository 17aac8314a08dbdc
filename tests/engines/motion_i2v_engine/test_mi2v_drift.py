"""The figures of long clips: drift from the picture, and how two windows' renderings of a frame differ."""

from __future__ import annotations

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest

from mpd_studio.core.figures import Figure
from mpd_studio.engines.motion_i2v.drift import DriftWatch, Step, step_between, window_figures
from mpd_studio.motion.clip_field import ClipField
from tests.engines.moving_scenes import texture

WORLD = texture(128, 256, 3).astype(np.float32) / 255
FRAMES = 20


def true_frame(frame: int) -> np.ndarray:
    return WORLD[:, 100 - 2 * frame : 228 - 2 * frame].copy()


def motion() -> ClipField:
    px = np.zeros((FRAMES, 128, 128, 2), np.float32)
    px[..., 0] = 2 * np.arange(FRAMES)[:, None, None]
    return ClipField(px)


def drift(change) -> Figure:
    watch = DriftWatch(true_frame(0), motion())
    for frame in range(1, FRAMES):
        watch.look(frame, change(true_frame(frame), frame / (FRAMES - 1)))
    (figure,) = watch.figures
    return figure


def test_a_clip_that_keeps_the_pictures_colours_and_detail_is_not_warned_of() -> None:
    figure = drift(lambda picture, time: picture)
    assert figure.id == "drift"
    assert figure.values[0] < 1.5
    assert figure.values[1] < 1.5
    assert figure.values[2] == pytest.approx(1, abs=0.1)
    assert not figure.warning


def test_colours_that_drift_are_measured_and_warned_of() -> None:
    figure = drift(lambda picture, time: picture + np.array([0.2, 0, -0.1], np.float32) * np.float32(time))
    assert figure.values[0] < 3
    assert figure.values[1] > 6
    assert figure.values[4:] == (figure.values[1], FRAMES - 1)
    assert f"frame {FRAMES - 1}" in figure.warning
    assert "fewer frames" in figure.warning
    other = drift(lambda picture, time: picture + np.array([0.2, 0, -0.1], np.float32))
    assert "prompt, seed or size" in other.warning


def test_detail_that_is_lost_is_measured_and_warned_of() -> None:
    figure = drift(lambda picture, time: cv2.GaussianBlur(picture, (0, 0), 0.01 + 3 * time))
    assert figure.values[3] < 0.5
    assert "softer" in figure.warning
    noisy = np.random.default_rng(1).normal(0, 0.2, (128, 128, 3)).astype(np.float32)
    assert "rougher" in drift(lambda picture, time: picture + time * noisy).warning


def test_what_the_picture_does_not_show_of_a_frame_is_not_compared() -> None:
    def marked(picture: np.ndarray, time: float) -> np.ndarray:
        picture[:, : int(time * 2 * (FRAMES - 1))] = (0, 1, 0)
        return picture

    assert not drift(marked).warning
    gone = ClipField(np.concatenate([np.zeros((1, 128, 128, 2)), np.full((1, 128, 128, 2), 500.0)]).astype(np.float32))
    watch = DriftWatch(true_frame(0), gone)
    watch.look(1, true_frame(1))
    assert watch.figures == ()


def test_hidden_pixels_are_not_compared_either() -> None:
    px = np.zeros((2, 128, 128, 2), np.float32)
    px[1, :, 64:] = np.nan
    watch, made = DriftWatch(true_frame(0), ClipField(px)), true_frame(0)
    made[:, 64:] = (0, 1, 0)
    watch.look(1, made)
    assert watch.figures[0].values[0] < 0.5


def test_windows_are_warned_of_where_they_differ_and_not_where_they_agree() -> None:
    one = true_frame(0)
    alike = window_figures([(8, step_between(one, one)), (18, step_between(one, one))])[0]
    assert alike.values == (0, 1, 8)
    assert not alike.warning
    assert "3 windows" in alike.text
    apart = window_figures([(8, step_between(one, one)), (18, step_between(one + np.float32(0.1), one))])[0]
    assert apart.values[0] > 3
    assert "frame 18" in apart.warning
    soft = window_figures([(8, step_between(cv2.GaussianBlur(one, (0, 0), 3), one))])[0]
    assert soft.warning
    assert window_figures([]) == ()
    assert Step(0, 0.5).lacks == "softer"
