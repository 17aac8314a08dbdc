"""A frame between two pictures from both of their motions: their own pixels where they show it, made ones elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.motion_i2v.native_field import to_canvas_field
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.warp import Sampling, backward_warp, resize_plane

# Moved pixels of both sides that differ by this share of the range are not of the same thing.
_UNLIKE = 0.2
# Of things that both sides show alike, each side gives its share by time; else the nearer side nearly all.
_SHARP = 5.0
# Of a frame: fewer pixels than this that neither side shows are filled from around.
_HOLES_THAT_COUNT = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What both sides show of a frame, at the model's size.

    back: per side (h, w, 2) float32, from the frame's pixels to the side's picture. seen: per side (h, w) float32 in
    0..1. time: of the frame between the two, 0..1.
    """

    back: tuple[np.ndarray, np.ndarray]
    seen: tuple[np.ndarray, np.ndarray]
    time: float

    @property
    def visible(self) -> np.ndarray:
        """(h, w) float32 in 0..1: whether at least one side shows it."""
        return np.maximum(*self.seen)

    @property
    def has_holes(self) -> bool:
        return bool((self.visible < 0.5).mean() > _HOLES_THAT_COUNT)


def sight(forward: ClipField, backward: ClipField, frame: int) -> Sight:
    """forward: of the first picture; backward: of the last, whose frame 0 is the clip's last frame."""
    last = forward.frames - 1
    early, late = forward.looked_back(frame), backward.looked_back(last - frame)
    return Sight((early[0], late[0]), (early[1], late[1]), frame / last)


def moved(side: np.ndarray, back: np.ndarray, fit: Fit) -> np.ndarray:
    """A picture of the canvas in its own depth, moved along a field of the model's size."""
    return backward_warp(side, to_canvas_field(back, fit), Sampling.CUBIC)


def shares(view: Sight, early: np.ndarray, late: np.ndarray, fit: Fit, whole: float) -> tuple[np.ndarray, np.ndarray]:
    """How moved pixels are mixed, both (h, w) float32 in 0..1 at canvas size.

    early, late: moved pixels. whole: the value that counts as white.
    Returns: the late side's share of what is visible, and what is visible at all.
    """
    seen = [on_canvas(plane, fit) for plane in view.seen]
    apart = np.abs(early[..., :3].astype(np.float32) - late[..., :3].astype(np.float32)).max(axis=2) / np.float32(whole)
    power = 1 + _SHARP * np.clip(apart / np.float32(_UNLIKE), 0, 1)
    near_early = seen[0] * np.float32(1 - view.time) ** power
    near_late = seen[1] * np.float32(view.time) ** power
    total = near_early + near_late
    share = np.where(total > 0, near_late / np.maximum(total, np.float32(1e-12)), np.float32(view.time))
    return share, np.maximum(*seen)


def joined_model(view: Sight, early: np.ndarray, late: np.ndarray) -> np.ndarray:
    """Stage 2's frame of both sides, (h, w, 3) float32 at the model's size.

    What a side has seen of the picture itself counts more than what it has made up.
    """
    weights = [
        (np.float32(0.1) + seen) * np.float32(near)
        for seen, near in zip(view.seen, (1 - view.time, view.time), strict=True)
    ]
    share = (weights[1] / (weights[0] + weights[1]))[..., None]
    return early * (1 - share) + late * share


def on_canvas(plane: np.ndarray, fit: Fit) -> np.ndarray:
    """A plane of the model's size at canvas size."""
    inside = plane[fit.top : fit.top + fit.inside.height, fit.left : fit.left + fit.inside.width]
    return resize_plane(np.ascontiguousarray(inside), fit.canvas.height, fit.canvas.width)
