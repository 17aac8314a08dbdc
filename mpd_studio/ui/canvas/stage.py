"""What a tool works on: the guidance of the selected gap as it is shown, and the ways to edit it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.geometry import Rect, rect_of
from mpd_studio.core.guidance import Boundary, Guidance, MotionPath, MotionRegion, RegionMode
from mpd_studio.core.ids import GapId, PathId, RegionId
from mpd_studio.core.timeline import PlacedGap, Timeline, find_gap
from mpd_studio.session.session import Session
from mpd_studio.ui.canvas.shown_frame import ShownFrame, ShownKind

Edit = Callable[[Timeline, GapId], Timeline]
_REACH_OF_CANVAS = 1 / 18  # of the canvas height: 60 px at 1080
_NOTHING = ShownFrame(ShownKind.NOTHING, "")


@dataclass(frozen=True, slots=True)
class _Picked:
    """Point or corner `index` of the path or region `of`, which has `count` of them."""

    of: str
    index: int
    count: int


class Stage(QObject):
    """The tools' view of the session.

    picked: the index of the selected path's point or the selected region's corner that keys act on.
    new_mode: what the next region will be; the last choice is kept. brush_*: in canvas pixels, and 0..1.
    Signals: changed: picked, the brush, or the mode of new regions changed; what is drawn or hinted may differ now.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.shown = _NOTHING
        self._picked: _Picked | None = None
        self._new_mode = RegionMode.STILL
        self._brush_width = 40.0
        self._brush_softness = 0.3
        self._keys = count()
        session.selection.changed.connect(self._drop_stale_pick)
        session.document.changed.connect(self._drop_stale_pick)

    # What is there

    @property
    def placed(self) -> PlacedGap | None:
        gap_id = self.session.selection.gap_id
        return find_gap(self.session.document.timeline, gap_id) if gap_id is not None else None

    @property
    def guidance(self) -> Guidance:
        """Of the selected gap, empty where none is shown."""
        placed = self.placed
        return placed.gap.guidance if placed is not None and self.time is not None else Guidance()

    @property
    def time(self) -> float | None:
        """Of what is shown, as a fraction of the gap; None when the guidance is hidden."""
        return self.shown.time

    @property
    def boundary(self) -> Boundary | None:
        """The boundary frame that is shown: one may draw on it."""
        return self.shown.boundary

    @property
    def path(self) -> MotionPath | None:
        """The selected path."""
        path_id = self.session.selection.path_id
        return self.guidance.path(path_id) if path_id is not None else None

    @property
    def region(self) -> MotionRegion | None:
        """The selected region."""
        region_id = self.session.selection.region_id
        return self.guidance.region(region_id) if region_id is not None else None

    # What is picked

    @property
    def picked(self) -> int | None:
        selection = self.session.selection
        picked = self._picked
        return picked.index if picked and picked.of in (selection.path_id, selection.region_id) else None

    def pick_path(self, path_id: PathId, point: int | None = None) -> None:
        self.session.selection.select_path(path_id)
        self._set_picked(None if point is None else _Picked(path_id, point, self._point_count()))

    def pick_region(self, region_id: RegionId, corner: int | None = None) -> None:
        self.session.selection.select_region(region_id)
        self._set_picked(None if corner is None else _Picked(region_id, corner, self._point_count()))

    def pick_nothing(self) -> None:
        self.session.selection.select_path(None)
        self._set_picked(None)

    # What new drawings will be

    @property
    def new_mode(self) -> RegionMode:
        return self._new_mode

    def set_new_mode(self, mode: RegionMode) -> None:
        self._new_mode = mode
        self.changed.emit()

    @property
    def brush_width(self) -> float:
        return self._brush_width

    @property
    def brush_softness(self) -> float:
        return self._brush_softness

    def set_brush(self, width: float, softness: float) -> None:
        self._brush_width = min(max(width, 1.0), 1000.0)
        self._brush_softness = min(max(round(softness, 3), 0.0), 1.0)
        self.changed.emit()

    @property
    def new_radius(self) -> float:
        """Of the next path or pin."""
        return max(8.0, float(round(self.canvas.bottom * _REACH_OF_CANVAS)))

    @property
    def canvas(self) -> Rect:
        """Where the picture is."""
        return rect_of(self.session.document.timeline.canvas)

    # Edits

    def apply(self, label: str, edit: Edit, merge_key: Hashable | None = None) -> bool:
        """One edit of the selected gap; False when it was refused or no gap is selected."""
        gap_id = self.session.selection.gap_id
        if gap_id is None:
            return False
        return self.session.document.apply(label, lambda timeline: edit(timeline, gap_id), merge_key)

    def gesture(self, label: str) -> Gesture:
        return Gesture(self, label, ("canvas", next(self._keys)))

    def _set_picked(self, picked: _Picked | None) -> None:
        if picked != self._picked:
            self._picked = picked
            self.changed.emit()

    def _point_count(self) -> int:
        path, region = self.path, self.region
        return len(path.points) if path is not None else len(region.outline) if region is not None else 0

    def _drop_stale_pick(self, *_: object) -> None:
        """Another thing is selected, or an edit has added or taken away points, so that the index means another."""
        if self._picked is not None and (self.picked is None or self._picked.count != self._point_count()):
            self._set_picked(None)


class Gesture:
    """Edits that are one step of undo, from the press of the button to its release."""

    def __init__(self, stage: Stage, label: str, key: Hashable) -> None:
        self._stage = stage
        self._label = label
        self._key = key
        self._before = stage.session.document.timeline
        self._has_edited = False

    def apply(self, edit: Edit) -> bool:
        is_done = self._stage.apply(self._label, edit, self._key)
        self._has_edited |= is_done
        return is_done

    def apply_to(self, gap_id: GapId, edit: Edit) -> bool:
        """As apply, to a gap that may no longer be the selected one."""
        document = self._stage.session.document
        return document.apply(self._label, lambda timeline: edit(timeline, gap_id), self._key)

    def finish(self) -> None:
        self._stage.session.document.end_merge()

    def cancel(self) -> None:
        """Take back what it has done. Where a take has arrived meanwhile, that one stays and so does the drawing."""
        document = self._stage.session.document
        document.end_merge()
        if self._has_edited and document.timeline != self._before and document.undo_label == self._label:
            document.abandon()
