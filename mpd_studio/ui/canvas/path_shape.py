"""A motion path as a shape on the canvas: its curve, the nearest point on it, and edits of its points.

Pure functions on values; positions are canvas pixels.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import LINEAR, Boundary, MotionPath, PathPoint
from mpd_studio.core.ids import PathId
from mpd_studio.motion.paths import positions

_SAMPLES_PER_PIECE = 32
_CLOSEST_TIMES = 0.004  # two points of a path stay at least this far apart in time


def curve(path: MotionPath) -> tuple[np.ndarray, np.ndarray]:
    """The curve without easings: its parameter (n,) from 0 to 1, and its points (n, 2). Goes through every point."""
    knots = [point.time for point in path.points]
    pieces = [np.linspace(a, b, _SAMPLES_PER_PIECE, endpoint=False) for a, b in itertools.pairwise(knots)]
    parameter = np.append(np.concatenate(pieces), 1.0)
    return parameter, positions(replace(path, easing=LINEAR), LINEAR, parameter)


def nearest(path: MotionPath, point: Point) -> tuple[float, float]:
    """(time, distance): the curve's parameter nearest to a point, and how far it is in canvas pixels."""
    parameter, corners = curve(path)
    starts, steps = corners[:-1], np.diff(corners, axis=0)
    squared = np.maximum((steps**2).sum(axis=1), 1e-12)
    to_point = np.array([point.x, point.y]) - starts
    along = np.clip((to_point * steps).sum(axis=1) / squared, 0.0, 1.0)
    distance = np.hypot(*(to_point - along[:, None] * steps).T)
    best = int(distance.argmin())
    time = parameter[best] + along[best] * (parameter[best + 1] - parameter[best])
    return float(time), float(distance[best])


def new_path(path_id: PathId, on: Boundary, drawn: Point, other: Point, radius: float) -> MotionPath:
    """A path of two anchors. drawn: on the boundary frame `on`; other: proposed on the opposite one."""
    start, end = (drawn, other) if on is Boundary.FIRST else (other, drawn)
    return MotionPath(path_id, (PathPoint(0.0, start), PathPoint(1.0, end)), radius=radius)


def with_point(path: MotionPath, time: float, position: Point) -> tuple[MotionPath, int]:
    """The path with one more point, and its index.

    Raises:
        ValueError: the points around that time are too close to each other for one between them.
    """
    index = next((i for i, point in enumerate(path.points) if point.time > time), len(path.points) - 1)
    index = max(1, index)
    low, high = path.points[index - 1].time + _CLOSEST_TIMES, path.points[index].time - _CLOSEST_TIMES
    if low > high:
        raise ValueError("The points of this path are too close in time for another one between them.")
    point = PathPoint(min(max(time, low), high), position)
    return replace(path, points=(*path.points[:index], point, *path.points[index:])), index


def without_point(path: MotionPath, index: int) -> MotionPath:
    """The path without one of its points between the anchors.

    Raises:
        ValueError: the point is an anchor.
    """
    if not 0 < index < len(path.points) - 1:
        raise ValueError("An anchor belongs to its path; delete the path instead.")
    return replace(path, points=(*path.points[:index], *path.points[index + 1 :]))


def with_point_at(path: MotionPath, index: int, position: Point) -> MotionPath:
    """The path with one of its points elsewhere, at the same time."""
    points = list(path.points)
    points[index] = replace(points[index], position=position)
    return replace(path, points=tuple(points))


def moved_path(path: MotionPath, by: Point) -> MotionPath:
    return replace(path, points=tuple(replace(p, position=p.position + by) for p in path.points))


def anchor_index(path: MotionPath, on: Boundary) -> int:
    return 0 if on is Boundary.FIRST else len(path.points) - 1


def constrained(origin: Point, point: Point) -> Point:
    """The point turned around the origin to the nearest multiple of 45 degrees, at the same distance along it."""
    step = math.pi / 4
    angle = round(math.atan2(point.y - origin.y, point.x - origin.x) / step) * step
    along = (point.x - origin.x) * math.cos(angle) + (point.y - origin.y) * math.sin(angle)
    return Point(origin.x + along * math.cos(angle), origin.y + along * math.sin(angle))
