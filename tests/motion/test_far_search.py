from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.geometry import Point
from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.far_search import far_search
from tests.engines.moving_scenes import Ball, texture

HEIGHT, WIDTH, RADIUS = 270, 480, 27
RIGHT, DOWN = 90, 30
PLACE_PX = 8  # of the small pictures that are compared


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_small_thing_that_jumps_far_is_found_to_about_a_place(seed: int) -> None:
    world, ball = texture(HEIGHT, WIDTH, seed), Ball(RADIUS, seed + 50)
    first, last = ball.over(world, Point(120, 100)), ball.over(world, Point(120 + RIGHT, 100 + DOWN))
    found = far_search(appearance(first), appearance(last))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    inside = np.hypot(x - 119.5, y - 99.5) < RADIUS - 6
    off = np.hypot(found[..., 0] - RIGHT, found[..., 1] - DOWN)
    assert np.median(off[inside]) < 1.5 * PLACE_PX  # windows of 5 × 5 places are off by 23 to 94


def test_what_stands_is_not_talked_into_a_motion() -> None:
    world = texture(HEIGHT, WIDTH, 5)
    found = far_search(appearance(world), appearance(world))
    assert np.abs(found).max() == 0
