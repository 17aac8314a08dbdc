"""Rendered sequences whose every frame is known: things that cover each other, turn, speed up and come from afar."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2  # noqa: TID253 - it draws them
import numpy as np
from moving_scenes import Ball, texture

from mpd_studio.core.geometry import Point

FRAMES = 25
WIDTH, HEIGHT = 480, 270


def crossing(seed: int) -> list[np.ndarray]:
    """A slow pan; two balls cross in front of it, the near one turning and slowing down."""
    world, near, far = texture(HEIGHT, WIDTH + 100, seed), Ball(34, seed + 1), Ball(26, seed + 2)

    def at(time: float) -> np.ndarray:
        behind = _shifted(world, 60 * time, 0)
        behind = far.over(behind, Point(400 - 300 * time, 110 + 60 * time))
        return near.over(behind, Point(70 + 420 * time - 160 * time * time, 160 - 40 * time), 1.5 * time)

    return _frames(at)


def thrown(seed: int) -> list[np.ndarray]:
    """A standing camera; a ball is thrown in an arc, and another bounces off the side."""
    world, ball, other = texture(HEIGHT, WIDTH, seed), Ball(22, seed + 1), Ball(30, seed + 2)

    def at(time: float) -> np.ndarray:
        behind = other.over(world, Point(440 - 260 * math.sin(1.8 * time), 205.0), -2 * time)
        return ball.over(behind, Point(40 + 380 * time, 230 - 640 * time * (1 - time)), 3 * time)

    return _frames(at)


def ride(seed: int) -> list[np.ndarray]:
    """The camera comes nearer and turns, faster and faster, behind a window bar that stands still."""
    world = texture(2 * HEIGHT, 2 * WIDTH, seed)
    bar = texture(HEIGHT, 46, seed + 1)

    def at(time: float) -> np.ndarray:
        matrix = cv2.getRotationMatrix2D((WIDTH, HEIGHT), 14 * time * time, 1 + 0.3 * time * time)
        matrix[:, 2] -= (WIDTH / 2 - 50 * time, HEIGHT / 2)
        picture = cv2.warpAffine(world, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        picture[:, 300:346] = bar
        return picture

    return _frames(at)


def swinging(seed: int) -> list[np.ndarray]:
    """A thin arm swings about a hinge in front of a wall with little texture."""
    wall = cv2.addWeighted(texture(HEIGHT, WIDTH, seed), 0.25, np.full((HEIGHT, WIDTH, 3), 140, np.uint8), 0.75, 0)
    arm = texture(200, 22, seed + 1)
    opaque = np.ones(arm.shape[:2], np.float32)

    def at(time: float) -> np.ndarray:
        matrix = cv2.getRotationMatrix2D((11, 8), 50 * math.cos(math.pi * time), 1.0)
        matrix[:, 2] += (WIDTH / 2 - 11, 20)
        moved = cv2.warpAffine(arm, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        cover = cv2.warpAffine(opaque, matrix, (WIDTH, HEIGHT))[..., None]
        return np.clip(np.rint(wall * (1 - cover) + moved * cover), 0, 255).astype(np.uint8)

    return _frames(at)


SCENES = {"crossing": crossing, "thrown": thrown, "ride": ride, "swinging": swinging}


def rendered(name: str, seed: int = 40) -> list[np.ndarray]:
    """25 frames, (270, 480, 3) uint8 each. seed: other numbers give other textures."""
    return SCENES[name](seed)


def _frames(at: Callable[[float], np.ndarray]) -> list[np.ndarray]:
    return [at(index / (FRAMES - 1)) for index in range(FRAMES)]


def _shifted(world: np.ndarray, x: float, y: float) -> np.ndarray:
    matrix = np.array([[1, 0, -x], [0, 1, -y]], np.float64)
    return cv2.warpAffine(world, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
