"""Where every pixel of one picture goes over the frames of a clip: predicted, looked at, edited and exchanged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.motion.warp import resize_flow

# Of the ratio of the sides: a motion 43 high of a picture two thirds as high as wide is 64 wide, not 64.5.
_SHAPE_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class ClipMotion:
    """Displacement of the picture's pixels at each frame after it. The picture itself is left out: it moves nowhere.

    px: (frames, h, w, 2) float32, read-only; x before y, x to the right and y down, in pixels of this size, from the
        picture to that frame (not from frame to frame). NaN in both where nothing is known.

    Raises:
        ValueError: another shape or dtype, or pixels that could still change.
    """

    px: np.ndarray

    def __post_init__(self) -> None:
        if self.px.dtype != np.float32 or self.px.ndim != 4 or self.px.shape[3] != 2 or 0 in self.px.shape:
            raise ValueError(f"A clip's motion is (frames, h, w, 2) float32, not {self.px.shape} {self.px.dtype}.")
        if self.px.flags.writeable:
            raise ValueError("A clip's motion crosses threads: it must be read-only.")

    @property
    def frames(self) -> int:
        return self.px.shape[0]

    @property
    def size(self) -> Size:
        return Size(self.px.shape[2], self.px.shape[1])

    def first(self, frames: int) -> ClipMotion:
        """The motion at its first frames alone."""
        return self if frames >= self.frames else ClipMotion(self.px[:frames])

    def is_shaped_like(self, size: Size) -> bool:
        """Whether it can be of a picture of this size: sides of small motions are rounded."""
        return abs(self.size.width * size.height / (self.size.height * size.width) - 1) <= _SHAPE_TOLERANCE

    def resized(self, size: Size) -> ClipMotion:
        """The same motion on a picture of another size: vectors grow and shrink with the picture."""
        if size == self.size:
            return self
        return clip_motion(np.stack([resize_flow(frame, size.height, size.width) for frame in self.px]))


def clip_motion(px: np.ndarray) -> ClipMotion:
    """A value of its own: a copy as float32, read-only. Infinity counts as not known. Raises: ValueError."""
    own = np.array(px, np.float32, order="C")
    if own.ndim == 4 and own.shape[3] == 2:
        own[~np.isfinite(own).all(axis=3)] = np.nan
    own.flags.writeable = False
    return ClipMotion(own)
