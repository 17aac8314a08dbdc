"""What stands where right now, looked up once for everything that asks: which action is possible, and why not."""

from __future__ import annotations

from dataclasses import dataclass

from mpd_studio.core.ids import ClipId, PathId
from mpd_studio.core.timeline import Clip, GapRows, PlacedGap, Timeline, item_at
from mpd_studio.session.selection import Compare, Shown, Tool
from mpd_studio.session.session import Session
from mpd_studio.ui.gap_index import GapIndex


@dataclass(frozen=True, slots=True)
class PlacedClip:
    """A clip with its track index and its start on the timeline."""

    track: int
    start: int
    clip: Clip

    @property
    def stop(self) -> int:
        return self.start + self.clip.length


@dataclass(frozen=True, slots=True)
class Situation:
    """gap, clip: what is selected. gap_number: as the user counts, from 1; 0 without a gap.

    problems: why the selected gap cannot be generated. gap_problems: those that are not the engine's.
    motion_problem: why its motion cannot be predicted. takes_motion: whether the engine goes along one. has_motion: of
    the end that is shown.
    """

    timeline: Timeline
    gaps: GapRows
    gap: PlacedGap | None
    gap_number: int
    clip: PlacedClip | None
    clip_at_playhead: PlacedClip | None
    has_guidance_item: bool
    has_suggestions: bool
    path_id: PathId | None
    playhead: int
    mark_in: int | None
    mark_out: int | None
    tool: Tool
    shown: Shown
    compare: Compare
    onion_skin: bool
    playing: bool
    undo_label: str | None
    redo_label: str | None
    is_modified: bool
    is_saved_once: bool
    running_job: str | None
    problems: tuple[str, ...]
    gap_problems: tuple[str, ...]
    motion_problem: str
    takes_motion: bool
    has_motion: bool


def find_placed_clip(timeline: Timeline, clip_id: ClipId) -> PlacedClip | None:
    for index, track in enumerate(timeline.tracks):
        for start, item in track.placed():
            if isinstance(item, Clip) and item.id == clip_id:
                return PlacedClip(index, start, item)
    return None


def clip_at(timeline: Timeline, frame: int) -> PlacedClip | None:
    """The topmost clip at a frame: what a cut at the playhead would meet."""
    for index in range(len(timeline.tracks) - 1, -1, -1):
        found = item_at(timeline.tracks[index], frame)
        if found and isinstance(found[1], Clip):
            return PlacedClip(index, found[0], found[1])
    return None


def read_situation(session: Session, index: GapIndex) -> Situation:
    """GUI thread; a few milliseconds at a thousand clips, so ask once for many answers."""
    document, selection = session.document, session.selection
    timeline = document.timeline
    gaps = index.gaps(timeline)
    row = index.row(timeline, selection.gap_id)
    gap = None if row is None else gaps[row]
    current = session.jobs.current
    return Situation(
        timeline=timeline,
        gaps=gaps,
        gap=gap,
        gap_number=0 if row is None else row + 1,
        clip=find_placed_clip(timeline, selection.clip_id) if selection.clip_id else None,
        clip_at_playhead=clip_at(timeline, selection.playhead),
        has_guidance_item=bool(selection.path_id or selection.region_id),
        has_suggestions=bool(session.suggestions.paths(selection.gap_id)),
        path_id=selection.path_id,
        playhead=selection.playhead,
        mark_in=selection.mark_in,
        mark_out=selection.mark_out,
        tool=selection.tool,
        shown=selection.shown,
        compare=selection.compare,
        onion_skin=selection.onion_skin,
        playing=selection.playing,
        undo_label=document.undo_label,
        redo_label=document.redo_label,
        is_modified=document.is_modified,
        is_saved_once=document.path is not None,
        running_job=current.id if current else None,
        problems=session.generator.problems(gap.gap.id) if gap else (),
        gap_problems=session.generator.gap_problems(gap.gap.id) if gap else (),
        motion_problem=session.motions.problem(gap.gap.id) if gap else "",
        takes_motion=session.motions.is_offered,
        has_motion=gap is not None and gap.gap.motion(selection.end) is not None,
    )
