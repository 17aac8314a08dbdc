"""Guesses at the motion that local search alone would miss: one motion for all, far displacements, the way back."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import grid, resize_flow, resize_plane, splat, without_specks

_STILL_PX = 0.3  # a camera that moves less than this stands
# Of the far search: small windows see small things, but are more easily talked into a chance likeness far away.
_WINDOW = 3  # places each way that are compared together
_UNLIKE = 120.0  # differences beyond this count the same
_FARNESS = 0.3  # cost of a displacement, for each place


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


def far_search(first: np.ndarray, last: np.ndarray, down: int = 8, reach: int = 20) -> np.ndarray:
    """Compare every place with every place within reach, on pictures small enough to afford it.

    first, last: (h, w, c) appearances. down: how many times smaller. reach: displacement in small pixels.
    Returns: (h, w, 2) float32, exact to about `down` pixels: a start for a finer search.
    """
    import cv2

    height, width = first.shape[:2]
    small = (max(width // down, 8), max(height // down, 8))
    near, far = (cv2.resize(picture, small, interpolation=cv2.INTER_AREA) for picture in (first, last))
    reach = min(reach, max(small) // 3)
    padded = cv2.copyMakeBorder(far, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    shifts = np.arange(-reach, reach + 1)
    best = np.full((small[1], small[0]), np.inf, np.float32)
    found = np.zeros((small[1], small[0], 2), np.float32)
    # (rows, columns, dx) for each channel, laid out at length once: the loop then runs over whole blocks of memory.
    slid = [
        np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(plane, len(shifts), axis=1))
        for plane in cv2.split(padded)
    ]
    own = [np.repeat(plane[..., None], len(shifts), axis=2) for plane in cv2.split(near)]
    for row, dy in enumerate(shifts):
        cost = np.zeros(own[0].shape, np.float32)
        for here, there in zip(own, slid, strict=True):
            cost += cv2.absdiff(there[row : row + small[1]], here)
        cost = _aggregated(np.minimum(cost, _UNLIKE)) + _FARNESS * np.hypot(shifts, dy).astype(np.float32)
        choice = cost.argmin(axis=2)
        value = np.take_along_axis(cost, choice[..., None], axis=2)[..., 0]
        better = value < best
        best[better] = value[better]
        found[better] = np.stack([shifts[choice], np.full_like(choice, dy)], axis=2)[better]
    return resize_flow(without_specks(found, 3), height, width)


def _aggregated(cost: np.ndarray) -> np.ndarray:
    """Mean over the places around, for every displacement."""
    import cv2

    return cv2.blur(np.ascontiguousarray(cost), (_WINDOW, _WINDOW))


def way_back(flow: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """The motion of the other frame's pixels, by throwing this flow to where it goes and turning it round.

    Thrown at half size: it is a hypothesis, to be compared with others.
    """
    height, width = trust.shape
    half = resize_flow(flow, max(height // 2, 1), max(width // 2, 1))
    weight = np.maximum(resize_plane(trust, *half.shape[:2]), 1e-3)
    thrown, arrived = splat(-half, half, weight)
    return resize_flow(fill_holes(thrown, arrived), height, width)
