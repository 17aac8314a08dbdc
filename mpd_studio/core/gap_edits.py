"""Edits of a gap and of what is inside it: length, boundary frames, motions, guidance, takes.

A gap that is gone raises EditRefused, but for add_take: a take is never lost, it becomes an unplaced one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mpd_studio.core.errors import EditRefused
from mpd_studio.core.gap_motion import GapMotion, MotionEdits
from mpd_studio.core.guidance import Boundary, Easing, Guidance, MotionPath, MotionRegion
from mpd_studio.core.ids import GapId, PathId, RegionId, TakeId
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.timeline import Gap, PlacedGap, Take, Timeline, UnplacedTake, find_gap

# The gap itself


def set_gap_length(timeline: Timeline, gap_id: GapId, length: int) -> Timeline:
    """What follows on the track moves. Length 0 closes the gap."""
    if length < 0:
        raise EditRefused("A gap cannot be shorter than 0 frames.")
    return (
        close_gap(timeline, gap_id) if length == 0 else _change(timeline, gap_id, lambda g: replace(g, length=length))
    )


def close_gap(timeline: Timeline, gap_id: GapId) -> Timeline:
    """Delete a gap; what follows moves up. Its takes become unplaced ones."""
    placed = _find(timeline, gap_id)
    track = timeline.tracks[placed.track]
    items = tuple(item for item in track.items if not (isinstance(item, Gap) and item.id == gap_id))
    tracks = tuple(replace(t, items=items) if i == placed.track else t for i, t in enumerate(timeline.tracks))
    kept = tuple(UnplacedTake(gap_id, take) for take in placed.gap.takes)
    return replace(timeline, tracks=tracks, unplaced=(*timeline.unplaced, *kept))


def set_boundary(timeline: Timeline, gap_id: GapId, boundary: Boundary, frame: FrameRef | None) -> Timeline:
    """Use any frame as an end of the gap; None goes back to the neighbouring clip's frame."""
    if boundary is Boundary.FIRST:
        return _change(timeline, gap_id, lambda gap: replace(gap, first=frame))
    return _change(timeline, gap_id, lambda gap: replace(gap, last=frame))


# Motions


def set_motion(timeline: Timeline, gap_id: GapId, motion: GapMotion) -> Timeline:
    """Keep a motion with the gap, in the place of another one of the same boundary frame."""
    return _change(timeline, gap_id, lambda gap: replace(gap, motions=(*_others(gap, motion.of), motion)))


def edit_motion(timeline: Timeline, gap_id: GapId, of: Boundary, edits: MotionEdits) -> Timeline:
    motion = _find(timeline, gap_id).gap.motion(of)
    if motion is None:
        raise EditRefused("This gap keeps no motion of that frame. Predict or load one first.")
    return set_motion(timeline, gap_id, replace(motion, edits=edits))


def remove_motion(timeline: Timeline, gap_id: GapId, of: Boundary) -> Timeline:
    """Its file stays on disk, so that undo brings it back."""
    return _change(timeline, gap_id, lambda gap: replace(gap, motions=_others(gap, of)))


# Takes


def add_take(timeline: Timeline, gap_id: GapId, take: Take) -> Timeline:
    """The new take becomes the chosen one. Where the gap is gone, it is kept as an unplaced take."""
    if find_gap(timeline, gap_id) is None:
        return replace(timeline, unplaced=(*timeline.unplaced, UnplacedTake(gap_id, take)))
    return _change(timeline, gap_id, lambda gap: replace(gap, takes=(*gap.takes, take), chosen=take.id))


def choose_take(timeline: Timeline, gap_id: GapId, take_id: TakeId | None) -> Timeline:
    if take_id is not None:
        _take(_find(timeline, gap_id).gap, take_id)
    return _change(timeline, gap_id, lambda gap: replace(gap, chosen=take_id))


def rename_take(timeline: Timeline, gap_id: GapId, take_id: TakeId, name: str) -> Timeline:
    if not name.strip():
        raise EditRefused("A take needs a name.")
    return _change_take(timeline, gap_id, take_id, lambda take: replace(take, name=name.strip()))


def note_take(timeline: Timeline, gap_id: GapId, take_id: TakeId, note: str) -> Timeline:
    return _change_take(timeline, gap_id, take_id, lambda take: replace(take, note=note))


def delete_take(timeline: Timeline, gap_id: GapId, take_id: TakeId) -> Timeline:
    """Take it off the list. Its files stay on disk, so that undo brings it back."""
    gap = _find(timeline, gap_id).gap
    _take(gap, take_id)
    takes = tuple(take for take in gap.takes if take.id != take_id)
    chosen = gap.chosen if gap.chosen != take_id else (takes[-1].id if takes else None)
    return _change(timeline, gap_id, lambda g: replace(g, takes=takes, chosen=chosen))


def place_unplaced(timeline: Timeline, take_id: TakeId, gap_id: GapId) -> Timeline:
    """Give an unplaced take to a gap."""
    found = next((unplaced for unplaced in timeline.unplaced if unplaced.take.id == take_id), None)
    if found is None:
        raise EditRefused("This take is not among the unplaced ones.")
    _find(timeline, gap_id)
    rest = tuple(unplaced for unplaced in timeline.unplaced if unplaced != found)
    return add_take(replace(timeline, unplaced=rest), gap_id, found.take)


def take_fits(placed: PlacedGap, take: Take) -> bool:
    """Was the take made for this many frames between these very frames?"""
    request = take.result.request
    ends = ((request.first, placed.first), (request.last, placed.last))
    return request.new_frames == placed.gap.length and all(_is_same_frame(made, now) for made, now in ends)


