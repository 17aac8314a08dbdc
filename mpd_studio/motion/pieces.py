"""The pieces that motion paths carry: which pixels belong to each on both frames, and where they are at a time.

A piece is as rigid as it can be: it turns and grows evenly on the way, by what fits best between both ends, and its
path's point is exactly on the path. Where a path names a region (or a region follows it), the piece is that region.
Otherwise it is what, within the radius, moves as the path says; if nothing does, the whole disc: the user wins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Boundary, Guidance, MotionPath, MotionRegion, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.motion.affine import mapped, turning
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.matte import matte
from mpd_studio.motion.paths import position, progress
from mpd_studio.motion.rasterise import disc_mask, region_mask
from mpd_studio.motion.similarity import Similarity, fit_similarity
from mpd_studio.motion.warp import grid

_MOST_OFFSET = 0.2  # how far the fit may correct a path's end, as part of its reach: hands are not exact
_EXACT_PX = 1.0  # a path whose ends were corrected by less is a sure guide for outlines, too
_PULL = 0.8  # until then the path is law
_AGREES = 0.75  # correlation above which both ends show the same thing; more is asked of small patches, see _margin


@dataclass(frozen=True, slots=True)
class Search:
    """How turn and growth are looked for. cores: parts of the reach on which they are measured; the best fit is taken.

    in_hurry: as in fit_similarity.
    """

    cores: tuple[float, ...]
    in_hurry: bool = False


THOROUGH = Search((0.9, 0.55, 0.3, 0.16))
HURRIED = Search((0.55,), in_hurry=True)  # for a glance while the hand still moves


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """first_mask, last_mask: (h, w) float32 at canvas size, the piece on each boundary frame.

    agrees: both ends show the same thing, so both frames' pixels are used; otherwise the first frame's are, nearly to
        the end, because two different things must not show through each other.
    frozen: only the first frame's pixels are used, all the way (a region that holds still while it is carried).
    moves: it is carried by a 'moves' region, so what lies outside such regions holds still.
    """

    path: MotionPath
    turn: Similarity
    first_mask: np.ndarray
    last_mask: np.ndarray
    agrees: bool
    frozen: bool = False
    moves: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where a piece is at a time. to_first, to_last: (2, 3) affine maps from array places now to those frames'.

    point: where what lies under the path's start is now, in canvas pixels.
    """

    along: float
    to_first: np.ndarray
    to_last: np.ndarray
    point: Point


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A region that a path carries, as a mask on the frame it was drawn on."""

    on: Boundary
    mode: RegionMode
    mask: np.ndarray


def carried_regions(guidance: Guidance, path: MotionPath) -> tuple[MotionRegion, ...]:
    """The regions that move with a path: the one it names, and those that follow it."""
    return tuple(region for region in guidance.regions if region.id == path.region or region.follows == path.id)


def build_pieces(
    guidance: Guidance,
    pair: tuple[np.ndarray, np.ndarray],
    field: MotionField,
    masks: Sequence[tuple[RegionId, np.ndarray]] = (),
    tick: Callable[[], None] = lambda: None,
    search: Search = THOROUGH,
) -> tuple[Piece, ...]:
    """The pieces of all paths, farthest first: unnamed paths in their order, then depth_order from its end.

    pair: both frames at canvas size, (h, w, 3) uint8. field: the unguided motion, at any size.
    tick: called before each fit; may raise to stop.
    """
    order = {path_id: depth for depth, path_id in enumerate(reversed(guidance.depth_order))}
    paths = sorted(guidance.paths, key=lambda path: order.get(path.id, -1))
    pieces = []
    luma = luma_of(pair[0]), luma_of(pair[1])
    for path in paths:
        tick()
        drawn = _drawn(guidance, path, pair, masks)
        fitted = _fitted(luma, path, _reach_of(path, drawn), search, tick)
        tick()
        pieces.append(_piece(path, drawn, fitted, pair, field))
    return tuple(pieces)


def place(piece: Piece, guidance: Guidance, time: float) -> Placement:
    """Where the piece is at gap time `time`."""
    path = piece.path
    along = progress(path, guidance.ease, time)
    now = _array(position(path, guidance.ease, time)) + pull(along) * np.array(piece.turn.offset)
    back = np.linalg.inv(piece.turn.matrix(along))
    on = piece.turn.matrix() @ back
    last = _array(path.end) + np.array(piece.turn.offset)
    point = Point(float(now[0]) + 0.5, float(now[1]) + 0.5)
    return Placement(along, turning(back, now, _array(path.start)), turning(on, now, last), point)


def pull(along: float) -> float:
    """How far (0..1) a piece has left its path for the corrected end, which it must meet at the last frame."""
    part = max(0.0, along - _PULL) / (1 - _PULL)
    return part * part * (3 - 2 * part)


def within(places: np.ndarray, height: int, width: int) -> np.ndarray:
    """(h, w) float32: 1 where a place lies on the picture, falling to 0 one pixel outside."""
    x, y = places[..., 0], places[..., 1]
    outside = np.maximum(np.maximum(-x, x - (width - 1)), np.maximum(-y, y - (height - 1)))
    return np.clip(1 - outside, 0, 1).astype(np.float32)


def looked_up(mask: np.ndarray, places: np.ndarray) -> np.ndarray:
    """A mask at other places; nothing lies outside the picture: it falls to 0 one pixel outside."""
    import cv2

    no_second_map: Any = None  # the stubs forget that it may be None
    return cv2.remap(mask, places, no_second_map, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def _array(point: Point) -> np.ndarray:
    """A canvas point as a place in array coordinates."""
    return np.array([point.x - 0.5, point.y - 0.5])


def luma_of(picture: np.ndarray) -> np.ndarray:
    """(h, w) float32 of an (h, w, 3) uint8 picture."""
    return picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def _drawn(
    guidance: Guidance,
    path: MotionPath,
    pair: tuple[np.ndarray, np.ndarray],
    masks: Sequence[tuple[RegionId, np.ndarray]],
) -> tuple[_Drawn, ...]:
    size = Size(pair[0].shape[1], pair[0].shape[0])
    return tuple(
        _Drawn(region.on, region.mode, region_mask(region, size, masks)) for region in carried_regions(guidance, path)
    )


def _reach_of(path: MotionPath, drawn: Sequence[_Drawn]) -> float:
    reaches = (_reach(each.mask, path.start if each.on is Boundary.FIRST else path.end) for each in drawn)
    return max(reaches, default=path.radius)


def _piece(
    path: MotionPath,
    drawn: Sequence[_Drawn],
    fitted: tuple[Similarity, bool],
    pair: tuple[np.ndarray, np.ndarray],
    field: MotionField,
) -> Piece:
    size = Size(pair[0].shape[1], pair[0].shape[0])
    turn, agrees = fitted
    whole = Piece(path, turn, np.zeros(0), np.zeros(0), agrees)
    if drawn:
        first, last = _carried(whole, drawn, size)
    else:
        first, last = _discs(path, turn, size)
        if agrees:
            exact = math.hypot(*turn.offset) < _EXACT_PX
            first, last = matte(pair, field, place(whole, Guidance(), 1.0).to_first, (first, last), exact)
    return Piece(
        path,
        turn,
        first,
        last,
        agrees,
        frozen=bool(drawn) and all(each.mode is RegionMode.STILL for each in drawn),
        moves=any(each.mode is RegionMode.MOVES for each in drawn),
    )


def _fitted(
    luma: tuple[np.ndarray, np.ndarray],
    path: MotionPath,
    reach: float,
    search: Search,
    tick: Callable[[], None],
) -> tuple[Similarity, bool]:
    """The best fit over the whole reach or over a core of it (the rim may show the rest), and if it convinces."""
    cores = [max(part * reach, min(8.0, reach)) for part in search.cores]
    fits = []
    for core in cores:
        tick()
        fits.append(fit_similarity(*luma, path.start, path.end, core, _most_offset(core), search.in_hurry))
    convincing = [(_worth(fit, core), fit) for fit, core in zip(fits, cores, strict=True) if _margin(fit, core) >= 0]
    if not convincing:
        return Similarity(match=fits[0].match), False
    return max(convincing, key=lambda pair: pair[0])[1], True


def _worth(fit: Similarity, core: float) -> float:
    """The match, less for every correction of the path's end: the user's hand is better than a small patch's word."""
    return fit.match - 0.15 * math.hypot(*fit.offset) / _most_offset(core)


