"""What lies under a point of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.timeline import Clip, Gap, Item
from mpd_studio.ui.timeline.lanes import Lanes
from mpd_studio.ui.timeline.scale import Rows, TimeScale


class Place(Enum):
    HEADER = "header"
    RULER = "ruler"
    CLIP = "clip"
    HEAD = "head"  # the edge at which a clip begins
    TAIL = "tail"
    GAP = "gap"
    OTHER = "other"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Hit:
    """track: None outside of tracks. start: of the item."""

    place: Place
    frame: int
    track: int | None = None
    start: int = 0
    item: Item | None = None


def find_hit(x: float, y: float, scale: TimeScale, rows: Rows, lanes: Lanes, edge_px: float) -> Hit:
    """edge_px: how far into a clip its edges reach; narrow clips have none."""
    frame = scale.frame(x)
    if x < rows.header:
        return Hit(Place.HEADER, frame, rows.track_at(y))
    if y < rows.ruler:
        return Hit(Place.RULER, frame)
    track = rows.track_at(y)
    found = lanes[track].at(frame) if track is not None else None
    if track is None or found is None:
        return Hit(Place.EMPTY, frame, track)
    start, item = found
    if isinstance(item, Gap):
        return Hit(Place.GAP, frame, track, start, item)
    if not isinstance(item, Clip):
        return Hit(Place.OTHER, frame, track, start, item)
    left, right = scale.x(start), scale.x(start + item.length)
    place = Place.CLIP
    if right - left > 4 * edge_px:
        place = Place.HEAD if x < left + edge_px else Place.TAIL if x >= right - edge_px else Place.CLIP
    return Hit(place, frame, track, start, item)


def hit_by_keyboard(lanes: Lanes, clip_id: ClipId | None, gap_id: GapId | None, playhead: int) -> Hit:
    """What is meant where no mouse points: the selected clip or gap, else the topmost at the playhead."""
    wanted = clip_id or gap_id
    at_playhead = Hit(Place.EMPTY, playhead)
    for track in range(len(lanes) - 1, -1, -1):
        lane = lanes[track]
        for start, item in lane.between(0, lane.length):
            if not isinstance(item, Clip | Gap):
                continue
            place = Place.GAP if isinstance(item, Gap) else Place.CLIP
            if item.id == wanted:
                return Hit(place, start, track, start, item)
            if start <= playhead < start + item.length and at_playhead.item is None:
                at_playhead = Hit(place, playhead, track, start, item)
    return at_playhead
