"""Sizes, points and rectangles, and the one rule of coordinates.

Points are in canvas pixels: origin top-left, x right, y down, and the centre of the first pixel is (0.5, 0.5).
An array index (row, column) therefore lies at Point(column + 0.5, row + 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels; always (width, height), whatever a library prefers."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"A size needs at least one pixel each way, got {self.width} × {self.height}.")

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


@dataclass(frozen=True, slots=True)
class Point:
    """A place in canvas pixels."""

    x: float
    y: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.x) and math.isfinite(self.y)):
            raise ValueError("A point needs finite coordinates.")

    def __add__(self, other: Point) -> Point:
        return Point(self.x + other.x, self.y + other.y)

    def __sub__(self, other: Point) -> Point:
        return Point(self.x - other.x, self.y - other.y)

    def scaled(self, x: float, y: float) -> Point:
        return Point(self.x * x, self.y * y)

    def distance_to(self, other: Point) -> float:
        return math.hypot(self.x - other.x, self.y - other.y)


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open rectangle in canvas pixels: [left, right) × [top, bottom)."""

    left: float
    top: float
    right: float
    bottom: float

    def contains(self, point: Point) -> bool:
        return self.left <= point.x < self.right and self.top <= point.y < self.bottom


def rect_of(size: Size) -> Rect:
    return Rect(0.0, 0.0, float(size.width), float(size.height))
