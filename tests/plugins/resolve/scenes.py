"""Timelines for the tests of Resolve's side: two clips with a gap between them, and what else a test asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from strict_fake.labels import count, nominal_of
from strict_fake.world import Media, Placed, Quirk, TimelineState, World, add_media, put

GAP = 12
LENGTH = 48  # of both clips


def two_clips(
    folder: Path,
    rate: str = "24",
    start_tc: str = "01:00:00:00",
    gap: int = GAP,
    handle: int = 10,
    track: int = 1,
    **state: Any,
) -> World:
    """A [0, 48), a gap, B: absolute from start_tc; each clip begins `handle` frames into its file."""
    world = World(**state)
    world.project_settings = {
        "timelineFrameRate": rate,
        "timelineResolutionWidth": "64",
        "timelineResolutionHeight": "36",
    }
    drop = ";" in start_tc
    start = count(start_tc, nominal_of(rate), drop)
    assert start is not None
    settings = dict(world.project_settings, timelineDropFrameTimecode="1" if drop else "0")
    world.timelines = [TimelineState(world.uid("timeline"), "Reel 1", start, start_tc, settings)]
    world.timeline.playhead = start + LENGTH + gap // 2
    world.timeline.markers = {}
    first, second = (file_clip(folder, name, rate, red) for name, red in (("A", 250), ("B", 20)))
    put(world, track, start, add_media(world, first), LENGTH, handle)
    put(world, track, start + LENGTH + gap, add_media(world, second), LENGTH, handle)
    return world


def file_clip(folder: Path, name: str, rate: str = "24", red: int = 250, frames: int = 100) -> Media:
    """A file that is there; Resolve shows its number in green."""
    path = folder / f"{name} café.mov"
    path.write_bytes(b"movie " + name.encode())
    properties = {"Bit Depth": "10", "Alpha mode": "None", "Input Color Space": "Rec.709 Gamma 2.4"}
    return Media(str(path), frames, rate.split()[0], "Video + Audio", True, lambda n: (red, n % 256, 0), properties)


def sequence_clip(folder: Path, name: str, frames: int, first: int = 101) -> Media:
    for number in range(first, first + frames):
        (folder / f"{name}_{number:04d}.png").write_bytes(b"picture")
    return Media(str(folder / f"{name}_[{first:04d}-{first + frames - 1:04d}].png"), frames)


def transition(world: World, start: int, length: int, track: int = 1) -> Placed:
    item = Placed(world.uid("item"), start, start + length, name="Cross Dissolve", properties={})
    world.timeline.video[track - 1].items.append(item)
    return item


def generator(world: World, start: int, length: int, track: int = 1) -> Placed:
    item = Placed(world.uid("item"), start, start + length, name="Solid Color")
    world.timeline.video[track - 1].items.append(item)
    return item


def from_argument(argument: dict[str, Any]) -> World:
    """The scene of a child process: two_clips with its arguments, quirks by name."""
    quirks = {Quirk[name] for name in argument.pop("quirks", ())}
    more = {"version": tuple(argument.pop("version"))} if "version" in argument else {}
    return two_clips(Path(argument.pop("folder")), quirks=quirks, **more, **argument)
