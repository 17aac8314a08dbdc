"""Pin: a press holds a place where it is; pins that are there are moved."""

from __future__ import annotations

from PySide6.QtCore import Qt

from mpd_studio.core.gap_edits import add_path, replace_path
from mpd_studio.core.geometry import Point
from mpd_studio.core.ids import PathId
from mpd_studio.session.new_id import new_id
from mpd_studio.ui.canvas.drags import Drag, Pointer
from mpd_studio.ui.canvas.path_shape import moved_path, new_path
from mpd_studio.ui.canvas.stage import Edit
from mpd_studio.ui.canvas.tool import CanvasTool
from mpd_studio.ui.texts import tr


class PinTool(CanvasTool):
    empty_cursor = Qt.CursorShape.CrossCursor

    @property
    def hint(self) -> str:
        stage = self.stage
        if stage.placed is None:
            return tr("Select a gap first: N goes to the next one.")
        if stage.boundary is None:
            return tr("Pins are set on a boundary frame: A shows the first, B the last.")
        return tr("Click what must stay where it is. Drag a pin to move it, its ring for how far it holds.")

    def press(self, pointer: Pointer) -> None:
        found = self.hit(pointer)
        if found is not None and found.path_id is not None:
            self.grab(pointer)
            return
        self.stage.pick_nothing()
        if self.stage.boundary is not None and self.stage.canvas.contains(pointer.position):
            self._drag = self._begin_pin(pointer.position)

    def hover(self, pointer: Pointer) -> None:
        found = self.hit(pointer)
        self._over = found.part if found is not None and found.path_id is not None else None

    def enter(self) -> bool:
        """By keyboard: a pin in the middle of the canvas, which the arrow keys move."""
        if self.is_busy or self.stage.boundary is None:
            return False
        canvas = self.stage.canvas
        drag = self._begin_pin(Point(canvas.right / 2, canvas.bottom / 2))
        if drag is not None:
            drag.finish()
        return drag is not None

    def _begin_pin(self, at: Point) -> Drag | None:
        """It goes with the pointer until the button is let go."""
        stage, boundary = self.stage, self.stage.boundary
        if boundary is None:
            return None
        pin = new_path(PathId(new_id("path")), boundary, at, at, stage.new_radius)
        gesture = stage.gesture(tr("Add pin"))
        if not gesture.apply(lambda timeline, gap: add_path(timeline, gap, pin)):
            return None
        stage.pick_path(pin.id)

        def change(pointer: Pointer) -> Edit:
            moved = moved_path(pin, pointer.position - at)
            return lambda timeline, gap: replace_path(timeline, gap, moved)

        return Drag(gesture, change)
