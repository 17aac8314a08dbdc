"""Surfaces of the demo scene, drawn once from a fixed seed: planks, bricks, crate boards, a ball."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Texture = NDArray[np.float32]  # (height, width, 3), linear light, 0..1, tiles in both directions
SIDE = 1024


def _noise(seed: int, across: float, along: float) -> NDArray[np.float32]:
    """Tiling noise (SIDE, SIDE) with mean 0 and deviation 1; features of the given sizes in pixels."""
    import cv2

    values = np.random.default_rng(seed).standard_normal((SIDE, SIDE)).astype(np.float32)
    pad = int(3 * max(across, along)) + 1
    wrapped = np.pad(values, pad, mode="wrap")
    smooth = cv2.GaussianBlur(wrapped, (0, 0), sigmaX=across, sigmaY=along)[pad:-pad, pad:-pad]
    return (smooth / smooth.std()).astype(np.float32)


def _tinted(shade: NDArray[np.float32], color: tuple[float, float, float]) -> Texture:
    return np.clip(shade[..., None] * np.array(color, np.float32), 0, 1).astype(np.float32)


def _joints(position: NDArray[np.float32], width: float) -> NDArray[np.float32]:
    """1 inside a board or brick, falling to 0 at its borders; position: 0..1 across it."""
    return np.clip(np.minimum(position, 1 - position) / width, 0, 1).astype(np.float32)


@cache
def planks(seed: int = 3, count: int = 6) -> Texture:
    """Boards that run along x: each of its own tone, with grain."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    board = np.floor(y * count).astype(int)
    tones = np.random.default_rng(seed).uniform(0.72, 1.1, count).astype(np.float32)
    grain = 0.10 * _noise(seed, 40, 2.2) + 0.07 * _noise(seed + 1, 9, 1.5) + 0.05 * _noise(seed + 2, 3, 3)
    ends = _joints((2 * x + 0.37 * board) % 1.0, 0.006)
    joint = 0.35 + 0.65 * np.minimum(_joints((y * count) % 1.0, 0.03), ends)
    return _tinted(np.asarray((tones[board] + grain) * joint, np.float32), (0.52, 0.31, 0.16))


@cache
def bricks(seed: int = 11, rows: int = 12, columns: int = 5) -> Texture:
    """A painted brick wall, every other row set off by half a brick."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    row = np.floor(y * rows).astype(int)
    across = x * columns + 0.5 * (row % 2)
    column = np.floor(across).astype(int) % columns
    tones = np.random.default_rng(seed).uniform(0.78, 1.12, (rows, columns)).astype(np.float32)
    face = np.minimum(_joints(across % 1.0, 0.03), _joints((y * rows) % 1.0, 0.07))
    stain = 0.09 * _noise(seed, 5, 5) + 0.08 * _noise(seed + 1, 30, 30) + 0.04 * _noise(seed + 2, 2, 2)
    shade = np.asarray((tones[row, column] + stain) * (0.62 + 0.38 * face), np.float32)
    return _tinted(shade, (0.34, 0.40, 0.43))


@cache
def crate(seed: int = 23) -> Texture:
    """One side of a wooden crate: a frame of boards around slats, with a stencilled ring."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    edge = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    is_frame = edge < 0.13
    grain = 0.09 * _noise(seed, 2.2, 36) + 0.05 * _noise(seed + 1, 3, 3)
    slats = 0.8 * (0.4 + 0.6 * _joints((x * 5) % 1.0, 0.05))
    shade = np.where(is_frame, 1.12, slats) + grain
    shade *= 0.45 + 0.55 * np.clip(np.abs(edge - 0.13) / 0.012, 0, 1)  # the frame's inner edge
    shade *= 0.5 + 0.5 * np.clip(edge / 0.012, 0, 1)
    ring = np.abs(np.hypot(x - 0.5, y - 0.5) - 0.19) < 0.035
    shade = np.where(ring & ~is_frame, shade * 0.35, shade)
    return _tinted(np.asarray(shade, np.float32), (0.66, 0.43, 0.20))


@cache
def ball(seed: int = 37) -> Texture:
    """Longitude along x, latitude along y: six panels in two colours, seams, dots of which no two groups are alike."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    panel = np.floor(x * 6).astype(int) % 2
    colors = np.array([[0.82, 0.10, 0.06], [0.90, 0.84, 0.70]], np.float32)
    color = colors[panel]
    numbers = np.random.default_rng(seed)
    for _ in range(110):
        at_x, at_y, size = numbers.uniform(0, 1), numbers.uniform(0.14, 0.86), numbers.uniform(0.008, 0.024)
        rows = slice(int((at_y - size) * SIDE), int((at_y + size) * SIDE) + 2)
        across = ((x[rows] - at_x + 0.5) % 1.0 - 0.5) * 2 * np.sin(np.pi * at_y)  # round on the ball, not on the map
        dot = np.hypot(across, y[rows] - at_y) < size
        is_yellow = numbers.random() < 0.4
        tint = np.array([0.86, 0.52, 0.04], np.float32) if is_yellow else colors[1 - panel[rows]] * 0.8
        color[rows] = np.where(dot[..., None], tint, color[rows])
    seam = 0.3 + 0.7 * _joints((x * 6) % 1.0, 0.035)
    caps = (y < 0.1) | (y > 0.9)
    color = np.where(caps[..., None], np.array([0.05, 0.16, 0.42], np.float32), color * seam[..., None])
    return np.clip(color * (1 + 0.06 * _noise(seed, 6, 6)[..., None]), 0, 1).astype(np.float32)
