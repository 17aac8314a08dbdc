"""Where dragged edges snap: the playhead, the edges of what stays where it is, the beginning."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mpd_studio.core.timeline import Gap, Timeline


@dataclass(frozen=True, slots=True)
class Snap:
    """reach: how many frames away an edge is caught; 0 catches none. playhead: a frame boundary like the edges."""

    reach: int
    playhead: int


@dataclass(frozen=True, slots=True)
class Snapped:
    """by: the move with the rest that was missing. at: the frame boundary that was met, None without one."""

    by: int
    at: int | None


NO_SNAP = Snap(0, 0)


def edges_of(timeline: Timeline, track: int, moving: int, *, all_after: bool) -> tuple[int, ...]:
    """The edges of what stays: rising, without those of item `moving` of `track`, nor of all after it there."""
    edges = {0}
    for number, content in enumerate(timeline.tracks):
        for position, (start, item) in enumerate(content.placed()):
            goes_along = number == track and (position >= moving if all_after else position == moving)
            if not goes_along and not isinstance(item, Gap):
                edges |= {start, start + item.length}
    return tuple(sorted(edges))


def snapped(by: int, moving: Iterable[int], edges: Sequence[int], snap: Snap) -> Snapped:
    """moving: the frame boundaries that move by `by`. The nearest meeting within reach wins."""
    best: tuple[int, int, int] | None = None
    for boundary in moving:
        goal = boundary + by
        near = bisect_left(edges, goal)
        for edge in (*edges[max(0, near - 1) : near + 1], snap.playhead):
            rest = edge - goal
            if abs(rest) <= snap.reach and (best is None or abs(rest) < abs(best[0])):
                best = (rest, edge, boundary)
    if best is None or snap.reach == 0:
        return Snapped(by, None)
    return Snapped(by + best[0], best[1])
