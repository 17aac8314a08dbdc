"""Searching on down to single pixels, against motion that is known."""

from __future__ import annotations

import numpy as np
import pytest
from test_two_way_flow import world

from mpd_studio.motion.flow import dense_flow, finer
from mpd_studio.motion.luminance import grey

RIGHT, WIDE = 3, 6  # pixels that a finger moves, and its width
TALL, LEFT = slice(12, 132), 90


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thing_as_thin_as_a_finger_is_followed_only_pixel_by_pixel(seed: int) -> None:
    first, last, finger = world(seed), world(seed), world(seed + 20)[TALL, :WIDE]
    first[TALL, LEFT : LEFT + WIDE] = finger
    last[TALL, LEFT + RIGHT : LEFT + RIGHT + WIDE] = finger
    luma = grey(first), grey(last)
    found = dense_flow(*luma, refinements=2)
    inner = slice(20, 124), slice(LEFT, LEFT + WIDE)
    before, after = (
        np.mean(np.hypot(flow[inner][..., 0] - RIGHT, flow[inner][..., 1]) > 1) for flow in (found, finer(*luma, found))
    )
    assert before > 0.2
    assert after < min(0.1, before / 5)


def test_what_was_found_is_left_as_it_was() -> None:
    luma = grey(world(1)), grey(world(2))
    found = np.zeros((*luma[0].shape, 2), np.float32)
    finer(*luma, found)
    assert not found.any()
