"""The media pool: bins, clips, import, and placing on a timeline."""

from __future__ import annotations

import os
import re
from fractions import Fraction
from typing import Any

from strict_fake.labels import nominal_of
from strict_fake.native import Native, is_number, is_text, is_whole, native
from strict_fake.timeline import Timeline, TimelineItem
from strict_fake.world import Folder, Media, Placed, PoolClip, Quirk, TimelineState, World

_APPEND_KEYS = {"mediaPoolItem", "startFrame", "endFrame", "mediaType", "trackIndex", "recordFrame"}
_PATTERN = re.compile(r"%0([0-9]+)d")


class Bin(Native):
    def __init__(self, world: World, folder: Folder) -> None:
        super().__init__(world)
        self._folder = folder

    @native()
    def GetName(self) -> str:
        return self._folder.name

    @native()
    def GetSubFolderList(self) -> list[Bin]:
        return [Bin(self._world, folder) for folder in self._folder.folders]

    @native()
    def GetClipList(self) -> list[MediaPoolItem]:
        return [MediaPoolItem(self._world, clip) for clip in self._folder.clips if not clip.is_deleted]


class MediaPool(Native):
    @native()
    def GetRootFolder(self) -> Bin:
        return Bin(self._world, self._world.root)

    @native()
    def GetCurrentFolder(self) -> Bin:
        return Bin(self._world, self._world.current_folder)

    @native()
    def SetCurrentFolder(self, folder: Any) -> bool:
        if not isinstance(folder, Bin):
            return False
        self._world.folder = folder._folder
        return True

    @native()
    def AddSubFolder(self, parent: Any, name: str) -> Bin | None:
        if not isinstance(parent, Bin) or not is_text(name) or not name:
            return None
        if any(folder.name == name for folder in parent._folder.folders):
            return None
        folder = Folder(name)
        parent._folder.folders.append(folder)
        return Bin(self._world, folder)

    @native()
    def DeleteClips(self, clips: Any) -> bool:
        if not isinstance(clips, list) or not all(isinstance(clip, MediaPoolItem) for clip in clips):
            return False
        for clip in clips:
            clip._clip.is_deleted = True
        return True

    @native()
    def ImportMedia(self, entries: Any) -> list[MediaPoolItem]:
        found = [media for entry in entries for media in _media_of(self._world, entry)] if _is_list(entries) else []
        clips = [PoolClip(self._world.uid("clip"), media) for media in found]
        self._world.current_folder.clips.extend(clips)
        return [MediaPoolItem(self._world, clip) for clip in clips]

    @native()
    def CreateEmptyTimeline(self, name: str) -> Timeline | None:
        """It becomes the current one, with the project's settings, at 01:00:00:00."""
        world = self._world
        if not is_text(name) or any(timeline.name == name for timeline in world.timelines):
            return None
        nominal = nominal_of(world.project_settings["timelineFrameRate"])
        settings = dict(world.project_settings)
        state = TimelineState(world.uid("timeline"), name, 3600 * nominal, "01:00:00:00", settings)
        world.timelines.append(state)
        world.current = len(world.timelines) - 1
        return Timeline(world, state)

    @native()
    def AppendToTimeline(self, entries: Any) -> list[TimelineItem] | None:
        world = self._world
        if world.current is None or not _is_list(entries):
            return None
        if not all(_is_sound(world, entry) for entry in entries):
            return None
        return [_append(world, world.timeline, entry) for entry in entries]


class MediaPoolItem(Native):
    def __init__(self, world: World, clip: PoolClip) -> None:
        super().__init__(world)
        self._clip = clip

    @native()
    def GetUniqueId(self) -> str:
        return self._clip.uid

    @native()
    def GetName(self) -> str:
        return os.path.basename(self._clip.media.path)

    @native()
    def GetClipProperty(self, key: str = "") -> Any:
        media = self._clip.media
        known = {
            "File Path": media.path,
            "File Name": os.path.basename(media.path),
            "Type": media.type,
            "FPS": media.fps,
            "Frames": str(media.frames),
            "Input Color Space": "",
            "Start TC": "00:00:00:00",
            **media.properties,
        }
        return known.get(key, "") if key else known

    @native()
    def SetClipProperty(self, key: str, value: str) -> bool:
        if not is_text(value) or not is_text(key):
            return False
        if Quirk.SET_IS_IGNORED in self._world.quirks:
            return True
        if key == "FPS":
            self._clip.media.fps = value
        else:
            self._clip.media.properties[key] = value
        return True

    @property
    def _shows_old_pictures(self) -> bool:
        """Whether files changed since they were imported: Resolve goes on showing what it has cached."""
        return self._clip.media.stamps != _stamps(self._clip.media.path)


