"""What every tool of the canvas answers to, and what all of them share."""

from __future__ import annotations

from abc import ABC, abstractmethod

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainterPath

from mpd_studio.core.gap_edits import delete_path, delete_region, replace_path, replace_region
from mpd_studio.core.geometry import Point
from mpd_studio.session.selection import Tool
from mpd_studio.ui.canvas.drags import Drag, Pointer, begin_drag
from mpd_studio.ui.canvas.path_shape import moved_path, with_point_at, without_point
from mpd_studio.ui.canvas.picking import Hit, Part, hit
from mpd_studio.ui.canvas.region_shape import moved_region, with_corner_at, without_corner
from mpd_studio.ui.canvas.stage import Stage
from mpd_studio.ui.texts import tr

_CURSORS = {
    Part.POINT: Qt.CursorShape.SizeAllCursor,
    Part.CORNER: Qt.CursorShape.SizeAllCursor,
    Part.REACH: Qt.CursorShape.SizeHorCursor,
    Part.FEATHER: Qt.CursorShape.SizeHorCursor,
    Part.CURVE: Qt.CursorShape.PointingHandCursor,
    Part.EDGE: Qt.CursorShape.PointingHandCursor,
    Part.INSIDE: Qt.CursorShape.PointingHandCursor,
}


class CanvasTool(ABC):
    """A small state machine over mouse events in canvas pixels. One instance serves one canvas."""

    empty_cursor = Qt.CursorShape.ArrowCursor  # where nothing is under the pointer

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._drag: Drag | None = None
        self._over: Part | None = None

    @property
    def is_busy(self) -> bool:
        """Something is begun that Escape would take back."""
        return self._drag is not None

    @property
    def cursor(self) -> Qt.CursorShape:
        """What a press would do here."""
        return _CURSORS[self._over] if self._over is not None else self.empty_cursor

    @property
    @abstractmethod
    def hint(self) -> str:
        """One line: what the tool does now."""

    def preview(self) -> QPainterPath | None:
        """What is drawn but not yet an edit, in canvas pixels."""
        return None

    @abstractmethod
    def press(self, pointer: Pointer) -> None:
        """The button goes down."""

    def move(self, pointer: Pointer) -> None:
        """The button is held."""
        if self._drag is not None:
            self._drag.move(pointer)

    def hover(self, pointer: Pointer) -> None:
        """No button is held."""
        found = self.hit(pointer)
        self._over = found.part if found is not None else None

    def release(self, pointer: Pointer) -> None:
        if self._drag is not None:
            self._drag.move(pointer)
            self._drag.finish()
            self._drag = None

    def double_click(self, pointer: Pointer) -> None:  # noqa: B027 - most tools have nothing to do then
        """The second press of a double click, in place of press."""

    def enter(self) -> bool:
        """Finish what is begun; False where there is nothing to finish."""
        return False

    def cancel(self) -> bool:
        """Take back what is begun; False where there is nothing."""
        if self._drag is None:
            return False
        self._drag.cancel()
        self._drag = None
        return True

    def settle(self) -> None:
        """Its gap is left: what was dragged stays as it is now, what was only begun is dropped."""
        if self._drag is not None:
            self._drag.finish()
            self._drag = None
        self.cancel()

    def hit(self, pointer: Pointer) -> Hit | None:
        stage, selection = self.stage, self.stage.session.selection
        guidance, reach, time = stage.guidance, pointer.reach, stage.time or 0.0
        return hit(guidance, pointer.position, reach, time, selection.path_id, selection.region_id)

    def pick(self, pointer: Pointer) -> Hit | None:
        """Select what is under the pointer, if there is something."""
        found = self.hit(pointer)
        if found is not None and found.path_id is not None:
            path = self.stage.guidance.path(found.path_id)
            is_whole = path is not None and path.is_pin and self.stage.session.selection.tool is not Tool.PATH
            picks_point = found.part is Part.POINT and not is_whole
            self.stage.pick_path(found.path_id, found.index if picks_point else None)
        elif found is not None and found.region_id is not None:
            self.stage.pick_region(found.region_id, found.index if found.part is Part.CORNER else None)
        return found

    def grab(self, pointer: Pointer) -> None:
        """Select what is under the pointer and begin to drag it."""
        found = self.pick(pointer)
        self._drag = begin_drag(self.stage, found, pointer) if found is not None else None


def delete_picked(stage: Stage) -> bool:
    """Delete the picked point or corner; with none picked, or where the rest would be nothing, the whole."""
    path, region, picked = stage.path, stage.region, stage.picked
    if path is not None:
        if picked is not None and 0 < picked < len(path.points) - 1:
            shorter = without_point(path, picked)
            return stage.apply(tr("Delete point"), lambda timeline, gap: replace_path(timeline, gap, shorter))
        return stage.apply(tr("Delete path"), lambda timeline, gap: delete_path(timeline, gap, path.id))
    if region is not None:
        if picked is not None and len(region.outline) > 3:
            smaller = without_corner(region, picked)
            return stage.apply(tr("Delete corner"), lambda timeline, gap: replace_region(timeline, gap, smaller))
        return stage.apply(tr("Delete region"), lambda timeline, gap: delete_region(timeline, gap, region.id))
    return False


def nudge_picked(stage: Stage, by: Point) -> bool:
    """Move the picked point or corner, or else the whole; steps in a row are one step of undo."""
    path, region, picked = stage.path, stage.region, stage.picked
    if path is not None:
        point = path.points[picked].position + by if picked is not None else by
        moved = with_point_at(path, picked, point) if picked is not None else moved_path(path, by)
        key = ("nudge", path.id, picked)
        return stage.apply(tr("Nudge"), lambda timeline, gap: replace_path(timeline, gap, moved), key)
    if region is not None:
        corner = region.outline[picked] + by if picked is not None else by
        shifted = with_corner_at(region, picked, corner) if picked is not None else moved_region(region, by)
        key = ("nudge", region.id, picked)
        return stage.apply(tr("Nudge"), lambda timeline, gap: replace_region(timeline, gap, shifted), key)
    return False


def select_next(stage: Stage, step: int = 1) -> None:
    """Select the next path or region of the gap, in drawing order, round and round."""
    guidance = stage.guidance
    count = len(guidance.paths) + len(guidance.regions)
    if not count:
        return
    path, region = stage.path, stage.region
    if path is not None:
        index = guidance.paths.index(path) + step
    elif region is not None:
        index = len(guidance.paths) + guidance.regions.index(region) + step
    else:
        index = 0 if step > 0 else -1
    index %= count
    if index < len(guidance.paths):
        stage.pick_path(guidance.paths[index].id)
    else:
        stage.pick_region(guidance.regions[index - len(guidance.paths)].id)


def pick_next_point(stage: Stage, step: int = 1) -> None:
    """Pick the next point of the selected path or corner of the selected region, round and round."""
    path, region = stage.path, stage.region
    count = len(path.points) if path is not None else len(region.outline) if region is not None else 0
    if not count:
        return
    start = -1 if step > 0 else 0
    index = ((stage.picked if stage.picked is not None else start) + step) % count
    if path is not None:
        stage.pick_path(path.id, index)
    elif region is not None:
        stage.pick_region(region.id, index)
