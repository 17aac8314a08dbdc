"""Rendered scenes that can be drawn at any time between two frames: some to calibrate confidence on, others to test it.

Nothing is shared between the two sets: neither kinds of motion nor seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
from moving_scenes import Ball, texture

from mpd_studio.core.geometry import Point

WIDTH, HEIGHT = 288, 192
_MARGIN = 64
Drawing = Callable[[float], np.ndarray]


@dataclass(frozen=True)
class TrustScene:
    """draw: (HEIGHT, WIDTH, 3) uint8 at a time from 0 to 1."""

    name: str
    draw: Drawing


def calibration_scenes() -> Iterator[TrustScene]:
    """Pans and zooms, even and uneven; one and two balls, a turning one; a light that changes; grain."""
    for seed in (11, 12, 13):
        rng = np.random.default_rng(seed)
        pan = rng.uniform(-30, 30), rng.uniform(-12, 12)
        ground = _ground(100 + seed)
        ball = Ball(int(rng.integers(18, 34)), 200 + seed)
        way = (rng.uniform(60, 90), rng.uniform(60, 130), rng.uniform(170, 230), rng.uniform(60, 130))
        turn = rng.uniform(-1.2, 1.2)
        yield TrustScene(f"pan {seed}", _moved(ground, shift=pan))
        yield TrustScene(f"uneven pan {seed}", _hurried(_moved(ground, shift=pan), rng.uniform(0.1, 0.5)))
        yield TrustScene(f"uneven zoom {seed}", _hurried(_moved(ground, zoom=rng.uniform(0.1, 0.3)), -0.3))
        yield TrustScene(f"ball over pan {seed}", _with_ball(_moved(ground, shift=pan), ball, way, turn))
        yield TrustScene(
            f"two balls {seed}", _with_ball(_with_ball(_moved(ground), ball, way), Ball(16, seed), way[::-1])
        )
        yield TrustScene(f"light {seed}", _lit(_with_ball(_moved(ground), ball, way), 0.7, 1.15))
        yield TrustScene(f"grain {seed}", _grainy(_with_ball(_moved(ground, shift=pan), ball, way), 4.0, seed))


def held_out_scenes() -> Iterator[TrustScene]:
    """Turning ground, a leap and a curve that no straight motion explains, a flat sky, bars in front, soft focus."""
    for seed in (71, 72):
        rng = np.random.default_rng(seed)
        ground = _ground(300 + seed)
        sky = _with_sky(ground, 80)
        leap = (rng.uniform(50, 80), 140.0, rng.uniform(200, 240), 130.0)
        ball = Ball(int(rng.integers(14, 30)), 500 + seed)
        yield TrustScene(f"turn {seed}", _moved(ground, turn=rng.uniform(0.1, 0.25)))
        yield TrustScene(f"leap {seed}", _with_ball(_moved(ground, shift=(9, 0)), ball, leap, bow=-60.0))
        yield TrustScene(f"sky {seed}", _with_ball(_moved(sky, shift=(rng.uniform(10, 40), 0)), ball, leap, 0.8))
        yield TrustScene(f"bars {seed}", _with_bars(_moved(ground, shift=(-14, 3)), 24.0, 600 + seed))
        yield TrustScene(f"slow-in {seed}", _eased(_moved(ground, shift=(rng.uniform(24, 44), 6))))
        yield TrustScene(f"soft {seed}", _with_ball(_moved(cv2.GaussianBlur(sky, (0, 0), 3), zoom=0.1), ball, leap))


def _ground(seed: int) -> np.ndarray:
    """Discs over discs, from small to large, each with some texture: edges and flat places as in photographs.

    The "dead leaves" model of Lee, Mumford and Huang (IJCV 2001).
    """
    rng = np.random.default_rng(seed)
    height, width = HEIGHT + 2 * _MARGIN, WIDTH + 2 * _MARGIN
    picture = texture(height, width, seed).astype(np.float32)
    skin = texture(height, width, seed + 5000).astype(np.float32) - 128
    for _ in range(500):
        radius = 4 / np.sqrt(rng.uniform(0.004, 1))
        cover = np.zeros((height, width), np.float32)
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        cv2.circle(cover, centre, round(radius), 1.0, -1)
        box = tuple(slice(max(0, int(at - radius) - 3), int(at + radius) + 4) for at in (centre[1], centre[0]))
        soft = cv2.GaussianBlur(cover[box], (0, 0), 0.7)[..., None]
        leaf = rng.uniform(20, 235, 3).astype(np.float32) + rng.uniform(0, 0.5) * skin[box]
        picture[box] += (leaf - picture[box]) * soft
    return np.clip(picture, 0, 255).astype(np.uint8)


def _with_sky(ground: np.ndarray, rows: int) -> np.ndarray:
    sky = ground.copy()
    sky[: _MARGIN + rows] = (148, 178, 214)
    return sky


def _moved(ground: np.ndarray, shift: tuple[float, float] = (0, 0), zoom: float = 0.0, turn: float = 0.0) -> Drawing:
    def draw(time: float) -> np.ndarray:
        middle = (ground.shape[1] / 2, ground.shape[0] / 2)
        matrix = cv2.getRotationMatrix2D(middle, np.degrees(turn) * time, 1 + zoom * time)
        matrix[:, 2] += [shift[0] * time - _MARGIN, shift[1] * time - _MARGIN]
        return cv2.warpAffine(ground, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)

    return draw


def _with_ball(behind: Drawing, ball: Ball, way: tuple[float, ...], turn: float = 0.0, bow: float = 0.0) -> Drawing:
    """way: x, y at the beginning and at the end. bow: how far above the straight line the ball is at half time."""

    def draw(time: float) -> np.ndarray:
        x, y = way[0] + (way[2] - way[0]) * time, way[1] + (way[3] - way[1]) * time
        return ball.over(behind(time), Point(x, y + 4 * bow * time * (1 - time)), turn * time)

    return draw


def _with_bars(behind: Drawing, way: float, seed: int) -> Drawing:
    bars = texture(HEIGHT, 18, seed)

    def draw(time: float) -> np.ndarray:
        picture = behind(time)
        for left in range(20, WIDTH - 60, 70):
            x = left + round(way * time)
            picture[:, x : x + 18] = bars
        return picture

    return draw


def _lit(scene: Drawing, begin: float, end: float) -> Drawing:
    return lambda time: np.clip(scene(time) * (begin + (end - begin) * time), 0, 255).astype(np.uint8)


def _grainy(scene: Drawing, strength: float, seed: int) -> Drawing:
    def draw(time: float) -> np.ndarray:
        rng = np.random.default_rng(seed * 1000 + round(time * 997))
        return np.clip(scene(time) + rng.normal(0, strength, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8)

    return draw


def _eased(scene: Drawing) -> Drawing:
    return lambda time: scene(time * time * (3 - 2 * time))


def _hurried(scene: Drawing, amount: float) -> Drawing:
    """Faster at first where `amount` is above 0, slower where it is below."""
    return lambda time: scene(time + amount * time * (1 - time))
