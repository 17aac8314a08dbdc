"""How near made frames are to the true ones: structure, sharpness, steadiness."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2  # noqa: TID253 - everything here measures pictures with it
import numpy as np

_STABLE = (0.01 * 255) ** 2, (0.03 * 255) ** 2  # the two constants of SSIM for 8 bits


def luma(picture: np.ndarray) -> np.ndarray:
    """(h, w) float32 of an (h, w, 3) uint8 picture."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Structural similarity of two luma planes (Wang et al., IEEE TIP 2004): 1 for equal ones."""

    def around(plane: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(plane, (11, 11), 1.5)

    mean, mean2 = around(one), around(other)
    variance, variance2 = around(one * one) - mean * mean, around(other * other) - mean2 * mean2
    shared = around(one * other) - mean * mean2
    first, second = _STABLE
    top = (2 * mean * mean2 + first) * (2 * shared + second)
    return float(np.mean(top / ((mean * mean + mean2 * mean2 + first) * (variance + variance2 + second))))


def gradient_energy(plane: np.ndarray) -> float:
    """Mean square of the luma's slope: the ratio of two pictures' says how sharp one is beside the other."""
    return float(np.mean(cv2.Sobel(plane, cv2.CV_32F, 1, 0) ** 2 + cv2.Sobel(plane, cv2.CV_32F, 0, 1) ** 2))


def true_flows(lumas: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The flow from each true frame to the next, (h, w, 2) float32, by dense inverse search."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    planes = [plane.astype(np.uint8) for plane in lumas]
    return [search.calc(a, b, np.zeros((*a.shape, 2), np.float32)) for a, b in pairwise(planes)]


def warp_error(lumas: Sequence[np.ndarray], flows: Sequence[np.ndarray]) -> float:
    """Mean absolute difference between each frame and the next, fetched along the true frames' flow: unsteadiness.

    lumas: the made frames between the two given ones. flows: one less, from `true_flows` of the same frames.
    """
    height, width = lumas[0].shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    errors = []
    for here, following, flow in zip(lumas, lumas[1:], flows, strict=False):
        fetched = cv2.remap(
            following, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        errors.append(np.abs(fetched - here).mean())
    return float(np.mean(errors))
