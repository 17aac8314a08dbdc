"""Trust in two flows that are held against each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mpd_studio.motion.flow import trust


def test_trust_falls_with_the_way_between_there_and_back() -> None:
    there = np.zeros((20, 30, 2), np.float32)
    there[..., 0] = 4
    for off in (0.0, 0.6, 2.0):
        back = -there
        back[..., 1] += off
        expected = np.exp(-((off / (1 + 0.05 * 4)) ** 2))
        np.testing.assert_allclose(trust(there, back), expected, atol=1e-4)


def test_trust_is_the_same_to_the_bit_beside_other_work() -> None:
    noise = np.random.default_rng(1).normal(size=(2, 270, 480, 2)).astype(np.float32)
    alone = trust(*noise)
    with ThreadPoolExecutor(2) as pool:
        beside = list(pool.map(lambda _: np.array_equal(trust(*noise), alone), range(100)))
    assert all(beside)
