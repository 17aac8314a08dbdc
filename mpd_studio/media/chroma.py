"""Chroma planes between their own size and the picture's, at the place where they were sampled.

"left" (MPEG-2, H.264, HEVC, ProRes, DNxHR): a chroma sample lies on every second luma column and, in 4:2:0, halfway
between two rows. "center" (JPEG, WebP, MPEG-1): in the middle of the luma samples that it covers.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

Siting = Literal["left", "center"]


def upsampled(plane: np.ndarray, width: int, height: int, siting: Siting) -> np.ndarray:
    """(h, w) float32 chroma at luma size, interpolated linearly."""
    import cv2

    fx = -(-width // plane.shape[1])
    fy = -(-height // plane.shape[0])
    wide = plane
    if fx > 1 and siting == "left":
        following = np.concatenate([plane[:, 1:], plane[:, -1:]], axis=1)
        steps = [cv2.addWeighted(plane, 1 - k / fx, following, k / fx, 0) for k in range(1, fx)]
        wide = cv2.merge([plane, *steps]).reshape(plane.shape[0], -1)
    elif fx > 1:
        wide = cv2.resize(plane, (plane.shape[1] * fx, plane.shape[0]), interpolation=cv2.INTER_LINEAR)
    if fy > 1:
        wide = cv2.resize(wide, (wide.shape[1], plane.shape[0] * fy), interpolation=cv2.INTER_LINEAR)
    return wide[:height, :width]


def downsampled(plane: np.ndarray, fx: int, fy: int) -> np.ndarray:
    """(h, w) float32 luma-size plane to left-sited chroma: 1-2-1 across (fx = 2), mean of two rows (fy = 2)."""
    if fy == 2:
        if plane.shape[0] % 2:
            plane = np.concatenate([plane, plane[-1:]], axis=0)
        plane = (plane[0::2] + plane[1::2]) * np.float32(0.5)
    if fx == 2:
        even, odd = plane[:, 0::2], plane[:, 1::2]
        right = odd if odd.shape[1] == even.shape[1] else np.concatenate([odd, even[:, -1:]], axis=1)
        left = np.concatenate([even[:, :1], odd[:, : even.shape[1] - 1]], axis=1)
        plane = even * np.float32(0.5) + (left + right) * np.float32(0.25)
    return plane
