"""Regions as masks: (h, w) float32, 1 inside, 0 outside, and between the two where the edge is soft.

A pixel is inside when its centre is. The feather lies outside, so everything inside stays at 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import MotionRegion, Stroke
from mpd_studio.core.ids import RegionId


def region_mask(region: MotionRegion, size: Size, masks: Sequence[tuple[RegionId, np.ndarray]] = ()) -> np.ndarray:
    """The region on its own boundary frame. masks: pixels of the regions that are given by a mask file.

    Raises:
        UnsupportedRequest: the region is given by a mask file and its pixels are not among `masks`.
    """
    if region.outline:
        mask = outline_mask(region.outline, size)
    elif region.strokes:
        mask = strokes_mask(region.strokes, size)
    else:
        mask = _picture_mask(region, size, masks)
    return feathered(mask, region.feather)


def outline_mask(outline: Sequence[Point], size: Size) -> np.ndarray:
    """Inside a closed outline; where it winds round a place twice, that is inside too."""
    winding = np.zeros((size.height, size.width + 1), np.int32)
    corners = [*outline, outline[0]]
    for start, stop in pairwise(corners):
        if start.y == stop.y:
            continue
        upper, lower = (start, stop) if start.y < stop.y else (stop, start)
        # rows whose centres y + 0.5 lie in [upper.y, lower.y)
        top, bottom = (int(np.clip(np.ceil(y - 0.5), 0, size.height)) for y in (upper.y, lower.y))
        rows = np.arange(top, bottom)
        x = upper.x + (rows + 0.5 - upper.y) * (lower.x - upper.x) / (lower.y - upper.y)
        columns = np.clip(np.ceil(x - 0.5), 0, size.width).astype(np.int64)
        winding[rows, columns] += 1 if start.y < stop.y else -1
    return (np.cumsum(winding, axis=1)[:, :-1] != 0).astype(np.float32)


def strokes_mask(strokes: Sequence[Stroke], size: Size) -> np.ndarray:
    """What the brush has touched; a soft brush falls from full to nothing within its own width."""
    mask = np.zeros((size.height, size.width), np.float32)
    for stroke in strokes:
        points = stroke.points if len(stroke.points) > 1 else stroke.points * 2
        for start, stop in pairwise(points):
            _paint(mask, start, stop, stroke)
    return mask


def disc_mask(centre: Point, radius: float, size: Size, soft_part: float = 0.1) -> np.ndarray:
    """A disc, 1 up to (1 − soft_part) of its radius and 0 at the radius."""
    mask = np.zeros((size.height, size.width), np.float32)
    _paint(mask, centre, centre, Stroke((centre,), 2 * radius, soft_part))
    return mask


def feathered(mask: np.ndarray, feather: float) -> np.ndarray:
    """The mask with a soft edge of `feather` pixels around what is fully inside; the inside stays as it is."""
    import cv2

    inside = mask >= 1.0
    if feather <= 0 or not inside.any() or inside.all():
        return mask
    distance = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.maximum(mask, np.clip(1 - distance / (feather + 1), 0, 1)).astype(np.float32)


def _paint(mask: np.ndarray, start: Point, stop: Point, stroke: Stroke) -> None:
    reach = stroke.width / 2
    height, width = mask.shape
    left, right = sorted((start.x, stop.x))
    top, bottom = sorted((start.y, stop.y))
    x0, x1 = (int(np.clip(x, 0, width)) for x in (left - reach, right + reach + 1))
    y0, y1 = (int(np.clip(y, 0, height)) for y in (top - reach, bottom + reach + 1))
    if x0 >= x1 or y0 >= y1:
        return
    x, y = np.meshgrid(np.arange(x0, x1) + 0.5 - start.x, np.arange(y0, y1) + 0.5 - start.y)
    dx, dy = stop.x - start.x, stop.y - start.y
    along = np.clip((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-12), 0, 1)
    distance = np.hypot(x - along * dx, y - along * dy)
    soft = max(reach * stroke.softness, 1e-6)
    painted = np.clip((reach - distance) / soft, 0, 1) if stroke.softness > 0 else distance <= reach
    mask[y0:y1, x0:x1] = np.maximum(mask[y0:y1, x0:x1], painted)


def _picture_mask(region: MotionRegion, size: Size, masks: Sequence[tuple[RegionId, np.ndarray]]) -> np.ndarray:
    import cv2

    pixels = next((pixels for region_id, pixels in masks if region_id == region.id), None)
    if pixels is None:
        raise UnsupportedRequest(
            f"The region '{region.id}' is given by a mask picture that was not read. Draw it, or check the file."
        )
    plane = pixels.max(axis=2) if pixels.ndim == 3 else pixels
    whole = float(np.iinfo(plane.dtype).max) if plane.dtype.kind in "ui" else 1.0
    mask = np.clip(plane.astype(np.float32) / whole, 0, 1)
    if mask.shape != (size.height, size.width):
        mask = cv2.resize(mask, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    return mask
