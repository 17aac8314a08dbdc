"""Laying the pieces over the backdrop, and what holds still over everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Guidance, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.motion.affine import mapped
from mpd_studio.motion.alpha import has_straight_alpha, unweigh, weigh
from mpd_studio.motion.blend import to_dtype
from mpd_studio.motion.pieces import Piece, Placement, carried_regions, looked_up, place, pull, within
from mpd_studio.motion.rasterise import region_mask
from mpd_studio.motion.source import Source
from mpd_studio.motion.warp import grid

_LATE = (0.8, 1.0)  # when a piece whose ends differ changes from the first frame's pixels to the last's


def lay_piece(
    canvas: np.ndarray,
    pair: tuple[Source, Source],
    piece: Piece,
    placement: Placement,
) -> tuple[tuple[slice, slice], np.ndarray]:
    """Draw a piece onto `canvas` (h, w, c), in place. pair: both frames, made ready to be moved.

    Returns: the box that was touched, and (rows, columns) float32 how opaque the piece is there.
    """
    box = _bounds(piece, placement, canvas.shape[0], canvas.shape[1])
    seen = _look(piece, placement, box, canvas.shape[0], canvas.shape[1])
    if seen is None:
        return box, _nothing(box)
    share = _late_share(piece, placement.along)
    early = (1 - share) * seen.first_mask * seen.first_inside
    late = share * seen.last_mask * within(seen.last_places, *canvas.shape[:2])
    mix = (late / np.maximum(early + late, 1e-6))[..., None]
    opaque, zoom = seen.opaque(placement.along), np.float32(pair[0].zoom)
    part = opaque[..., None]
    for index, span in enumerate(pair[0].spans()):
        from_first = pair[0].moved(index, seen.first_places * zoom).astype(np.float32, copy=False)
        from_last = pair[1].moved(index, seen.last_places * zoom).astype(np.float32, copy=False)
        content = from_first * (1 - mix) + from_last * mix
        under = pair[0].opened(canvas[box][..., span], index)
        canvas[box][..., span] = pair[0].finished(under * (1 - part) + content * part, index)
    return box, opaque


def cover(piece: Piece, placement: Placement, height: int, width: int) -> tuple[tuple[slice, slice], np.ndarray]:
    """Where a piece lies on the picture: a box, and (rows, columns) float32 how opaque the piece is in it."""
    box = _bounds(piece, placement, height, width)
    seen = _look(piece, placement, box, height, width)
    return box, _nothing(box) if seen is None else seen.opaque(placement.along)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What a box of the picture shows of a piece: for each of its pixels the place on both frames, the piece's masks
    there, and whether the place is on the first frame.
    """

    first_places: np.ndarray
    last_places: np.ndarray
    first_mask: np.ndarray
    last_mask: np.ndarray
    first_inside: np.ndarray

    def opaque(self, along: float) -> np.ndarray:
        entering = np.maximum(pull(along), 1 - self.first_inside)
        return self.first_mask + entering * np.maximum(self.last_mask - self.first_mask, 0)


def _look(piece: Piece, placement: Placement, box: tuple[slice, slice], height: int, width: int) -> _Seen | None:
    here = _places(box)
    if not here.size:
        return None
    first_places, last_places = mapped(placement.to_first, here), mapped(placement.to_last, here)
    first_mask, last_mask = looked_up(piece.first_mask, first_places), looked_up(piece.last_mask, last_places)
    if piece.frozen:
        last_mask = np.zeros_like(last_mask)
    return _Seen(first_places, last_places, first_mask, last_mask, within(first_places, height, width))


def _nothing(box: tuple[slice, slice]) -> np.ndarray:
    rows, columns = box
    return np.zeros((max(rows.stop - rows.start, 0), max(columns.stop - columns.start, 0)), np.float32)


def _late_share(piece: Piece, along: float) -> float:
    """How much of the last frame's pixels the piece shows."""
    if piece.frozen:
        return 0.0
    if piece.agrees:
        return along
    part = min(max((along - _LATE[0]) / (_LATE[1] - _LATE[0]), 0.0), 1.0)
    return part * part * (3 - 2 * part)


