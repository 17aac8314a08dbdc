from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.geometry import Point
from mpd_studio.motion.proposal import propose_match


def scene(at: tuple[int, int], size: tuple[int, int] = (720, 1280), dtype: type = np.uint8) -> np.ndarray:
    """A soft noise background that stands still and a disc of other noise at (column, row)."""
    import cv2

    height, width = size
    noise = np.random.default_rng(1).uniform(60, 120, (height // 8, width // 8, 3)).astype(np.float32)
    picture = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    spots = np.random.default_rng(2).uniform(0, 255, (20, 20, 3)).astype(np.float32)
    disc = cv2.resize(spots, (120, 120), interpolation=cv2.INTER_CUBIC)
    rows, columns = np.mgrid[0:120, 0:120]
    inside = np.hypot(rows - 60, columns - 60) < 55
    left, top = at[0] - 60, at[1] - 60
    picture[top : top + 120, left : left + 120][inside] = disc[inside]
    values = np.clip(picture, 0, 255)
    return (
        (values / 255).astype(dtype)
        if np.issubdtype(dtype, np.floating)
        else (values * (np.iinfo(dtype).max / 255)).astype(dtype)
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize("moved", [(0, 0), (37, -21), (260, 90), (-330, 45)])
def test_a_spot_is_found_where_it_went(dtype: type, moved: tuple[int, int]) -> None:
    first, last = scene((640, 360), dtype=dtype), scene((640 + moved[0], 360 + moved[1]), dtype=dtype)
    found = propose_match(first, last, Point(632.5, 371.5), 60)
    assert found is not None
    assert found.distance_to(Point(632.5 + moved[0], 371.5 + moved[1])) < 1.5


def test_a_flat_spot_and_a_vanished_one_are_not_guessed() -> None:
    flat = np.full((180, 320, 3), 90, np.uint8)
    assert propose_match(flat, flat, Point(100, 100), 40) is None
    other = np.random.default_rng(5).integers(0, 255, (720, 1280, 3), np.uint8)
    assert propose_match(scene((640, 360)), other, Point(640, 360), 60) is None


@pytest.mark.parametrize("spot", [Point(0, 0), Point(1279.9, 719.9), Point(3, 400)])
def test_a_spot_at_the_edge_is_no_trouble(spot: Point) -> None:
    picture = scene((640, 360))
    found = propose_match(picture, picture, spot, 60)
    assert found is None or found.distance_to(spot) < 1.5
