"""Where the two frames at a gap's ends come from: the clips' own files, or what Resolve shows."""

import os
from typing import Any, Dict, List

from .job_folder.errors import BridgeError
from .planner import CLIP, Gap, Item, is_retimed, is_sequence, sequence_file, source_index
from .rates import Rate, read_rate

# Clips whose file holds what they show. Others (compound, multicam, Fusion, timelines) have no such file.
_FILMED = ("", "Video", "Video + Audio", "Still", "Image Sequence")
_ALPHA = {"none": "none", "premultiplied": "premul", "straight": "straight"}
_WHY = {
    "generator": "it is made by the editor",
    "compound": "it is a compound, multicam or Fusion clip",
    "retime": "its speed is changed",
    "rate": "its frame rate is not the timeline's",
    "effects": "its look is changed on the timeline",
}


def reason_against_file(item: Item, frame: int, rate: Rate) -> str:
    """Why a timeline frame cannot be read from the clip's file; "" when it can.

    Raises:
        BridgeError: UNSUPPORTED_CLIP: the file is not there, so that Resolve shows no picture of it either.
    """
    if item.kind != CLIP:
        return "generator"
    if not item.path or item.media_type not in _FILMED:
        return "compound"
    file = sequence_file(item.path, 0)
    if not os.path.isfile(file):
        message = "%s is offline (%s is not there). Relink it in the media pool, then send the gap again."
        raise BridgeError("UNSUPPORTED_CLIP", message % (item.name or "A clip at the gap", file), reason="offline")
    if item.changed:
        return "effects"
    if item.media_type == "Still":
        return ""
    clip_rate = read_rate(item.media_rate)
    if clip_rate is None or not clip_rate.is_same_speed(rate):
        return "rate"
    index = source_index(item, frame)
    beyond = item.media_frames.isdigit() and index >= int(item.media_frames)
    return "retime" if is_retimed(item) or index < 0 or beyond else ""


def reasons_against_files(gap: Gap, rate: Rate) -> List[str]:
    """A sentence for each end of a gap that cannot be read from its clip's file."""
    sentences = []
    for item, frame in ((gap.before, gap.first - 1), (gap.after, gap.stop)):
        reason = reason_against_file(item, frame, rate)
        if reason:
            sentences.append("%s cannot be read from its file: %s." % (item.name or "The clip", _WHY[reason]))
    return sentences


def end_in_file(item: Item, frame: int) -> Dict[str, Any]:
    """A part of a request's `frames`, for an end that can be read from its file."""
    index = 0 if item.media_type == "Still" else source_index(item, frame)
    path = sequence_file(item.path, index)
    if not path or not os.path.isfile(path):
        message = "Frame %d of %s is not there. Check its media, then send the gap again."
        raise BridgeError("UNSUPPORTED_CLIP", message % (index, item.path), reason="offline")
    end: Dict[str, Any] = {"path": os.path.abspath(path), "index": 0 if is_sequence(item.path) else index}
    rate = read_rate(item.media_rate)
    if rate is not None:
        end["clip_rate"] = {"num": rate.num, "den": rate.den}
    if item.media_start_tc:
        end["start_tc"] = item.media_start_tc
    if item.media_depth.isdigit():
        end["bit_depth"] = int(item.media_depth)
    alpha = _ALPHA.get(item.media_alpha.lower())
    if alpha:
        end["alpha"] = alpha
    return end
