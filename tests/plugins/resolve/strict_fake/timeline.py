"""The timeline and what stands on it. Frames are absolute: the first one is `start_frame`."""

from __future__ import annotations

from typing import Any

from strict_fake.labels import count, label, nominal_of
from strict_fake.native import Native, is_number, is_text, is_whole, native
from strict_fake.world import Placed, Quirk, TimelineState, Track, World

_PLAYHEAD_PAGES = ("cut", "edit", "color", "fairlight", "deliver")
_KINDS = ("video", "audio", "subtitle")


class Timeline(Native):
    def __init__(self, world: World, state: TimelineState) -> None:
        super().__init__(world)
        self._state = state

    @native()
    def GetName(self) -> str:
        return self._state.name

    @native()
    def GetUniqueId(self) -> str:
        return self._state.uid

    @native()
    def GetStartFrame(self) -> int:
        return self._state.start_frame

    @native()
    def GetEndFrame(self) -> int:
        stops = [item.stop for track in self._state.video for item in track.items]
        return max(stops, default=self._state.start_frame)

    @native()
    def GetStartTimecode(self) -> str:
        return self._state.start_tc

    @native()
    def SetStartTimecode(self, text: str) -> bool:
        frame = count(text, self._nominal, self._drop)
        if frame is None:
            return False
        self._state.start_frame, self._state.start_tc = frame, text
        return True

    @native()
    def GetCurrentTimecode(self) -> str:
        return label(self._state.playhead, self._nominal, self._drop)

    @native()
    def SetCurrentTimecode(self, text: str) -> bool:
        """Absolute, and only on pages that show a timeline."""
        frame = count(text, self._nominal, self._drop) if is_text(text) else None
        if frame is None or not self._state.start_frame <= frame < self.GetEndFrame():
            return False
        if self._world.page in _PLAYHEAD_PAGES and Quirk.PLAYHEAD_STAYS not in self._world.quirks:
            self._state.playhead = frame
        return True

    @native()
    def GetSetting(self, name: str = "") -> Any:
        settings = dict(self._state.settings)
        if Quirk.TIMELINE_RATE_IS_FLOORED in self._world.quirks:
            rate = settings["timelineFrameRate"].split()[0]
            settings["timelineFrameRate"] = str(float(int(float(rate))))
        return settings.get(name, "") if name else settings

    @native()
    def GetTrackCount(self, kind: str) -> int:
        return len(self._tracks(kind))

    @native()
    def GetTrackName(self, kind: str, index: int) -> str:
        track = self._track(kind, index)
        return track.name or f"{kind.title()} {index}" if track else ""

    @native()
    def GetIsTrackLocked(self, kind: str, index: int) -> bool:
        track = self._track(kind, index)
        return bool(track and track.is_locked)

    @native()
    def GetIsTrackEnabled(self, kind: str, index: int) -> bool:
        track = self._track(kind, index)
        return bool(track and track.is_enabled)

    @native()
    def AddTrack(self, kind: str, options: Any = None) -> bool:
        if kind not in _KINDS or Quirk.NO_NEW_TRACKS in self._world.quirks:
            return False
        self._tracks(kind).append(Track())
        return True

    @native()
    def GetItemListInTrack(self, kind: str, index: int) -> list[TimelineItem] | None:
        """New objects each time, transitions among them."""
        track = self._track(kind, index)
        if track is None:
            return None
        items = sorted(track.items, key=lambda item: item.start)
        return [TimelineItem(self._world, item) for item in items if not item.is_gone]

    @native()
    def DeleteClips(self, items: Any, ripple: bool = False) -> bool:
        if self._world.page != "edit" or not isinstance(items, list):
            return False
        gone = {item._item.uid for item in items if isinstance(item, TimelineItem)}
        for track in self._state.video:
            for item in track.items:
                item.is_gone = item.is_gone or item.uid in gone
            track.items = [item for item in track.items if not item.is_gone]
        return bool(gone) and not ripple

    @native()
    def GetMarkInOut(self) -> dict[str, Any]:
        return dict(self._state.marks)

    @native((21, 0))
    def GetSelectedClips(self) -> list[TimelineItem]:
        every = [item for track in self._state.video for item in track.items]
        return [TimelineItem(self._world, item) for item in every if item.uid in self._state.selected]

    @native()
    def AddMarker(self, frame: Any, color: str, name: str, note: str, duration: Any, custom: str = "") -> bool:
        """Counted from the timeline's beginning; one for a frame."""
        length = self.GetEndFrame() - self._state.start_frame
        sound = is_whole(frame) and is_number(duration) and 0 <= frame < length and duration >= 1
        if not sound or frame in self._state.markers or not all(map(is_text, (color, name, note, custom))):
            return False
        self._state.markers[frame] = {
            "color": color,
            "name": name,
            "note": note,
            "duration": duration,
            "customData": custom,
        }
        return True

    @native()
    def GetMarkers(self) -> dict[float, dict[str, Any]]:
        return {float(frame): dict(marker) for frame, marker in self._state.markers.items()}

    @native()
    def GetMarkerByCustomData(self, custom: str) -> dict[str, Any]:
        return next((dict(m) for m in self._state.markers.values() if m["customData"] == custom), {})

    @native()
    def DeleteMarkerByCustomData(self, custom: str) -> bool:
        frame = next((f for f, marker in self._state.markers.items() if marker["customData"] == custom), None)
        return self._state.markers.pop(frame, None) is not None if frame is not None else False

    @property
    def _nominal(self) -> int:
        return nominal_of(self._state.settings["timelineFrameRate"])

    @property
    def _drop(self) -> bool:
        return ";" in self._state.start_tc

    def _tracks(self, kind: str) -> list[Track]:
        return {"video": self._state.video, "audio": self._state.audio}.get(kind, [])

    def _track(self, kind: str, index: Any) -> Track | None:
        """From 1; never counted from the end."""
        tracks = self._tracks(kind)
        return tracks[index - 1] if is_whole(index) and 1 <= index <= len(tracks) else None


