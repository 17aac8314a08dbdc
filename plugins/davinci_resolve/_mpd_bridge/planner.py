"""What is on a track, where its gaps are, and which file a frame comes from. Pure: nothing here asks Resolve."""

import re
from typing import List, NamedTuple, Optional, Sequence, Tuple

CLIP, GENERATOR, TRANSITION = "clip", "generator", "transition"
_SEQUENCE = re.compile(r"(.*)\[([0-9]+)-([0-9]+)\](\.[^./\\]+)")


class Item(NamedTuple):
    """Something on a video track, [start, stop) in absolute timeline frames.

    left_offset: frames of the source before its first visible one. source_length: how many it uses; None: unknown.
    path: "" where there is no file. changed: the look is changed in the editor (zoom, crop, opacity, …).
    """

    uid: str
    start: int
    stop: int
    kind: str = CLIP
    name: str = ""
    is_enabled: bool = True
    is_selected: bool = False
    left_offset: int = 0
    source_length: Optional[int] = None
    path: str = ""
    media_type: str = ""
    media_rate: str = ""
    media_frames: str = ""
    media_start_tc: str = ""
    media_depth: str = ""
    media_alpha: str = ""
    color_space: str = ""
    changed: Tuple[str, ...] = ()

    @property
    def length(self) -> int:
        return self.stop - self.start


class Gap(NamedTuple):
    """Empty frames [first, first + count) of a track between two items."""

    track: int
    first: int
    count: int
    before: Item
    after: Item

    @property
    def stop(self) -> int:
        return self.first + self.count


def in_order(items: Sequence[Item]) -> List[Item]:
    """What fills a track, by its place: transitions lie over clips, and what is disabled shows nothing."""
    shown = [item for item in items if item.kind != TRANSITION and item.is_enabled and item.length > 0]
    return sorted(shown, key=lambda item: (item.start, item.stop))


def gaps_of(track: int, items: Sequence[Item]) -> List[Gap]:
    """The gaps between the items of a track; before the first and after the last one there is none."""
    gaps: List[Gap] = []
    latest: Optional[Item] = None
    for item in in_order(items):
        if latest is not None and item.start > latest.stop:
            gaps.append(Gap(track, latest.stop, item.start - latest.stop, latest, item))
        if latest is None or item.stop > latest.stop:
            latest = item
    return gaps


def gap_at(gaps: Sequence[Gap], frame: int) -> Optional[Gap]:
    """The gap under the playhead: that of the lowest track, but a track with a selected clip comes first."""
    here = [gap for gap in gaps if gap.first <= frame < gap.stop]
    here.sort(key=lambda gap: (not (gap.before.is_selected or gap.after.is_selected), gap.track))
    return here[0] if here else None


def gap_of_selection(gaps: Sequence[Gap]) -> Optional[Gap]:
    """The gap between two selected clips, where exactly one lies so."""
    between = [gap for gap in gaps if gap.before.is_selected and gap.after.is_selected]
    return between[0] if len(between) == 1 else None


def gaps_within(gaps: Sequence[Gap], mark_in: int, mark_out: int) -> List[Gap]:
    """Those that lie inside the marked range [mark_in, mark_out), by place."""
    inside = [gap for gap in gaps if gap.first >= mark_in and gap.stop <= mark_out]
    return sorted(inside, key=lambda gap: (gap.first, gap.track))


def is_free(items: Sequence[Item], first: int, stop: int) -> bool:
    """Whether nothing, not even a disabled clip, stands in [first, stop). Transitions lie over clips."""
    return not any(item.kind != TRANSITION and item.start < stop and item.stop > first for item in items)


def transition_at(items: Sequence[Item], gap: Gap) -> Optional[Item]:
    """A transition that reaches the edge of a gap: the clip's last frame is then not seen as it is in the file."""
    for item in items:
        if item.kind == TRANSITION and (item.start <= gap.first <= item.stop or item.start <= gap.stop <= item.stop):
            return item
    return None


def source_index(item: Item, frame: int) -> int:
    """Which frame of its file an item shows at a timeline frame; right at full speed and the timeline's rate."""
    return item.left_offset + frame - item.start


def is_retimed(item: Item) -> bool:
    """Whether an item shows more, fewer or other frames than its file has in that time.

    One frame of difference is an error of Resolve's own in what it says of the source.
    """
    return item.source_length is not None and abs(item.source_length - item.length) > 1


def sequence_file(path: str, index: int) -> str:
    """The file of frame `index` of a sequence that Resolve calls "dir/name_[0001-0100].png"; "" where there is none.

    A path that is no sequence comes back as it is.
    """
    found = _SEQUENCE.fullmatch(path)
    if not found:
        return path
    stem, first, last, suffix = found.groups()
    number = int(first) + index
    if index < 0 or number > int(last):
        return ""
    return "%s%0*d%s" % (stem, len(first), number, suffix)


def is_sequence(path: str) -> bool:
    return _SEQUENCE.fullmatch(path) is not None
