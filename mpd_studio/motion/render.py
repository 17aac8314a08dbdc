"""A picture at a time between two frames, from the motion at that time. Any dtype, any number of channels."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.blend import faded, weighted
from mpd_studio.motion.calm import Calm
from mpd_studio.motion.confidence import Balance
from mpd_studio.motion.scratch import Scratch
from mpd_studio.motion.source import Source
from mpd_studio.motion.warp import grid, resize_flow, resize_plane

_BAND_PIXELS = 120_000  # bounds the memory at 4K, and the time between two ticks
_SOFT = 1.25  # working pixels: reach of the mean that takes the place of detail in doubt
_SURE = 0.99  # what counts so much is not mixed with anything


def render(
    first: Source,
    last: Source,
    motion: MotionAt,
    mixing: Balance,
    tick: Callable[[], None] = lambda: None,
    calm: Calm | None = None,
    cores: int = 2,
    scratch: Scratch | None = None,
) -> np.ndarray:
    """Fetch each pixel from both frames along the motion; where that is in doubt, mix in what stands or moves calmly.

    first, last: made ready together by `sources`. motion, mixing: at any size of the same shape.
    calm: from `calm_at`, of that shape; None: a cross-fade stands in.
    cores: how many may be kept busy. scratch: of a gap with more frames.
    Returns: (h, w, c) in the dtype of the frames.
    """
    plan = _planned(first, motion, mixing, calm, scratch or Scratch())
    height, width = plan.share.shape
    result = np.empty((height, width, first.channels), first.dtype)
    rows = max(1, min(_BAND_PIXELS // width, height))
    here = np.float32(first.zoom) * grid(min(rows + 2 * plan.rim, height), width)

    def paint(top: int) -> None:
        bottom = min(top + rows, height)
        band = slice(max(top - plan.rim, 0), min(bottom + plan.rim, height))
        inner = slice(top - band.start, bottom - band.start)
        for index, span in enumerate(first.spans()):
            mixed = _mixed(first, last, index, plan, band, here)
            result[top:bottom, :, span] = first.finished(mixed[inner], index)

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


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What is fetched from where, and mixed how, at the size of the picture.

    ways: (h, w, 2) displacements on the first and the last frame, times their zoom. calm: the same; None: none.
    share, moved, detail: as in Balance. rim: rows beyond a band that its softening looks at.
    """

    time: float
    ways: tuple[np.ndarray, np.ndarray]
    calm: tuple[np.ndarray, np.ndarray] | None
    share: np.ndarray
    moved: np.ndarray
    detail: np.ndarray | None
    rim: int


def _planned(
    first: Source,
    motion: MotionAt,
    mixing: Balance,
    calm: Calm | None,
    scratch: Scratch,
) -> _Plan:
    height, width = first.groups[0].shape[:2]

    def large(name: str, ways: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        outs = (scratch.array(f"{name} {end}", height, width, 2) for end in ("early", "late"))
        early, late = (
            resize_flow(np.float32(first.zoom) * way, height, width, out) for way, out in zip(ways, outs, strict=True)
        )
        return early, late

    def plane(name: str, small: np.ndarray) -> np.ndarray:
        return resize_plane(small, height, width, scratch.array(name, height, width))

    share, moved = plane("share", mixing.share), plane("moved", mixing.moved)
    detail = None if mixing.detail is None else plane("detail", mixing.detail)
    rim = 0 if detail is None else round(_SOFT * width / motion.velocity.shape[1])
    return _Plan(
        motion.time,
        large("moved", _ways(motion)),
        None if calm is None else large("calm", calm.ways),
        share,
        moved,
        detail,
        rim,
    )


def _mixed(first: Source, last: Source, index: int, plan: _Plan, band: slice, here: np.ndarray) -> np.ndarray:
    """A band of group `index`. here: the places of the picture's uppermost rows, times the zoom."""
    down = first.zoom * band.start
    early, late = (_from(way[band], here, down) for way in plan.ways)
    mixed = weighted(first.moved(index, early), last.moved(index, late), plan.share[band])
    moved = plan.moved[band]
    if plan.calm is None:
        standing = faded(first.groups[index][band], last.groups[index][band], plan.time)
        mixed = weighted(standing, mixed, moved)
    elif moved.min() < _SURE:
        early, late = (_from(way[band], here, down) for way in plan.calm)
        standing = faded(first.moved(index, early), last.moved(index, late), plan.time)
        mixed = weighted(standing, mixed, moved)
    if plan.detail is None or plan.detail[band].min() > _SURE:
        return mixed
    return weighted(_softened(mixed, plan.rim), mixed, plan.detail[band])


def _softened(pixels: np.ndarray, reach: int) -> np.ndarray:
    """Each pixel's mean with its surroundings."""
    import cv2

    return cv2.blur(pixels, (2 * reach + 1, 2 * reach + 1)).reshape(pixels.shape)


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
