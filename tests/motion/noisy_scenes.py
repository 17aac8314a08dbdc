"""Smooth pictures that move, with grain of known strength and coarseness."""

from __future__ import annotations

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np

HEIGHT, WIDTH, MARGIN = 256, 384, 48


def smooth_world(seed: int = 3) -> np.ndarray:
    """(HEIGHT, WIDTH + 2 · MARGIN, 3) float64 in 0.15..0.85, with features wide enough for any interpolation."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((HEIGHT, WIDTH + 2 * MARGIN, 3)).astype(np.float32)
    world = cv2.GaussianBlur(noise, (0, 0), 9) + 2 * cv2.GaussianBlur(noise[::-1], (0, 0), 24)
    return 0.15 + 0.7 * (world - world.min()) / (world.max() - world.min())


def view(shift: float) -> np.ndarray:
    """The world, panned: what was at column x of view(0) is at x - shift."""
    matrix = np.array([[1, 0, -MARGIN - shift], [0, 1, 0]], np.float64)
    return cv2.warpAffine(
        smooth_world().astype(np.float32), matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )


def grain(seed: int, coarseness: float) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) of power 1 in each colour. coarseness: px of the blur; 0 is white."""
    white = np.random.default_rng(seed).standard_normal((HEIGHT, WIDTH, 3))
    soft = cv2.GaussianBlur(white, (0, 0), coarseness) if coarseness else white
    return soft / soft.std()


def strength(picture: np.ndarray, most: float) -> np.ndarray:
    """More grain in the bright, as film and sensors have it."""
    return most * (0.4 + 0.6 * picture)