def _most_offset(core: float) -> float:
    return max(1.5, _MOST_OFFSET * core)


def _margin(fit: Similarity, core: float) -> float:
    """How far the match lies above what chance reaches: 8 pixels of any texture were seen to reach 0.92."""
    return fit.match - _AGREES - 0.22 * max(0.0, 30 - core) / 22


def _reach(mask: np.ndarray, centre: Point) -> float:
    """Distance from the path's point to the far edge of what it carries, at least 8 pixels."""
    rows, columns = np.nonzero(mask >= 0.5)
    if not len(rows):
        return 8.0
    return max(8.0, float(np.percentile(np.hypot(columns + 0.5 - centre.x, rows + 0.5 - centre.y), 90)))


def _carried(piece: Piece, drawn: Sequence[_Drawn], size: Size) -> tuple[np.ndarray, np.ndarray]:
    """The masks of drawn regions on the frame they were drawn on, and moved rigidly to the other."""
    first = np.zeros((size.height, size.width), np.float32)
    last = first.copy()
    here = grid(size.height, size.width)
    start, end = place(piece, Guidance(), 0.0), place(piece, Guidance(), 1.0)
    for each in drawn:
        if each.on is Boundary.FIRST:
            first = np.maximum(first, each.mask)
            last = np.maximum(last, looked_up(each.mask, mapped(end.to_first, here)))
        else:
            first = np.maximum(first, looked_up(each.mask, mapped(start.to_last, here)))
            last = np.maximum(last, each.mask)
    return first, last


def _discs(path: MotionPath, turn: Similarity, size: Size) -> tuple[np.ndarray, np.ndarray]:
    return disc_mask(path.start, path.radius, size), disc_mask(path.end, path.radius * turn.scale, size)
