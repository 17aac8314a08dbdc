"""A picture at a time between two frames, from the motion at that time. Any dtype, any number of channels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.blend import weighted
from mpd_studio.motion.confidence import Balance
from mpd_studio.motion.warp import Sampling, resize_flow, resize_plane, sample

_BAND_PIXELS = 500_000  # bounds the memory at 4K, and the time between two ticks


def render(
    first: np.ndarray,
    last: np.ndarray,
    motion: MotionAt,
    mixing: Balance,
    sampling: Sampling,
    tick: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Fetch each pixel from both frames along the motion; mix in a cross-fade where the motion is in doubt.

    first, last: (h, w, c). motion, mixing: at any size of the same shape. Returns: (h, w, c) in the dtype of `first`.
    """
    height, width = first.shape[:2]
    velocity = resize_flow(motion.velocity, height, width)
    share, moved = (resize_plane(plane, height, width) for plane in (mixing.share, mixing.moved))
    result = np.empty_like(first)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        tick()
        band = slice(top, min(top + rows, height))
        result[band] = _band(first, last, band, velocity[band], motion.time, share[band], moved[band], sampling)
    return result


def _band(
    first: np.ndarray,
    last: np.ndarray,
    band: slice,
    velocity: np.ndarray,
    time: float,
    share: np.ndarray,
    moved: np.ndarray,
    sampling: Sampling,
) -> np.ndarray:
    here = _places(band, first.shape[1])
    early = sample(first, here - np.float32(time) * velocity, sampling)
    late = sample(last, here + np.float32(1 - time) * velocity, sampling)
    along = weighted(early, late, share)
    standing = weighted(first[band], last[band], np.full_like(share, time))
    return weighted(standing, along, moved)


def _places(band: slice, width: int) -> np.ndarray:
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(band.start, band.stop, dtype=np.float32))
    return np.dstack([x, y])
