"""The turn and growth of a piece between both ends of its path."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mpd_studio.core.geometry import Point
from mpd_studio.motion.pieces import looked_up
from mpd_studio.motion.similarity import Similarity, fit_similarity
from mpd_studio.motion.warp import grid

CENTRE = Point(100.5, 80.5)


def textured() -> np.ndarray:
    """(160, 200) float32 in 8-bit values."""
    import cv2

    noise = cv2.GaussianBlur(np.random.default_rng(3).random((160, 200)).astype(np.float32), (0, 0), 3)
    return (noise - noise.min()) / (noise.max() - noise.min()) * np.float32(255)


def moved(picture: np.ndarray, similarity: Similarity) -> np.ndarray:
    """The picture turned and grown about CENTRE, then shifted by the offset."""
    import cv2

    matrix, centre = similarity.matrix(), np.array([CENTRE.x - 0.5, CENTRE.y - 0.5])
    affine = np.column_stack([matrix, centre + similarity.offset - matrix @ centre])
    return cv2.warpAffine(picture, affine, (200, 160))


@pytest.mark.parametrize(
    ("angle", "scale", "offset"), [(0.0, 1.0, (0.0, 0.0)), (0.4, 1.2, (1.5, -2.0)), (-0.9, 0.75, (-2.0, 1.0))]
)
def test_turn_growth_and_offset_are_found(angle: float, scale: float, offset: tuple[float, float]) -> None:
    first = textured()
    last = moved(first, Similarity(angle, scale, offset)) * np.float32(0.8) + 10  # in another light
    found = fit_similarity(first, last, CENTRE, CENTRE, 30.0, 6.0)
    assert found.angle == pytest.approx(angle, abs=0.01)
    assert found.scale == pytest.approx(scale, abs=0.01)
    assert math.dist(found.offset, offset) < 0.1
    assert found.match > 0.99


def test_what_has_nothing_in_common_does_not_match() -> None:
    first = textured()
    found = fit_similarity(first, first[::-1, ::-1].copy(), CENTRE, Point(60.5, 40.5), 30.0, 6.0)
    assert found.match < 0.75


def test_in_a_hurry_a_good_fit_is_found_and_a_hopeless_one_left_rough() -> None:
    first = textured()
    last = moved(first, Similarity(0.4, 1.2, (1.5, -2.0)))
    found = fit_similarity(first, last, CENTRE, CENTRE, 30.0, 6.0, in_hurry=True)
    assert (found.angle, found.scale) == pytest.approx((0.4, 1.2), abs=0.02)
    assert found.match > 0.99
    other = first[::-1, ::-1].copy()
    rough = fit_similarity(first, other, CENTRE, Point(60.5, 40.5), 30.0, 6.0, in_hurry=True)
    assert rough == Similarity(match=rough.match)
    assert rough.match < 0.4


def test_flat_surroundings_match_as_far_as_their_levels_do() -> None:
    grey = np.full((160, 200), 100, np.float32)
    assert fit_similarity(grey, grey, CENTRE, CENTRE, 20.0, 4.0).match == pytest.approx(1.0)
    assert fit_similarity(grey, grey + 8, CENTRE, CENTRE, 20.0, 4.0).match == pytest.approx(0.5, abs=0.01)
    assert fit_similarity(grey, grey + 90, CENTRE, CENTRE, 20.0, 4.0).match == 0.0
    assert fit_similarity(grey, textured(), CENTRE, CENTRE, 20.0, 4.0).match == 0.0


def test_a_mask_falls_to_nothing_one_pixel_outside_of_the_picture() -> None:
    mask = np.ones((4, 6), np.float32)
    here = grid(1, 6)
    for down, expected in ((0.0, 1.0), (3.0, 1.0), (3.25, 0.75), (-0.5, 0.5), (4.0, 0.0), (-7.0, 0.0)):
        np.testing.assert_allclose(looked_up(mask, here + np.array([0, down], np.float32)), expected, atol=0.02)
    places = np.array([[[2.5, 1.5]]], np.float32)
    assert looked_up(np.arange(24, dtype=np.float32).reshape(4, 6), places)[0, 0] == pytest.approx(11.5)
