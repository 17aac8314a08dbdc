"""The demo's scene, at any frame: a ball hops past a crate while the camera travels. The truth that fills are held to.

World: metres, x right, y up, z away from the camera. Frames count from the first frame of the first shot and may be
fractions. Pictures are RGB uint8; places in them are canvas pixels, the centre of the first pixel at (0.5, 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from demo_textures import Texture, ball, bricks, crate, planks
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WIDTH, HEIGHT = 1280, 720
SHOT_LENGTH = 36
GAP_LENGTH = 15  # a quarter, half and three quarters of the way from end to end are whole frames
GAP_START = SHOT_LENGTH
SECOND_START = SHOT_LENGTH + GAP_LENGTH
TOTAL = SECOND_START + SHOT_LENGTH

_FOCAL = 1.15  # picture widths
_HORIZON = 0.105  # from the top, in picture heights
_EYE = 1.62
_WALL_Z = 6.4
_BALL_RADIUS, _BALL_Z = 0.30, 3.6
_HOP_FRAMES, _HOP_HEIGHT, _HOP_TOUCH = 28, 0.66, 29.0  # one hop spans the gap, its top is the gap's middle
_BALL_PER_FRAME = 0.0355
_BOX_CENTRE, _BOX_HALF, _BOX_ANGLE = (0.55, 0.62, 4.75), 0.62, 0.55
_LIGHTS = tuple(
    np.array(v, np.float32) / np.float32(np.linalg.norm(v))
    for v in ((-0.55, 1.0, -0.62), (-0.49, 1.0, -0.58), (-0.59, 1.0, -0.54), (-0.51, 1.0, -0.66))
)
_AMBIENT, _KEY = 0.34, 0.86


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the canvas, and how large a ball there appears (its radius in pixels)."""

    x: float
    y: float
    radius: float


def _eye(frame: float) -> Floats:
    """A slow, even travel to the right."""
    return np.array([0.0068 * (frame - TOTAL / 2), _EYE, 0.0], np.float32)


def _ball_centre(frame: float) -> Floats:
    phase = ((frame - _HOP_TOUCH) / _HOP_FRAMES) % 1.0
    height = _BALL_RADIUS + 4 * _HOP_HEIGHT * phase * (1 - phase)
    return np.array([_BALL_PER_FRAME * (frame - TOTAL / 2), height, _BALL_Z], np.float32)


def ball_place(frame: float, width: int = WIDTH, height: int = HEIGHT) -> Place:
    """Where the ball's centre is seen."""
    x, y, z = (float(v) for v in _ball_centre(frame) - _eye(frame))
    scale = _FOCAL * width / z
    return Place(width / 2 + scale * x, _HORIZON * height - scale * y, scale * _BALL_RADIUS)


def ball_position(frame: float) -> tuple[float, float]:
    """The ball's centre (x, y) in canvas pixels of the 1280 × 720 picture."""
    place = ball_place(frame)
    return place.x, place.y


def true_frames(width: int = WIDTH, height: int = HEIGHT) -> list[NDArray[np.uint8]]:
    """What the gap really shows: GAP_LENGTH pictures."""
    return [render(frame, width, height) for frame in range(GAP_START, SECOND_START)]


def render(frame: float, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """The picture (height, width, 3) at a frame, sampled 2 × 2 per pixel."""
    import cv2

    eye = _eye(frame)
    columns, rows = 2 * width, 2 * height
    x = np.asarray((np.arange(columns) + 0.5) / columns - 0.5, np.float32)
    y = np.asarray((_HORIZON * height - (np.arange(rows) + 0.5) / 2) / width, np.float32)
    light = _background(eye, x, y, frame)
    for paint, window in (
        (_paint_box, _box_window(eye, 2 * width, 2 * height)),
        (_paint_ball, _ball_window(frame, 2 * width, 2 * height)),
    ):
        paint(light[window], eye, _rays(x[window[1]], y[window[0]]), frame)
    u = (np.arange(columns, dtype=np.float32) / columns - 0.5)[None, :]
    v = (np.arange(rows, dtype=np.float32) / rows - 0.5)[:, None]
    light *= (1.04 - 0.55 * (u * u + v * v))[..., None]  # the lens darkens the corners a little
    small = cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA)
    return (255 * np.clip(small, 0, 1) ** (1 / 2.2) + 0.5).astype(np.uint8)


