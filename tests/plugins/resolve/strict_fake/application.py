"""Resolve itself, the project manager and the project."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Any

from strict_fake.native import Native, is_text, is_whole, native
from strict_fake.pool import MediaPool
from strict_fake.timeline import Timeline
from strict_fake.world import Hang, Quirk, World

PAGES = ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver")
STILL_PAGES = ("cut", "edit", "color", "deliver")
STILL_KINDS = (".png", ".tif", ".tiff", ".jpg", ".dpx", ".exr", ".bmp")


class Resolve(Native):
    @native()
    def GetProductName(self) -> str:
        return "DaVinci Resolve Studio" if self._world.edition == "studio" else "DaVinci Resolve"

    @native()
    def GetVersion(self) -> list[Any]:
        return [*self._world.version, 14, ""]

    @native()
    def GetVersionString(self) -> str:
        return ".".join(map(str, self._world.version)) + ".14"

    @native()
    def GetProjectManager(self) -> ProjectManager:
        return ProjectManager(self._world)

    @native()
    def GetCurrentPage(self) -> str:
        return self._world.page

    @native()
    def OpenPage(self, name: str) -> bool:
        if name not in PAGES:
            return False
        self._world.page = name
        return True


class ProjectManager(Native):
    @native()
    def GetCurrentProject(self) -> Project | None:
        return Project(self._world) if self._world.has_project else None

    @native()
    def SaveProject(self) -> bool:
        world = self._world
        if world.project_name == "Untitled Project":
            if world.is_headless:
                raise Hang("SaveProject on an untitled project without a window waits for ever.")
            return False
        world.saves += 1
        for timeline in world.timelines:
            for track in timeline.video:
                track.items = [item for item in track.items if item.uid not in world.at_risk]
        return True


class Project(Native):
    @native()
    def GetName(self) -> str:
        return self._world.project_name

    @native()
    def GetMediaPool(self) -> MediaPool:
        return MediaPool(self._world)

    @native()
    def GetTimelineCount(self) -> int:
        return len(self._world.timelines)

    @native()
    def GetTimelineByIndex(self, index: int) -> Timeline | None:
        known = is_whole(index) and 1 <= index <= len(self._world.timelines)
        return Timeline(self._world, self._world.timelines[index - 1]) if known else None

    @native()
    def GetCurrentTimeline(self) -> Timeline | None:
        return Timeline(self._world, self._world.timeline) if self._world.current is not None else None

    @native()
    def SetCurrentTimeline(self, timeline: Any) -> bool:
        if not isinstance(timeline, Timeline):
            return False
        self._world.current = self._world.timelines.index(timeline._state)
        return True

    @native()
    def GetSetting(self, name: str = "") -> Any:
        settings = self._world.project_settings
        return settings.get(name, "") if name else dict(settings)

    @native()
    def SetSetting(self, name: str, value: str) -> bool:
        if not is_text(value):
            return False
        if Quirk.SET_IS_IGNORED not in self._world.quirks:
            self._world.project_settings[name] = value
        return True

    @native()
    def ExportCurrentFrameAsStill(self, path: str) -> bool:
        world = self._world
        folder, kind = os.path.dirname(path), os.path.splitext(path)[1].lower()
        if not os.path.isabs(path) or not os.path.isdir(folder) or kind not in STILL_KINDS:
            return False
        if world.current is None or world.page not in STILL_PAGES:
            return False
        if Quirk.STILL_IS_NOT_WRITTEN not in world.quirks:
            settings = world.project_settings
            size = int(settings["timelineResolutionWidth"]), int(settings["timelineResolutionHeight"])
            _write_png(Path(path), shown(world), size, 16 if Quirk.STILL_IS_DEEP in world.quirks else 8)
        return True


def shown(world: World) -> tuple[int, int, int]:
    """The colour at the playhead: that of the highest clip there."""
    timeline = world.timeline
    for track in reversed(timeline.video):
        for item in track.items:
            if item.clip and item.is_enabled and track.is_enabled and item.start <= timeline.playhead < item.stop:
                return item.clip.media.color(item.left_offset + timeline.playhead - item.start)
    return (0, 0, 0)


def _write_png(path: Path, color: tuple[int, int, int], size: tuple[int, int], depth: int) -> None:
    width, height = size
    sample = bytes(color) if depth == 8 else b"".join(bytes((value, value)) for value in color)
    rows = (b"\0" + sample * width) * height

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(png)


def connect(world: World) -> Resolve | None:
    """What scriptapp("Resolve") gives to another program."""
    allowed = world.is_running and world.edition == "studio" and world.preference in ("local", "network")
    return Resolve(world) if allowed else None


class MenuApp(Native):
    """`app` of a script in the menu."""

    @native()
    def GetResolve(self) -> Resolve:
        return Resolve(self._world)


def menu_globals(world: World) -> dict[str, Any] | None:
    """What a Python script of the menu finds in its globals; None where the menu runs none."""
    if world.edition == "free" and world.version[:2] >= (21, 1):
        return None
    return {"resolve": Resolve(world), "app": MenuApp(world)}
