"""Drags, pins and a brush as the sparse motion that stage 1's ControlNet was trained on.

Motion lives on the picture: whatever is around a drag's start gets one displacement per frame. Nothing is drawn along
the drag's way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.motion.paths import monotone_cubic

# Pixels of the picture per pixel of its latent, along each side.
LATENT_STEP = 8
# A pin is a drag that hardly moves. One that does not move at all was never trained on.
_PIN_PX = 1


@dataclass(frozen=True, slots=True, eq=False)
class Drag:
    """points: x, y in pixels of the model's picture; whole pixels count. One alone is a pin; none is nothing.

    radius: half the side of the square around the first point that is dragged.
    times: when each point is reached, rising from 0 to 1; empty means equally apart, whatever their distance.
    area: (h, w) bool: dragged instead of a square.
    """

    points: tuple[tuple[float, float], ...]
    radius: int = 64
    times: tuple[float, ...] = ()
    area: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.radius < 1:
            raise ValueError(f"A drag's radius is a pixel or more, not {self.radius}.")
        if not self.times:
            return
        rises = all(a < b for a, b in pairwise(self.times))
        if len(self.times) != len(self.points) or not rises or (self.times[0], self.times[-1]) != (0, 1):
            raise ValueError("A drag's times are one per point, rising from 0 to 1.")


@dataclass(frozen=True, slots=True, eq=False)
class SparseMotion:
    """motion_px: (frames - 1, h, w, 2) float32, from the picture to each later frame, x before y; 0 where not given.

    given: (h, w) bool: where motion is given, in all frames. static: (h, w) bool: where it is given as none by a brush.
    """

    motion_px: np.ndarray
    given: np.ndarray
    static: np.ndarray

    @property
    def encoded(self) -> np.ndarray:
        """(frames - 1, h, w, 2) float32 in 0..1 as the flow VAE reads motion: 0.5 is none, 0 and 1 a whole side."""
        return encode_motion(self.motion_px)

    @property
    def latent_given(self) -> np.ndarray:
        """(h / 8, w / 8) bool: `given` for the latent, each time the first pixel of eight."""
        return self.given[::LATENT_STEP, ::LATENT_STEP]

    @property
    def latent_static(self) -> np.ndarray:
        return self.static[::LATENT_STEP, ::LATENT_STEP]


def rasterise_drags(
    drags: Sequence[Drag], size: Size, frames: int = 16, movable: np.ndarray | None = None
) -> SparseMotion:
    """What drags and a brush say of the picture.

    drags: where two touch the same pixel, the later one has it.
    frames: of the clip, the picture among them.
    movable: (h, w) bool, painted with the brush. All else is told to stay, over any drag; if nothing is painted, all
        may move.
    Raises:
        ValueError: an area or a brush of another size than the picture's.
    """
    shape = (size.height, size.width)
    motion, given = np.zeros((frames - 1, *shape, 2), np.float32), np.zeros(shape, bool)
    for drag in drags:
        if not drag.points:
            continue
        where = positions(drag, frames)
        window = _window(drag, shape)
        motion[:, window] = (where[1:] - where[0])[:, None]
        given |= window
    static = np.zeros(shape, bool)
    if movable is not None and movable.any():
        static = ~_fitting(movable, shape, "brush")
    motion[:, static] = 0
    return SparseMotion(motion, given | static, static)


def positions(drag: Drag, frames: int) -> np.ndarray:
    """(frames, 2) float64: where the drag is at each frame, the first point at frame 0; monotone between points."""
    points = np.trunc(np.array(drag.points, np.float64))
    if len(points) == 1:
        points = np.concatenate([points, points + _PIN_PX])
    knots = np.array(drag.times if len(drag.times) > 1 else np.linspace(0, 1, len(points)))
    at = np.linspace(0, 1, frames)
    return np.stack([monotone_cubic(knots, points[:, axis], at) for axis in (0, 1)], axis=1)


def encode_motion(motion_px: np.ndarray) -> np.ndarray:
    """(..., h, w, 2) pixels -> 0..1: a displacement by the whole width or height is 0 or 1, none is 0.5."""
    height, width = motion_px.shape[-3:-1]
    return (motion_px / np.array([width, height], np.float32) + np.float32(1)) / np.float32(2)


def _window(drag: Drag, shape: tuple[int, int]) -> np.ndarray:
    """(h, w) bool: what a drag takes along."""
    if drag.area is not None:
        return _fitting(drag.area, shape, "area of a drag")
    x, y = (int(value) for value in drag.points[0])
    rows, columns = (slice(max(0, at - drag.radius), max(0, at + drag.radius)) for at in (y, x))
    window = np.zeros(shape, bool)
    window[rows, columns] = True
    return window


def _fitting(mask: np.ndarray, shape: tuple[int, int], what: str) -> np.ndarray:
    if mask.shape != shape:
        raise ValueError(f"The {what} is {mask.shape}, the picture {shape}.")
    return mask.astype(bool)
