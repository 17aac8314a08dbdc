"""Frames to pixels and back, and the rows of the timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace

SMALLEST = 0.0002  # a day in a window
LARGEST = 48.0


@dataclass(frozen=True, slots=True)
class TimeScale:
    """per_frame: pixels a frame takes; left: x of frame 0 in the widget, which scrolling moves."""

    per_frame: float
    left: float

    def x(self, frame: float) -> float:
        return self.left + frame * self.per_frame

    def frame(self, x: float) -> int:
        """The frame whose pixels x lies in; negative left of the beginning."""
        return int((x - self.left) // self.per_frame)

    def nearest(self, x: float) -> int:
        """The frame boundary nearest to x."""
        return round((x - self.left) / self.per_frame)

    def zoomed(self, factor: float, around_x: float) -> TimeScale:
        """The frame at around_x stays where it is."""
        frame = (around_x - self.left) / self.per_frame
        per_frame = min(LARGEST, max(SMALLEST, self.per_frame * factor))
        return TimeScale(per_frame, around_x - frame * per_frame)

    def moved_to(self, left: float) -> TimeScale:
        return replace(self, left=left)


@dataclass(frozen=True, slots=True)
class Rows:
    """Where ruler and tracks lie, in pixels. The highest track is on top. scroll: pixels scrolled down."""

    header: int
    ruler: int
    track: int
    spacing: int
    count: int
    scroll: int = 0

    def top(self, track: int) -> int:
        return self.ruler + self.spacing - self.scroll + (self.count - 1 - track) * (self.track + self.spacing)

    def track_at(self, y: float) -> int | None:
        for track in range(self.count):
            if self.top(track) <= y < self.top(track) + self.track:
                return track
        return None

    def nearest_track(self, y: float) -> int:
        return min(range(self.count), key=lambda track: abs(self.top(track) + self.track / 2 - y))

    @property
    def height(self) -> int:
        """Of all tracks together, without the ruler."""
        return self.count * (self.track + self.spacing) + self.spacing