def _rays(x: Floats, y: Floats) -> Floats:
    """Directions (rows, columns, 3) with z = 1."""
    rays = np.ones((y.size, x.size, 3), np.float32)
    rays[..., 0] = x[None, :] / _FOCAL
    rays[..., 1] = y[:, None] / _FOCAL
    return rays


def _window(left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
    return slice(max(0, int(top)), max(0, int(bottom))), slice(max(0, int(left)), max(0, int(right)))


def _ball_window(frame: float, columns: int, rows: int) -> tuple[slice, slice]:
    place = ball_place(frame, columns, rows)
    reach = place.radius * 1.25 + 4  # away from the middle a sphere is seen as an ellipse
    return _window(place.x - reach, place.y - reach, place.x + reach, place.y + reach)


def _box_window(eye: Floats, columns: int, rows: int) -> tuple[slice, slice]:
    corners = np.array([(i, j, k) for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)], np.float32) * _BOX_HALF
    points = corners @ _box_axes() + np.array(_BOX_CENTRE, np.float32) - eye
    scale = _FOCAL * columns / points[:, 2]
    x, y = columns / 2 + scale * points[:, 0], _HORIZON * rows - scale * points[:, 1]
    return _window(x.min() - 2, y.min() - 2, x.max() + 2, y.max() + 2)


def _box_axes() -> Floats:
    """The crate's axes as rows, in the world: local = axes @ world, world = local @ axes."""
    c, s = np.cos(_BOX_ANGLE), np.sin(_BOX_ANGLE)
    return np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]], np.float32)


def _sample(texture: Texture, u: Floats, v: Floats) -> Floats:
    """Bilinear, tiling; u, v: (rows, columns), one unit is one tile."""
    import cv2

    side = texture.shape[0]
    wrapped = np.pad(texture, ((0, 1), (0, 1), (0, 0)), mode="wrap")
    x = np.ascontiguousarray((u % 1.0) * side, np.float32)
    y = np.ascontiguousarray((v % 1.0) * side, np.float32)
    return np.asarray(cv2.remap(wrapped, x, y, cv2.INTER_LINEAR), np.float32)


