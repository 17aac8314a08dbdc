"""Where a spot of one boundary frame lies on the other: the far anchor of a new path, proposed by likeness."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.geometry import Point, Size
from mpd_studio.motion.luminance import grey, working_pair, working_size

_WORKING_PIXELS = 640 * 360
_SEARCH = 0.4  # of the longer side, each way
_LEAST_LIKENESS = 0.55
_LEAST_TEXTURE = 4.0  # grey levels; a flat patch is alike everywhere
_DISTANCE_COST = 0.15  # likeness lost at the end of the search: of two equal matches the nearer one is meant


def propose_match(here: np.ndarray, there: np.ndarray, spot: Point, radius: float) -> Point | None:
    """The place in `there` that looks most like the surroundings of `spot` in `here`; None when nothing does.

    here, there: (height, width, channels >= 3) of one size, any dtype. spot, radius: in their pixels.
    Normalised correlation of a square patch of half the radius, at a reduced size, to a fraction of a pixel there.
    """
    import cv2

    height, width = here.shape[:2]
    size = working_size(Size(width, height), _WORKING_PIXELS)
    scale = size.width / width
    first, last = (grey(picture) for picture in working_pair(here, there, size))
    column, row = int(spot.x * scale), int(spot.y * size.height / height)
    reach = max(5, round(radius * scale * 0.5))
    rows, columns = _clipped(row, reach, size.height), _clipped(column, reach, size.width)
    patch = first[rows, columns]
    if min(patch.shape) < 7 or patch.std() < _LEAST_TEXTURE:
        return None
    likeness = cv2.matchTemplate(last, patch, cv2.TM_CCOEFF_NORMED)
    away = _distance(likeness.shape, rows.start, columns.start) / (_SEARCH * max(size.width, size.height))
    worth = np.where(away <= 1, likeness - _DISTANCE_COST * away, -1).astype(np.float32)
    found_row, found_column = divmod(int(worth.argmax()), worth.shape[1])
    if likeness[found_row, found_column] < _LEAST_LIKENESS:
        return None
    down = found_row - rows.start + _vertex(likeness[:, found_column], found_row)
    right = found_column - columns.start + _vertex(likeness[found_row], found_column)
    return Point(spot.x + right / scale, spot.y + down * height / size.height)


def _clipped(middle: int, reach: int, length: int) -> slice:
    return slice(max(0, middle - reach), min(length, middle + reach + 1))


def _distance(shape: tuple[int, ...], row: int, column: int) -> np.ndarray:
    rows, columns = np.arange(shape[0])[:, None] - row, np.arange(shape[1])[None, :] - column
    return np.hypot(rows, columns)


def _vertex(values: np.ndarray, index: int) -> float:
    """Where a parabola through the best value and its neighbours has its top, in -0.5..0.5 around `index`."""
    if not 0 < index < len(values) - 1:
        return 0.0
    before, best, after = (float(values[i]) for i in (index - 1, index, index + 1))
    bend = before - 2 * best + after
    return 0.0 if bend >= 0 else 0.5 * (before - after) / bend
