"""Affine maps of array places, as (2, 3) arrays."""

from __future__ import annotations

import numpy as np


def mapped(affine: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(h, w, 2) float32 places under the map."""
    import cv2

    return cv2.transform(places, affine)  # numpy's product of so many pairs takes ten times as long


def inverted(affine: np.ndarray) -> np.ndarray:
    """The map back."""
    matrix = np.linalg.inv(affine[:, :2])
    return np.column_stack([matrix, -matrix @ affine[:, 2]])


def turning(matrix: np.ndarray, start: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The map that turns by a (2, 2) matrix and takes `start` to `target`."""
    return np.column_stack([matrix, target - matrix @ start])
