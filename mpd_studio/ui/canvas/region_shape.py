"""A motion region as a shape on the canvas: hit tests and edits of outlines and strokes.

Pure functions on values; positions are canvas pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mpd_studio.core.geometry import Point, Rect
from mpd_studio.core.guidance import MotionRegion, Stroke


def as_array(points: Sequence[Point]) -> np.ndarray:
    """(n, 2) float64 of x, y."""
    return np.array([(point.x, point.y) for point in points], np.float64).reshape(-1, 2)


def contains(region: MotionRegion, point: Point) -> bool:
    """Is the point inside the outline (even-odd rule) or under a stroke?"""
    if region.outline:
        return _inside(as_array(region.outline), point)
    return stroke_at(region, point) is not None


def stroke_at(region: MotionRegion, point: Point, reach: float = 0.0) -> int | None:
    """The index of the newest stroke under a point."""
    for index in range(len(region.strokes) - 1, -1, -1):
        stroke = region.strokes[index]
        if distance_to_line(as_array(stroke.points), point) <= max(stroke.width / 2, reach):
            return index
    return None


def edge_at(region: MotionRegion, point: Point, reach: float) -> int | None:
    """The index of the outline's edge (from that corner to the next) nearest to a point within reach."""
    if not region.outline:
        return None
    corners = as_array(region.outline)
    distances = _distances(corners, np.roll(corners, -1, axis=0), point)
    best = int(distances.argmin())
    return best if distances[best] <= reach else None


def distance_to_line(corners: np.ndarray, point: Point) -> float:
    """From a point to a line of (n, 2) corners, n >= 1."""
    if len(corners) == 1:
        return float(np.hypot(corners[0, 0] - point.x, corners[0, 1] - point.y))
    return float(_distances(corners[:-1], corners[1:], point).min())


def bounds(region: MotionRegion) -> Rect:
    """The rectangle around the region, without its feather."""
    if region.outline:
        corners = as_array(region.outline)
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        return Rect(float(left), float(top), float(right), float(bottom))
    boxes = np.array([_stroke_box(stroke) for stroke in region.strokes]).reshape(-1, 4)
    if not len(boxes):
        return Rect(0.0, 0.0, 0.0, 0.0)  # a mask picture is not drawn on the canvas
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    return Rect(float(left), float(top), float(right), float(bottom))


def moved_region(region: MotionRegion, by: Point) -> MotionRegion:
    return replace(
        region,
        outline=tuple(point + by for point in region.outline),
        strokes=tuple(replace(s, points=tuple(point + by for point in s.points)) for s in region.strokes),
    )


def with_corner_at(region: MotionRegion, index: int, position: Point) -> MotionRegion:
    outline = list(region.outline)
    outline[index] = position
    return replace(region, outline=tuple(outline))


def with_corner(region: MotionRegion, edge: int, position: Point) -> MotionRegion:
    """One more corner on an edge; its index is edge + 1."""
    return replace(region, outline=(*region.outline[: edge + 1], position, *region.outline[edge + 1 :]))


def without_corner(region: MotionRegion, index: int) -> MotionRegion:
    """Raises ValueError where fewer than three corners would be left."""
    return replace(region, outline=(*region.outline[:index], *region.outline[index + 1 :]))


def rectangle(a: Point, b: Point) -> tuple[Point, ...]:
    return (a, Point(b.x, a.y), b, Point(a.x, b.y))


def simplified(points: Sequence[Point], tolerance: float) -> tuple[Point, ...]:
    """The line with fewer points, none of the dropped ones farther than `tolerance` from it (Douglas and Peucker)."""
    if len(points) < 3:
        return tuple(points)
    corners = as_array(points)
    keep = np.zeros(len(corners), bool)
    keep[[0, -1]] = True
    open_pieces = [(0, len(corners) - 1)]
    while open_pieces:
        first, last = open_pieces.pop()
        if last - first < 2:
            continue
        chord = corners[[first, last]]
        inner = corners[first + 1 : last]
        distances = _distances_of(inner, chord[0], chord[1])
        farthest = int(distances.argmax())
        if distances[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            open_pieces += [(first, middle), (middle, last)]
    return tuple(point for point, kept in zip(points, keep, strict=True) if kept)


def _inside(corners: np.ndarray, point: Point) -> bool:
    x, y = corners.T
    x2, y2 = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > point.y) != (y2 > point.y)
    if not crosses.any():
        return False
    x, y, x2, y2 = x[crosses], y[crosses], x2[crosses], y2[crosses]
    return bool(np.count_nonzero(point.x < x + (point.y - y) / (y2 - y) * (x2 - x)) % 2)


def _distances(starts: np.ndarray, stops: np.ndarray, point: Point) -> np.ndarray:
    """(n,): from one point to each of n pieces of line."""
    at = np.array([point.x, point.y])
    steps = stops - starts
    squared = np.maximum((steps**2).sum(axis=1), 1e-12)
    along = np.clip(((at - starts) * steps).sum(axis=1) / squared, 0.0, 1.0)
    return np.hypot(*(at - starts - along[:, None] * steps).T)


def _distances_of(points: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """(n,): from each of n points to one piece of line."""
    step = stop - start
    squared = max(float((step**2).sum()), 1e-12)
    along = np.clip(((points - start) @ step) / squared, 0.0, 1.0)
    return np.hypot(*(points - start - along[:, None] * step).T)


def _stroke_box(stroke: Stroke) -> tuple[float, float, float, float]:
    corners = as_array(stroke.points)
    half = stroke.width / 2
    (left, top), (right, bottom) = corners.min(axis=0) - half, corners.max(axis=0) + half
    return left, top, right, bottom
