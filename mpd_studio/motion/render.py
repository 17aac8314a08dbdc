"""A picture at a time between two frames, from the motion at that time. Any dtype, any number of channels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce

import numpy as np

from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.blend import faded, weighted
from mpd_studio.motion.calm import Calm, lean
from mpd_studio.motion.confidence import Balance
from mpd_studio.motion.enlarged import Enlarged, enlarged, enlarged_ways, places
from mpd_studio.motion.source import Source
from mpd_studio.motion.tiles import Places, Tile, inside, tiles, widened
from mpd_studio.motion.warp import planes_of

_SOFT = 1.25  # working pixels: reach of the mean that takes the place of detail in doubt
_SLIGHT = 0.01  # what counts so little is not mixed in
_FAINT = 0.08  # detail of which so little is given up is kept
_STILL_PX = 1 / 64  # of the picture: what moves less is not looked up, but taken as it is


def render(
    first: Source,
    last: Source,
    motion: MotionAt,
    mixing: Balance,
    tick: Callable[[], None] = lambda: None,
    calm: Calm | None = None,
    cores: int = 2,
) -> np.ndarray:
    """Fetch each pixel from both frames along the motion; where that is in doubt, mix in what stands or moves calmly.

    first, last: made ready together by `sources`. motion: at any size. mixing: at any size; of the motion's with calm.
    calm: from CalmMotion, of the motion's size; None: a cross-fade stands in.
    cores: how many may be kept busy. tick: called after each tile; may raise to stop.
    Returns: (h, w, c) in the dtype of the frames.
    """
    plan = _planned(first, last, motion, mixing, calm)
    height, width = first.size
    result = np.empty((height, width, first.channels), first.dtype)

    def paint(tile: Tile) -> None:
        for span, painted in zip(first.spans(), plan.painted(tile), strict=True):
            result[tile][..., span] = painted

    if cores == 1:
        for tile in tiles(height, width):
            paint(tile)
            tick()
        return result
    with ThreadPoolExecutor(cores, thread_name_prefix="render") as painters:  # numpy and OpenCV let go of the lock
        for _ in painters.map(paint, tiles(height, width)):
            tick()
    return result


def _planned(first: Source, last: Source, motion: MotionAt, mixing: Balance, calm: Calm | None) -> _Plan:
    height, width = first.size
    ways, share, moved = _ways(motion), mixing.share, mixing.moved
    if calm is not None:
        ways, share, moved = lean(ways, share, moved, calm, motion.time)
    planes = [share, moved] if mixing.detail is None else [share, moved, mixing.detail]
    parts = enlarged(planes, height, width)
    share, moved, *detail = parts.planes
    return _Plan(
        motion.time,
        _pair(first, last, ways, is_plain=False),
        _pair(first, last, () if calm is None else calm.ways, is_plain=True),
        parts,
        Places(np.abs(share - motion.time) > _SLIGHT, parts.step),
        Places(moved < 1 - _SLIGHT, parts.step),
        Places(detail[0] < 1 - _FAINT if detail else np.zeros((1, 1), bool), parts.step),
        round(_SOFT * width / motion.velocity.shape[1]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What is fetched from where, and mixed how.

    moved: both frames along the motion. plainer: what takes their part where that is in doubt.
    mixing: share and moved, and detail where it is not kept everywhere.
    uneven: where the share is another one than time gives. in_doubt, soft: where the plainer pair and the mean count.
    rim: pixels around that the mean looks at.
    """

    time: float
    moved: _Pair
    plainer: _Pair
    mixing: Enlarged
    uneven: Places
    in_doubt: Places
    soft: Places
    rim: int

    def painted(self, tile: Tile) -> Iterator[np.ndarray]:
        """A tile of the new picture, each group of channels for itself."""
        first = self.moved.first
        size = first.size
        soft = self.soft.parts(tile)
        wide = widened(tile, self.rim, *size) if soft else tile
        doubted = self.in_doubt.parts(wide)
        moved_from = self.moved.places(wide)
        plainer_from = [self.plainer.places(part) for part in doubted]
        share, moved, *detail = self.mixing.part(wide)
        for index in range(len(first.plain)):
            mixed = self._mixed(*self.moved.fetched(index, wide, moved_from), share, wide)
            for part, where in zip(doubted, plainer_from, strict=True):
                at = inside(part, wide)
                plainer = faded(*self.plainer.fetched(index, part, where), self.time)
                mixed[at] = weighted(plainer, mixed[at], moved[at])
            means = [self._mean(mixed, part, wide) for part in soft]  # all of them before any is mixed in
            for part, mean in zip(soft, means, strict=True):
                at = inside(part, wide)
                mixed[at] = weighted(mean, mixed[at], detail[0][at])
            yield first.finished(mixed[inside(tile, wide)], index)

    def _mixed(self, first: np.ndarray, last: np.ndarray, share: np.ndarray, tile: Tile) -> np.ndarray:
        """By share where that is needed; one share for all costs a fifth."""
        uneven = self.uneven.parts(tile)
        if uneven == [tile]:
            return weighted(first, last, share)
        mixed = faded(first, last, self.time)
        for part in uneven:
            at = inside(part, tile)
            mixed[at] = weighted(first[at], last[at], share[at])
        return mixed

    def _mean(self, mixed: np.ndarray, part: Tile, wide: Tile) -> np.ndarray:
        """Of each pixel in a part with its surroundings. mixed: a wide tile, with a rim around the part."""
        around = widened(part, self.rim, *self.moved.first.size)
        return _softened(mixed[inside(around, wide)], self.rim)[inside(part, around)]


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Both frames, each moved by its displacement. where: from `places`; None: nothing moves.

    moving: where it is not where they are. is_plain: looked up with less care, because it is to be mixed in.
    """

    first: Source
    last: Source
    where: Enlarged | None
    moving: Places
    is_plain: bool

    def places(self, tile: Tile) -> list[tuple[Tile, list[np.ndarray]]]:
        """The parts of a tile that move, and where to look them up."""
        if self.where is None:
            return []
        return [(part, self.where.part(part)) for part in self.moving.parts(tile)]

    def fetched(
        self, index: int, tile: Tile, moving: Sequence[tuple[Tile, Sequence[np.ndarray]]]
    ) -> tuple[np.ndarray, np.ndarray]:
        """A tile of both. moving: from `places`."""
        if len(moving) == 1 and moving[0][0] == tile:
            return self._looked_up(index, moving[0][1])
        first, last = self.first.plain[index][tile], self.last.plain[index][tile]
        if moving:
            first, last = first.copy(), last.copy()
        for part, where in moving:
            at = inside(part, tile)
            first[at], last[at] = self._looked_up(index, where)
        return first, last

    def _looked_up(self, index: int, where: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        if self.is_plain:
            return self.first.moved_softly(index, where[:2]), self.last.moved_softly(index, where[2:])
        return self.first.moved(index, where[:2]), self.last.moved(index, where[2:])


def _pair(first: Source, last: Source, ways: Sequence[np.ndarray], is_plain: bool) -> _Pair:
    """ways: planes of displacements in working pixels; none: both stand."""
    import cv2

    height, width = first.size
    if not ways:
        return _Pair(first, last, None, Places(np.zeros((1, 1), bool), 1), is_plain)
    zoom = 1 if is_plain else first.zoom
    large = enlarged_ways(ways, height, width, zoom)
    farthest = reduce(cv2.max, (np.abs(way) for way in large.planes))
    return _Pair(first, last, places(large, zoom), Places(farthest > zoom * _STILL_PX, large.step), is_plain)


def _softened(pixels: np.ndarray, reach: int) -> np.ndarray:
    """Each pixel's mean with its surroundings."""
    import cv2

    return cv2.blur(pixels, (2 * reach + 1, 2 * reach + 1)).reshape(pixels.shape)


def _ways(motion: MotionAt) -> list[np.ndarray]:
    """From each pixel to where its content lies, in working pixels: x, y on the first and x, y on the last frame."""
    velocity = planes_of(motion.velocity)
    ways = [np.float32(share) * plane for share in (-motion.time, 1 - motion.time) for plane in velocity]
    if motion.bend is None:
        return ways
    bend = planes_of(motion.bend)
    return [way - plane for way, plane in zip(ways, (*bend, *bend), strict=True)]
