"""The marker by which a placed gap is found again: its custom data names the job."""

from typing import Any, Optional

from .host import Open
from .native import call, text, whole

COLOR = "Cyan"
CLIP_COLOR = "Teal"


def mark_of(job_id: str) -> str:
    return "mpd:" + job_id


def marked_frame(opened: Open, job_id: str) -> Optional[int]:
    """The absolute frame of a job's marker; None where it has none."""
    markers = call(opened.timeline, "GetMarkers")
    for frame, marker in (markers if isinstance(markers, dict) else {}).items():
        if isinstance(marker, dict) and text(marker.get("customData")) == mark_of(job_id):
            relative = whole(frame)
            return None if relative is None else opened.start_frame + relative
    return None


def set_mark(opened: Open, job_id: str, first: int, count: int, note: str) -> bool:
    """Put a job's marker on the first frame of its gap that has none yet; an older one of the job gives way.

    Markers are counted from the timeline's beginning. False where no frame of the gap is free for one.
    """
    timeline = opened.timeline
    taken = _marked(call(timeline, "GetMarkers"))
    if marked_frame(opened, job_id) is not None:
        call(timeline, "DeleteMarkerByCustomData", mark_of(job_id))
        taken = _marked(call(timeline, "GetMarkers"))
    for frame in range(first - opened.start_frame, first - opened.start_frame + count):
        if frame not in taken and call(timeline, "AddMarker", frame, COLOR, "MPD Studio", note, 1, mark_of(job_id)):
            return True
    return False


def _marked(markers: Any) -> set:
    return {whole(frame) for frame in markers} if isinstance(markers, dict) else set()
