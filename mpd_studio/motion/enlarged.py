"""Planes of a small picture as seen at the size of a large one, only where somebody looks.

Enlarging all of a plane at once would write as many bytes as the frame has, each time to memory fresh from the system,
which costs more than what is done with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.tiles import Tile

_COARSER = 1.05  # so much coarser may planes become to fit the large picture


@dataclass(frozen=True, slots=True, eq=False)
class Enlarged:
    """Planes of (h, w) float32, each pixel of which stands for step × step pixels of a picture.

    rim: how many more pixels they have on each side.
    """

    planes: tuple[np.ndarray, ...]
    step: int
    rim: int = 0

    def part(self, tile: Tile) -> list[np.ndarray]:
        """Each plane's (h', w') part, the caller's own: what linear enlarging has there."""
        import cv2

        rim, step = self.rim, self.step
        if step == 1:
            rows, columns = (slice(side.start + rim, side.stop + rim) for side in tile)
            return [plane[rows, columns].copy() for plane in self.planes]
        # One pixel more on each side is what linear enlarging looks at.
        small = [slice(max(side.start // step - 1 + rim, 0), -(-side.stop // step) + 1 + rim) for side in tile]
        rows, columns = (
            slice(side.start - (part.start - rim) * step, side.stop - (part.start - rim) * step)
            for side, part in zip(tile, small, strict=True)
        )
        cut = (plane[small[0], small[1]] for plane in self.planes)
        return [
            cv2.resize(plane, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)[rows, columns] for plane in cut
        ]


def enlarged(planes: Sequence[np.ndarray], height: int, width: int) -> Enlarged:
    """planes: up to four (h, w) float32. height, width: of the large picture."""
    small_height, small_width = planes[0].shape
    step = max(1, int(_COARSER * min(height / small_height, width / small_width)))
    if (small_height * step, small_width * step) == (height, width):
        return Enlarged(tuple(planes), step)
    return Enlarged(_in_step(planes, step, height, width), step)


def _in_step(planes: Sequence[np.ndarray], step: int, height: int, width: int) -> tuple[np.ndarray, ...]:
    """The planes with pixels of just `step` pixels of the large picture: enlarging them takes half the time then."""
    import cv2

    small_height, small_width = planes[0].shape
    across, down = step * small_width / width, step * small_height / height
    whole = [*planes, *[planes[0]] * (4 - len(planes))]  # three or two would be twice as slow
    seen = cv2.warpAffine(
        cv2.merge(whole),
        np.array([[across, 0.0, across / 2 - 0.5], [0.0, down, down / 2 - 0.5]]),
        (-(-width // step), -(-height // step)),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return tuple(cv2.extractChannel(seen, index) for index in range(len(planes)))  # cv2.split takes five times as long


def enlarged_ways(ways: Sequence[np.ndarray], height: int, width: int, zoom: int) -> Enlarged:
    """Displacements as they are in the large picture, times `zoom`. ways: planes of x, y, x, y of a small one."""
    small_height, small_width = ways[0].shape
    scales = np.float32(zoom * width / small_width), np.float32(zoom * height / small_height)
    return enlarged([way * scales[axis % 2] for axis, way in enumerate(ways)], height, width)


def places(ways: Enlarged, zoom: int) -> Enlarged:
    """Where each pixel of the picture goes by `enlarged_ways`: planes of x, y, x, y.

    Each pixel's own place is added before it is enlarged: on an even slope that gives the same, and costs nothing.
    """
    import cv2

    height, width = ways.planes[0].shape
    rows, columns = (
        np.float32(zoom) * ((np.arange(-1, side + 1, dtype=np.float32) + np.float32(0.5)) * ways.step - np.float32(0.5))
        for side in (height, width)
    )
    widened = (cv2.copyMakeBorder(way, 1, 1, 1, 1, cv2.BORDER_REPLICATE) for way in ways.planes)
    own = (columns, rows[:, None])
    return Enlarged(tuple(way + own[axis % 2] for axis, way in enumerate(widened)), ways.step, rim=1)
