"""A picture at a time between two frames, from the motion at that time. Any dtype, any number of channels."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.blend import faded, weighted
from mpd_studio.motion.confidence import Balance
from mpd_studio.motion.scratch import Scratch
from mpd_studio.motion.source import Source
from mpd_studio.motion.warp import grid, resize_flow, resize_plane

_BAND_PIXELS = 120_000  # bounds the memory at 4K, and the time between two ticks


def render(
    first: Source,
    last: Source,
    motion: MotionAt,
    mixing: Balance,
    tick: Callable[[], None] = lambda: None,
    cores: int = 2,
    scratch: Scratch | None = None,
) -> np.ndarray:
    """Fetch each pixel from both frames along the motion; mix in a cross-fade where the motion is in doubt.

    first, last: made ready together by `sources`. motion, mixing: at any size of the same shape.
    cores: how many may be kept busy. scratch: of a gap with more frames.
    Returns: (h, w, c) in the dtype of the frames.
    """
    height, width = first.groups[0].shape[:2]
    scratch = scratch or Scratch()
    early, late = (
        resize_flow(np.float32(first.zoom) * flow, height, width, scratch.array(name, height, width, 2))
        for name, flow in zip(("early", "late"), _ways(motion), strict=True)
    )
    share = resize_plane(mixing.share, height, width, scratch.array("share", height, width))
    moved = resize_plane(mixing.moved, height, width, scratch.array("moved", height, width))
    result = np.empty((height, width, first.channels), first.dtype)
    rows = max(1, min(_BAND_PIXELS // width, height))
    here = np.float32(first.zoom) * grid(rows, width)

    def paint(top: int) -> None:
        band = slice(top, min(top + rows, height))
        places = [_from(way[band], here, first.zoom * top) for way in (early, late)]
        for index, span in enumerate(first.spans()):
            along = weighted(first.moved(index, places[0]), last.moved(index, places[1]), share[band])
            standing = faded(first.groups[index][band], last.groups[index][band], motion.time)
            result[band, :, span] = first.finished(weighted(standing, along, moved[band]), index)

    tops = range(0, height, rows)
    if cores == 1:
        for top in tops:
            paint(top)
            tick()
        return result
    with ThreadPoolExecutor(cores, thread_name_prefix="render") as painters:  # numpy and OpenCV let go of the lock
        for _ in painters.map(paint, tops):
            tick()
    return result


def _from(way: np.ndarray, here: np.ndarray, down: float) -> np.ndarray:
    """Where a band's pixels go by `way`. here: the places of the uppermost band. down: how far this one lies below."""
    import cv2

    lower: Any = (0.0, down, 0.0, 0.0)  # the stubs know no scalars
    places = cv2.add(way, here[: len(way)])
    return cv2.add(places, lower, dst=places)


def _ways(motion: MotionAt) -> tuple[np.ndarray, np.ndarray]:
    """From each pixel to where its content lies on the first and on the last frame, in working pixels."""
    early, late = np.float32(-motion.time) * motion.velocity, np.float32(1 - motion.time) * motion.velocity
    return (early, late) if motion.bend is None else (early - motion.bend, late - motion.bend)
