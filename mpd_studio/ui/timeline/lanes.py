"""The tracks prepared for looking up: what is visible, what is under the mouse. Only what changed is prepared again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from mpd_studio.core.timeline import Gap, Item, Timeline, Track


class Lane:
    """One track with the start of every item."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self._starts = (0, *accumulate(item.length for item in track.items))

    @property
    def length(self) -> int:
        return self._starts[-1]

    def between(self, first: int, stop: int) -> Iterator[tuple[int, Item]]:
        """(start, item) of everything that shows in [first, stop)."""
        index = max(0, bisect_right(self._starts, first) - 1)
        for position in range(index, len(self.track.items)):
            if self._starts[position] >= stop:
                return
            yield self._starts[position], self.track.items[position]

    def at(self, frame: int) -> tuple[int, Item] | None:
        if not 0 <= frame < self.length:
            return None
        index = bisect_right(self._starts, frame) - 1
        return self._starts[index], self.track.items[index]

    def free_start(self, frame: int, length: int) -> int:
        """The first start from `frame` on where `length` frames are free."""
        start = max(0, frame)
        while start < self.length:
            blocking = [(s, i) for s, i in self.between(start, start + length) if not isinstance(i, Gap)]
            if not blocking:
                return start
            start = blocking[-1][0] + blocking[-1][1].length
        return start


class Lanes:
    """All tracks of the timeline."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self._lanes: list[Lane] = []
        self.take(self.timeline)

    def take(self, timeline: Timeline) -> None:
        old = {id(lane.track): lane for lane in self._lanes}
        self._lanes = [old.get(id(track)) or Lane(track) for track in timeline.tracks]
        self.timeline = timeline

    def __len__(self) -> int:
        return len(self._lanes)

    def __getitem__(self, track: int) -> Lane:
        return self._lanes[track]
