"""Dense motion over time that obeys paths and regions."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import LINEAR, Guidance, MotionPath, MotionRegion, PathPoint, RegionMode
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.motion.densify import displacements
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.layers import build_holds
from mpd_studio.motion.paths import positions
from mpd_studio.motion.pieces import build_pieces

HEIGHT, WIDTH = 60, 90
TIMES = np.array([0.0, 0.25, 0.5, 1.0])
PATH = MotionPath(
    PathId("p"),
    (PathPoint(0, Point(30.5, 30.5)), PathPoint(0.5, Point(45.5, 15.5)), PathPoint(1, Point(60.5, 30.5))),
    radius=12,
)


def even_field(x: float, y: float) -> MotionField:
    flow = np.tile(np.array([x, y], np.float32), (HEIGHT, WIDTH, 1))
    trust = np.ones((HEIGHT, WIDTH), np.float32)
    return MotionField(flow, -flow, trust, trust)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def test_without_guidance_motion_is_even():
    dense = displacements(even_field(8, -4), (), None, Guidance(), TIMES)
    assert dense.shape == (4, HEIGHT, WIDTH, 2)
    np.testing.assert_allclose(dense[1, 10, 10], (2, -1))


def test_inside_its_radius_the_path_is_law():
    guidance = Guidance((PATH,))
    pieces = build_pieces(guidance, (noise(1), noise(2)), even_field(0, 0))
    dense = displacements(even_field(0, 0), pieces, None, guidance, TIMES)
    moved = positions(PATH, LINEAR, TIMES) - (30.5, 30.5)
    np.testing.assert_allclose(dense[:, 30, 30], moved, atol=1e-4)
    np.testing.assert_allclose(dense[:, 24, 33], moved, atol=1e-4)
    assert np.all(dense[:, 5, 80] == 0)


def test_still_regions_do_not_move():
    corners = (Point(5, 5), Point(25, 5), Point(25, 25), Point(5, 25))
    region = MotionRegion(RegionId("r"), mode=RegionMode.STILL, outline=corners, feather=0)
    guidance = Guidance(regions=(region,))
    holds = build_holds(guidance, Size(WIDTH, HEIGHT))
    dense = displacements(even_field(8, 0), (), holds, guidance, TIMES)
    assert np.all(dense[:, 5:25, 5:25] == 0)
    np.testing.assert_allclose(dense[3, 40, 40], (8, 0))
