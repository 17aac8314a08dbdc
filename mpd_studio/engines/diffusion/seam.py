"""New frames that meet their neighbours: their colours, and the detail that the model's small picture lost.

Pictures here are (h, w, 3) float32, RGB in 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.motion.flow import SMALLEST_FLOW_SIDE, dense_flow, trust
from mpd_studio.motion.luminance import grey
from mpd_studio.motion.warp import backward_warp

_REGION = 1 / 12  # of the longer side: regions smaller than this are content, not a cast
_MOST_CAST = 0.15
_ALIKE = 0.12  # pixels that differ by more than this say little about the cast between two pictures
_SAME_LOOK = 0.06  # how far apart two places may look and still lend each other detail


@dataclass(frozen=True, slots=True)
class ColorMatch:
    """What to add, place by place, for a clip's colours to be those of its ends. Each (h, w, 3)."""

    at_start: np.ndarray
    at_end: np.ndarray

    def applied(self, picture: np.ndarray, time: float) -> np.ndarray:
        """time: 0..1 in the clip."""
        return picture + (1 - np.float32(time)) * self.at_start + np.float32(time) * self.at_end


def color_match(first: np.ndarray, made_first: np.ndarray, last: np.ndarray, made_last: np.ndarray) -> ColorMatch:
    """From both ends as they are and as the model made them."""
    return ColorMatch(_cast(first, made_first), _cast(last, made_last))


def _cast(real: np.ndarray, made: np.ndarray) -> np.ndarray:
    """The smooth difference between two pictures of the same thing; places that do not show the same count little."""
    import cv2

    difference = real - made
    typical = np.median(difference.reshape(-1, 3), axis=0)
    odd = np.abs(difference - typical).max(axis=2, keepdims=True)
    weight = np.exp(-np.square(odd / _ALIKE)) + np.float32(1e-4)
    sigma = max(real.shape[:2]) * _REGION
    spread = cv2.GaussianBlur(np.dstack([difference * weight, weight]), (0, 0), sigma)
    return np.clip(spread[..., :3] / spread[..., 3:], -_MOST_CAST, _MOST_CAST).astype(np.float32)


class LostDetail:
    """The fine detail of a clip's ends that the model never saw, carried to where its frames show the same."""

    def __init__(self, fit: Fit, ends: tuple[np.ndarray, np.ndarray]) -> None:
        """ends: both pictures at canvas size."""
        self._fit = fit
        small = [fit.to_model(end) for end in ends]
        self._fine = [end - fit.to_canvas(reduced) for end, reduced in zip(ends, small, strict=True)]
        self._small = [_bytes(reduced) for reduced in small]

    @staticmethod
    def is_any(fit: Fit) -> bool:
        """Whether detail was lost, and the model's picture is large enough to see motion in."""
        return fit.loses_detail and min(fit.inside.width, fit.inside.height) >= SMALLEST_FLOW_SIDE

    def returned(self, frame: np.ndarray, picture: np.ndarray, time: float) -> np.ndarray:
        """The picture with what both ends can give it.

        frame: at the model's size. picture: the same frame at canvas size. time: 0..1 in the clip.
        """
        here = _bytes(frame)
        total, weights = np.zeros_like(picture), np.zeros((*picture.shape[:2], 1), np.float32)
        sureness = weights.copy()
        for end, near in ((0, 1 - time), (1, time)):
            fine, sure = self._carried(end, here)
            weight = (near * sure) ** 2
            total += weight * fine
            weights += weight
            sureness = np.maximum(sureness, sure)
        return picture + sureness * total / np.maximum(weights, np.float32(1e-6))

    def _carried(self, end: int, here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """An end's detail moved to a frame, and (h, w, 1) how sure it belongs there."""
        there = self._small[end]
        flow, back = dense_flow(grey(here), grey(there)), dense_flow(grey(there), grey(here))
        look = backward_warp(there, flow).astype(np.float32) - here
        alike = np.exp(-np.square(np.abs(look).max(axis=2) / (255 * _SAME_LOOK)))
        sure = self._fit.to_canvas((trust(flow, back) * alike)[..., None].astype(np.float32))
        scale = np.array(
            [self._fit.canvas.width / self._fit.inside.width, self._fit.canvas.height / self._fit.inside.height]
        )
        wide = self._fit.to_canvas(flow) * scale.astype(np.float32)
        return backward_warp(self._fine[end], np.ascontiguousarray(wide)), np.clip(sure, 0, 1)


def _bytes(picture: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
