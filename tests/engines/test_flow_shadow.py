"""A piece takes the shadow along that it throws on what lies behind it; where there is none, nothing is darkened."""

from __future__ import annotations

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest
from moving_scenes import Ball, fill, path_through, request_for, texture

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import LINEAR, Guidance, MotionPath
from mpd_studio.core.picture import Picture
from mpd_studio.engines.flow.scene import build_scene
from mpd_studio.engines.registry import open_engine
from mpd_studio.motion.paths import position

WIDTH, HEIGHT = 400, 250
BACKGROUND = texture(HEIGHT, WIDTH, 1)
CALM = np.clip(150 + 0.15 * (BACKGROUND.astype(np.float32) - 128), 0, 255).astype(np.uint8)
BALL = Ball(20)
STRAIGHT = path_through((0, 80.5, 100.5), (1, 260.5, 130.5))
CURVED = path_through((0, 80.5, 130.5), (0.5, 180.5, 60.5), (1, 290.5, 140.5))


def light(at: Point, depth: float = 0.5) -> np.ndarray:
    """(h, w, 1) what a soft oval shadow, apart from the ball, leaves of the light."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    inside = np.hypot((x - at.x - 24) / 28, (y - at.y - 32) / 12) < 1
    return 1 - depth * cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 5)[..., None]


def scene(at: Point, background: np.ndarray = BACKGROUND, angle: float = 0.0, depth: float = 0.5) -> np.ndarray:
    return BALL.over(np.rint(background * light(at, depth)).astype(np.uint8), at, angle)


def error(made: np.ndarray, truth: np.ndarray, *places: Point) -> float:
    """Root mean square where the shadow is or was."""
    dark = np.minimum.reduce([light(place)[..., 0] for place in places]) < 0.97
    return float(np.sqrt(np.mean(np.square(made.astype(np.float64) - truth)[dark])))


@pytest.mark.parametrize(
    ("path", "background", "most"),
    [(STRAIGHT, BACKGROUND, 8), (CURVED, BACKGROUND, 8), (CURVED, CALM, 14)],
    ids=["straight", "curved", "curved, calm"],
)
def test_the_shadow_comes_along_and_none_stays_behind(path: MotionPath, background: np.ndarray, most: float):
    # Left to the backdrop, the shadow fades out and in where it was: an error of 22 to 29.
    ends = scene(path.start, background), scene(path.end, background, 0.3)
    for index, picture in enumerate(fill(open_engine("flow"), *ends, 3, Guidance((path,))), 1):
        at = position(path, LINEAR, index / 4)
        truth = scene(at, background, 0.3 * index / 4)
        assert error(picture.pixels, truth, path.start, path.end, at) < most


@pytest.mark.parametrize("dtype", [np.uint16, np.float16, np.float32])
def test_other_depths_keep_their_shadow(dtype: type):
    scale = 257.0 if dtype is np.uint16 else 1 / 255
    ends = [(scene(at) * scale).astype(dtype) for at in (CURVED.start, CURVED.end)]
    if dtype is not np.uint16:
        ends = [np.dstack([end, np.full((HEIGHT, WIDTH), 7, dtype)]) for end in ends]
    picture = fill(open_engine("flow"), *ends, 1, Guidance((CURVED,)))[0].pixels
    at = position(CURVED, LINEAR, 0.5)
    assert error(picture[..., :3].astype(np.float64) / scale, scene(at), CURVED.start, CURVED.end, at) < 10
    if dtype is not np.uint16:
        np.testing.assert_allclose(picture[..., 3].astype(float), 7, rtol=1e-3)  # what is no colour is not darkened


def is_shadow_found(first: np.ndarray, last: np.ndarray, path: MotionPath) -> bool:
    pictures = BoundaryPictures(Picture(first), Picture(last))
    return build_scene(request_for(first, 3, Guidance((path,))), pictures, lambda: None).shades is not None


def pan(shift: int) -> np.ndarray:
    return texture(HEIGHT, WIDTH + 40, 3)[:, shift : shift + WIDTH].copy()


@pytest.mark.parametrize(
    "ends",
    [
        (scene(STRAIGHT.start, depth=0), scene(STRAIGHT.end, depth=0)),
        (scene(STRAIGHT.start, pan(0), depth=0), scene(STRAIGHT.end, pan(16), depth=0)),
        (scene(STRAIGHT.start, depth=0), np.rint(scene(STRAIGHT.end, depth=0) * 0.85).astype(np.uint8)),
        (scene(STRAIGHT.start), scene(STRAIGHT.end, depth=0)),
        (scene(STRAIGHT.start, depth=0), scene(STRAIGHT.end, texture(HEIGHT, WIDTH, 2), depth=0)),
        (scene(STRAIGHT.start, CALM, depth=0), scene(STRAIGHT.end, CALM, 0.3, depth=0)),
    ],
    ids=["standing", "pan", "darker", "shadow at one end", "another background", "calm"],
)
def test_where_no_shadow_goes_along_none_is_found(ends: tuple[np.ndarray, np.ndarray]):
    assert not is_shadow_found(*ends, STRAIGHT)


def test_a_shadow_is_found_where_there_is_one():
    assert is_shadow_found(scene(STRAIGHT.start), scene(STRAIGHT.end), STRAIGHT)
