"""Planes in cells of two by two pixels: a fourth of the work where what is made of them is smooth."""

from __future__ import annotations

import numpy as np


def in_cells(plane: np.ndarray) -> np.ndarray:
    """The mean of each cell; at an odd end, the last pixel counts twice. plane: (h, w), any dtype OpenCV resizes."""
    import cv2

    height, width = plane.shape
    even = cv2.copyMakeBorder(plane, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return cv2.resize(even, (even.shape[1] // 2, even.shape[0] // 2), interpolation=cv2.INTER_AREA)


def in_pixels(cells: np.ndarray, height: int, width: int) -> np.ndarray:
    """Cells back at (height, width), which they came from, with even slopes between their centres."""
    import cv2

    doubled = cv2.resize(cells, (2 * cells.shape[1], 2 * cells.shape[0]), interpolation=cv2.INTER_LINEAR)
    return doubled[:height, :width]


def blurred(cells: np.ndarray, reach: float) -> np.ndarray:
    """Cells as a Gaussian blur of the plane they came from would leave them; reach: in pixels, at least 2."""
    import cv2

    # Taking means and making slopes blurs as well: together by a variance of 1 px².
    return cv2.GaussianBlur(cells, (0, 0), np.sqrt(reach * reach - 1) / 2)


def wide_blur(plane: np.ndarray, reach: float) -> np.ndarray:
    """A Gaussian blur of an (h, w) float32 plane, of at least 2 px, worked out in cells."""
    return in_pixels(blurred(in_cells(plane), reach), *plane.shape)
