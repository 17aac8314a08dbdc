"""Keeps one item on the scene for every path and region of the shown guidance; only what changed is touched."""

from __future__ import annotations

from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Boundary, Guidance, MotionRegion
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.motion.paths import position
from mpd_studio.ui.canvas.ghost_item import GhostItem
from mpd_studio.ui.canvas.path_item import PathItem, PathLook
from mpd_studio.ui.canvas.region_item import RegionItem, RegionLook
from mpd_studio.ui.canvas.stage import Stage
from mpd_studio.ui.canvas.suggestion_item import SuggestionItem

_REGIONS_AT, _PATHS_AT = 10.0, 20.0
_SELECTED_ABOVE = 0.5


class GuidanceLayer:
    """The items of the drawings. refresh() after anything changed; set_scale() after zooming."""

    def __init__(self, scene: QGraphicsScene, stage: Stage) -> None:
        self._scene = scene
        self._stage = stage
        self._scale = 1.0
        self._ghosts = GhostItem()
        self._suggestions = SuggestionItem()
        scene.addItem(self._ghosts)
        scene.addItem(self._suggestions)
        self._paths: dict[PathId, PathItem] = {}
        self._regions: dict[RegionId, RegionItem] = {}

    @property
    def paths(self) -> dict[PathId, PathItem]:
        return self._paths

    @property
    def regions(self) -> dict[RegionId, RegionItem]:
        return self._regions

    def set_scale(self, scale: float) -> None:
        if scale == self._scale:
            return
        self._scale = scale
        self._suggestions.set_scale(scale)
        for item in (*self._paths.values(), *self._regions.values()):
            item.set_scale(scale)

    @property
    def ghosts(self) -> GhostItem:
        return self._ghosts

    def refresh(self) -> None:
        guidance = self._stage.guidance
        self._refresh_ghosts(guidance)
        self._refresh_suggestions()
        self._refresh_paths(guidance)
        self._refresh_regions(guidance)

    @property
    def suggestions(self) -> SuggestionItem:
        return self._suggestions

    def _refresh_suggestions(self) -> None:
        session, is_shown = self._stage.session, self._stage.time is not None
        gap_id = session.selection.gap_id if is_shown and not session.selection.playing else None
        self._suggestions.show_paths(session.suggestions.paths(gap_id))

    def _refresh_ghosts(self, guidance: Guidance) -> None:
        stage, selection = self._stage, self._stage.session.selection
        path, placed = stage.path, stage.placed
        if path is None or placed is None or not selection.ghosts or selection.playing:
            self._ghosts.setVisible(False)
            return
        draft = stage.session.drafts.draft(placed.gap.id)
        cuts = draft.cut_outs if draft is not None else ()
        cut = next((cut for cut in cuts if cut.fits(path)), None)
        self._ghosts.show_ghosts(cut, path, guidance.ease, placed.gap.length, stage.time or 0.0)

    def _refresh_paths(self, guidance: Guidance) -> None:
        stage = self._stage
        placed, time, selected = stage.placed, stage.time or 0.0, stage.session.selection.path_id
        new_frames = placed.gap.length if placed is not None else 1
        for path_id in self._paths.keys() - {path.id for path in guidance.paths}:
            self._scene.removeItem(self._paths.pop(path_id))
        for index, path in enumerate(guidance.paths):
            is_selected = path.id == selected
            picked = stage.picked if is_selected else None
            look = PathLook(path, index, guidance.ease, new_frames, time, is_selected, picked)
            item = self._paths.get(path.id)
            if item is None:
                item = self._paths[path.id] = PathItem(look, self._scale)
                self._scene.addItem(item)
            else:
                item.set_look(look)
            self._settle(item, _PATHS_AT, is_selected)

    def _refresh_regions(self, guidance: Guidance) -> None:
        stage = self._stage
        selected = stage.session.selection.region_id
        for region_id in self._regions.keys() - {region.id for region in guidance.regions}:
            self._scene.removeItem(self._regions.pop(region_id))
        for region in guidance.regions:
            is_selected = region.id == selected
            look = RegionLook(
                region,
                self._carried(guidance, region),
                stage.boundary in (None, region.on),
                is_selected,
                stage.picked if is_selected else None,
            )
            item = self._regions.get(region.id)
            if item is None:
                item = self._regions[region.id] = RegionItem(look, self._scale)
                self._scene.addItem(item)
            else:
                item.set_look(look)
            self._settle(item, _REGIONS_AT, is_selected)

    def _settle(self, item: PathItem | RegionItem, height: float, is_selected: bool) -> None:
        """The selected one lies above the others, and is painted anew each time; the others from a picture of them.

        Eight paths and four regions under a dragged one cost 12 ms a mouse move when painted, 3 ms as pictures.
        """
        item.setZValue(height + (_SELECTED_ABOVE if is_selected else 0.0))
        mode = QGraphicsItem.CacheMode.NoCache if is_selected else QGraphicsItem.CacheMode.DeviceCoordinateCache
        if item.cacheMode() is not mode:
            item.setCacheMode(mode)

    def _carried(self, guidance: Guidance, region: MotionRegion) -> Point:
        """How far the region's path has moved it on the shown frame, from the boundary frame it was drawn on."""
        path = guidance.path(region.follows) if region.follows is not None else None
        if path is None:
            return Point(0.0, 0.0)
        own_time = 0.0 if region.on is Boundary.FIRST else 1.0
        return position(path, guidance.ease, self._stage.time or 0.0) - position(path, guidance.ease, own_time)
