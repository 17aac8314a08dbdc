"""Two-way optical flow between two working pictures: dense inverse search, checked both ways."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.field import MotionField
from mpd_studio.motion.warp import backward_warp

SMALLEST_FLOW_SIDE = 16


def dense_flow(first: np.ndarray, last: np.ndarray, initial: np.ndarray | None = None) -> np.ndarray:
    """Dense inverse search (Kroeger et al., ECCV 2016) from one grey picture to another.

    first, last: (h, w) uint8. initial: (h, w, 2) float32 to start from. Returns: (h, w, 2) float32, x and y.
    """
    import cv2

    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return search.calc(first, last, None if initial is None else initial.copy())


def disagreement(flow: np.ndarray, other_way: np.ndarray) -> np.ndarray:
    """(h, w) float32: pixels between a pixel and where it comes back to after going there and back."""
    there_and_back = flow + backward_warp(other_way, flow)
    return np.hypot(there_and_back[..., 0], there_and_back[..., 1])


def trust(flow: np.ndarray, other_way: np.ndarray) -> np.ndarray:
    """(h, w) float32 in 0..1: 1 where both flows agree, falling with the disagreement, which long motion excuses."""
    allowed = 1.0 + 0.05 * np.hypot(flow[..., 0], flow[..., 1])
    return np.exp(-np.square(disagreement(flow, other_way) / allowed)).astype(np.float32)


def two_way_flow(first: np.ndarray, last: np.ndarray) -> MotionField:
    """Motion between two grey (h, w) uint8 pictures."""
    forward, backward = dense_flow(first, last), dense_flow(last, first)
    return MotionField(forward, backward, trust(forward, backward), trust(backward, forward))
