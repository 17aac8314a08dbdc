"""A large picture cut in tiles, and where a small mask says yes: work that few places need is done only there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Tile = tuple[slice, slice]  # rows, columns

# Small enough that all a tile needs stays in a core's own cache, large enough that its rim and the calls cost little.
_ROWS, _COLUMNS = 128, 512


def tiles(height: int, width: int) -> Iterator[Tile]:
    """All of a picture, from the upper left on."""
    for top in range(0, height, _ROWS):
        for left in range(0, width, _COLUMNS):
            yield slice(top, min(top + _ROWS, height)), slice(left, min(left + _COLUMNS, width))


class Places:
    """Where a mask says yes, asked at another size."""

    def __init__(self, mask: np.ndarray, height: int, width: int) -> None:
        """mask: (h, w) bool; it says yes for its neighbours as well. height, width: the size in which is asked."""
        import cv2

        self._mask = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # linear enlarging reaches so far
        self._scales = mask.shape[0] / height, mask.shape[1] / width

    def any_in(self, tile: Tile) -> bool:
        rows, columns = (
            slice(int(side.start * scale), int(np.ceil(side.stop * scale)))
            for side, scale in zip(tile, self._scales, strict=True)
        )
        return bool(self._mask[rows, columns].any())
