"""A large picture cut in tiles, and where a small mask says yes: work that few places need is done only there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Tile = tuple[slice, slice]  # rows, columns

# Small enough that what a tile needs stays near a core, large enough that its rim and the calls cost little: two
# threads that call often wait for each other.
_ROWS, _COLUMNS = 272, 960
_PART_ROWS, _PART_COLUMNS = 136, 480  # of the parts of a tile that are worked on for themselves
_MOST_OF_IT = 0.7  # of a tile: where parts make up so much, one piece of work costs less than several


def tiles(height: int, width: int) -> Iterator[Tile]:
    """All of a picture, from the upper left on."""
    return _cut((slice(0, height), slice(0, width)), _ROWS, _COLUMNS)


def _cut(tile: Tile, rows: int, columns: int) -> Iterator[Tile]:
    """Pieces of so many rows and columns, and what is left at the ends."""
    bottom, right = tile[0].stop, tile[1].stop
    for top in range(tile[0].start, bottom, rows):
        for left in range(tile[1].start, right, columns):
            yield slice(top, min(top + rows, bottom)), slice(left, min(left + columns, right))


class Places:
    """Where a mask says yes, asked in a picture of which each of its pixels is step × step pixels."""

    def __init__(self, mask: np.ndarray, step: int) -> None:
        """mask: (h, w) bool; it says yes for its neighbours as well."""
        import cv2

        self._mask = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))  # linear enlarging reaches so far
        self._step = step

    def within(self, tile: Tile) -> Tile | None:
        """The smallest part of a tile that holds all of its places; None where there is none."""
        import cv2

        top, left = tile[0].start // self._step, tile[1].start // self._step
        bottom, right = -(-tile[0].stop // self._step), -(-tile[1].stop // self._step)
        x, y, width, height = cv2.boundingRect(self._mask[top:bottom, left:right])
        if width == 0:
            return None
        return self._span(top + y, height, tile[0]), self._span(left + x, width, tile[1])

    def parts(self, tile: Tile) -> list[Tile]:
        """Parts of a tile that do not overlap and hold all of its places, or all of the tile; none where none is."""
        pieces = _cut(tile, _PART_ROWS, _PART_COLUMNS)
        found = [part for piece in pieces if (part := self.within(piece)) is not None]
        return [tile] if sum(map(_area, found)) > _MOST_OF_IT * _area(tile) else found

    def _span(self, start: int, count: int, side: slice) -> slice:
        """What rows or columns of the mask stand for, within a side of a tile."""
        return slice(max(start * self._step, side.start), min((start + count) * self._step, side.stop))


def _area(tile: Tile) -> int:
    return (tile[0].stop - tile[0].start) * (tile[1].stop - tile[1].start)


def inside(part: Tile, whole: Tile) -> Tile:
    """Where a part of the picture lies within an array of a larger part."""
    rows, columns = (
        slice(inner.start - outer.start, inner.stop - outer.start) for inner, outer in zip(part, whole, strict=True)
    )
    return rows, columns


def widened(tile: Tile, rim: int, height: int, width: int) -> Tile:
    """A tile with a rim around it, as far as the picture has one."""
    rows, columns = (
        slice(max(side.start - rim, 0), min(side.stop + rim, most))
        for side, most in zip(tile, (height, width), strict=True)
    )
    return rows, columns
