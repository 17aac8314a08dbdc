"""Two-way optical flow between two working pictures: several searches, one choice per pixel, checked both ways."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.far_search import far_search
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.fusion import fuse
from mpd_studio.motion.hidden import with_hidden_filled
from mpd_studio.motion.hypotheses import global_motion, way_back
from mpd_studio.motion.luminance import grey
from mpd_studio.motion.matches import Features, features, rigid_motions
from mpd_studio.motion.warp import lengths, planes_of, resize_flow

Measured = TypeVar("Measured")

SMALLEST_FLOW_SIDE = 16
_AROUND_PX = 9
# Where one of several proposals is chosen, more steps gain here what they lose there; a rhythm of steps (cadence.py) is
# no longer found with so few. What is searched on to single pixels needs fewer still.
_REFINEMENTS, _REFINEMENTS_BEFORE_FINER = 2, 1
_WHOLE, _LOCAL, _FAR = 0.5, 4.0, 5.0  # handicaps: standing still is the plainest explanation, a far jump the least


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried.

    working_pixels: size of the pictures motion is measured on. fine: search near motion at that size, not at half of
        it. look_back: also try the other direction's far result.
    most_features: features matched to rescue long motion; 0 for none.
    """

    working_pixels: int = 130_000
    fine: bool = True
    look_back: bool = True
    most_features: int = 500


def dense_flow(
    first: np.ndarray, last: np.ndarray, initial: np.ndarray | None = None, refinements: int = 5
) -> np.ndarray:
    """Dense inverse search (Kroeger et al., ECCV 2016) from one grey picture to another.

    first, last: (h, w) uint8, at least 16 pixels each way. initial: (h, w, 2) float32 to start from.
    refinements: variational steps at each size; with 2 it takes two thirds of the time.
    Returns: (h, w, 2) float32, x and y, searched down to pairs of pixels.
    """
    import cv2

    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setVariationalRefinementIterations(refinements)
    start = np.zeros((*first.shape, 2), np.float32) if initial is None else initial.copy()
    return search.calc(first, last, start)


def finer(first: np.ndarray, last: np.ndarray, found: np.ndarray) -> np.ndarray:
    """A found dense flow, searched on down to single pixels: fingers and rims. Meant for near motion.

    Little is left to find: without variational steps and with patches farther apart it takes half of the search's time,
    not twice as much, and rims come out cleaner than with patches close together.
    """
    import cv2

    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setCoarsestScale(0)
    search.setFinestScale(0)
    search.setVariationalRefinementIterations(0)
    search.setGradientDescentIterations(8)
    search.setPatchStride(6)
    return search.calc(first, last, found.copy())


def disagreement(flow: np.ndarray, other_way: np.ndarray) -> np.ndarray:
    """(h, w) float32: pixels between a pixel and where it comes back to after going there and back."""
    return lengths(*_there_and_back(planes_of(flow), other_way))


def trust(flow: np.ndarray, other_way: np.ndarray) -> np.ndarray:
    """(h, w) float32 in 0..1: 1 where both flows agree, falling with the disagreement, which long motion excuses."""
    import cv2

    planes = planes_of(flow)
    allowed = lengths(*planes)
    allowed *= np.float32(0.05)
    allowed += 1
    off = lengths(*_there_and_back(planes, other_way))
    off /= allowed
    return cv2.exp(np.multiply(off, -off, out=off))


