"""Guesses at the motion that local search alone would miss: one motion for all, and the way back."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import grid, resize_flow, resize_plane, splat

_STILL_PX = 0.3  # a camera that moves less than this stands


def global_motion(flow: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """The homography most of the trusted flow follows, as a flow; zero where too little is trusted.

    flow: (h, w, 2) float32. trust: (h, w) in 0..1. Returns: (h, w, 2) float32.
    """
    import cv2

    height, width = trust.shape
    rows, columns = (axis.ravel() for axis in np.mgrid[4:height:8, 4:width:8])
    trusted = trust[rows, columns] > 0.5
    rows, columns = rows[trusted], columns[trusted]
    if len(rows) < 30:
        return np.zeros_like(flow)
    start = np.stack([columns, rows], axis=1).astype(np.float32)
    matrix, _ = cv2.findHomography(start, start + flow[rows, columns], cv2.USAC_MAGSAC, 1.0, maxIters=2000)
    if matrix is None:
        return np.zeros_like(flow)
    here = grid(height, width)
    moved = cv2.perspectiveTransform(here.reshape(-1, 1, 2), matrix).reshape(height, width, 2)
    whole = (moved - here).astype(np.float32)
    return np.zeros_like(flow) if np.abs(whole).max() < _STILL_PX else whole


def way_back(flow: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """The motion of the other frame's pixels, by throwing this flow to where it goes and turning it round.

    Thrown at half size: it is a hypothesis, to be compared with others.

    flow: (h, w, 2) float32. trust: of any size; half of the flow's is all that counts. Returns: (h, w, 2) float32.
    """
    height, width = flow.shape[:2]
    half = resize_flow(flow, max(height // 2, 1), max(width // 2, 1))
    weight = np.maximum(resize_plane(trust, *half.shape[:2]), 1e-3)
    thrown, arrived = splat(-half, half, weight)
    return resize_flow(fill_holes(thrown, arrived), height, width)
