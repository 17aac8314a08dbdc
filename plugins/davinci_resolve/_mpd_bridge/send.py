"""Send gap: from the playhead, the selection or the marked range to a job in the jobs folder."""

import os
import re
from typing import Any, Dict, List, Tuple

from .ends import end_in_file, reasons_against_files
from .host import Open, host_facts
from .job_folder.errors import BridgeError
from .job_folder.ids import new_job_id
from .job_folder.jobs import NewJob
from .job_folder.request import build_request
from .native import call, text, whole
from .planner import Gap, Item, gap_at, gap_of_selection, gaps_within, transition_at
from .reading import all_gaps
from .stills import export_stills, size_of

MODES = ("auto", "source", "as_seen")


def send(opened: Open, jobs: str, mode: str = "auto") -> List[Tuple[str, str]]:
    """Send the gap under the playhead; else the one between two selected clips; else all in the marked range.

    mode: "source" takes the ends from the clips' files, "as_seen" as Resolve shows them; "auto" prefers the files.

    Returns:
        (job folder, sentence about it) of each gap.

    Raises:
        BridgeError: nothing was sent, or (after a first gap) what was sent before is named in the message.
    """
    gaps, tracks = all_gaps(opened)
    sent: List[Tuple[str, str]] = []
    for gap in chosen_gaps(opened, gaps):
        try:
            sent.append(send_gap(opened, jobs, gap, tracks[gap.track], mode))
        except BridgeError as error:
            if sent:
                error.message += " %d gaps before this one were sent." % len(sent)
            raise
    return sent


def chosen_gaps(opened: Open, gaps: List[Gap]) -> List[Gap]:
    """Raises: BridgeError: NO_GAP."""
    frame = opened.frame(call(opened.timeline, "GetCurrentTimecode"))
    gap = gap_at(gaps, frame) if frame is not None else None
    gap = gap or gap_of_selection(gaps)
    if gap is not None:
        return [gap]
    marked = gaps_within(gaps, *_marked_range(opened))
    if marked:
        return marked
    message = "There is no gap under the playhead. Put the playhead into a gap between two clips, and send again."
    raise BridgeError("NO_GAP", message, True, gaps=len(gaps))


def _marked_range(opened: Open) -> Tuple[int, int]:
    """The range between mark in and mark out, in absolute frames; empty where it is not marked."""
    marks = call(opened.timeline, "GetMarkInOut")
    video = marks.get("video") if isinstance(marks, dict) else None
    video = video if isinstance(video, dict) else {}
    first, last = whole(video.get("in")), whole(video.get("out"))
    if first is None or last is None:
        return 0, 0
    # Counted from the timeline's beginning in some versions: a mark before the first frame cannot be meant.
    shift = opened.start_frame if first < opened.start_frame else 0
    return first + shift, last + shift + 1


def send_gap(opened: Open, jobs: str, gap: Gap, items: List[Item], mode: str = "auto") -> Tuple[str, str]:
    """One job. Raises: BridgeError; no job is left behind."""
    transition = transition_at(items, gap)
    if transition is not None:
        message = "A transition (%s) reaches the gap's edge. Remove it, send the gap, and put it back afterwards."
        raise BridgeError("UNSUPPORTED_CLIP", message % (transition.name or "?"), reason="transition")
    against = reasons_against_files(gap, opened.rate)
    if mode == "source" and against:
        raise BridgeError("UNSUPPORTED_CLIP", " ".join(against) + " Send it as seen instead.", reason="effects")
    as_seen = mode == "as_seen" or bool(against)
    job = NewJob(jobs, new_job_id())
    try:
        frames, color = _as_seen(opened, job, gap) if as_seen else _from_files(gap)
        request = build_request(
            job.job_id,
            host_facts(opened),
            opened.rate.as_json(),
            _timeline(opened),
            _gap(gap),
            frames,
            color,
            {
                "placement": "track_above" if as_seen else "same_track",
                "handles": [0, 0],
                "name": _name(opened, gap),
            },
        )
        folder = job.send(request)
    except BaseException:
        job.discard()
        raise
    said = "%d frames at %s" % (gap.count, opened.label(gap.first))
    return folder, said + (", as seen. " + " ".join(against) if as_seen else ", from the clips' files.")


def _from_files(gap: Gap) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    before, after = end_in_file(gap.before, gap.first - 1), end_in_file(gap.after, gap.stop)
    color = {"reference": "source"}
    if gap.before.color_space:
        color["host_space"] = gap.before.color_space
    return {"mode": "source", "before": before, "after": after}, color


def _as_seen(opened: Open, job: NewJob, gap: Gap) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    paths = [os.path.join(job.frames, name) for name in ("A.png", "B.png")]
    facts = export_stills(opened, [gap.first - 1, gap.stop], paths)
    sizes = [size_of(path) for path in paths]
    if sizes[0] != sizes[1]:
        raise BridgeError("SIZE_MISMATCH", "Resolve exported stills of two sizes, %r and %r." % (sizes[0], sizes[1]))
    before, after = ({"path": "frames/" + os.path.basename(path), "index": 0} for path in paths)
    before.update(facts[0])
    after.update(facts[1])
    color = {"reference": "display", "range": "full"}
    for thing in (opened.timeline, opened.project):
        space = text(call(thing, "GetSetting", "colorSpaceOutput"))
        if space:
            color["host_space"] = space
            break
    return {"mode": "as_seen", "before": before, "after": after}, color


def _timeline(opened: Open) -> Dict[str, Any]:
    return {
        "start_frame": opened.start_frame,
        "start_tc": opened.start_tc,
        "width": opened.width,
        "height": opened.height,
        "par": [1, 1],
    }


def _gap(gap: Gap) -> Dict[str, Any]:
    return {
        "track": gap.track,
        "first": gap.first,
        "count": gap.count,
        "before": {"frame": gap.first - 1, "item_uid": gap.before.uid},
        "after": {"frame": gap.stop, "item_uid": gap.after.uid},
    }


def _name(opened: Open, gap: Gap) -> str:
    """For file names: letters, digits, "-" and "_" of the timeline's name, and where the gap lies."""
    stem = re.sub("[^A-Za-z0-9_-]+", "_", text(call(opened.timeline, "GetName"))).strip("_")
    return "%s_%d" % (stem[:40] or "gap", gap.first)
