"""What one frame hides takes the motion of what looks like it near by."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.hidden import with_hidden_filled

HEIGHT, WIDTH = 90, 160
LEFT, RIGHT = (6.0, -2.0), (-4.0, 1.0)
_CLOSE = 0.5  # the two motions are 10 px apart
RED, BLUE = (200, 40, 40), (40, 40, 200)


def halves(one: tuple[float, ...], other: tuple[float, ...], dtype: type, edge: int = 80) -> np.ndarray:
    """(h, w, n): one on the left of `edge`, the other from there on."""
    made = np.empty((HEIGHT, WIDTH, len(one)), dtype)
    made[:, :edge], made[:, edge:] = one, other
    return made


def test_what_is_trusted_stays_and_what_is_not_takes_the_motion_of_its_color() -> None:
    flow, picture = halves(LEFT, RIGHT, np.float32), halves(RED, BLUE, np.uint8)
    trust = np.ones((HEIGHT, WIDTH), np.float32)
    hidden = slice(60, 100)  # on both sides of the edge
    trust[:, hidden] = 0.0
    broken = flow.copy()
    broken[:, hidden] = (30.0, 30.0)
    filled = with_hidden_filled(broken, trust, picture)
    assert filled.dtype == np.float32
    np.testing.assert_allclose(filled[:, :58], flow[:, :58], atol=1e-5)
    np.testing.assert_allclose(filled[:, 102:], flow[:, 102:], atol=1e-5)
    np.testing.assert_allclose(filled[:, 62:78], flow[:, 62:78], atol=_CLOSE)
    np.testing.assert_allclose(filled[:, 82:98], flow[:, 82:98], atol=_CLOSE)


def test_of_two_motions_the_commoner_is_taken_and_not_their_mean() -> None:
    flow, picture = halves(LEFT, RIGHT, np.float32), halves(RED, RED, np.uint8)
    trust = np.ones((HEIGHT, WIDTH), np.float32)
    trust[40:50, 60:72] = 0.0  # well within the left
    broken = flow.copy()
    broken[40:50, 60:72] = 0.0
    filled = with_hidden_filled(broken, trust, picture)
    np.testing.assert_allclose(filled[42:48, 62:70], flow[42:48, 62:70], atol=_CLOSE)


def test_where_all_or_nothing_is_trusted_the_flow_stays() -> None:
    flow, picture = halves(LEFT, RIGHT, np.float32), halves(RED, BLUE, np.uint8)
    for trust in (0.0, 1.0):
        np.testing.assert_array_equal(
            with_hidden_filled(flow, np.full((HEIGHT, WIDTH), trust, np.float32), picture), flow
        )


def test_what_is_too_far_from_all_trusted_motion_keeps_its_own() -> None:
    flow, picture = halves(LEFT, LEFT, np.float32), halves(RED, RED, np.uint8)
    trust = np.zeros((HEIGHT, WIDTH), np.float32)
    trust[:, :4] = 1.0
    flow[:, 100:] = (9.0, 9.0)  # more than 64 px from there
    np.testing.assert_allclose(with_hidden_filled(flow, trust, picture)[:, 104:], flow[:, 104:], atol=1e-5)


def test_what_is_handed_over_is_not_written_to() -> None:
    flow, picture = halves(LEFT, RIGHT, np.float32), halves(RED, BLUE, np.uint8)
    trust = halves((0.0,), (1.0,), np.float32, edge=30)[..., 0]
    before = flow.copy(), trust.copy()
    with_hidden_filled(flow, trust, picture)
    np.testing.assert_array_equal(flow, before[0])
    np.testing.assert_array_equal(trust, before[1])
