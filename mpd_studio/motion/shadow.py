"""The shadow that a piece throws on what lies behind it: found on both boundary frames, and carried with the piece.

Each frame is compared with the other one's view of the same background. Where a frame is darker around its piece, and
the other frame is as much darker at the same place around its own, that is the piece's shadow. It multiplies the
light, so that what lies in it shines through: it is taken out of both frames, and laid over each new one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mpd_studio.core.geometry import Point, Size
from mpd_studio.motion.blend import to_dtype
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.pieces import Piece, Placement, looked_up, within
from mpd_studio.motion.warp import grid, resize_flow, resize_plane, sample

_WORKING_REACH = 20  # a piece is looked at at this size, or smaller: shadows are soft
_WINDOW = 3.2  # reaches around the piece's point in which its shadow is looked for
_NEAR = 0.8  # reaches: a shadow begins no farther from the piece
_RIM = 2  # working pixels around the piece that its own colours touch
_LEAST = 0.03  # depth that shows; below, the light of two frames is never quite alike
_CORE = 0.08  # depth that a shadow must reach somewhere
_DEEPEST = 2.0
_FEWEST = 0.04  # of the disc of the reach: smaller spots are chance
_SURER = 4.0  # how many times more is darkened than brightened alike at both ends, which is chance
_ALIKE, _AROUND = 0.5, 8  # correlation of both ends' darkness in the shadow and so many working pixels around it
_COLOURS = 3  # channels that light falls on
_ROUNDS = 4  # each takes the other end's shadow out of the comparison more exactly


@dataclass(frozen=True, slots=True, eq=False)
class Shadow:
    """first, last: (n, n, c) float32 >= 0, logarithm of the light lost in each colour around the piece's point, as each
    boundary frame has it: what it falls on may have changed its shape.

    corner: x and y from the point to their first pixel, in their pixels.
    pixel: canvas pixels that one pixel of them spans, on the first frame. growth: of the piece, from end to end.
    """

    first: np.ndarray
    last: np.ndarray
    corner: tuple[int, int]
    pixel: float
    growth: float

    def at(self, point: Point, along: float, height: int, width: int) -> tuple[tuple[slice, slice], np.ndarray]:
        """The box it may darken when the piece's point is at `point`, and (rows, columns, c) float32 depth in it."""
        pixel = self.pixel * self.growth**along
        origin = np.array([point.x - 0.5, point.y - 0.5]) + pixel * np.array(self.corner)
        rows, columns = self.first.shape[:2]
        left, right = _span(origin[0], columns * pixel, pixel, width)
        top, bottom = _span(origin[1], rows * pixel, pixel, height)
        box = slice(top, bottom), slice(left, right)
        if top >= bottom or left >= right:
            return (slice(0, 0), slice(0, 0)), np.zeros((0, 0, self.first.shape[2]), np.float32)
        here = grid(bottom - top, right - left, top) + np.array([left, 0], np.float32)
        depth = self.first + np.float32(along) * (self.last - self.first)
        return box, _looked_up(depth, (here - origin.astype(np.float32)) / np.float32(pixel))


def lay_shadow(pixels: np.ndarray, shadow: Shadow, placement: Placement) -> None:
    """Darken (h, w, c) pixels where the shadow lies, in place. Channels beyond colour stay as they are."""
    _lit(pixels, shadow, placement, -1)


def without_shadows(pixels: np.ndarray, shadows: Sequence[tuple[Shadow, Placement]]) -> np.ndarray:
    """A copy of a boundary frame in the light that would fall on it without the shadows."""
    bare = pixels.copy()
    for shadow, placement in shadows:
        _lit(bare, shadow, placement, 1)
    return bare


def _lit(pixels: np.ndarray, shadow: Shadow, placement: Placement, sign: int) -> None:
    box, depth = shadow.at(placement.point, placement.along, pixels.shape[0], pixels.shape[1])
    if depth.any():
        colours = pixels[box][..., :_COLOURS]
        colours[...] = to_dtype(colours.astype(np.float32) * np.exp(np.float32(sign) * depth), pixels.dtype)


