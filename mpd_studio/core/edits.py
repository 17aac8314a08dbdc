"""Edits of clips and tracks: pure functions Timeline → Timeline.

Frames are counted from the timeline's beginning. Ids of new items come from the caller. An edit that makes no sense
raises EditRefused and changes nothing. Empty space on a track is always a Gap; a track never ends with an untouched
gap. A take whose gap an edit removes becomes an unplaced one. Edits of what is inside a gap (takes, guidance, boundary
frames) stand in core/gap_edits.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeGuard

from mpd_studio.core.errors import EditRefused
from mpd_studio.core.frames import FrameRange, FrameRate
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Foreign, Gap, Item, Timeline, Track, UnplacedTake, gaps_of

# Media


def add_media(timeline: Timeline, media: MediaRef) -> Timeline:
    """Put media in the bin; the same media twice is no edit."""
    return timeline if media in timeline.media else replace(timeline, media=(*timeline.media, media))


def remove_media(timeline: Timeline, media: MediaRef) -> Timeline:
    """Take media out of the bin.

    Raises:
        EditRefused: a clip or a boundary frame still uses it.
    """
    used = [item for track in timeline.tracks for item in track.items if isinstance(item, Clip) and item.media == media]
    picked = [p for p in gaps_of(timeline) for ref in (p.gap.first, p.gap.last) if ref and ref.media == media]
    if used or picked:
        raise EditRefused(f"{media.name} is used on the timeline. Delete its clips first.")
    return replace(timeline, media=tuple(m for m in timeline.media if m != media))


def relink_media(timeline: Timeline, old: MediaRef, new: MediaRef) -> Timeline:
    """Use `new` wherever `old` stood.

    Raises:
        EditRefused: the new file is too short for what the timeline uses of it.
    """

    def relinked(item: Item) -> Item:
        if isinstance(item, Clip) and item.media == old:
            if new.frame_count > 1 and item.source_range.stop > new.frame_count:
                last = item.source_range.stop - 1
                raise EditRefused(f"{new.name} has {new.frame_count} frames; the timeline uses frames up to {last}.")
            return replace(item, media=new)
        if isinstance(item, Gap):
            ends = [replace(ref, media=new) if ref and ref.media == old else ref for ref in (item.first, item.last)]
            return replace(item, first=ends[0], last=ends[1])
        return item

    tracks = tuple(replace(track, items=tuple(map(relinked, track.items))) for track in timeline.tracks)
    media = tuple(new if m == old else m for m in timeline.media)
    return replace(timeline, tracks=tracks, media=media)


# Tracks and the timeline itself


def add_track(timeline: Timeline, name: str) -> Timeline:
    return replace(timeline, tracks=(*timeline.tracks, Track(name)))


def remove_track(timeline: Timeline, index: int) -> Timeline:
    """Raises: EditRefused: it is the last track, or something stands on it."""
    if len(timeline.tracks) == 1:
        raise EditRefused("A timeline needs at least one track.")
    if any(not _is_untouched(item) for item in timeline.tracks[index].items):
        raise EditRefused(f"Track {timeline.tracks[index].name} is not empty. Move or delete its clips first.")
    return replace(timeline, tracks=timeline.tracks[:index] + timeline.tracks[index + 1 :])


def rename_track(timeline: Timeline, index: int, name: str) -> Timeline:
    return _with_track(timeline, index, replace(timeline.tracks[index], name=name))


def set_canvas(timeline: Timeline, size: Size, rate: FrameRate, start: int, drop_frame: bool) -> Timeline:
    """Raises: EditRefused: the rate of a timeline with clips cannot change: frame numbers would mean other times."""
    if rate != timeline.rate and any(track.items for track in timeline.tracks):
        raise EditRefused("The frame rate can only be changed while the timeline is empty.")
    return replace(timeline, canvas=size, rate=rate, start=start, drop_frame=drop_frame)


# Clips


def place_clip(timeline: Timeline, track: int, start: int, clip: Clip, gap_ids: tuple[GapId, GapId]) -> Timeline:
    """Put a clip at `start` into free space: into a gap, or beyond the track's end with a new gap before it.

    gap_ids: ids for new empty space before and after the clip.

    Raises:
        EditRefused: something stands there already.
    """
    if start < 0:
        raise EditRefused("A clip cannot start before the timeline's beginning.")
    if not 0 <= track < len(timeline.tracks):
        raise EditRefused(f"There is no track {track + 1}.")
    items = timeline.tracks[track].items
    before, middle, after = _cut(items, start, start + clip.length)
    if any(not isinstance(item, Gap) for item in middle):
        raise EditRefused("Something already stands there. Move the clip to free space.")
    missing = start - sum(item.length for item in before)
    padding: tuple[Item, ...] = (Gap(gap_ids[0], missing),) if missing else ()
    after = tuple(Gap(gap_ids[1], item.length, last=item.last) if _same_gap(item, before) else item for item in after)
    items = (*before, *padding, clip, *after)
    return add_media(_with_items(timeline, track, items), clip.media)


def shift_from(timeline: Timeline, clip_id: ClipId, by: int, gap_id: GapId) -> Timeline:
    """Move a clip and all after it. Right opens or widens the gap before it; left narrows it, to 0 at most."""
    track, index = _find_clip(timeline, clip_id)
    items = timeline.tracks[track].items
    before = items[index - 1] if index else None
    if isinstance(before, Gap):
        length = max(0, before.length + by)
        new = (*items[: index - 1], *((replace(before, length=length),) if length else ()), *items[index:])
    elif by > 0:
        new = (*items[:index], Gap(gap_id, by), *items[index:])
    else:
        return timeline
    return _with_items(timeline, track, new)


def move_clip(
    timeline: Timeline, clip_id: ClipId, track: int, start: int, gap_ids: tuple[GapId, GapId, GapId]
) -> Timeline:
    """Move one clip into free space, here or on another track; where it stood a gap is left.

    gap_ids: for the place it leaves, and for new empty space before and after it.
    """
    clip = find_clip(timeline, clip_id)
    return place_clip(lift_clip(timeline, clip_id, gap_ids[0]), track, start, clip, gap_ids[1:])


def split_clip(timeline: Timeline, clip_id: ClipId, frame: int, new_id: ClipId) -> Timeline:
    """Cut a clip in two at a timeline frame, which becomes the first of the right-hand part."""
    track, index = _find_clip(timeline, clip_id)
    items = timeline.tracks[track].items
    start = sum(item.length for item in items[:index])
    clip = items[index]
    assert isinstance(clip, Clip)
    if not start < frame < start + clip.length:
        raise EditRefused("The playhead is not inside this clip; put it where the cut should be.")
    left, right = _split_clip(clip, frame - start)
    return _with_items(timeline, track, (*items[:index], left, replace(right, id=new_id), *items[index + 1 :]))


def trim_clip(timeline: Timeline, clip_id: ClipId, head: int, tail: int, gap_ids: tuple[GapId, GapId]) -> Timeline:
    """Take `head` frames off the beginning and `tail` off the end; the freed space becomes gap.

    Negative numbers lengthen the clip into the gap beside it (or beyond the track's end), as far as its media goes.

    Raises:
        EditRefused: nothing would be left, or there is neither media nor space to lengthen into.
    """
    track, index = _find_clip(timeline, clip_id)
    items = timeline.tracks[track].items
    clip = items[index]
    assert isinstance(clip, Clip)
    used = clip.source_range
    if used.length - head - tail < 1:
        raise EditRefused("A clip keeps at least one frame. Delete it instead.")
    begin, stop = (used.start + head, used.stop - tail)
    if clip.media.frame_count == 1:
        begin, stop = 0, used.length - head - tail
    elif begin < 0 or stop > clip.media.frame_count:
        raise EditRefused(f"{clip.media.name} has no more frames on that side.")
    before = _resized_space(items[:index], head, gap_ids[0], at_end=True, open_ended=False)
    after = _resized_space(items[index + 1 :], tail, gap_ids[1], at_end=False, open_ended=index + 1 == len(items))
    trimmed = replace(clip, source_range=FrameRange(begin, stop - begin))
    return _with_items(timeline, track, (*before, trimmed, *after))


def cut_range(timeline: Timeline, track: int, start: int, stop: int, gap_id: GapId, clip_id: ClipId) -> Timeline:
    """Frames [start, stop) of a track become one gap in place; nothing else moves.

    clip_id: id of the right-hand part when the range lies inside one clip.

    Raises:
        EditRefused: the range is empty or reaches beyond the track.
    """
    items = timeline.tracks[track].items
    if not 0 <= start < stop:
        raise EditRefused("Mark a range first: I at its first frame, O at its last.")
    if stop > sum(item.length for item in items):
        raise EditRefused("The marked range reaches beyond the end of the track.")
    before, middle, after = _cut(items, start, stop)
    if any(isinstance(item, Foreign) for item in middle):
        raise EditRefused("The marked range touches something that can only be carried along, such as a transition.")
    first_after = after[0] if after else None
    if isinstance(first_after, Clip) and before and isinstance(before[-1], Clip) and before[-1].id == first_after.id:
        after = (replace(first_after, id=clip_id), *after[1:])
    kept = next((item for item in middle if isinstance(item, Gap) and not _is_untouched(item)), None)
    gap = replace(kept, length=stop - start) if kept else Gap(gap_id, stop - start)
    return _with_items(timeline, track, (*before, gap, *after))


def lift_clip(timeline: Timeline, clip_id: ClipId, gap_id: GapId) -> Timeline:
    """Delete a clip and leave a gap where it stood."""
    track, index = _find_clip(timeline, clip_id)
    items = timeline.tracks[track].items
    return _with_items(timeline, track, (*items[:index], Gap(gap_id, items[index].length), *items[index + 1 :]))


def ripple_delete_clip(timeline: Timeline, clip_id: ClipId) -> Timeline:
    """Delete a clip; what follows moves up."""
    track, index = _find_clip(timeline, clip_id)
    items = timeline.tracks[track].items
    return _with_items(timeline, track, (*items[:index], *items[index + 1 :]))


def find_clip(timeline: Timeline, clip_id: ClipId) -> Clip:
    track, index = _find_clip(timeline, clip_id)
    clip = timeline.tracks[track].items[index]
    assert isinstance(clip, Clip)
    return clip


def check_timeline(timeline: Timeline) -> tuple[str, ...]:
    """What is wrong with a timeline, in words; empty when it is valid."""
    problems: list[str] = []
    seen: set[str] = set()
    for track in timeline.tracks:
        for start, item in track.placed():
            if item.length < 1:
                problems.append(f"{track.name}: an item at frame {start} has no length.")
            if isinstance(item, Foreign):
                continue
            if item.id in seen:
                problems.append(f"{track.name}: the id {item.id} is used twice.")
            seen.add(item.id)
            if (
                isinstance(item, Clip)
                and item.media.frame_count > 1
                and item.source_range.stop > item.media.frame_count
            ):
                problems.append(f"{track.name}: the clip at frame {start} uses more frames than {item.media.name} has.")
    return tuple(problems)


# Inside


def _with_track(timeline: Timeline, index: int, track: Track) -> Timeline:
    return replace(timeline, tracks=(*timeline.tracks[:index], track, *timeline.tracks[index + 1 :]))


def _with_items(timeline: Timeline, index: int, items: Iterable[Item]) -> Timeline:
    """The track with these items; takes that stood on it and no longer do are kept as unplaced ones."""
    track = replace(timeline.tracks[index], items=_tidy(items))
    kept = {take.id for item in track.items if isinstance(item, Gap) for take in item.takes}
    lost = tuple(
        UnplacedTake(gap.id, take)
        for gap in timeline.tracks[index].items
        if isinstance(gap, Gap)
        for take in gap.takes
        if take.id not in kept
    )
    return _with_track(replace(timeline, unplaced=(*timeline.unplaced, *lost)), index, track)


def _is_untouched(item: Item) -> bool:
    """A gap in which nobody has drawn or made anything yet."""
    return isinstance(item, Gap) and not item.takes and item.guidance.is_empty and not item.first and not item.last


def _same_gap(item: Item, others: Iterable[Item]) -> TypeGuard[Gap]:
    return isinstance(item, Gap) and any(isinstance(other, Gap) and other.id == item.id for other in others)


def _tidy(items: Iterable[Item]) -> tuple[Item, ...]:
    """Adjacent gaps become one (what was drawn in either is kept); an untouched gap at the end goes."""
    tidy: list[Item] = []
    for item in items:
        if item.length == 0:
            continue
        if isinstance(item, Gap) and tidy and isinstance(tidy[-1], Gap):
            tidy[-1] = _joined(tidy[-1], item)
        else:
            tidy.append(item)
    while tidy and _is_untouched(tidy[-1]):
        tidy.pop()
    return tuple(tidy)


def _joined(left: Gap, right: Gap) -> Gap:
    keep, other = (right, left) if _is_untouched(left) and not _is_untouched(right) else (left, right)
    takes = (*keep.takes, *(take for take in other.takes if take not in keep.takes))
    return replace(
        keep,
        length=left.length + right.length,
        takes=takes,
        guidance=other.guidance if keep.guidance.is_empty else keep.guidance,
        first=left.first,
        last=right.last,
    )


def _split_clip(clip: Clip, offset: int) -> tuple[Clip, Clip]:
    used = clip.source_range
    start = 0 if clip.media.frame_count == 1 else used.start + offset
    return (
        replace(clip, source_range=FrameRange(used.start, offset)),
        replace(clip, source_range=FrameRange(start, used.length - offset)),
    )


def _split_item(item: Item, offset: int) -> tuple[Item, Item]:
    if isinstance(item, Clip):
        return _split_clip(item, offset)
    if isinstance(item, Gap):
        # Both halves keep what was drawn and made; whoever puts them back decides which one stays.
        return replace(item, length=offset, last=None), replace(item, length=item.length - offset, first=None)
    raise EditRefused("This part of the timeline can only be carried along, not cut.")


def _cut(items: tuple[Item, ...], start: int, stop: int) -> tuple[tuple[Item, ...], tuple[Item, ...], tuple[Item, ...]]:
    """(before, inside, after) of the range [start, stop), items split at its ends."""
    parts: tuple[list[Item], list[Item], list[Item]] = ([], [], [])
    position = 0
    for whole in items:
        item: Item | None = whole
        for part, edge in ((0, start), (1, stop)):
            if item is None or position >= edge:
                continue
            if position + item.length <= edge:
                parts[part].append(item)
                position += item.length
                item = None
            else:
                left, item = _split_item(item, edge - position)
                parts[part].append(left)
                position = edge
        if item is not None:
            parts[2].append(item)
            position += item.length
    return tuple(parts[0]), tuple(parts[1]), tuple(parts[2])


def _resized_space(
    items: tuple[Item, ...], by: int, gap_id: GapId, *, at_end: bool, open_ended: bool
) -> tuple[Item, ...]:
    """Widen (by > 0) or narrow the gap that touches a clip, making one where there is none."""
    if by == 0:
        return items
    neighbour = (items[-1] if at_end else items[0]) if items else None
    if by > 0:
        return (*items, Gap(gap_id, by)) if at_end else (Gap(gap_id, by), *items)
    if isinstance(neighbour, Gap) and neighbour.length >= -by:
        narrowed = replace(neighbour, length=neighbour.length + by)
        return (*items[:-1], narrowed) if at_end else (narrowed, *items[1:])
    if open_ended and not items:
        return items
    raise EditRefused("There is no free space on that side. Make room first.")


def _find_clip(timeline: Timeline, clip_id: ClipId) -> tuple[int, int]:
    """(track, index among its items)."""
    for track_index, track in enumerate(timeline.tracks):
        for index, item in enumerate(track.items):
            if isinstance(item, Clip) and item.id == clip_id:
                return track_index, index
    raise EditRefused("This clip is no longer on the timeline.")
