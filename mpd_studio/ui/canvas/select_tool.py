"""Select: pick paths, regions, points and corners, move them, put new points on curves and edges."""

from __future__ import annotations

from mpd_studio.core.gap_edits import replace_region
from mpd_studio.ui.canvas.drags import Pointer, drag_new_point
from mpd_studio.ui.canvas.picking import Part
from mpd_studio.ui.canvas.region_shape import edge_at, with_corner
from mpd_studio.ui.canvas.stage import Stage
from mpd_studio.ui.canvas.tool import CanvasTool
from mpd_studio.ui.texts import tr


class SelectTool(CanvasTool):
    @property
    def hint(self) -> str:
        stage = self.stage
        if stage.path is not None and stage.path.is_pin:
            return tr("Drag the pin, or its ring for how far it holds. Delete removes.")
        if stage.path is not None:
            return tr("Drag points, the curve or the ring. Double-click the curve for a new point. Delete removes.")
        if stage.region is not None:
            return tr("Drag corners or the inside. Double-click an edge for a new corner. M: moves or holds still.")
        if stage.guidance.paths or stage.guidance.regions:
            return tr("Click a path or a region to change it.")
        if stage.time is not None:
            return tr("Nothing is drawn yet. P draws a motion path, H sets a pin, R a region, Shift+R paints one.")
        return ""

    def press(self, pointer: Pointer) -> None:
        self.grab(pointer)
        if self._drag is None:
            self.stage.pick_nothing()

    def double_click(self, pointer: Pointer) -> None:
        found = self.hit(pointer)
        if found is None:
            return
        path = self.stage.guidance.path(found.path_id) if found.path_id is not None else None
        if path is not None and found.part is Part.CURVE:
            self._drag = drag_new_point(self.stage, path, found.time, pointer)
        elif found.region_id is not None and found.part is not Part.CORNER:
            add_corner(self.stage, pointer)


def add_corner(stage: Stage, pointer: Pointer) -> bool:
    """Put a corner on the edge of the selected region that is under the pointer."""
    region = stage.region
    edge = edge_at(region, pointer.position, pointer.reach) if region is not None else None
    if region is None or edge is None:
        return False
    longer = with_corner(region, edge, pointer.position)
    if not stage.apply(tr("Add corner"), lambda timeline, gap: replace_region(timeline, gap, longer)):
        return False
    stage.pick_region(region.id, edge + 1)
    return True
