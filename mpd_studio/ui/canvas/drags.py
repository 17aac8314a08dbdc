"""Dragging what is there: a path's point, its reach, a whole path; a region's corner, feather, a whole region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mpd_studio.core.gap_edits import replace_path, replace_region
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import MotionPath, MotionRegion
from mpd_studio.motion.paths import position
from mpd_studio.session.selection import Tool
from mpd_studio.ui.canvas.path_shape import constrained, moved_path, with_point, with_point_at
from mpd_studio.ui.canvas.picking import Hit, Part
from mpd_studio.ui.canvas.region_shape import bounds, moved_region, with_corner_at
from mpd_studio.ui.canvas.stage import Edit, Gesture, Stage
from mpd_studio.ui.texts import tr

_SMALLEST_REACH = 2.0


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the mouse is. reach: canvas pixels that count as "on it". is_dragged: it moved since the press."""

    position: Point
    reach: float
    shift: bool = False
    alt: bool = False
    is_dragged: bool = False


class Drag:
    """One gesture that turns the pointer's place into an edit of what was there when it began.

    Nothing is edited before the pointer has really moved, so that a click is never an edit.
    """

    def __init__(self, gesture: Gesture, change: Callable[[Pointer], Edit]) -> None:
        self._gesture = gesture
        self._change = change

    def move(self, pointer: Pointer) -> None:
        if pointer.is_dragged:
            self._gesture.apply(self._change(pointer))

    def finish(self) -> None:
        self._gesture.finish()

    def cancel(self) -> None:
        self._gesture.cancel()


def begin_drag(stage: Stage, hit: Hit, pointer: Pointer) -> Drag | None:
    """The drag that a press on `hit` begins. It moves things by the pointer's way: nothing jumps to the pointer."""
    path = stage.guidance.path(hit.path_id) if hit.path_id is not None else None
    region = stage.guidance.region(hit.region_id) if hit.region_id is not None else None
    if path is not None:
        return _path_drag(stage, path, hit, pointer)
    if region is not None:
        return _region_drag(stage, region, hit, pointer)
    return None


def drag_new_point(stage: Stage, path: MotionPath, time: float, pointer: Pointer) -> Drag | None:
    """Put a point on the curve and go on dragging it; None where there is no room for one."""
    try:
        longer, index = with_point(path, time, pointer.position)
    except ValueError:
        return None
    gesture = stage.gesture(tr("Add point"))
    if not gesture.apply(lambda timeline, gap: replace_path(timeline, gap, longer)):
        return None
    stage.pick_path(path.id, index)
    return Drag(gesture, _point_change(longer, index, pointer.position))


def _path_drag(stage: Stage, path: MotionPath, hit: Hit, pointer: Pointer) -> Drag:
    if path.is_pin and hit.part is Part.POINT and stage.session.selection.tool is not Tool.PATH:
        return Drag(stage.gesture(tr("Move pin")), _path_change(path, pointer.position))
    match hit.part:
        case Part.POINT:
            return Drag(stage.gesture(tr("Move point")), _point_change(path, hit.index, pointer.position))
        case Part.REACH:
            now = position(path, stage.guidance.ease, stage.time or 0.0)
            return Drag(stage.gesture(tr("Change reach")), _reach_change(path, now, pointer.position))
        case _:
            return Drag(stage.gesture(tr("Move path")), _path_change(path, pointer.position))


def _region_drag(stage: Stage, region: MotionRegion, hit: Hit, pointer: Pointer) -> Drag:
    match hit.part:
        case Part.CORNER:
            change = _corner_change(region, hit.index, pointer.position)
            return Drag(stage.gesture(tr("Move corner")), change)
        case Part.FEATHER:
            return Drag(stage.gesture(tr("Change feather")), _feather_change(region))
        case _:
            return Drag(stage.gesture(tr("Move region")), _region_change(region, pointer.position))


def _way(pressed: Point, pointer: Pointer) -> Point:
    to = constrained(pressed, pointer.position) if pointer.shift else pointer.position
    return to - pressed


def _point_change(path: MotionPath, index: int, pressed: Point) -> Callable[[Pointer], Edit]:
    start = path.points[index].position

    def change(pointer: Pointer) -> Edit:
        moved = with_point_at(path, index, start + _way(pressed, pointer))
        return lambda timeline, gap: replace_path(timeline, gap, moved)

    return change


def _path_change(path: MotionPath, pressed: Point) -> Callable[[Pointer], Edit]:
    def change(pointer: Pointer) -> Edit:
        moved = moved_path(path, _way(pressed, pointer))
        return lambda timeline, gap: replace_path(timeline, gap, moved)

    return change


def _reach_change(path: MotionPath, now: Point, pressed: Point) -> Callable[[Pointer], Edit]:
    offset = path.radius - now.distance_to(pressed)

    def change(pointer: Pointer) -> Edit:
        radius = max(_SMALLEST_REACH, now.distance_to(pointer.position) + offset)
        return lambda timeline, gap: replace_path(timeline, gap, replace(path, radius=radius))

    return change


def _corner_change(region: MotionRegion, index: int, pressed: Point) -> Callable[[Pointer], Edit]:
    start = region.outline[index]

    def change(pointer: Pointer) -> Edit:
        moved = with_corner_at(region, index, start + _way(pressed, pointer))
        return lambda timeline, gap: replace_region(timeline, gap, moved)

    return change


def _region_change(region: MotionRegion, pressed: Point) -> Callable[[Pointer], Edit]:
    def change(pointer: Pointer) -> Edit:
        moved = moved_region(region, _way(pressed, pointer))
        return lambda timeline, gap: replace_region(timeline, gap, moved)

    return change


def _feather_change(region: MotionRegion) -> Callable[[Pointer], Edit]:
    right = bounds(region).right

    def change(pointer: Pointer) -> Edit:
        feather = max(0.0, pointer.position.x - right)
        return lambda timeline, gap: replace_region(timeline, gap, replace(region, feather=feather))

    return change
