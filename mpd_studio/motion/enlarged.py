"""Planes of a small picture as seen at the size of a large one, only where somebody looks.

Enlarging all of a plane at once would write as many bytes as the frame has, each time to memory fresh from the system,
which costs more than what is done with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.tiles import Tile


@dataclass(frozen=True, slots=True, eq=False)
class Enlarged:
    """planes: (h, w, c) float32, c 1 or 4. height, width: of the large picture. count: how many planes to see."""

    planes: np.ndarray
    height: int
    width: int
    count: int

    def part(self, tile: Tile) -> list[np.ndarray]:
        """Each plane's (h', w') part, the caller's own: what linear enlarging has there."""
        import cv2

        rows, columns = tile
        small_height, small_width = self.planes.shape[:2]
        if (small_height, small_width) == (self.height, self.width):
            return [self.planes[rows, columns, index].copy() for index in range(self.count)]
        across, down = small_width / self.width, small_height / self.height
        left, top = (columns.start + 0.5) * across - 0.5, (rows.start + 0.5) * down - 0.5
        seen = cv2.warpAffine(
            self.planes,
            np.array([[across, 0.0, left], [0.0, down, top]]),
            (columns.stop - columns.start, rows.stop - rows.start),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if seen.ndim == 2:
            return [seen]
        # Into arrays of our own: those that OpenCV makes lie so in memory that it takes seven times as long.
        return list(cv2.split(seen, [np.empty(seen.shape[:2], np.float32) for _ in range(4)])[: self.count])


def enlarged(planes: Sequence[np.ndarray], height: int, width: int) -> Enlarged:
    """planes: up to four (h, w) float32."""
    import cv2

    if len(planes) == 1:
        return Enlarged(planes[0][..., None], height, width, 1)
    whole = [*planes, *[planes[0]] * (4 - len(planes))]  # three or two would be twice as slow
    return Enlarged(cv2.merge(whole), height, width, len(planes))


def enlarged_ways(ways: Sequence[np.ndarray], height: int, width: int, zoom: int) -> Enlarged:
    """Displacements as they are in the large picture, times `zoom`. ways: planes of x, y, x, y of a small one."""
    small_height, small_width = ways[0].shape
    scales = np.float32(zoom * width / small_width), np.float32(zoom * height / small_height)
    return enlarged([way * scales[axis % 2] for axis, way in enumerate(ways)], height, width)


def places(ways: Enlarged, tile: Tile, zoom: int) -> list[np.ndarray]:
    """Where each pixel of a tile goes by `enlarged_ways`: planes of x, y, x, y."""
    rows, columns = tile
    x = np.float32(zoom) * np.arange(columns.start, columns.stop, dtype=np.float32)
    y = np.float32(zoom) * np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
    parts = ways.part(tile)
    return [np.add(part, x if axis % 2 == 0 else y, out=part) for axis, part in enumerate(parts)]
