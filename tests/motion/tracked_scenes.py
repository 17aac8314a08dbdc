"""Rendered clips whose every pixel's way from the first frame is known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2  # noqa: TID253 - it draws them
import numpy as np

from mpd_studio.core.geometry import Point
from tests.engines.moving_scenes import Ball, texture

HEIGHT, WIDTH = 108, 192
_RADIUS = 16
_PAN = 1.2


@dataclass(frozen=True)
class TrackedScene:
    """frames: (h, w, 3) uint8, the first one first. ways: (h, w, 2) from it to each later one. seen: (h, w) bool."""

    frames: list[np.ndarray]
    ways: list[np.ndarray]
    seen: list[np.ndarray]


def turning(later: int) -> TrackedScene:
    """The camera turns, comes nearer and goes by: nothing is hidden but by leaving the picture."""
    world = texture(2 * HEIGHT, 2 * WIDTH, 1)
    matrices = [_camera(time) for time in range(later + 1)]
    frames = [_seen_by(world, matrix) for matrix in matrices]
    here = np.dstack([*np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)), np.ones((HEIGHT, WIDTH))])
    ways = [(here @ (matrix @ np.linalg.inv(matrices[0])).T)[..., :2] - here[..., :2] for matrix in matrices[1:]]
    return TrackedScene(frames, ways, [_inside(way) for way in ways])


def covering(later: int) -> TrackedScene:
    """A ball crosses a panning picture, hides what is behind it and sets it free again."""
    world, ball = texture(HEIGHT, WIDTH + 80, 2), Ball(_RADIUS, 3)
    places = [Point(30 + 130 * time / later, 54 + 12 * np.sin(3 * time / later)) for time in range(later + 1)]
    frames = [
        ball.over(_seen_by(world, np.array([[1, 0, -_PAN * time], [0, 1, 0], [0, 0, 1.0]])), place)
        for time, place in enumerate(places)
    ]
    on_ball = _disc(places[0])
    ways, seen = [], []
    for time, place in enumerate(places[1:], 1):
        way = np.zeros((HEIGHT, WIDTH, 2))
        way[..., 0] = -_PAN * time
        way[on_ball] = (place.x - places[0].x, place.y - places[0].y)
        ways.append(way)
        seen.append(_inside(way) & (on_ball | ~_disc(place, way)))
    return TrackedScene(frames, ways, seen)


def _camera(time: float) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((WIDTH, HEIGHT), 0.5 * time, 1 + 0.006 * time)
    matrix[:, 2] -= (WIDTH / 2 - time, HEIGHT / 2 + 0.3 * time)
    return np.vstack([matrix, [0, 0, 1]])


def _seen_by(world: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    return cv2.warpAffine(world, matrix[:2], (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def _inside(way: np.ndarray) -> np.ndarray:
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    x, y = x + way[..., 0], y + way[..., 1]
    return (x >= 0) & (y >= 0) & (x <= WIDTH - 1) & (y <= HEIGHT - 1)


def _disc(place: Point, way: np.ndarray | None = None) -> np.ndarray:
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float64), np.arange(HEIGHT, dtype=np.float64))
    if way is not None:
        x, y = x + way[..., 0], y + way[..., 1]
    return np.hypot(x + 0.5 - place.x, y + 0.5 - place.y) < _RADIUS
