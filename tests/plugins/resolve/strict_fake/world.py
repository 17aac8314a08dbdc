"""The state of a fake Resolve, as plain values that tests build and look at."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any


class Quirk(Enum):
    """Behaviour that real versions or moods of Resolve show, each switched on by the test that is about it."""

    TIMELINE_RATE_IS_FLOORED = "a timeline of 29.97 says 29.0"
    SET_IS_IGNORED = "SetSetting and SetClipProperty say True and do nothing"
    STILL_IS_NOT_WRITTEN = "ExportCurrentFrameAsStill says True and writes nothing"
    STILL_IS_DEEP = "stills have 16 bits"
    PLACED_IS_LOST_ON_SAVE = "items placed after a failed call vanish when the project is saved"
    SHOW_INDIVIDUAL_FRAMES = "a sequence is imported as single pictures"
    NO_NEW_TRACKS = "AddTrack answers False"
    APPEND_DOES_NOTHING = "AppendToTimeline returns an item that never comes to be"
    PLAYHEAD_STAYS = "SetCurrentTimecode says True and moves nothing"


class Hang(AssertionError):
    """The real call would never come back."""


class Misuse(AssertionError):
    """What the bridge must never do."""


@dataclass
class Media:
    """A file that Resolve knows. color(frame): what it shows, 0..255 each."""

    path: str
    frames: int
    fps: str = "24"
    type: str = "Video"
    has_audio: bool = False
    color: Callable[[int], tuple[int, int, int]] = lambda frame: (200, frame % 256, 0)
    properties: dict[str, str] = field(default_factory=dict)
    stamps: tuple[int, ...] = ()  # the files' times when they were imported: pictures are cached


@dataclass
class PoolClip:
    uid: str
    media: Media
    is_deleted: bool = False


@dataclass
class Folder:
    name: str
    clips: list[PoolClip] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)

    def walk(self) -> list[Folder]:
        return [self, *itertools.chain.from_iterable(folder.walk() for folder in self.folders)]


@dataclass
class Placed:
    """An item on a track, [start, stop) in absolute frames. clip None: a generator; without properties a transition."""

    uid: str
    start: int
    stop: int
    clip: PoolClip | None = None
    name: str = ""
    left_offset: int = 0
    source: tuple[int, int] | None = None
    is_enabled: bool = True
    is_gone: bool = False
    color: str = ""
    properties: dict[str, Any] = field(default_factory=lambda: dict(PLAIN_LOOK))
    fusion_comps: int = 0


PLAIN_LOOK: dict[str, Any] = {
    "ZoomX": 1.0,
    "ZoomY": 1.0,
    "Pan": 0.0,
    "Tilt": 0.0,
    "RotationAngle": 0.0,
    "CropLeft": 0.0,
    "CropRight": 0.0,
    "FlipX": False,
    "FlipY": False,
    "Opacity": 100.0,
    "CompositeMode": 0,
}


@dataclass
class Track:
    items: list[Placed] = field(default_factory=list)
    is_locked: bool = False
    is_enabled: bool = True
    name: str = ""


@dataclass
class TimelineState:
    uid: str
    name: str
    start_frame: int
    start_tc: str
    settings: dict[str, str]
    video: list[Track] = field(default_factory=lambda: [Track()])
    audio: list[Track] = field(default_factory=lambda: [Track()])
    markers: dict[int, dict[str, Any]] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)
    playhead: int = 0
    selected: list[str] = field(default_factory=list)


@dataclass
class World:
    """edition "studio" | "free". preference: of external scripting. project None: none is open."""

    edition: str = "studio"
    version: tuple[int, int, int] = (20, 3, 2)
    is_running: bool = True
    preference: str = "local"
    is_headless: bool = False
    page: str = "edit"
    quirks: set[Quirk] = field(default_factory=set)
    has_project: bool = True
    project_name: str = "Feature"
    project_settings: dict[str, str] = field(default_factory=dict)
    timelines: list[TimelineState] = field(default_factory=list)
    current: int | None = 0
    root: Folder = field(default_factory=lambda: Folder("Master"))
    folder: Folder | None = None
    calls: list[str] = field(default_factory=list)
    is_busy_s: float = 0.0

    saves: int = 0
    at_risk: list[str] = field(default_factory=list)  # placed by a call after a failed one
    thread: int = field(default_factory=threading.get_ident)
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def uid(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers)}"

    @property
    def timeline(self) -> TimelineState:
        assert self.current is not None
        return self.timelines[self.current]

    @property
    def current_folder(self) -> Folder:
        return self.folder or self.root

    def pool_clips(self) -> list[PoolClip]:
        return [clip for folder in self.root.walk() for clip in folder.clips if not clip.is_deleted]


def add_media(world: World, media: Media) -> PoolClip:
    clip = PoolClip(world.uid("clip"), media)
    world.root.clips.append(clip)
    return clip


def put(world: World, track: int, start: int, clip: PoolClip, length: int, left_offset: int = 0, **more: Any) -> Placed:
    """Place a clip at full speed as an editor's hand would. track: from 1; start: absolute."""
    timeline = world.timeline
    while len(timeline.video) < track:
        timeline.video.append(Track())
    source = (left_offset, left_offset + length)
    name = Path(clip.media.path).name
    item = Placed(world.uid("item"), start, start + length, clip, name, left_offset, source, **more)
    timeline.video[track - 1].items.append(item)
    return item
