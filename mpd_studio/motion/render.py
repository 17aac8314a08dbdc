"""A picture at a time between two frames, from the motion at that time."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.blend import to_dtype
from mpd_studio.motion.warp import Sampling, grid, resize_flow, sample

_DOUBT = 0.02  # weight of a frame that does not see a pixel: where neither does, the result is a cross-fade


def render(first: np.ndarray, last: np.ndarray, motion: MotionAt, sampling: Sampling) -> np.ndarray:
    """Fetch each pixel from both frames, weighted by time and by who sees it. Any dtype and channel count."""
    height, width = first.shape[:2]
    velocity = resize_flow(motion.velocity, height, width)
    here = grid(height, width)
    early = sample(first, here - motion.time * velocity, sampling)
    late = sample(last, here + (1 - motion.time) * velocity, sampling)
    share = blend_share(motion)
    return _mixed(early, late, resize_plane(share, height, width))


def blend_share(motion: MotionAt) -> np.ndarray:
    """(h, w) float32: how much of the last frame is in each pixel."""
    early = (1 - motion.time) * (motion.sees_first + _DOUBT)
    late = motion.time * (motion.sees_last + _DOUBT)
    return late / (early + late)


def resize_plane(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    import cv2

    if plane.shape == (height, width):
        return plane
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)


def _mixed(early: np.ndarray, late: np.ndarray, share: np.ndarray) -> np.ndarray:
    part = share[..., None]
    a, b = early.astype(np.float32, copy=False), late.astype(np.float32, copy=False)
    return to_dtype(a + (b - a) * part, early.dtype)
