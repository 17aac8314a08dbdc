"""The running Resolve: reach it, and tell what is open in it."""

import platform
from typing import Any, Dict, List, NamedTuple, Optional

from .job_folder.errors import BridgeError
from .native import call, text, whole
from .rates import Rate, frame_of, label_of, timeline_rate

BRIDGE_VERSION = "1.0"
_SYSTEMS = {"Darwin": "mac", "Windows": "win"}


class Open(NamedTuple):
    """What is open: Resolve's own objects, and what has to be known of the timeline as values.

    start_frame: the first frame's absolute number. start_label: what its timecode counts to; Resolve counts frame
    numbers by the nominal rate, so that the two differ only where it counts dropped labels otherwise than we do.
    """

    resolve: Any
    project: Any
    timeline: Any
    rate: Rate
    start_frame: int
    start_tc: str
    width: int
    height: int

    def label(self, frame: int) -> str:
        """The timecode of an absolute timeline frame."""
        counted = frame_of(self.start_tc, self.rate)
        shift = 0 if counted is None else counted - self.start_frame
        return label_of(frame + shift, self.rate)

    def frame(self, label: object) -> Optional[int]:
        """The absolute timeline frame of a timecode."""
        counted, start = frame_of(label, self.rate), frame_of(self.start_tc, self.rate)
        if counted is None:
            return None
        return counted if start is None else counted - start + self.start_frame


def from_menu(injected: Dict[str, Any]) -> Any:
    """Resolve, as a script in its menu finds it. Raises: BridgeError: EDITION_UNSUPPORTED."""
    resolve = injected.get("resolve")
    if resolve is None and injected.get("app") is not None:
        resolve = call(injected["app"], "GetResolve")
    if resolve is None:
        message = (
            "This edition of DaVinci Resolve gives scripts no access. In MPD Studio use File > Export timeline, "
            "'Folder for DaVinci Resolve'."
        )
        raise BridgeError("EDITION_UNSUPPORTED", message)
    return resolve


def from_outside() -> Any:
    """Resolve, as another program reaches it. Raises: BridgeError: HOST_NOT_RUNNING."""
    try:
        import DaVinciResolveScript as script  # type: ignore[import-not-found]  # it comes with Resolve
    except ImportError as error:
        message = "Resolve's scripting module was not found (%s). Is DaVinci Resolve Studio installed here?" % error
        raise BridgeError("HOST_NOT_RUNNING", message, True)
    resolve = script.scriptapp("Resolve")
    if resolve is None:
        message = (
            "DaVinci Resolve does not answer. Start it; it must be the Studio edition, with Preferences > System > "
            "General > External scripting set to Local. In the free edition use Workspace > Scripts."
        )
        raise BridgeError("HOST_NOT_RUNNING", message, True)
    return resolve


def open_timeline(resolve: Any, wanted_uid: str = "") -> Open:
    """What is open; with `wanted_uid` the timeline of that id is made the current one first.

    Raises:
        BridgeError: NO_PROJECT, NO_TIMELINE, RATE_MISMATCH.
    """
    project = call(call(resolve, "GetProjectManager"), "GetCurrentProject")
    if project is None:
        raise BridgeError("NO_PROJECT", "No project is open in DaVinci Resolve. Open one, then try again.", True)
    timeline = call(project, "GetCurrentTimeline")
    if wanted_uid and (timeline is None or call(timeline, "GetUniqueId") != wanted_uid):
        timeline = _timeline_of(project, wanted_uid)
    if timeline is None:
        words = (
            "The timeline this gap was sent from is not in the open project." if wanted_uid else "No timeline is open."
        )
        raise BridgeError("NO_TIMELINE", words + " Open it in DaVinci Resolve, then try again.", True)
    start_tc = text(call(timeline, "GetStartTimecode"))
    rate = timeline_rate(
        call(timeline, "GetSetting", "timelineFrameRate"),
        call(project, "GetSetting", "timelineFrameRate"),
        call(timeline, "GetSetting", "timelineDropFrameTimecode"),
        start_tc,
    )
    start = whole(call(timeline, "GetStartFrame"))
    if start is None:
        raise BridgeError("NO_TIMELINE", "The timeline does not tell its first frame. Close and open it again.", True)
    width, height = (_side(project, timeline, "timelineResolution" + side) for side in ("Width", "Height"))
    return Open(resolve, project, timeline, rate, start, start_tc, width, height)


def host_facts(opened: Open) -> Dict[str, Any]:
    """The part `host` of a request."""
    product = text(call(opened.resolve, "GetProductName"))
    version = call(opened.resolve, "GetVersion")
    return {
        "app": "resolve",
        "edition": "studio" if "Studio" in product else "free",
        "version": list(version) if isinstance(version, (list, tuple)) else [],
        "os": _SYSTEMS.get(platform.system(), "linux"),
        "bridge_version": BRIDGE_VERSION,
        "project": text(call(opened.project, "GetName")),
        "timeline": text(call(opened.timeline, "GetName")),
        "timeline_uid": text(call(opened.timeline, "GetUniqueId")),
    }


def track_count(opened: Open) -> int:
    return whole(call(opened.timeline, "GetTrackCount", "video")) or 0


def timelines_of(project: Any) -> List[Any]:
    count = whole(call(project, "GetTimelineCount")) or 0
    found = (call(project, "GetTimelineByIndex", index) for index in range(1, count + 1))
    return [timeline for timeline in found if timeline is not None]


def _timeline_of(project: Any, uid: str) -> Any:
    for timeline in timelines_of(project):
        if call(timeline, "GetUniqueId") == uid and call(project, "SetCurrentTimeline", timeline):
            return timeline
    return None


def _side(project: Any, timeline: Any, name: str) -> int:
    for thing in (timeline, project):
        said = text(call(thing, "GetSetting", name))
        if said.isdigit() and int(said) > 0:
            return int(said)
    message = "The timeline's size reads as nothing. Set its resolution anew in the timeline's settings."
    raise BridgeError("NO_TIMELINE", message)