def find_shadow(
    pair: tuple[np.ndarray, np.ndarray],
    flows: tuple[np.ndarray, np.ndarray],
    covers: tuple[np.ndarray, np.ndarray],
    piece: Piece,
) -> Shadow | None:
    """The shadow of a piece; None where the frames show none that both agree about.

    pair: both frames, any dtype, alpha not straight. flows: of what lies behind the pieces, both ways, at any size.
    covers: (h, w) float32, what all pieces cover on each frame.
    """
    reach = _reach(piece)
    if reach <= 2 or not piece.agrees or piece.frozen:
        return None
    sight = _Sight(pair, flows, covers, piece, reach)
    depths = sight.depths()
    own = np.minimum(depths.first, depths.last).mean(axis=2)
    area = math.pi * (reach * sight.scale) ** 2
    support = _support(own, sight.from_piece(), reach * sight.scale)
    if own[support].sum() < _CORE * _FEWEST * area or not _is_sure(depths, support):
        return None
    soft = _softened(support)
    rows, columns = (np.nonzero(soft.any(axis=axis))[0] for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    first, last = (np.maximum(depth[box], 0) * soft[box][..., None] for depth in (depths.first, depths.last))
    half = len(own) // 2
    return Shadow(first, last, (int(columns[0]) - half, int(rows[0]) - half), 1 / sight.scale, piece.turn.scale)


@dataclass(frozen=True, slots=True, eq=False)
class _Depths:
    """(n, n, c) float32 around the piece's point: darkness seen on both frames, and where each could be seen."""

    first: np.ndarray
    last: np.ndarray
    first_seen: np.ndarray
    last_seen: np.ndarray

    def agreed(self) -> np.ndarray:
        """(n, n, c) what both say; where one alone can see, what it says; nothing where neither can."""
        first_sees, last_sees = self._sees()
        first = np.where(first_sees, self.first, self.last)
        last = np.where(last_sees, self.last, self.first)
        return np.where(first_sees | last_sees, np.minimum(first, last), 0)

    def continued(self) -> _Depths:
        """Where a frame cannot be seen, it is no darker than the other, and no darker than it is itself around."""
        seen = [np.where(sees, 1, 0).astype(np.float32) for sees in self._sees()]
        around = [
            fill_holes(depth * sees, sees[..., 0]) for depth, sees in zip((self.first, self.last), seen, strict=True)
        ]
        lesser = np.minimum(*around)
        first, last = (np.where(sees > 0, depth, lesser) for depth, sees in zip(around, seen, strict=True))
        return replace(self, first=first, last=last)

    def _sees(self) -> tuple[np.ndarray, np.ndarray]:
        return self.first_seen[..., None] > 0.5, self.last_seen[..., None] > 0.5


class _Sight:
    """Both frames around a piece, at a size where it is small, with the other frame's view of the same background."""

    def __init__(
        self,
        pair: tuple[np.ndarray, np.ndarray],
        flows: tuple[np.ndarray, np.ndarray],
        covers: tuple[np.ndarray, np.ndarray],
        piece: Piece,
        reach: float,
    ) -> None:
        height, width = pair[0].shape[:2]
        self.scale = min(1.0, _WORKING_REACH / reach)
        self._size = Size(max(16, round(width * self.scale)), max(16, round(height * self.scale)))
        self._piece = piece
        half = math.ceil(_WINDOW * reach * self.scale)
        self._offsets = grid(2 * half + 1, 2 * half + 1) - np.float32(half)
        self._pictures = [_reduced(picture, self._size) for picture in pair]
        self._black = np.float32(0.004 * max(float(picture.max()) for picture in self._pictures) + 1e-6)
        small = [resize_plane(mask, self._size.height, self._size.width) for mask in covers]
        self._covers = [_wide(mask) for mask in small]
        self._flows = [resize_flow(flow, self._size.height, self._size.width) for flow in flows]

    def depths(self) -> _Depths:
        centres, growth = self._centres(), (1.0, self._piece.turn.scale)
        places = [np.float32(growth[i]) * self._offsets + centres[i] for i in (0, 1)]
        there, raw, seen = [], [], []
        for end in (0, 1):
            other = 1 - end
            found = places[end] + sample(self._flows[end], places[end])
            there.append((found - centres[other]) / np.float32(growth[other]))
            inside = within(places[end], *self._covers[0].shape) * within(found, *self._covers[0].shape)
            clear = 1 - np.maximum(sample(self._covers[end], places[end]), sample(self._covers[other], found))
            seen.append(inside * clear)
            here, clean = sample(self._pictures[end], places[end]), sample(self._pictures[other], found)
            raw.append(_darker(here, clean, seen[end], self._black))
        depths = _Depths(raw[0], raw[1], seen[0], seen[1])
        for _ in range(_ROUNDS):
            # The other frame's view of the background has the shadow in another place, and shows less of it there.
            known = np.maximum(depths.agreed(), 0)
            depths = _Depths(raw[0] + _around(known, there[0]), raw[1] + _around(known, there[1]), seen[0], seen[1])
        return depths.continued()

    def from_piece(self) -> np.ndarray:
        """(n, n) float32: working pixels from the piece as the first frame shows it."""
        import cv2

        mask = resize_plane(self._piece.first_mask, self._size.height, self._size.width)
        places = self._offsets + self._centres()[0]
        outside = (looked_up(mask, places) < 0.5).astype(np.uint8)
        return cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)

    def _centres(self) -> list[np.ndarray]:
        path, offset = self._piece.path, self._piece.turn.offset
        points = (path.start, Point(path.end.x + offset[0], path.end.y + offset[1]))
        x, y = self._size.width / self._piece.first_mask.shape[1], self._size.height / self._piece.first_mask.shape[0]
        return [np.array([point.x * x - 0.5, point.y * y - 0.5], np.float32) for point in points]