def _there_and_back(planes: tuple[np.ndarray, np.ndarray], other_way: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x and y, (h, w) float32 each, between a pixel and where it comes back to."""
    import cv2

    x, y = planes
    where = x + np.arange(x.shape[1], dtype=np.float32), y + np.arange(x.shape[0], dtype=np.float32)[:, None]
    border = cv2.BORDER_REPLICATE  # plane by plane takes half of the time that both together take
    back_x, back_y = (cv2.remap(plane, *where, cv2.INTER_LINEAR, borderMode=border) for plane in planes_of(other_way))
    return x + back_x, y + back_y


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Motion between two working pictures, not vouched for yet. All of the first and of the last.

    pictures: (h, w, 3) uint8. looks: their appearances. flows: (h, w, 2) float32, there and back.
    """

    pictures: tuple[np.ndarray, np.ndarray]
    looks: tuple[np.ndarray, np.ndarray]
    flows: tuple[np.ndarray, np.ndarray]


def two_way_flow(
    first: np.ndarray, last: np.ndarray, effort: Effort = Effort(), tick: Callable[[], None] = lambda: None
) -> MotionField:
    """Motion between two working pictures, both ways.

    first, last: (h, w, 3) uint8. tick: called between stages (each well below 0.5 s); may raise to stop.
    """
    return vouched(follow(first, last, effort, tick), tick)


def follow(first: np.ndarray, last: np.ndarray, effort: Effort, tick: Callable[[], None]) -> Followed:
    """As two_way_flow, up to the choice between what several searches propose."""
    pictures = first, last
    luma = grey(first), grey(last)
    looks = _both(lambda a, _: appearance(pictures[a]), tick)
    motions, handicaps = _proposed(luma, looks, effort, tick)
    flows = _both(lambda a, b: fuse(luma[a], looks[a], looks[b], motions[a], handicaps), tick)
    return Followed(pictures, looks, flows)


def vouched(followed: Followed, tick: Callable[[], None]) -> MotionField:
    """Where both flows agree they are kept; elsewhere they take what is around there."""
    flows, pictures = followed.flows, followed.pictures

    def one_way(a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
        trusted = trust(flows[a], flows[b])
        return with_hidden_filled(flows[a], trusted, pictures[a]), trusted

    (forward, forward_trust), (backward, backward_trust) = _both(one_way, tick)
    overall = _overall(forward_trust, backward_trust)
    return MotionField(forward, backward, forward_trust, backward_trust, overall)


def _proposed(
    luma: tuple[np.ndarray, np.ndarray],
    looks: tuple[np.ndarray, np.ndarray],
    effort: Effort,
    tick: Callable[[], None],
) -> tuple[tuple[list[np.ndarray], list[np.ndarray]], list[float]]:
    """What several searches propose, there and back, and their handicaps; see `fuse`."""
    import cv2

    def near_flow(a: int, b: int) -> np.ndarray:
        found = dense_flow(luma[a], luma[b], refinements=_REFINEMENTS_BEFORE_FINER if effort.fine else _REFINEMENTS)
        return finer(luma[a], luma[b], found) if effort.fine else found

    def far_flow(a: int, b: int) -> np.ndarray:
        return dense_flow(luma[a], luma[b], far_search(looks[a], looks[b]), _REFINEMENTS)

    def looked_at(a: int, b: int) -> tuple[np.ndarray, list[np.ndarray], Features]:
        trusted = trust(near[a], near[b])
        still = np.zeros_like(near[a])  # a camera that stands must not be talked into a motion
        motions = [still, global_motion(near[a], trusted), near[a], far[a]]
        if effort.look_back:
            motions.append(way_back(far[b], trust(small[b], small[a])))
        return trusted, motions, features(luma[a], effort.most_features, _doubted(trusted))

    # The far search is many small steps: two of them side by side would wait for each other.
    near, far = _beside(lambda: (near_flow(0, 1), near_flow(1, 0)), lambda: (far_flow(0, 1), far_flow(1, 0)), tick)
    small = [resize_flow(flow, max(len(flow) // 2, 1), max(flow.shape[1] // 2, 1)) for flow in far]
    (trusted, onward, first_marks), (_, backward, last_marks) = _both(looked_at, tick)
    known = cv2.copyTo(near[0], (trusted > 0.5).astype(np.uint8), onward[1].copy())
    for there, back in rigid_motions(first_marks, last_marks, known, near[1]):
        onward.append(there)
        backward.append(back)
    return (onward, backward), [0.0, _WHOLE, _LOCAL] + [_FAR] * (len(onward) - 3)


def _doubted(trusted: np.ndarray) -> np.ndarray:
    """(h, w) bool: where what was found may be wrong, and a little around it."""
    import cv2

    return cv2.dilate((trusted < 0.5).astype(np.uint8), np.ones((_AROUND_PX, _AROUND_PX), np.uint8)) > 0


def _overall(forward_trust: np.ndarray, backward_trust: np.ndarray) -> float:
    """0 across a cut, where the two flows agree only by chance (seen: mostly on 3 to 17 %); 1 above 22 % of pixels."""
    agreeing = (float(forward_trust.mean()) + float(backward_trust.mean())) / 2
    return min(max((agreeing - 0.12) / 0.1, 0.0), 1.0)


def _both(measure: Callable[[int, int], Measured], tick: Callable[[], None]) -> tuple[Measured, Measured]:
    """The same measurement from the first to the last frame and from the last to the first, side by side."""
    return _beside(lambda: measure(0, 1), lambda: measure(1, 0), tick)


def _beside(
    one: Callable[[], Measured], other: Callable[[], Measured], tick: Callable[[], None]
) -> tuple[Measured, Measured]:
    """Two measurements on a core each."""
    tick()
    with ThreadPoolExecutor(1, thread_name_prefix="flow") as helper:
        second = helper.submit(other)
        return one(), second.result()
