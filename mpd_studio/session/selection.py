"""What is selected, where the playhead stands, which tool is in hand."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.guidance import Boundary, Guidance
from mpd_studio.core.ids import ClipId, GapId, PathId, RegionId, TakeId
from mpd_studio.core.timeline import Clip, Timeline, find_gap, gaps_of
from mpd_studio.session.document import Document


class Tool(Enum):
    SELECT = "select"
    PATH = "path"
    PIN = "pin"
    REGION = "region"
    BRUSH = "brush"


class Shown(Enum):
    """What the canvas shows: the frame at the playhead, or a boundary frame of the selected gap."""

    PLAYHEAD = "playhead"
    FIRST = "first"
    LAST = "last"


class Compare(Enum):
    OFF = "off"
    WIPE = "wipe"
    DIFFERENCE = "difference"
    SIDE_BY_SIDE = "side by side"


class MotionView(Enum):
    """How the motion of every pixel is shown over the picture."""

    OFF = "off"
    ARROWS = "arrows"
    COLORS = "colours"
    MOVING = "moving picture"  # of a motion that is kept with the gap


class Selection(QObject):
    """Holds ids, never things, and drops those that an edit removed. A gap or a clip is selected, not both.

    Signals:
        changed(): ids, tool, shown, marks, comparison, onion skin, trust map, ghosts, motion view or playing changed.
        playhead_changed(frame): counted from the timeline's beginning, from 0.
    """

    changed = Signal()
    playhead_changed = Signal(int)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.gap_id: GapId | None = None
        self.clip_id: ClipId | None = None
        self.path_id: PathId | None = None
        self.region_id: RegionId | None = None
        self.tool = Tool.SELECT
        self.shown = Shown.PLAYHEAD
        self.playhead = 0
        self.mark_in: int | None = None
        self.mark_out: int | None = None
        self.compare = Compare.OFF
        self.compare_take: TakeId | None = None
        self.onion_skin = False
        self.trust_map = False
        self.ghosts = True
        self.motion_view = MotionView.OFF
        self.playing = False
        self._project_key = document.key
        document.changed.connect(self._on_document_changed)

    @property
    def end(self) -> Boundary:
        """The boundary frame whose motion is meant: the last where that is shown, else the first."""
        return Boundary.LAST if self.shown is Shown.LAST else Boundary.FIRST

    def select_gap(self, gap_id: GapId | None) -> None:
        if gap_id is None or find_gap(self._document.timeline, gap_id) is None:
            self._set(gap_id=None, path_id=None, region_id=None, compare_take=None)
        elif gap_id != self.gap_id:
            self._set(gap_id=gap_id, clip_id=None, path_id=None, region_id=None, compare_take=None)

    def select_clip(self, clip_id: ClipId | None) -> None:
        if clip_id is not None and clip_id not in _clip_ids(self._document.timeline):
            clip_id = None
        self._set(clip_id=clip_id, gap_id=None, path_id=None, region_id=None, compare_take=None)

    def select_path(self, path_id: PathId | None) -> None:
        """A path of the selected gap."""
        guidance = self._guidance()
        known = path_id is not None and guidance is not None and guidance.path(path_id) is not None
        self._set(path_id=path_id if known else None, region_id=None)

    def select_region(self, region_id: RegionId | None) -> None:
        """A region of the selected gap."""
        guidance = self._guidance()
        known = region_id is not None and guidance is not None and guidance.region(region_id) is not None
        self._set(region_id=region_id if known else None, path_id=None)

    def clear(self) -> None:
        self._set(gap_id=None, clip_id=None, path_id=None, region_id=None, compare_take=None)

    def set_tool(self, tool: Tool) -> None:
        self._set(tool=tool)

    def set_shown(self, shown: Shown) -> None:
        self._set(shown=shown)

    def set_playhead(self, frame: int) -> None:
        """Clamped to the timeline. Moving it shows the frame there."""
        frame = max(0, min(frame, self._document.timeline.length - 1))
        if frame != self.playhead:
            self.playhead = frame
            self.playhead_changed.emit(frame)
        self._set(shown=Shown.PLAYHEAD)

    def set_mark_in(self, frame: int | None) -> None:
        """The first frame of the marked range. A mark-out before it goes."""
        keeps_out = frame is None or self.mark_out is None or frame <= self.mark_out
        self._set(mark_in=frame, mark_out=self.mark_out if keeps_out else None)

    def set_mark_out(self, frame: int | None) -> None:
        """The last frame of the marked range, inclusive. A mark-in after it goes."""
        keeps_in = frame is None or self.mark_in is None or self.mark_in <= frame
        self._set(mark_out=frame, mark_in=self.mark_in if keeps_in else None)

    def set_compare(self, mode: Compare, take_id: TakeId | None = None) -> None:
        self._set(compare=mode, compare_take=take_id if mode is not Compare.OFF else None)

    def set_onion_skin(self, is_on: bool) -> None:
        self._set(onion_skin=is_on)

    def set_trust_map(self, is_on: bool) -> None:
        """Whether made frames show where they can be trusted."""
        self._set(trust_map=is_on)

    def set_ghosts(self, is_on: bool) -> None:
        """Of what the selected path carries, along the path."""
        self._set(ghosts=is_on)

    def set_motion_view(self, view: MotionView) -> None:
        self._set(motion_view=view)

    def set_playing(self, is_playing: bool) -> None:
        """Said by the player."""
        self._set(playing=is_playing)

    def next_gap(self) -> None:
        self._step_gap(1)

    def previous_gap(self) -> None:
        self._step_gap(-1)

    def _step_gap(self, by: int) -> None:
        """The gap after (before) the selected one, else after (before) the playhead; round at the ends."""
        gaps = gaps_of(self._document.timeline)
        if not gaps:
            return
        ids = [placed.gap.id for placed in gaps]
        if self.gap_id is not None and self.gap_id in ids:
            index = (ids.index(self.gap_id) + by) % len(gaps)
        elif by > 0:
            index = next((i for i, placed in enumerate(gaps) if placed.stop > self.playhead), 0)
        else:
            index = next((i for i in reversed(range(len(gaps))) if gaps[i].start <= self.playhead), len(gaps) - 1)
        self.select_gap(gaps[index].gap.id)
        self.set_playhead(gaps[index].start)

    def _guidance(self) -> Guidance | None:
        placed = find_gap(self._document.timeline, self.gap_id) if self.gap_id else None
        return placed.gap.guidance if placed else None

    def _set(self, **values: object) -> None:
        fresh = {name: value for name, value in values.items() if getattr(self, name) != value}
        for name, value in fresh.items():
            setattr(self, name, value)
        if fresh:
            self.changed.emit()

    def _on_document_changed(self, before: Timeline, after: Timeline) -> None:
        del before
        if self._document.key != self._project_key:
            self._project_key = self._document.key
            self._set(mark_in=None, mark_out=None, gap_id=None, clip_id=None, path_id=None, region_id=None)
            self._set(compare=Compare.OFF, compare_take=None, shown=Shown.PLAYHEAD)
            self.playhead = 0
            self.playhead_changed.emit(0)
            return
        placed = find_gap(after, self.gap_id) if self.gap_id else None
        guidance = placed.gap.guidance if placed else Guidance()
        takes = [take.id for take in placed.gap.takes] if placed else []
        self._set(
            gap_id=self.gap_id if placed else None,
            clip_id=self.clip_id if self.clip_id is not None and self.clip_id in _clip_ids(after) else None,
            path_id=self.path_id if self.path_id and guidance.path(self.path_id) else None,
            region_id=self.region_id if self.region_id and guidance.region(self.region_id) else None,
            compare_take=self.compare_take if self.compare_take in takes else None,
        )
        if self.playhead > max(0, after.length - 1):
            self.playhead = max(0, after.length - 1)
            self.playhead_changed.emit(self.playhead)


def _clip_ids(timeline: Timeline) -> set[ClipId]:
    return {item.id for track in timeline.tracks for item in track.items if isinstance(item, Clip)}
