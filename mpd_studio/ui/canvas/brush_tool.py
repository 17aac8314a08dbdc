"""Brush: paint a region stroke by stroke; Alt takes strokes away."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from mpd_studio.core.gap_edits import add_region, delete_region, replace_region
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import MotionRegion, RegionMode, Stroke
from mpd_studio.core.ids import RegionId
from mpd_studio.session.new_id import new_id
from mpd_studio.ui.canvas.drags import Pointer
from mpd_studio.ui.canvas.region_shape import stroke_at
from mpd_studio.ui.canvas.stage import Gesture, Stage
from mpd_studio.ui.canvas.tool import CanvasTool
from mpd_studio.ui.texts import tr

_WIDTH_STEP = 1.15
_SOFTNESS_STEP = 0.1
_SPACING = 0.1  # of the brush's width: points closer than this add nothing to the stroke
_LEAST_SPACING = 0.75


class BrushTool(CanvasTool):
    empty_cursor = Qt.CursorShape.BlankCursor

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._gesture: Gesture | None = None
        self._region_id: RegionId | None = None
        self._last: Point | None = None

    @property
    def is_busy(self) -> bool:
        return self._gesture is not None

    @property
    def hint(self) -> str:
        stage = self.stage
        if stage.placed is None:
            return tr("Select a gap first: N goes to the next one.")
        if stage.boundary is None:
            return tr("Regions are painted on a boundary frame: A shows the first, B the last.")
        brush = tr("{0} px, softness {1} %").format(round(stage.brush_width), round(stage.brush_softness * 100))
        if stage.new_mode is RegionMode.STILL:
            return tr(
                "Paint what must hold still ({0}). [ ] size, {{ }} softness, Alt removes strokes. M: moves."
            ).format(brush)
        return tr("Paint what may move ({0}). [ ] size, {{ }} softness, Alt removes strokes. M: holds still.").format(
            brush
        )

    def change_brush(self, width_steps: int = 0, softness_steps: int = 0) -> None:
        width = self.stage.brush_width * _WIDTH_STEP**width_steps
        self.stage.set_brush(width, self.stage.brush_softness + softness_steps * _SOFTNESS_STEP)

    def press(self, pointer: Pointer) -> None:
        if pointer.alt:
            self._gesture = self.stage.gesture(tr("Erase stroke"))
            self._erase(pointer)
        elif self.stage.boundary is not None:
            self._gesture = self.stage.gesture(tr("Paint region"))
            self._begin_stroke(pointer)

    def hover(self, pointer: Pointer) -> None:
        """The circle at the pointer says all; what lies under it is not grabbed."""

    def move(self, pointer: Pointer) -> None:
        if self._gesture is None:
            return
        if self._region_id is None:
            self._erase(pointer)
        else:
            self._lengthen(pointer.position)

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        if self._gesture is not None:
            self._gesture.finish()
        self._forget()

    def cancel(self) -> bool:
        if self._gesture is None:
            return False
        self._gesture.cancel()
        self._forget()
        return True

    def settle(self) -> None:
        if self._gesture is not None:
            self._gesture.finish()
        self._forget()

    def _forget(self) -> None:
        self._gesture, self._region_id, self._last = None, None, None

    def _begin_stroke(self, pointer: Pointer) -> None:
        """In the selected painted region of this boundary frame, or else in a new one."""
        stage, boundary = self.stage, self.stage.boundary
        if self._gesture is None or boundary is None:
            return
        stroke = Stroke((pointer.position,), stage.brush_width, stage.brush_softness)
        region = stage.region
        self._last = pointer.position
        if region is not None and region.strokes and region.on is boundary:
            painted = replace(region, strokes=(*region.strokes, stroke))
            self._gesture.apply(lambda timeline, gap: replace_region(timeline, gap, painted))
        else:
            painted = MotionRegion(RegionId(new_id("region")), boundary, stage.new_mode, strokes=(stroke,))
            self._gesture.apply(lambda timeline, gap: add_region(timeline, gap, painted))
            stage.pick_region(painted.id)
        self._region_id = painted.id

    def _lengthen(self, to: Point) -> None:
        region = self.stage.guidance.region(self._region_id) if self._region_id is not None else None
        if self._gesture is None or region is None or self._last is None:
            return
        stroke = region.strokes[-1]
        if to.distance_to(self._last) < max(_LEAST_SPACING, stroke.width * _SPACING):
            return
        self._last = to
        longer = replace(stroke, points=(*stroke.points, to))
        painted = replace(region, strokes=(*region.strokes[:-1], longer))
        self._gesture.apply(lambda timeline, gap: replace_region(timeline, gap, painted))

    def _erase(self, pointer: Pointer) -> None:
        """Take away the strokes under the pointer, the selected region's first; its last one takes it along."""
        guidance, selected = self.stage.guidance, self.stage.region
        ordered = [*([selected] if selected is not None else []), *reversed(guidance.regions)]
        for region in ordered:
            index = stroke_at(region, pointer.position)
            if index is None or self._gesture is None:
                continue
            rest = (*region.strokes[:index], *region.strokes[index + 1 :])
            if rest:
                smaller = replace(region, strokes=rest)
                self._gesture.apply(lambda timeline, gap, r=smaller: replace_region(timeline, gap, r))
            else:
                self._gesture.apply(lambda timeline, gap, r=region: delete_region(timeline, gap, r.id))
            return
