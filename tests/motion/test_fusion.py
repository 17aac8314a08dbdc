"""Choosing one of several motions for each pixel."""

from __future__ import annotations

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest

from mpd_studio.motion.appearance import appearance, difference_along
from mpd_studio.motion.fusion import GuidedFilter, fuse
from mpd_studio.motion.luminance import grey


def moved(height: int, width: int, right: float, down: float) -> np.ndarray:
    return np.full((height, width, 2), (right, down), np.float32)


@pytest.fixture(scope="module")
def world() -> np.ndarray:
    """(160, 200, 3) uint8, textured, in three colours that differ."""
    noise = np.random.default_rng(3).normal(0, 1, (160, 200, 3)).astype(np.float32)
    return np.clip(128 + 120 * cv2.GaussianBlur(noise, (0, 0), 1.5), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(90, 120), (91, 121), (60, 81)])
def test_each_part_gets_the_motion_that_it_has(world: np.ndarray, size: tuple[int, int]) -> None:
    height, width = size
    first = world[20 : 20 + height, 20 : 20 + width]
    last = first.copy()
    half = width // 2
    last[:, half:] = world[20 : 20 + height, 14 + half : 14 + width]  # the right half moves 6 px to the right
    motions = [moved(*size, 0, 0), moved(*size, 6, 0), moved(*size, -3, 8)]
    chosen = fuse(grey(first), appearance(first), appearance(last), motions, [0.0, 0.0, 0.0])
    assert chosen.dtype == np.float32
    assert (chosen[:, : half - 4] == 0).all(axis=2).mean() > 0.97
    assert (chosen[:, half + 4 : -7] == (6, 0)).all(axis=2).mean() > 0.97


def test_where_nothing_tells_motions_apart_the_plainer_one_wins() -> None:
    flat = np.full((40, 60, 3), 90, np.uint8)
    motions = [moved(40, 60, 2, 0), moved(40, 60, 0, 0), moved(40, 60, 0, 3)]
    chosen = fuse(grey(flat), appearance(flat), appearance(flat), motions, [4.0, 0.5, 5.0])
    assert (chosen == 0).all()


def test_a_way_off_the_picture_costs_half_of_the_most(world: np.ndarray) -> None:
    first, last = appearance(world[:40, :60]), appearance(world[60:100, :60])
    cost = difference_along(first, last, moved(40, 60, 30, 0))
    assert (cost[:, 30:] == 30).all()
    assert (cost[:, :30] != 30).all()


def test_lines_of_a_coarse_guide_smooth_within_the_edges_of_the_fine_one() -> None:
    guide = np.zeros((60, 80), np.float32)
    guide[:, 40:] = 200
    plane = np.where(guide > 0, 9, 1) + np.random.default_rng(1).normal(0, 1, guide.shape)
    coarse = [cv2.resize(each.astype(np.float32), (40, 30), interpolation=cv2.INTER_AREA) for each in (guide, plane)]
    slope, level = (cv2.resize(each, (80, 60)) for each in GuidedFilter(coarse[0], 2).lines(coarse[1]))
    smooth = slope * guide + level
    assert np.abs(smooth - np.where(guide > 0, 9, 1)).max() < 1
