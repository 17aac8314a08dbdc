"""Decoding a picture in pieces that overlap: the memory of one tile is enough for a picture of any size.

Each tile's margin, where it misses what lies beyond, is thrown away; over the rest of the overlap tiles fade into each
other. A decoder that looks no further than the margin gives the same picture as decoded whole. The real one also lets
distant places of its smallest layer attend to each other, and normalises by the mean and spread of all that it is
given (shared_norms.py): its tiles differ a little from the whole. See docs/engines/mpd.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

OVERLAP = 16  # of neighbouring tiles, in latent pixels
MARGIN = 4  # of it, at each tile's inner edges, that is thrown away


def tiles_along(length: int, tile: int) -> tuple[range, ...]:
    """Ranges of at most `tile` that cover `length`, evenly spread; neighbours overlap by OVERLAP or more.

    Raises:
        ValueError: tiles are no longer than their overlap.
    """
    if tile <= OVERLAP:
        raise ValueError(f"Tiles of {tile} cannot overlap by {OVERLAP}.")
    if length <= tile:
        return (range(length),)
    count = 1 + -(-(length - tile) // (tile - OVERLAP))
    starts = (round(index * (length - tile) / (count - 1)) for index in range(count))
    return tuple(range(start, start + tile) for start in starts)


def decode_in_tiles(decode: Callable[[Tensor], np.ndarray], latents: Tensor, tile: int) -> np.ndarray:
    """(frames, height, width, 3) float32.

    decode: from latents (frames, c, h, w) to pictures (frames, scale · h, scale · w, 3) float32, for any h and w.
    tile: the longest side of a tile, in latent pixels.
    """
    rows, columns = (tiles_along(int(length), tile) for length in latents.shape[-2:])
    whole, weights = None, None
    for row in rows:
        for column in columns:
            piece = decode(latents[..., row.start : row.stop, column.start : column.stop])
            scale = piece.shape[1] // len(row)
            if whole is None or weights is None:
                height, width = (int(length) * scale for length in latents.shape[-2:])
                whole = np.zeros((len(piece), height, width, 3), np.float32)
                weights = np.zeros((height, width, 1), np.float32)
            down = _fade(row, rows, scale)[:, None, None]
            along = _fade(column, columns, scale)[None, :, None]
            part = slice(row.start * scale, row.stop * scale), slice(column.start * scale, column.stop * scale)
            whole[:, part[0], part[1]] += piece * (down * along)
            weights[part] += down * along
    assert whole is not None
    assert weights is not None
    return whole / weights


def _fade(tile: range, tiles: tuple[range, ...], scale: int) -> np.ndarray:
    """(pixels of the tile,) float32: how much each counts; nothing in the margins, all of it away from other tiles."""
    weight = np.ones(len(tile) * scale, np.float32)
    from_edge = (np.arange(len(weight), dtype=np.float32) + 0.5) / scale
    rise = np.clip((from_edge - MARGIN) / (OVERLAP - 2 * MARGIN), 0, 1)
    if tile.start > tiles[0].start:
        weight *= rise
    if tile.stop < tiles[-1].stop:
        weight *= rise[::-1]
    return weight
