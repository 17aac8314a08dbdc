"""Path: click an object, or press and drag to where it should be on the other boundary frame; bend what is there."""

from __future__ import annotations

from PySide6.QtCore import Qt

from mpd_studio.core.gap_edits import add_path, replace_path
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import PathId
from mpd_studio.core.timeline import find_gap
from mpd_studio.session.new_id import new_id
from mpd_studio.ui.canvas.drags import Drag, Pointer, drag_new_point
from mpd_studio.ui.canvas.path_shape import anchor_index, constrained, new_path
from mpd_studio.ui.canvas.picking import Part
from mpd_studio.ui.canvas.stage import Edit, Stage
from mpd_studio.ui.canvas.tool import CanvasTool
from mpd_studio.ui.texts import tr


class PathTool(CanvasTool):
    empty_cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._pressed: Point | None = None

    @property
    def is_busy(self) -> bool:
        return super().is_busy or self._pressed is not None

    @property
    def hint(self) -> str:
        stage = self.stage
        if stage.placed is None:
            return tr("Select a gap first: N goes to the next one.")
        if self._drag is not None:
            return tr("Shift keeps to straight and diagonal lines. Escape takes it back.")
        if stage.boundary is Boundary.FIRST:
            return tr(
                "Click the object, or drag from it to where it should be on the last frame. Click a curve to bend it."
            )
        if stage.boundary is Boundary.LAST:
            return tr("Click the object, or drag from it to where it was on the first frame. Click a curve to bend it.")
        if stage.time is not None:
            return tr("Click a curve to bend it. New paths begin on a boundary frame: A shows the first, B the last.")
        return tr("Paths are drawn on a boundary frame: A shows the first, B the last.")

    def press(self, pointer: Pointer) -> None:
        found = self.hit(pointer)
        path = self.stage.guidance.path(found.path_id) if found is not None and found.path_id is not None else None
        if found is None or path is None:
            is_on_picture = self.stage.boundary is not None and self.stage.canvas.contains(pointer.position)
            self._pressed = pointer.position if is_on_picture else None
            self.stage.pick_nothing()
        elif found.part is Part.CURVE:
            self._drag = drag_new_point(self.stage, path, found.time, pointer)
        else:
            self.grab(pointer)

    def hover(self, pointer: Pointer) -> None:
        found = self.hit(pointer)
        self._over = found.part if found is not None and found.path_id is not None else None

    def move(self, pointer: Pointer) -> None:
        if self._drag is None and self._pressed is not None and pointer.is_dragged:
            self._drag = self._begin_path(self._pressed, pointer)
            self._pressed = None
        super().move(pointer)

    def release(self, pointer: Pointer) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is not None:
            self._propose_path(pressed)
        super().release(pointer)

    def enter(self) -> bool:
        """By keyboard: a path in the middle of the canvas, whose picked anchor the arrow keys move."""
        boundary = self.stage.boundary
        if self.is_busy or boundary is None:
            return False
        canvas = self.stage.canvas
        middle = Point(canvas.right / 2, canvas.bottom / 2)
        far = Point(middle.x + canvas.right / 8, middle.y)
        path = new_path(PathId(new_id("path")), boundary, middle, far, self.stage.new_radius)
        if not self.stage.apply(tr("Add path"), lambda timeline, gap: add_path(timeline, gap, path)):
            return False
        self.stage.pick_path(path.id, anchor_index(path, boundary))
        return True

    def cancel(self) -> bool:
        was_busy = self.is_busy
        self._pressed = None
        super().cancel()
        return was_busy

    def _begin_path(self, drawn: Point, pointer: Pointer) -> Drag | None:
        """The new path's far anchor goes with the pointer until the button is let go."""
        boundary = self.stage.boundary
        if boundary is None:
            return None
        path_id = PathId(new_id("path"))
        radius = self.stage.new_radius
        gesture = self.stage.gesture(tr("Add path"))
        first = new_path(path_id, boundary, drawn, pointer.position, radius)
        if not gesture.apply(lambda timeline, gap: add_path(timeline, gap, first)):
            return None
        far = Boundary.LAST if boundary is Boundary.FIRST else Boundary.FIRST
        self.stage.pick_path(path_id, anchor_index(first, far))

        def change(at: Pointer) -> Edit:
            other = constrained(drawn, at.position) if at.shift else at.position
            path = new_path(path_id, boundary, drawn, other, radius)
            return lambda timeline, gap: replace_path(timeline, gap, path)

        return Drag(gesture, change)

    def _propose_path(self, drawn: Point) -> None:
        """A path that stays where it was clicked, until the object has been looked for on the other frame."""
        placed, boundary = self.stage.placed, self.stage.boundary
        if placed is None or boundary is None:
            return
        radius = self.stage.new_radius
        path = new_path(PathId(new_id("path")), boundary, drawn, drawn, radius)
        gesture = self.stage.gesture(tr("Add path"))
        if not gesture.apply(lambda timeline, gap: add_path(timeline, gap, path)):
            return
        far = Boundary.LAST if boundary is Boundary.FIRST else Boundary.FIRST
        self.stage.pick_path(path.id, anchor_index(path, far))
        gap_id = placed.gap.id

        def found(other: Point | None) -> None:
            now = find_gap(self.stage.session.document.timeline, gap_id)
            if other is None or now is None or now.gap.guidance.path(path.id) != path:
                return  # nothing alike, or the path has been moved or deleted meanwhile
            moved = new_path(path.id, boundary, drawn, other, radius)
            gesture.apply_to(gap_id, lambda timeline, gap: replace_path(timeline, gap, moved))
            gesture.finish()

        self.stage.session.proposals.ask(gap_id, boundary, drawn, radius, found)