def _background(eye: Floats, x: Floats, y: Floats, frame: float) -> Floats:
    """Floor and wall with the shadows that ball and crate throw on them."""
    import cv2

    rays = _rays(x, y)
    with np.errstate(divide="ignore"):
        to_floor = np.where(y < 0, -eye[1] * _FOCAL / y, np.inf).astype(np.float32)
    is_floor = (to_floor < _WALL_Z)[:, None, None]
    depth = np.minimum(to_floor, _WALL_Z)[:, None]
    points = eye + rays * depth[..., None]
    floor = _sample(planks(), points[..., 0] / 2.4, points[..., 2] / 2.4)
    wall = _sample(bricks(), points[..., 0] / 2.6, -points[..., 1] / 2.6)
    color = np.where(is_floor, floor, wall)
    corner = 0.72 + 0.28 * np.clip(np.abs(_WALL_Z - points[..., 2] + points[..., 1]) / 0.7, 0, 1)
    # Light changes slowly: one sample a pixel is enough for it.
    coarse = np.ascontiguousarray(points[::2, ::2])
    up_or_front = np.where(is_floor[::2], np.array([0, 1, 0], np.float32), np.array([0, 0, -1], np.float32))
    lit = _lit(coarse, np.broadcast_to(up_or_front, coarse.shape), frame, with_box=True)
    lit = cv2.resize(lit, (x.size, y.size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(color * (lit * corner)[..., None], np.float32)


def _lit(points: Floats, normals: Floats, frame: float, *, with_box: bool) -> Floats:
    """Light that falls on points: a soft key light with shadows, and ambient light that the ball keeps off."""
    total = np.zeros(points.shape[:2], np.float32)
    centre = _ball_centre(frame)
    offset = points - centre
    for light in _LIGHTS:
        facing = np.clip(normals @ light, 0, None)
        along = offset @ light
        distance = np.sqrt(np.maximum(np.einsum("ijk,ijk->ij", offset, offset) - along * along, 0))
        clear = np.where(along < 0, np.clip((distance / _BALL_RADIUS - 0.9) / 0.2, 0, 1), 1)
        if with_box:
            near, far, _ = _meet_box(points, np.broadcast_to(light, points.shape))
            clear = np.where((far > np.maximum(near, 1e-3)) & (far > 1e-3), 0, clear)
        total += facing * clear
    gap = np.sqrt(np.einsum("ijk,ijk->ij", offset, offset)) / _BALL_RADIUS
    ambient = 1 - 0.6 / np.maximum(gap, 1.0) ** 3
    return (_AMBIENT * ambient + _KEY * total / len(_LIGHTS)).astype(np.float32)


def _meet_box(origin: Floats, rays: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Slab test in the crate's own axes: (enter, leave, axis of entry); enter > leave is a miss."""
    axes = _box_axes().T
    start, step = (origin - np.array(_BOX_CENTRE, np.float32)) @ axes, rays @ axes
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = (-_BOX_HALF - start) / step, (_BOX_HALF - start) / step
    entries, exits = np.minimum(one, two), np.maximum(one, two)
    return entries.max(axis=-1), exits.min(axis=-1), entries.argmax(axis=-1)


def _paint_box(light: Floats, eye: Floats, rays: Floats, frame: float) -> None:
    near, far, axis = _meet_box(np.broadcast_to(eye, rays.shape), rays)
    hit = (near < far) & (near > 0)
    points = eye + rays * np.where(hit, near, 1)[..., None]
    axes = _box_axes()
    local = (points - np.array(_BOX_CENTRE, np.float32)) @ axes.T / (2 * _BOX_HALF) + 0.5
    u = np.asarray(np.where(axis == 0, local[..., 2], local[..., 0]), np.float32)
    v = np.asarray(np.where(axis == 1, local[..., 2], 1 - local[..., 1]), np.float32)
    toward_us = -np.sign(np.take_along_axis(rays @ axes.T, axis[..., None], axis=-1))
    shade = _lit(points, axes[axis] * toward_us, frame, with_box=False)
    light[hit] = (_sample(crate(), u, v) * shade[..., None])[hit]


def _paint_ball(light: Floats, eye: Floats, rays: Floats, frame: float) -> None:
    if rays.size == 0:
        return
    centre = _ball_centre(frame)
    toward = eye - centre
    a = np.einsum("ijk,ijk->ij", rays, rays)
    b = rays @ toward
    inside = b * b - a * (toward @ toward - np.float32(_BALL_RADIUS**2))
    hit = inside > 0
    depth = (-b - np.sqrt(np.maximum(inside, 0))) / a
    normals = (eye + rays * depth[..., None] - centre) / np.float32(_BALL_RADIUS)
    spin = 0.9 + 0.018 * (frame - TOTAL / 2)
    tilt = np.float32(0.5)
    up = normals[..., 1] * np.cos(tilt) - normals[..., 2] * np.sin(tilt)
    ahead = normals[..., 1] * np.sin(tilt) + normals[..., 2] * np.cos(tilt)
    longitude = (np.arctan2(normals[..., 0], -ahead) + spin) / (2 * np.pi)
    latitude = np.arccos(np.clip(up, -1, 1)) / np.pi
    color = _sample(ball(), longitude.astype(np.float32), np.minimum(latitude, 0.999).astype(np.float32))
    diffuse = np.mean([np.clip(normals @ light_, 0, None) for light_ in _LIGHTS], axis=0)
    bounce = 0.12 * np.clip(-normals[..., 1], 0, 1)[..., None] * np.array([0.52, 0.31, 0.16], np.float32)
    view = rays / np.sqrt(a)[..., None]
    half = _LIGHTS[0] - view
    half /= np.linalg.norm(half, axis=-1, keepdims=True)
    shine = 0.5 * np.clip(np.einsum("ijk,ijk->ij", normals, half), 0, 1) ** 60
    lit = color * (_AMBIENT * (0.75 + 0.25 * normals[..., 1]) + _KEY * diffuse)[..., None] + bounce + shine[..., None]
    light[hit] = lit[hit]
