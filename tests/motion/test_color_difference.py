"""CIEDE2000 against the published pairs, and CIELAB of known colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.motion.color_difference import ciede2000, lab_of


@pytest.mark.parametrize(
    ("first", "other", "difference"),
    [  # of the test data that Sharma, Wu and Dalal published with their paper
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
        ((50, 2.8361, -74.0200), (50, 0, -82.7485), 3.4412),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_published_pairs(first: tuple[float, ...], other: tuple[float, ...], difference: float) -> None:
    assert ciede2000(np.array(first), np.array(other)) == pytest.approx(difference, abs=5e-5)
    assert ciede2000(np.array(other), np.array(first)) == pytest.approx(difference, abs=5e-5)


_LAB = st.tuples(st.floats(0, 100), st.floats(-100, 100), st.floats(-100, 100))


@given(_LAB)
def test_a_colour_does_not_differ_from_itself(lab: tuple[float, ...]) -> None:
    assert ciede2000(np.array(lab), np.array(lab)) == 0


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((1, 1, 1), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((1, 0, 0), (53.24, 80.09, 67.20)),
        ((2, -1, 0), (53.24, 80.09, 67.20)),
    ],
)
def test_known_colours_of_screens(rgb: tuple[float, ...], lab: tuple[float, ...]) -> None:
    np.testing.assert_allclose(lab_of(np.array(rgb)), lab, atol=0.01)
