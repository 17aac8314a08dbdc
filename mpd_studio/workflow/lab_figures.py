"""Figures about a row of new frames that need no true frames to compare with.

All are measured on what the eye sees (8-bit pictures as on a screen), boundary frames included, and none is the truth
by itself: a row of copies has no warping error, and noise passes for sharpness. They are to be read together, and
beside the pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mpd_studio.core.picture import Picture
from mpd_studio.media.display import display
from mpd_studio.motion.flow import SMALLEST_FLOW_SIDE, dense_flow, trust
from mpd_studio.motion.luminance import grey, working_size
from mpd_studio.motion.warp import backward_warp
from mpd_studio.workflow.frame_checks import FrameFacts, facts_of, find_duplicates

_WORKING_PIXELS = 130_000
_TRUSTED = 0.5
_LEAST_STEP = 1e-5  # of full range: below it, "every other step is larger" means nothing
_MOST_STROBE = 99.0


@dataclass(frozen=True, slots=True)
class RowFigures:
    """What was measured on one row of new frames.

    warp_error: how much of each frame the motion from its neighbour does not explain: the mean absolute difference,
        in code values of 255, between a frame and its neighbour moved onto it by optical flow, where the flow is the
        same both ways; the mean over all neighbours. Lower is better. None where no flow could be trusted, or the
        pictures are too small for one. After Lai et al., "Learning Blind Video Temporal Consistency" (ECCV 2018).
    warp_worst: the same of the worst pair of neighbours.
    duplicates: frames that hardly differ from the one before. Lower is better; 0 is right.
    strobe: how many times larger every other step from frame to frame is. 1 is even; lower is better.
    pulse: the farthest that a frame's mean brightness lies from the straight way between those of the ends, in
        percent of full range. Lower is better.
    sharpness: the median over the new frames of their fine detail (mean absolute Laplacian) beside that of the ends,
        the nearer end counting more. 1 is as sharp as the ends; below, softer; above, sharper, or noise.
    """

    warp_error: float | None
    warp_worst: float | None
    duplicates: int
    strobe: float
    pulse: float
    sharpness: float


def measure(
    first: Picture,
    frames: Iterable[Picture],
    last: Picture,
    *,
    least: np.ndarray | None = None,
    way: np.ndarray | None = None,
    change: float = float("inf"),
    tick: Callable[[], None] = lambda: None,
) -> RowFigures:
    """Look at the frames one after the other; two of them are in memory at a time.

    least, way: shares of the whole change that each step is to take, (frames + 1,); None for even steps. `least` is
        the slowest motion's, by which duplicates are told; `way` is that of the gap's own easing, for brightness.
    change: of the fastest pixel between the ends in code values, as for find_duplicates.
    tick: called between pictures; may raise to stop.
    """
    facts: list[FrameFacts] = []
    details: list[float] = []
    errors: list[float] = []
    before: np.ndarray | None = None
    for picture in _row(first, frames, last):
        tick()
        shown = display(picture, on_checker=False)
        facts.append(facts_of(Picture(shown)))
        details.append(_detail(shown))
        small = _working(shown)
        if before is not None and (error := warp_error(before, small)) is not None:
            errors.append(error)
        before = small
    return RowFigures(
        warp_error=float(np.mean(errors)) if errors else None,
        warp_worst=max(errors, default=None),
        duplicates=len(find_duplicates(facts[0], facts[1:-1], facts[-1], least, change)),
        strobe=_strobe(facts),
        pulse=_pulse(facts, way),
        sharpness=_sharpness(details),
    )


def warp_error(one: np.ndarray, other: np.ndarray) -> float | None:
    """Mean absolute difference, in code values, of two neighbours after motion, where it can be trusted.

    one, other: (h, w, 3) uint8. Both directions count. None where no pixel's motion can be trusted.
    """
    if min(one.shape[:2]) < SMALLEST_FLOW_SIDE:
        return None
    luma, other_luma = grey(one), grey(other)
    there, back = dense_flow(luma, other_luma), dense_flow(other_luma, luma)
    sums, count = 0.0, 0
    for here, from_where, flow, opposite in ((one, other, there, back), (other, one, back, there)):
        sure = trust(flow, opposite) > _TRUSTED
        sure &= _stays_inside(flow)
        moved = backward_warp(from_where, flow).astype(np.float32)
        sums += float(np.abs(moved - here)[sure].sum()) / 3
        count += int(sure.sum())
    return sums / count if count else None


def _row(first: Picture, frames: Iterable[Picture], last: Picture) -> Iterable[Picture]:
    yield first
    yield from frames
    yield last


def _working(shown: np.ndarray) -> np.ndarray:
    import cv2

    size = working_size(Picture(shown).size, _WORKING_PIXELS)
    if (size.height, size.width) == shown.shape[:2]:
        return np.ascontiguousarray(shown)
    return cv2.resize(np.ascontiguousarray(shown), (size.width, size.height), interpolation=cv2.INTER_AREA)


def _stays_inside(flow: np.ndarray) -> np.ndarray:
    height, width = flow.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    x, y = columns + flow[..., 0], rows + flow[..., 1]
    return (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)


def _detail(shown: np.ndarray) -> float:
    """Mean absolute Laplacian of the luma, in code values."""
    import cv2

    return float(np.abs(cv2.Laplacian(grey(np.ascontiguousarray(shown)), cv2.CV_32F)).mean())


def _sharpness(details: list[float]) -> float:
    """details: of the whole row. Ends without any detail, such as black, have no sharpness to lose: then 1."""
    steps = len(details) - 1
    expected = [details[0] + (details[-1] - details[0]) * index / steps for index in range(1, steps)]
    shares = [made / wanted if wanted > 0 else 1.0 for made, wanted in zip(details[1:-1], expected, strict=True)]
    return float(np.median(shares))


def _strobe(facts: list[FrameFacts]) -> float:
    steps = np.array([float(np.abs(after.small - before.small).mean()) for before, after in pairwise(facts)])
    if len(steps) < 4:
        return 1.0
    low, high = sorted((float(np.median(steps[0::2])), float(np.median(steps[1::2]))))
    if high < _LEAST_STEP:
        return 1.0
    return min(high / max(low, 1e-9), _MOST_STROBE)


def _pulse(facts: list[FrameFacts], way: np.ndarray | None) -> float:
    luma = np.array([fact.luma for fact in facts])
    shares = np.full(len(luma) - 1, 1 / (len(luma) - 1)) if way is None else way
    gone = np.concatenate([[0.0], np.cumsum(shares)])
    return float(np.abs(luma - (luma[0] + (luma[-1] - luma[0]) * gone)).max()) * 100
