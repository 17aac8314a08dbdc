"""Which edits change nothing but what is drawn on gaps: most of them do, many a second while something is dragged."""

from __future__ import annotations

from mpd_studio.core.timeline import Gap, Item, Timeline, Track


def differ_only_in_guidance(before: Timeline, after: Timeline) -> bool:
    """Are two states of a timeline alike but for the guidance of gaps? Then whoever does not show that can rest.

    Quick, because edits keep what they do not change: a state that was built anew, though alike, counts as another.
    """
    same = (
        before.media is after.media
        and before.unplaced is after.unplaced
        and before.markers is after.markers
        and before.origin is after.origin
        and before.name == after.name
        and (before.rate, before.canvas, before.drop_frame, before.start)
        == (after.rate, after.canvas, after.drop_frame, after.start)
        and len(before.tracks) == len(after.tracks)
    )
    return same and all(_tracks_alike(one, other) for one, other in zip(before.tracks, after.tracks, strict=True))


def _tracks_alike(before: Track, after: Track) -> bool:
    if before is after:
        return True
    if before.name != after.name or len(before.items) != len(after.items):
        return False
    return all(_items_alike(one, other) for one, other in zip(before.items, after.items, strict=True))


def _items_alike(before: Item, after: Item) -> bool:
    if before is after:
        return True
    if not isinstance(before, Gap) or not isinstance(after, Gap):
        return False
    return _outside_of_guidance(before) == _outside_of_guidance(after)


def _outside_of_guidance(gap: Gap) -> tuple[object, ...]:
    return gap.id, gap.length, gap.chosen, gap.first, gap.last, gap.takes, gap.motions