def _is_same_frame(made: FrameRef, now: FrameRef | None) -> bool:
    """Media that were moved and found again are the same media."""
    return now is not None and made.index == now.index and made.media.fingerprint == now.media.fingerprint


# Guidance


def set_guidance(timeline: Timeline, gap_id: GapId, guidance: Guidance) -> Timeline:
    return _change(timeline, gap_id, lambda gap: replace(gap, guidance=guidance))


def set_ease(timeline: Timeline, gap_id: GapId, ease: Easing) -> Timeline:
    return _guide(timeline, gap_id, lambda guidance: replace(guidance, ease=ease))


def set_depth_order(timeline: Timeline, gap_id: GapId, order: tuple[PathId, ...]) -> Timeline:
    """order: nearest first."""
    return _guide(timeline, gap_id, lambda guidance: replace(guidance, depth_order=order))


def nearest_first(guidance: Guidance) -> tuple[MotionPath, ...]:
    """All paths as they cross: those of depth_order, then the others, of which a later one lies in front."""
    named = [path for path_id in guidance.depth_order if (path := guidance.path(path_id))]
    return (*named, *(path for path in reversed(guidance.paths) if path not in named))


def move_in_depth(timeline: Timeline, gap_id: GapId, path_id: PathId, by: int) -> Timeline:
    """by: steps away from the viewer; negative ones come nearer. At the end of the row nothing happens."""

    def moved(guidance: Guidance) -> Guidance:
        order = [path.id for path in nearest_first(guidance)]
        if path_id not in order:
            raise EditRefused("This path is no longer there.")
        place = order.index(path_id)
        order.insert(max(0, min(len(order) - 1, place + by)), order.pop(place))
        return replace(guidance, depth_order=tuple(order))

    return _guide(timeline, gap_id, moved)


def add_path(timeline: Timeline, gap_id: GapId, path: MotionPath) -> Timeline:
    return _guide(timeline, gap_id, lambda guidance: replace(guidance, paths=(*guidance.paths, path)))


def replace_path(timeline: Timeline, gap_id: GapId, path: MotionPath) -> Timeline:
    def replaced(guidance: Guidance) -> Guidance:
        if guidance.path(path.id) is None:
            raise EditRefused("This path is no longer there.")
        return replace(guidance, paths=tuple(path if p.id == path.id else p for p in guidance.paths))

    return _guide(timeline, gap_id, replaced)


def delete_path(timeline: Timeline, gap_id: GapId, path_id: PathId) -> Timeline:
    """Regions that followed it stay where they are."""

    def without(guidance: Guidance) -> Guidance:
        return replace(
            guidance,
            paths=tuple(path for path in guidance.paths if path.id != path_id),
            regions=tuple(replace(r, follows=None) if r.follows == path_id else r for r in guidance.regions),
            depth_order=tuple(other for other in guidance.depth_order if other != path_id),
        )

    return _guide(timeline, gap_id, without)


def add_region(timeline: Timeline, gap_id: GapId, region: MotionRegion) -> Timeline:
    return _guide(timeline, gap_id, lambda guidance: replace(guidance, regions=(*guidance.regions, region)))


def replace_region(timeline: Timeline, gap_id: GapId, region: MotionRegion) -> Timeline:
    def replaced(guidance: Guidance) -> Guidance:
        if guidance.region(region.id) is None:
            raise EditRefused("This region is no longer there.")
        return replace(guidance, regions=tuple(region if r.id == region.id else r for r in guidance.regions))

    return _guide(timeline, gap_id, replaced)


def delete_region(timeline: Timeline, gap_id: GapId, region_id: RegionId) -> Timeline:
    """Paths that carried it go back to their radius."""

    def without(guidance: Guidance) -> Guidance:
        return replace(
            guidance,
            regions=tuple(region for region in guidance.regions if region.id != region_id),
            paths=tuple(replace(p, region=None) if p.region == region_id else p for p in guidance.paths),
        )

    return _guide(timeline, gap_id, without)


# Inside


def _others(gap: Gap, of: Boundary) -> tuple[GapMotion, ...]:
    return tuple(motion for motion in gap.motions if motion.of is not of)


def _find(timeline: Timeline, gap_id: GapId) -> PlacedGap:
    placed = find_gap(timeline, gap_id)
    if placed is None:
        raise EditRefused("This gap is no longer on the timeline.")
    return placed


def _change(timeline: Timeline, gap_id: GapId, change: Callable[[Gap], Gap]) -> Timeline:
    placed = _find(timeline, gap_id)
    track = timeline.tracks[placed.track]
    items = tuple(change(item) if isinstance(item, Gap) and item.id == gap_id else item for item in track.items)
    tracks = tuple(replace(t, items=items) if i == placed.track else t for i, t in enumerate(timeline.tracks))
    return replace(timeline, tracks=tracks)


def _guide(timeline: Timeline, gap_id: GapId, change: Callable[[Guidance], Guidance]) -> Timeline:
    return _change(timeline, gap_id, lambda gap: replace(gap, guidance=change(gap.guidance)))


def _take(gap: Gap, take_id: TakeId) -> Take:
    found = next((take for take in gap.takes if take.id == take_id), None)
    if found is None:
        raise EditRefused("This take is no longer in the gap.")
    return found


def _change_take(timeline: Timeline, gap_id: GapId, take_id: TakeId, change: Callable[[Take], Take]) -> Timeline:
    gap = _find(timeline, gap_id).gap
    changed = change(_take(gap, take_id))
    takes = tuple(changed if take.id == take_id else take for take in gap.takes)
    return _change(timeline, gap_id, lambda g: replace(g, takes=takes))