def _is_list(entries: Any) -> bool:
    return isinstance(entries, list) and len(entries) > 0


def _media_of(world: World, entry: Any) -> list[Media]:
    """Sequences come at the project's rate; wrong entries give nothing."""
    fps = world.project_settings["timelineFrameRate"].split()[0]
    if is_text(entry):
        usable = os.path.isabs(entry) and os.path.isfile(entry)
        return [Media(entry, 1, fps, "Still", stamps=_stamps(entry))] if usable else []
    if not isinstance(entry, dict) or not {"FilePath", "StartIndex", "EndIndex"} <= set(entry):
        return []
    path, first, last = entry["FilePath"], entry["StartIndex"], entry["EndIndex"]
    pattern = _PATTERN.search(path)
    if not os.path.isabs(path) or not pattern or not (is_whole(first) and is_whole(last)) or last < first:
        return []
    files = [path % number for number in range(first, last + 1)]
    if not all(os.path.isfile(file) for file in files):
        return []
    if Quirk.SHOW_INDIVIDUAL_FRAMES in world.quirks:
        return [Media(file, 1, fps, "Still", stamps=_stamps(file)) for file in files]
    digits = int(pattern[1])
    span = f"[{first:0{digits}d}-{last:0{digits}d}]"
    name = path[: pattern.start()] + span + path[pattern.end() :]
    return [Media(name, len(files), fps, "Video", stamps=_stamps(name))]


def _stamps(path: str) -> tuple[int, ...]:
    span = re.search(r"\[([0-9]+)-([0-9]+)\]", path)
    if not span:
        return (os.stat(path).st_mtime_ns,) if os.path.isfile(path) else ()
    width = len(span[1])
    numbers = range(int(span[1]), int(span[2]) + 1)
    files = [f"{path[: span.start()]}{number:0{width}d}{path[span.end() :]}" for number in numbers]
    return tuple(os.stat(file).st_mtime_ns if os.path.isfile(file) else 0 for file in files)


def _is_sound(world: World, entry: Any) -> bool:
    """Whether an entry is one that Resolve takes at all; one that is not spoils the whole call."""
    if not isinstance(entry, dict) or not set(entry) <= _APPEND_KEYS:
        return False
    if not isinstance(entry.get("mediaPoolItem"), MediaPoolItem):
        return False
    clip, timeline = entry["mediaPoolItem"]._clip, world.timeline
    numbers = [entry[key] for key in ("startFrame", "endFrame", "trackIndex", "recordFrame") if key in entry]
    if not all(is_number(number) and number == int(number) for number in numbers):
        return False
    start, stop = entry.get("startFrame", 0), entry.get("endFrame", clip.media.frames)
    if stop <= start or start < 0 or stop > clip.media.frames or entry.get("mediaType", 1) not in (1, 2):
        return False
    index = entry.get("trackIndex", 1)
    return 1 <= index <= len(timeline.video) and not timeline.video[index - 1].is_locked


def _append(world: World, timeline: TimelineState, entry: dict[str, Any]) -> TimelineItem:
    clip = entry["mediaPoolItem"]._clip
    start, stop = int(entry.get("startFrame", 0)), int(entry.get("endFrame", clip.media.frames))
    track = timeline.video[int(entry.get("trackIndex", 1)) - 1]
    end_of_track = max((item.stop for item in track.items), default=timeline.start_frame)
    at = int(entry.get("recordFrame", end_of_track))  # may lie before the timeline's beginning: nobody objects
    length = _floored(stop - start, clip.media.fps, timeline.settings["timelineFrameRate"])
    item = Placed(world.uid("item"), at, at + length, clip, os.path.basename(clip.media.path), start, (start, stop))
    occupied = any(other.start < item.stop and other.stop > item.start for other in track.items)
    if occupied or Quirk.APPEND_DOES_NOTHING in world.quirks:
        item.is_gone = True
        return TimelineItem(world, item)
    track.items.append(item)
    if Quirk.PLACED_IS_LOST_ON_SAVE in world.quirks:
        world.at_risk.append(item.uid)
    if "mediaType" not in entry and clip.media.has_audio:
        timeline.audio[0].items.append(Placed(world.uid("item"), at, at + length, clip))
    return TimelineItem(world, item)


def _floored(frames: int, clip_fps: str, timeline_rate: str) -> int:
    """A clip of another rate is conformed, and its length rounded down: a hole of a frame may be left."""
    clip, timeline = (_rate(text) for text in (clip_fps, timeline_rate))
    return frames if clip == timeline else int(frames * timeline / clip)


def _rate(text: str) -> Fraction:
    nominal = nominal_of(text)
    is_ntsc = Fraction(text.split()[0]) != nominal
    return Fraction(nominal * 1000, 1001) if is_ntsc else Fraction(nominal)
