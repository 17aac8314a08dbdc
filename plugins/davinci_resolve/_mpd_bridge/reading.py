"""What stands on a track, read from Resolve into values."""

from typing import Any, Dict, FrozenSet, List, Optional, Tuple

from .host import Open, track_count
from .native import call, text, whole
from .planner import CLIP, GENERATOR, TRANSITION, Gap, Item, gaps_of

# What an item's properties are when nobody has changed how it looks.
_PLAIN = {
    "ZoomX": 1.0,
    "ZoomY": 1.0,
    "Pan": 0.0,
    "Tilt": 0.0,
    "RotationAngle": 0.0,
    "Pitch": 0.0,
    "Yaw": 0.0,
    "FlipX": False,
    "FlipY": False,
    "CropLeft": 0.0,
    "CropRight": 0.0,
    "CropTop": 0.0,
    "CropBottom": 0.0,
    "Distortion": 0.0,
    "Opacity": 100.0,
    "CompositeMode": 0,
}


def proxies_on(timeline: Any, track: int) -> List[Any]:
    """Resolve's objects for what stands on a video track: new ones with every call."""
    found = call(timeline, "GetItemListInTrack", "video", track)
    return list(found) if isinstance(found, (list, tuple)) else []


def items_on(timeline: Any, track: int, selected: FrozenSet[str] = frozenset()) -> List[Item]:
    read = (item_of(proxy, selected) for proxy in proxies_on(timeline, track))
    return [item for item in read if item is not None]


def all_gaps(opened: Open) -> Tuple[List[Gap], Dict[int, List[Item]]]:
    """The gaps of all video tracks, and what stands on each track."""
    selected = selected_uids(opened.timeline)
    tracks = {n: items_on(opened.timeline, n, selected) for n in range(1, track_count(opened) + 1)}
    return [gap for number, items in tracks.items() for gap in gaps_of(number, items)], tracks


def selected_uids(timeline: Any) -> FrozenSet[str]:
    """Ids of the selected items; none in versions that do not tell."""
    found = call(timeline, "GetSelectedClips")
    if not isinstance(found, (list, tuple)):
        return frozenset()
    return frozenset(uid for uid in (call(proxy, "GetUniqueId") for proxy in found) if isinstance(uid, str))


def item_of(proxy: Any, selected: FrozenSet[str] = frozenset()) -> Optional[Item]:
    """The value of an item; None for one that was deleted, or never came to be: it answers nothing."""
    start, stop, uid = (call(proxy, name) for name in ("GetStart", "GetEnd", "GetUniqueId"))
    start, stop = whole(start), whole(stop)
    if start is None or stop is None or not isinstance(uid, str) or not uid:
        return None
    media = call(proxy, "GetMediaPoolItem")
    properties = call(proxy, "GetProperty")
    properties = properties if isinstance(properties, dict) else {}
    kind = CLIP if media is not None else GENERATOR if properties else TRANSITION
    known = _media_facts(media) if media is not None else {}
    return Item(
        uid,
        start,
        stop,
        kind,
        text(call(proxy, "GetName")),
        call(proxy, "GetClipEnabled") is not False,
        uid in selected,
        whole(call(proxy, "GetLeftOffset")) or 0,
        _source_length(proxy) if kind == CLIP else None,
        changed=_changed(proxy, properties) if kind == CLIP else (),
        **known,
    )


def _source_length(proxy: Any) -> Optional[int]:
    first, last = (whole(call(proxy, name)) for name in ("GetSourceStartFrame", "GetSourceEndFrame"))
    return None if first is None or last is None else last - first


def _media_facts(media: Any) -> Dict[str, str]:
    names = {
        "path": "File Path",
        "media_type": "Type",
        "media_rate": "FPS",
        "media_frames": "Frames",
        "media_start_tc": "Start TC",
        "media_depth": "Bit Depth",
        "media_alpha": "Alpha mode",
        "color_space": "Input Color Space",
    }
    return {name: text(call(media, "GetClipProperty", key)) for name, key in names.items()}


def _changed(proxy: Any, properties: Dict[str, Any]) -> Tuple[str, ...]:
    changed = [name for name, plain in _PLAIN.items() if properties.get(name, plain) != plain]
    if (whole(call(proxy, "GetFusionCompCount")) or 0) > 0:
        changed.append("Fusion")
    return tuple(changed)
