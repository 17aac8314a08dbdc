"""Pictures of the timeline as Resolve shows it, grade and effects included; then everything as it was."""

import struct
from typing import Any, Dict, List

from .host import Open
from .job_folder.errors import BridgeError
from .native import call, text

_PNG = b"\x89PNG\r\n\x1a\n"
_WITH_ALPHA = (4, 6)  # PNG's colour types


def export_stills(opened: Open, frames: List[int], paths: List[str]) -> List[Dict[str, Any]]:
    """A PNG for each absolute timeline frame; tells {"bit_depth", "alpha"} of each.

    The playhead and the page come back to where they were, also when it fails.

    Raises:
        BridgeError: STILL_EXPORT_FAILED.
    """
    page = call(opened.resolve, "GetCurrentPage")
    label = text(call(opened.timeline, "GetCurrentTimecode"))
    try:
        if not call(opened.resolve, "OpenPage", "edit"):
            raise _failed("Resolve did not open the Edit page")
        return [_still(opened, frame, path) for frame, path in zip(frames, paths)]
    finally:
        if label:
            call(opened.timeline, "SetCurrentTimecode", label)
        if isinstance(page, str) and page != "edit":
            call(opened.resolve, "OpenPage", page)


def _still(opened: Open, frame: int, path: str) -> Dict[str, Any]:
    label = opened.label(frame)
    call(opened.timeline, "SetCurrentTimecode", label)
    reached = opened.frame(call(opened.timeline, "GetCurrentTimecode"))
    if reached != frame:
        raise _failed("The playhead could not be set to %s" % label)
    if not call(opened.project, "ExportCurrentFrameAsStill", path):
        raise _failed("Resolve refused to export the frame at %s" % label)
    try:
        with open(path, "rb") as file:
            head = file.read(26)
    except OSError:
        head = b""
    # It says that it exported also where no file came out.
    if len(head) < 26 or not head.startswith(_PNG):
        raise _failed("Resolve exported no picture at %s" % label)
    depth, kind = struct.unpack(">BB", head[24:26])
    return {"bit_depth": depth, "alpha": "straight" if kind in _WITH_ALPHA else "none"}


def size_of(path: str) -> tuple:
    """(width, height) of a PNG that was exported."""
    with open(path, "rb") as file:
        return struct.unpack(">II", file.read(24)[16:24])


def _failed(what: str) -> BridgeError:
    return BridgeError("STILL_EXPORT_FAILED", what + ". Close its dialogs, go to the Edit page, and send again.", True)
