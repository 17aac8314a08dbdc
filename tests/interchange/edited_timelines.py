"""Listings to write and documents to read, for the tests of timeline formats."""

from __future__ import annotations

from fractions import Fraction
from pathlib import PurePosixPath

from mpd_studio.core.frames import parse_timecode
from mpd_studio.core.geometry import Size
from mpd_studio.interchange.listing import (
    Fill,
    ListedClip,
    ListedGap,
    ListedMarker,
    ListedSource,
    ListedTrack,
    Listing,
)

# title: rate, drop-frame
RATES = {
    "23.976": (Fraction(24000, 1001), False),
    "24": (Fraction(24), False),
    "25": (Fraction(25), False),
    "29.97 DF": (Fraction(30000, 1001), True),
    "29.97 NDF": (Fraction(30000, 1001), False),
    "50": (Fraction(50), False),
    "59.94": (Fraction(60000, 1001), False),
    "59.94 DF": (Fraction(60000, 1001), True),
}
CANVAS = Size(160, 96)


def hour(rate: Fraction, drop_frame: bool, number: int = 1) -> int:
    """The frame of 01:00:00:00."""
    return parse_timecode(f"{number:02d}:00:00{';' if drop_frame else ':'}00", rate)


def source(name: str, rate: Fraction, drop_frame: bool = False, *, start: int = 0, length: int = 100) -> ListedSource:
    path = PurePosixPath(f"/shots/day 1/{name}")
    return ListedSource(name, path, rate, start, length, CANVAS, drop_frame=drop_frame, reel=name[:5].upper())


def sample(rate: Fraction, drop_frame: bool = False) -> Listing:
    """A (48 frames) – gap (12) – B (36) – gap (5) – A again, and a marker in the first gap."""
    a = source("a ü & b.mov", rate, drop_frame, start=hour(rate, drop_frame))
    b = source("b.mov", rate, drop_frame, start=hour(rate, drop_frame, 2))
    items = (
        ListedClip("a ü & b.mov", a, 10, 48),
        ListedGap(12),
        ListedClip("b.mov", b, 0, 36),
        ListedGap(5),
        ListedClip("a ü & b.mov", a, 90, 10),
    )
    marker = ListedMarker(50, "look", "here")
    start = hour(rate, drop_frame)
    return Listing("Reel <1>", rate, drop_frame, start, CANVAS, (ListedTrack("V1", items),), (marker,))


def fills_for(listing: Listing, head: int = 0) -> tuple[Fill, ...]:
    """A movie for each gap, with handles of `head` frames at both ends."""
    fills: list[Fill] = []
    for number, track in enumerate(listing.tracks):
        for start, item in track.placed():
            if isinstance(item, ListedGap) and start:
                fills.append(_fill(listing, number, start, item.length, len(fills) + 1, head))
    return tuple(fills)


def _fill(listing: Listing, track: int, start: int, length: int, number: int, head: int) -> Fill:
    name = f"gap_{number:02d}"
    folder = PurePosixPath(f"/out/my fills/{name}")
    movie = ListedSource(
        f"{name}.mov",
        folder / f"{name}.mov",
        listing.rate,
        listing.start + start - head,
        length + 2 * head,
        CANVAS,
        drop_frame=listing.drop_frame,
    )
    marker = ListedMarker(0, "MPD Studio", "engine flow, seed 7, confidence 0.93")
    facts = (("confidence", "0.93"), ("engine", "flow"), ("seed", "7"))
    return Fill(track, start, ListedClip(name, movie, head, length, (marker,), facts))
