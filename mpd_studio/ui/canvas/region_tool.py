"""Region: click corners, drag a lasso, or Shift-drag a rectangle; corners and the whole can be moved afterwards."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from mpd_studio.core.gap_edits import add_region
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import MotionRegion, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.session.new_id import new_id
from mpd_studio.ui.canvas.drags import Pointer
from mpd_studio.ui.canvas.picking import Part
from mpd_studio.ui.canvas.region_shape import rectangle, simplified
from mpd_studio.ui.canvas.select_tool import add_corner
from mpd_studio.ui.canvas.stage import Stage
from mpd_studio.ui.canvas.tool import CanvasTool
from mpd_studio.ui.texts import tr

_LASSO_TOLERANCE = 0.12  # of the reach: about one pixel on screen


class RegionTool(CanvasTool):
    """corners: of the polygon that is being clicked. lasso: of the line that is being dragged."""

    empty_cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._corners: list[Point] = []
        self._pressed: Point | None = None
        self._lasso: list[Point] = []
        self._is_box = False
        self._hover: Point | None = None

    @property
    def is_busy(self) -> bool:
        return super().is_busy or bool(self._corners) or self._pressed is not None

    @property
    def hint(self) -> str:
        stage = self.stage
        if stage.placed is None:
            return tr("Select a gap first: N goes to the next one.")
        if self._corners:
            return tr("Click the next corner. Enter, double-click or the first corner closes it, Escape drops it.")
        if stage.boundary is None:
            return tr("Regions are drawn on a boundary frame: A shows the first, B the last.")
        if stage.new_mode is RegionMode.STILL:
            return tr("Outline what must hold still: click corners, drag a lasso, Shift-drag a rectangle. M: moves.")
        return tr("Outline what may move: click corners, drag a lasso, Shift-drag a rectangle. M: holds still.")

    def preview(self) -> QPainterPath | None:
        points = self._lasso or [*self._corners, *([self._hover] if self._hover and self._corners else [])]
        if not points:
            return None
        line = QPainterPath(QPointF(points[0].x, points[0].y))
        for point in points[1:]:
            line.lineTo(point.x, point.y)
        if len(self._lasso) > 2:
            line.closeSubpath()
        return line

    @property
    def corners(self) -> tuple[Point, ...]:
        """Of the polygon that is being clicked."""
        return tuple(self._corners)

    def press(self, pointer: Pointer) -> None:
        if self._corners:
            self._press_in_polygon(pointer)
            return
        found = self.hit(pointer)
        selected = self.stage.region
        if (
            found is not None
            and selected is not None
            and found.region_id == selected.id
            and found.part is not Part.EDGE
        ):
            self.grab(pointer)
            return
        if self.stage.boundary is not None:
            self._pressed = pointer.position
            self._hover = pointer.position

    def move(self, pointer: Pointer) -> None:
        if self._pressed is None:
            super().move(pointer)
            return
        if self._corners or not (pointer.is_dragged or self._lasso):
            return
        if pointer.shift:
            self._lasso = list(rectangle(self._pressed, pointer.position))
        elif self._is_box or not self._lasso:
            self._lasso = [self._pressed, pointer.position]
        else:
            self._lasso.append(pointer.position)
        self._is_box = pointer.shift

    def hover(self, pointer: Pointer) -> None:
        self._hover = pointer.position
        found, selected = self.hit(pointer), self.stage.region
        is_own = found is not None and selected is not None and found.region_id == selected.id
        self._over = found.part if found is not None and is_own and not self._corners else None

    def release(self, pointer: Pointer) -> None:
        if self._pressed is None:
            super().release(pointer)
            return
        pressed, self._pressed = self._pressed, None
        if self._lasso:
            line, self._lasso = self._lasso, []
            self._add(line if self._is_box else simplified(line, pointer.reach * _LASSO_TOLERANCE))
        else:
            self._corners.append(pressed)

    def double_click(self, pointer: Pointer) -> None:
        if self._corners:
            self.enter()
        else:
            add_corner(self.stage, pointer)

    def enter(self) -> bool:
        if not self._corners:
            return False
        corners, self._corners = self._corners, []
        self._add(corners)
        return True

    def cancel(self) -> bool:
        was_busy = self.is_busy
        self._corners, self._lasso, self._pressed = [], [], None
        super().cancel()
        return was_busy

    def drop_corner(self) -> bool:
        """Take back the last click of an open polygon."""
        if not self._corners:
            return False
        self._corners.pop()
        return True

    def _press_in_polygon(self, pointer: Pointer) -> None:
        if len(self._corners) >= 3 and pointer.position.distance_to(self._corners[0]) <= pointer.reach:
            self.enter()
        else:
            self._pressed = pointer.position

    def _add(self, outline: list[Point] | tuple[Point, ...]) -> None:
        """Make the region. Fewer than three corners are no area, and are dropped."""
        boundary = self.stage.boundary
        if len(outline) < 3 or boundary is None:
            return
        region = MotionRegion(RegionId(new_id("region")), boundary, self.stage.new_mode, tuple(outline))
        if self.stage.apply(tr("Add region"), lambda timeline, gap: add_region(timeline, gap, region)):
            self.stage.pick_region(region.id)
