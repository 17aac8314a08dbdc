"""Build a request, held to the limits of the protocol before anything is written."""

import time
from typing import Optional

from .errors import BridgeError
from .files import VERSION, is_inside_path

MODES = ("source", "as_seen")
PLACEMENTS = ("same_track", "track_above", "new_track")
MEDIA = ("png", "png16", "exr16f", "prores422hq", "prores4444")
FARTHEST_FRAME = 1000000000
LONGEST_GAP = 100000
LARGEST_SIDE = 32768
LAST_TRACK = 10000


def utc_now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def build_request(
    job_id: str,
    host: dict,
    rate: dict,
    timeline: dict,
    gap: dict,
    frames: dict,
    color: Optional[dict] = None,
    want: Optional[dict] = None,
) -> dict:
    """The message request.json; each part is a dictionary with the keys of docs/bridge_protocol.md.

    Raises:
        BridgeError: NO_GAP: there is nothing to fill. BAD_MESSAGE: a value is out of range.
    """
    request = {
        "schema": "mpd.bridge.request",
        "version": VERSION,
        "job_id": job_id,
        "created": utc_now(),
        "host": host,
        "rate": rate,
        "timeline": timeline,
        "gap": gap,
        "frames": frames,
    }
    if color:
        request["color"] = color
    if want:
        request["want"] = want
    check_request(request)
    return request


def check_request(request: dict) -> None:
    """Raises: BridgeError: NO_GAP or BAD_MESSAGE."""
    gap, timeline, rate = (_part(request, name) for name in ("gap", "timeline", "rate"))
    if not isinstance(_part(request, "host").get("app"), str):
        raise BridgeError("BAD_MESSAGE", "host.app is not a text.")
    count = _whole(gap, "gap", "count", -FARTHEST_FRAME, FARTHEST_FRAME)
    if not 1 <= count <= LONGEST_GAP:
        message = "The gap is %d frames long; between 1 and %d can be filled." % (count, LONGEST_GAP)
        raise BridgeError("NO_GAP", message, count=count)
    first = _whole(gap, "gap", "first", -FARTHEST_FRAME, FARTHEST_FRAME)
    _whole(gap, "gap", "track", 1, LAST_TRACK)
    _whole(_part(gap, "before"), "gap.before", "frame", -FARTHEST_FRAME, first - 1)
    _whole(_part(gap, "after"), "gap.after", "frame", first + count, 2 * FARTHEST_FRAME)
    _whole(timeline, "timeline", "start_frame", -FARTHEST_FRAME, FARTHEST_FRAME)
    for name in ("width", "height"):
        _whole(timeline, "timeline", name, 1, LARGEST_SIDE)
    check_rate(rate, "rate")
    _check_frames(_part(request, "frames"))
    _check_want(request.get("want") or {})


def check_rate(rate: dict, name: str) -> None:
    num = _whole(rate, name, "num", 1, 1000000)
    den = _whole(rate, name, "den", 1, 1000000)
    if not den <= 1000 * num or not num <= 1000 * den:
        raise BridgeError("BAD_MESSAGE", "%s is not a usable rate (%d/%d)." % (name, num, den))


def _check_frames(frames: dict) -> None:
    if frames.get("mode") not in MODES:
        raise BridgeError("BAD_MESSAGE", "frames.mode is not one of " + ", ".join(MODES) + ".")
    for side in ("before", "after"):
        end = _part(frames, side)
        path = end.get("path")
        if not isinstance(path, str) or not path or "\0" in path:
            raise BridgeError("BAD_MESSAGE", "frames.%s.path names no file." % side)
        if frames["mode"] == "as_seen" and not is_inside_path(path):
            raise BridgeError("PATH_REFUSED", "frames.%s.path leads out of the job's folder." % side)
        _whole(end, "frames." + side, "index", 0, FARTHEST_FRAME)
        if end.get("clip_rate") is not None:
            check_rate(_part(end, "clip_rate"), "frames.%s.clip_rate" % side)


def _check_want(want: dict) -> None:
    if want.get("placement", PLACEMENTS[0]) not in PLACEMENTS:
        raise BridgeError("BAD_MESSAGE", "want.placement is not one of " + ", ".join(PLACEMENTS) + ".")
    unknown = [name for name in want.get("media", ()) if name not in MEDIA]
    if unknown:
        raise BridgeError("BAD_MESSAGE", "want.media names %r; known are %s." % (unknown[0], ", ".join(MEDIA)))


def _part(document: dict, name: str) -> dict:
    part = document.get(name)
    if not isinstance(part, dict):
        raise BridgeError("BAD_MESSAGE", "'%s' is missing." % name)
    return part


def _whole(part: dict, name: str, key: str, least: int, most: int) -> int:
    value = part.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BridgeError("BAD_MESSAGE", "%s.%s is not a whole number." % (name, key))
    if not least <= value <= most:
        raise BridgeError("BAD_MESSAGE", "%s.%s is out of range." % (name, key))
    return value
