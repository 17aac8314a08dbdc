"""The tracks prepared for looking up: what is visible, what is under the mouse. Only what changed is prepared again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from mpd_studio.core.timeline import Gap, Item, Timeline, Track


class Bundle(NamedTuple):
    """An item with its place; or, with item None, neighbours that are too short to be seen one by one."""

    start: int
    length: int
    item: Item | None
    has_gap: bool


class Lane:
    """One track with the start of every item."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self._starts = (0, *accumulate([item.length for item in track.items]))
        self._gaps_before = (0, *accumulate([isinstance(item, Gap) for item in track.items]))

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

    def bundles(self, first: int, stop: int, least: float, pixel: float) -> Iterator[Bundle]:
        """What shows in [first, stop), with all that is shorter than `least` put together to about `pixel` frames."""
        starts, items = self._starts, self.track.items
        position = max(0, bisect_right(starts, first) - 1)
        while position < len(items) and starts[position] < stop:
            after = position + 1
            item = items[position] if items[position].length >= least else None
            if item is None:
                after = max(after, min(len(items), bisect_left(starts, starts[position] + pixel)))
                if after > position + 1 and items[after - 1].length >= least:
                    after -= 1
            has_gap = self._gaps_before[after] > self._gaps_before[position]
            yield Bundle(starts[position], starts[after] - starts[position], item, has_gap)
            position = after

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