class TimelineItem(Native):
    """Something on a track. Deleted, or never placed, it answers None to everything."""

    def __init__(self, world: World, item: Placed) -> None:
        super().__init__(world)
        self._item = item

    def _alive(self, value: Any) -> Any:
        return None if self._item.is_gone else value

    @native()
    def GetUniqueId(self) -> str:
        return "" if self._item.is_gone else self._item.uid

    @native()
    def GetName(self) -> Any:
        return self._alive(self._item.name)

    @native()
    def GetStart(self, subframe: bool = False) -> Any:
        return self._alive(self._item.start)

    @native()
    def GetEnd(self, subframe: bool = False) -> Any:
        return self._alive(self._item.stop)

    @native()
    def GetDuration(self, subframe: bool = False) -> Any:
        return self._alive(self._item.stop - self._item.start)

    @native()
    def GetLeftOffset(self, subframe: bool = False) -> Any:
        return self._alive(self._item.left_offset)

    @native()
    def GetSourceStartFrame(self) -> Any:
        return self._alive(self._item.source[0] if self._item.source else None)

    @native()
    def GetSourceEndFrame(self) -> Any:
        return self._alive(self._item.source[1] if self._item.source else None)

    @native()
    def GetMediaPoolItem(self) -> Any:
        from strict_fake.pool import MediaPoolItem

        clip = self._item.clip
        return self._alive(MediaPoolItem(self._world, clip) if clip else None)

    @native()
    def GetProperty(self, key: str = "") -> Any:
        properties = dict(self._item.properties)
        return self._alive(properties.get(key) if key else properties)

    @native()
    def GetClipEnabled(self) -> Any:
        return self._alive(self._item.is_enabled)

    @native()
    def GetFusionCompCount(self) -> Any:
        return self._alive(self._item.fusion_comps)

    @native()
    def SetClipColor(self, name: str) -> bool:
        if self._item.is_gone or not is_text(name):
            return False
        self._item.color = name
        return True