def _darker(here: np.ndarray, clean: np.ndarray, seen: np.ndarray, black: np.float32) -> np.ndarray:
    """(n, n, c) logarithm of how much darker `here` is; the ratio of means, because a place that is not quite the
    same has another texture, but the same mean."""
    import cv2

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values * seen[..., None], (0, 0), 1.2).reshape(values.shape) + black

    ratio = mean(clean) / mean(here)
    return np.clip(np.log(ratio), -_DEEPEST, _DEEPEST).astype(np.float32)


def _support(own: np.ndarray, away: np.ndarray, reach: float) -> np.ndarray:
    """(n, n) bool: the spots of darkness that are deep enough and begin near the piece."""
    import cv2

    smooth = cv2.GaussianBlur(own, (0, 0), 1.5)
    _, labels = cv2.connectedComponents(((smooth > _LEAST) & (away > 0)).astype(np.uint8), connectivity=4)
    near = np.unique(labels[(smooth > _CORE) & (away < max(_RIM + 2, _NEAR * reach))])
    return np.isin(labels, near[near > 0])


def _is_sure(depths: _Depths, support: np.ndarray) -> bool:
    both = (depths.first_seen > 0.5) & (depths.last_seen > 0.5)
    first, last = depths.first.mean(axis=2), depths.last.mean(axis=2)
    darker = np.minimum(first, last)[both & support].sum()
    brighter = np.minimum(-first, -last)[both]
    if darker <= _SURER * brighter[brighter > 0].sum():
        return False
    where = both & (_softened(support, _AROUND) > 0.02)
    a, b = first[where] - first[where].mean(), last[where] - last[where].mean()
    return bool((a * b).sum() > _ALIKE * math.sqrt(float((a * a).sum() * (b * b).sum())))


def _softened(support: np.ndarray, by: int = 2) -> np.ndarray:
    """(n, n) float32: 1 on the support, falling to 0 around it."""
    import cv2

    away = cv2.distanceTransform((~support).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.clip(1 - away / (by + 1), 0, 1).astype(np.float32)


def _around(depth: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Depth at offsets from the piece's point, in its pixels; none outside."""
    return _looked_up(depth, offsets + np.float32(len(depth) // 2))


def _looked_up(depth: np.ndarray, places: np.ndarray) -> np.ndarray:
    return sample(depth, places) * within(places, *depth.shape[:2])[..., None]


def _span(start: float, length: float, margin: float, limit: int) -> tuple[int, int]:
    """The whole pixels, from 0 to `limit`, that a stretch touches."""
    return int(np.clip(start - margin, 0, limit)), int(np.clip(start + length + margin + 1, 0, limit))


def _wide(mask: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.dilate((mask > 0.02).astype(np.float32), np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8))


def _reduced(picture: np.ndarray, size: Size) -> np.ndarray:
    import cv2

    colours = picture[..., :_COLOURS]
    wide = np.nan_to_num(colours.astype(np.float32), posinf=0.0, neginf=0.0) if colours.dtype.kind == "f" else colours
    small = cv2.resize(np.ascontiguousarray(wide), (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.maximum(small.astype(np.float32), 0).reshape(size.height, size.width, colours.shape[2])


def _reach(piece: Piece) -> float:
    """Radius of the disc that is as large as the piece."""
    return math.sqrt(float(piece.first_mask.sum()) / math.pi)
