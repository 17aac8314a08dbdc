"""Regions as masks: centres of pixels decide, feathers lie outside."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import MotionRegion, Stroke
from mpd_studio.core.ids import RegionId
from mpd_studio.motion.rasterise import disc_mask, outline_mask, region_mask, strokes_mask

SIZE = Size(40, 30)


def points(*pairs: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(x, y) for x, y in pairs)


def test_a_rectangle_covers_the_pixels_whose_centres_it_holds():
    mask = outline_mask(points((5, 4), (15, 4), (15, 10), (5, 10)), SIZE)
    assert mask[4:10, 5:15].all()
    assert mask.sum() == 60


def test_an_outline_may_leave_the_canvas():
    mask = outline_mask(points((-10, -10), (5.6, -10), (5.6, 100), (-10, 100)), SIZE)
    assert mask[:, :6].all()
    assert mask.sum() == 6 * 30


def test_direction_does_not_matter_and_overlaps_stay_inside():
    loop = points((5, 5), (25, 5), (25, 20), (5, 20))
    np.testing.assert_array_equal(outline_mask(loop, SIZE), outline_mask(loop[::-1], SIZE))
    assert outline_mask(loop + loop, SIZE)[10, 10] == 1


def test_a_polygon_has_its_area():
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    mask = outline_mask(tuple(Point(20 + 11 * np.cos(a), 15 + 11 * np.sin(a)) for a in angles), SIZE)
    assert mask.sum() == pytest.approx(np.pi * 121, rel=0.03)


def test_the_feather_lies_outside_and_ends():
    region = MotionRegion(RegionId("r"), outline=points((10, 10), (20, 10), (20, 20), (10, 20)), feather=4)
    mask = region_mask(region, SIZE)
    assert mask[10:20, 10:20].min() == 1
    falling = mask[15, 20:26]
    assert np.all(np.diff(falling) <= 0)
    assert falling[0] == pytest.approx(0.8)
    assert falling[4] == 0


def test_no_feather_is_a_hard_edge():
    region = MotionRegion(RegionId("r"), outline=points((10, 10), (20, 10), (20, 20), (10, 20)), feather=0)
    assert set(np.unique(region_mask(region, SIZE))) == {0.0, 1.0}


def test_a_stroke_has_its_width_and_round_ends():
    mask = strokes_mask((Stroke(points((10, 15), (30, 15)), width=6),), SIZE)
    assert mask[12:18, 10:30].all()
    assert not mask[11, 20]
    assert mask[15, 8]
    assert not mask[15, 6]


def test_a_soft_stroke_falls_from_its_middle():
    mask = strokes_mask((Stroke(points((5, 15.5), (35, 15.5)), width=10, softness=1),), SIZE)
    column = mask[:, 20]
    assert column[15] == 1
    assert column[17] == pytest.approx(0.6)
    assert column[20] == pytest.approx(0, abs=1e-6)


def test_a_single_dab_is_a_dot():
    mask = strokes_mask((Stroke(points((20.5, 15.5)), width=8),), SIZE)
    assert mask.sum() == pytest.approx(np.pi * 16, rel=0.1)


def test_a_disc_reaches_its_radius():
    mask = disc_mask(Point(20.5, 15.5), 10, SIZE)
    assert mask[15, 20] == 1
    assert mask[15, 28] == 1
    assert mask[15, 31] == 0
