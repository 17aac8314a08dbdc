"""How a gap moves when somebody said it: a motion of its first frame, of its last, or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import splat

# Nearer to a frame of a motion than this share of the way to the next is that frame.
_SAME = 1e-6
# What went farther lies in front of what went less far: nothing tells depths here. At most exp(this) times the weight.
_IN_FRONT = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class GivenMotion:
    """forward: of the first boundary frame; backward: of the last, whose frames go towards the first. Frames of either
    lie evenly over the gap. Where one lacks, it follows from the other.

    Raises:
        ValueError: both lack.
    """

    forward: ClipField | None
    backward: ClipField | None

    def __post_init__(self) -> None:
        if self.forward is None and self.backward is None:
            raise ValueError("A given motion is one of the first frame, of the last, or both.")

    def of_early(self, times: np.ndarray) -> ClipField:
        """How the gap's frame at times[0] moves until each of the times. times: (n,) of the gap, rising."""
        if self.forward is not None:
            return seen_from(self.forward, times)
        assert self.backward is not None
        return seen_from(self.backward, 1 - times)

    def of_late(self, times: np.ndarray) -> ClipField:
        """The same of falling times: how a later frame came about."""
        if self.backward is not None:
            return seen_from(self.backward, 1 - times)
        assert self.forward is not None
        return seen_from(self.forward, times)


def seen_from(motion: ClipField, shares: np.ndarray) -> ClipField:
    """The motion of another frame than the picture: of the one at shares[0], to those at all shares.

    shares: (n,) of the motion's way, 0 for the picture, 1 for its last frame; in any order. Between frames motion is
    even. What the picture does not show of that frame moves as what is around it.
    """
    there = np.stack([_between(motion, float(share)) for share in shares])
    if shares[0] < _SAME:
        return ClipField(there)
    way = there[0]
    frames, height, width = there.shape[:3]
    onward = np.moveaxis(there - way, 0, 2).reshape(height, width, 2 * frames)  # (f, h, w, 2) -> (h, w, 2f)
    far = np.hypot(way[..., 0], way[..., 1])
    weights = np.exp(_IN_FRONT * far / max(float(far.max()), _SAME)).astype(np.float32)
    thrown, landed = splat(onward, way, weights)
    filled = fill_holes(thrown, landed).reshape(height, width, frames, 2)
    px = np.ascontiguousarray(np.moveaxis(filled, 2, 0), np.float32)
    px[0] = 0
    return ClipField(px)


def _between(motion: ClipField, share: float) -> np.ndarray:
    """(h, w, 2) at a share of the way."""
    place = min(max(share, 0.0), 1.0) * (motion.frames - 1)
    below = min(int(place + _SAME), motion.frames - 1)
    part = np.float32(place - below)
    if part < _SAME or below + 1 == motion.frames:
        return motion.px[below]
    return motion.px[below] * (1 - part) + motion.px[below + 1] * part
