from __future__ import annotations

import math

import pytest
from easel import straight_path
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import LINEAR, MotionRegion, Stroke
from mpd_studio.core.ids import RegionId
from mpd_studio.motion.paths import position
from mpd_studio.ui.canvas.path_shape import constrained, curve, nearest, with_point, without_point
from mpd_studio.ui.canvas.region_shape import bounds, contains, edge_at, simplified, stroke_at

places = st.builds(Point, st.floats(-500, 2500), st.floats(-500, 1500))


@given(places, places, st.lists(places, max_size=4), st.floats(0, 1))
def test_the_nearest_time_of_a_point_on_the_curve_is_a_point_at_its_place(
    start: Point, end: Point, between: list[Point], time: float
) -> None:
    times = [(i + 1) / (len(between) + 1) for i in range(len(between))]
    path = straight_path(start, end, *zip(times, between, strict=True))
    on_curve = position(path, LINEAR, time)
    found, distance = nearest(path, on_curve)
    reach = max(start.distance_to(end), *(p.distance_to(start) for p in [*between, end]), 1.0)
    assert distance <= 0.01 * reach
    assert position(path, LINEAR, found).distance_to(on_curve) <= 0.02 * reach


def test_the_curve_goes_through_every_point() -> None:
    path = straight_path(Point(0, 0), Point(100, 0), (0.25, Point(20, 40)))
    parameter, corners = curve(path)
    assert (parameter[0], parameter[-1]) == (0.0, 1.0)
    for x, y in ((0, 0), (20, 40), (100, 0)):
        assert min(math.hypot(cx - x, cy - y) for cx, cy in corners) < 1e-9


def test_points_too_close_in_time_leave_no_room_for_another() -> None:
    path = straight_path(Point(0, 0), Point(100, 0), (0.5, Point(50, 0)), (0.503, Point(51, 0)))
    with pytest.raises(ValueError, match="too close"):
        with_point(path, 0.501, Point(50, 10))
    longer, index = with_point(path, 1.0, Point(99, 0))
    assert (index, len(longer.points)) == (3, 5)
    assert longer.points[3].time < 1.0


def test_anchors_cannot_be_taken_from_their_path() -> None:
    path = straight_path(Point(0, 0), Point(100, 0), (0.5, Point(50, 0)))
    assert len(without_point(path, 1).points) == 2
    for anchor in (0, 2):
        with pytest.raises(ValueError, match="anchor"):
            without_point(path, anchor)


@given(places, places)
def test_constrained_lines_are_straight_or_diagonal_and_near(origin: Point, point: Point) -> None:
    turned = constrained(origin, point)
    across, down = abs(turned.x - origin.x), abs(turned.y - origin.y)
    assert min(across, down, abs(across - down)) < 1e-6 * max(1.0, origin.distance_to(point)) + 1e-6
    assert turned.distance_to(point) <= origin.distance_to(point) * math.sin(math.pi / 8) + 1e-6


@given(st.lists(places, min_size=3, max_size=60), st.floats(0.1, 50))
def test_a_simplified_line_stays_within_the_tolerance(points: list[Point], tolerance: float) -> None:
    fewer = simplified(points, tolerance)
    assert (fewer[0], fewer[-1]) == (points[0], points[-1])
    shape = MotionRegion(RegionId("line"), strokes=(Stroke(fewer, 2 * tolerance + 1e-6),))
    assert all(stroke_at(shape, point) == 0 for point in points)


def test_inside_edges_and_bounds_of_an_outline_with_a_notch() -> None:
    outline = tuple(Point(x, y) for x, y in ((0, 0), (10, 0), (10, 10), (5, 3), (0, 10)))
    region = MotionRegion(RegionId("notch"), outline=outline)
    assert contains(region, Point(5, 2))
    assert contains(region, Point(1, 7))
    assert not contains(region, Point(5, 8))
    assert edge_at(region, Point(10.4, 5), 1.0) == 1
    assert edge_at(region, Point(14, 5), 1.0) is None
    assert (bounds(region).right, bounds(region).bottom) == (10, 10)


def test_the_newest_stroke_under_a_point_is_found() -> None:
    below, above = Stroke((Point(0, 0), Point(20, 0)), 4), Stroke((Point(10, -10), Point(10, 10)), 4)
    region = MotionRegion(RegionId("cross"), strokes=(below, above))
    assert stroke_at(region, Point(10, 0)) == 1
    assert stroke_at(region, Point(3, 1)) == 0
    assert stroke_at(region, Point(3, 3)) is None
