"""What lies under the pointer: points, curves, rings, corners, edges, insides. Handles of the selected come first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, MotionRegion
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.motion.paths import position
from mpd_studio.ui.canvas.path_item import distance_to_ring
from mpd_studio.ui.canvas.path_shape import nearest
from mpd_studio.ui.canvas.region_item import feather_handle
from mpd_studio.ui.canvas.region_shape import contains, edge_at


class Part(Enum):
    POINT = "point"
    CURVE = "curve"
    REACH = "reach"
    CORNER = "corner"
    EDGE = "edge"
    FEATHER = "feather"
    INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Hit:
    """index: of the point, corner or edge. time: the curve's parameter, for CURVE. Either path_id or region_id."""

    part: Part
    path_id: PathId | None = None
    region_id: RegionId | None = None
    index: int = 0
    time: float = 0.0


def hit(
    guidance: Guidance,
    at: Point,
    reach: float,
    time: float,
    selected_path: PathId | None = None,
    selected_region: RegionId | None = None,
) -> Hit | None:
    """What is under a canvas point, within `reach` canvas pixels, on the frame at gap time `time`."""
    path = guidance.path(selected_path) if selected_path is not None else None
    region = guidance.region(selected_region) if selected_region is not None else None
    return (
        (path and (_point_of(path, at, reach, is_selected=True) or _ring_of(path, guidance, at, reach, time)))
        or (region and _handle_of(region, at, reach))
        or _any_point(guidance, at, reach)
        or _any_curve(guidance, at, reach)
        or (region and _edge_of(region, at, reach))
        or _any_region(guidance, at, reach)
    )


def _point_of(path: MotionPath, at: Point, reach: float, is_selected: bool) -> Hit | None:
    """The nearest point; of a path that is not selected only the anchors, because only they are drawn."""
    last = len(path.points) - 1
    indices = range(last + 1) if is_selected else (0, last)
    distance, index = min((path.points[i].position.distance_to(at), i) for i in indices)
    return Hit(Part.POINT, path_id=path.id, index=index) if distance <= reach else None


def _ring_of(path: MotionPath, guidance: Guidance, at: Point, reach: float, time: float) -> Hit | None:
    if path.region is not None:
        return None
    now = position(path, guidance.ease, time)
    is_near = distance_to_ring(now, path.radius, at) <= reach / 2 or (
        Point(now.x + path.radius, now.y).distance_to(at) <= reach
    )
    return Hit(Part.REACH, path_id=path.id) if is_near else None


def _handle_of(region: MotionRegion, at: Point, reach: float) -> Hit | None:
    if not region.outline:
        return None
    distance, index = min((corner.distance_to(at), i) for i, corner in enumerate(region.outline))
    if distance <= reach:
        return Hit(Part.CORNER, region_id=region.id, index=index)
    if feather_handle(region).distance_to(at) <= reach:
        return Hit(Part.FEATHER, region_id=region.id)
    return None


def _any_point(guidance: Guidance, at: Point, reach: float) -> Hit | None:
    found = (_point_of(path, at, reach, is_selected=False) for path in reversed(guidance.paths))
    return next((one for one in found if one), None)


def _any_curve(guidance: Guidance, at: Point, reach: float) -> Hit | None:
    measured = [(nearest(path, at), path.id) for path in reversed(guidance.paths)]
    if not measured:
        return None
    (time, distance), path_id = min(measured, key=lambda one: one[0][1])
    return Hit(Part.CURVE, path_id=path_id, time=time) if distance <= reach else None


def _edge_of(region: MotionRegion, at: Point, reach: float) -> Hit | None:
    edge = edge_at(region, at, reach)
    return Hit(Part.EDGE, region_id=region.id, index=edge) if edge is not None else None


def _any_region(guidance: Guidance, at: Point, reach: float) -> Hit | None:
    for region in reversed(guidance.regions):
        if contains(region, at) or edge_at(region, at, reach) is not None:
            return Hit(Part.INSIDE, region_id=region.id)
    return None