def _bounds(piece: Piece, placement: Placement, height: int, width: int) -> tuple[slice, slice]:
    """The box, within the picture, that the moved masks can reach."""
    corners = []
    for mask, affine in ((piece.first_mask, placement.to_first), (piece.last_mask, placement.to_last)):
        rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
        if len(rows):
            box = [(x, y) for x in (columns[0] - 2, columns[-1] + 2) for y in (rows[0] - 2, rows[-1] + 2)]
            corners.append((np.array(box) - affine[:, 2]) @ np.linalg.inv(affine[:, :2]).T)
    if not corners:
        return slice(0, 0), slice(0, 0)
    low, high = np.concatenate(corners).min(axis=0), np.concatenate(corners).max(axis=0)
    left, right = (int(np.clip(x, 0, width)) for x in (np.floor(low[0]), np.ceil(high[0]) + 1))
    top, bottom = (int(np.clip(y, 0, height)) for y in (np.floor(low[1]), np.ceil(high[1]) + 1))
    return slice(top, bottom), slice(left, right)


def _places(box: tuple[slice, slice]) -> np.ndarray:
    rows, columns = box
    places = grid(max(rows.stop - rows.start, 0), max(columns.stop - columns.start, 0), rows.start)
    places[..., 0] += columns.start
    return places


@dataclass(frozen=True, slots=True, eq=False)
class Holds:
    """What the regions hold still. still: (h, w) float32, how far the first frame shows, over everything else.

    movable: (h, w) float32 where 'moves' regions that no path carries allow motion; None when nothing is held that way.
    """

    still: np.ndarray
    movable: np.ndarray | None


def build_holds(guidance: Guidance, size: Size, masks: Sequence[tuple[RegionId, np.ndarray]] = ()) -> Holds:
    """The fixed part of what holds still; regions that a path carries are pieces, and come in `hold_still`."""
    carried = {region.id for path in guidance.paths for region in carried_regions(guidance, path)}
    still = np.zeros((size.height, size.width), np.float32)
    movable = np.zeros_like(still)
    for region in guidance.regions:
        if region.id in carried:
            continue
        target = still if region.mode is RegionMode.STILL else movable
        np.maximum(target, region_mask(region, size, masks), out=target)
    any_moves = any(region.mode is RegionMode.MOVES for region in guidance.regions)
    return Holds(still, movable if any_moves else None)


def hold_still(
    pixels: np.ndarray, first: np.ndarray, holds: Holds, pieces: Sequence[Piece], guidance: Guidance, time: float
) -> np.ndarray:
    """Put the first frame's pixels where nothing may move; exactly those where the mask is full.

    Outside 'moves' regions the first frame stands to the end of the gap: where the last frame differs there, the
    change comes with the last frame itself. A carried 'moves' region frees its place on the first frame (what it
    leaves behind is filled) and the place where it is now.
    """
    return put_back(pixels, first, held_at(holds, freed_at(pieces, guidance, time)))


def freed_at(pieces: Sequence[Piece], guidance: Guidance, time: float) -> np.ndarray | None:
    """(h, w) float32, what carried 'moves' regions free at a time; None where there is no such region."""
    moving = [piece for piece in pieces if piece.moves]
    if not moving:
        return None
    here = grid(*moving[0].first_mask.shape)
    return np.maximum.reduce([_freed(piece, place(piece, guidance, time), here) for piece in moving])


def held_at(holds: Holds, freed: np.ndarray | None) -> np.ndarray:
    """(h, w) float32, how far the first frame must show."""
    if holds.movable is None:
        return holds.still
    free = holds.movable if freed is None else np.maximum(holds.movable, freed)
    return np.maximum(holds.still, 1 - free)


def put_back(pixels: np.ndarray, first: np.ndarray, held: np.ndarray) -> np.ndarray:
    """The first frame's pixels where `held` is 1, mixed in where it is more than 0."""
    if not held.any():
        return pixels
    part = held[..., None]
    moved, stood = pixels.astype(np.float32), first.astype(np.float32)
    is_weighted = has_straight_alpha(pixels, first)
    if is_weighted:
        moved, stood = weigh(moved, first.dtype), weigh(stood, first.dtype)
    mixed = moved * (1 - part) + stood * part
    if is_weighted:
        unweigh(mixed, first.dtype)
    return np.where(part >= 1, first, np.where(part <= 0, pixels, to_dtype(mixed, first.dtype)))


def _freed(piece: Piece, placement: Placement, here: np.ndarray) -> np.ndarray:
    """Where a carried region was on the first frame and where it is now."""
    now_first = looked_up(piece.first_mask, mapped(placement.to_first, here))
    now_last = looked_up(piece.last_mask, mapped(placement.to_last, here))
    return np.maximum(piece.first_mask, np.maximum(now_first, now_last))
