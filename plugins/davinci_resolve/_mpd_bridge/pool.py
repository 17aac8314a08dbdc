"""Bring the made frames into the media pool: one clip, in our own bin, at the timeline's rate."""

import os
from typing import Any

from .host import Open
from .job_folder.errors import BridgeError
from .job_folder.result import Result
from .native import call, text
from .rates import Rate, read_rate

BIN = "mpd studio"


def import_sequence(opened: Open, result: Result) -> Any:
    """The media pool's clip of a result's frames, in the bin "mpd studio/<timeline>".

    The bin that was current stays so. A revision has a folder of its own, so that no older frames are shown.

    Raises:
        BridgeError: IMPORT_EMPTY: it was not taken, or not as one clip with all frames. RATE_MISMATCH: the clip keeps
            another rate, which would show other frames. What was imported is then taken out of the pool again.
    """
    pool = call(opened.project, "GetMediaPool")
    root = call(pool, "GetRootFolder")
    if root is None:
        raise BridgeError(
            "IMPORT_EMPTY", "Resolve gives no access to its media pool. Close its dialogs, try again.", True
        )
    current = call(pool, "GetCurrentFolder")
    target = _bin(pool, _bin(pool, root, BIN), text(call(opened.timeline, "GetName")) or "Timeline")
    try:
        if not call(pool, "SetCurrentFolder", target):
            raise BridgeError("IMPORT_EMPTY", "The bin '%s' could not be opened in the media pool." % BIN, True)
        clips = call(pool, "ImportMedia", [_sequence(result)])
    finally:
        if current is not None:
            call(pool, "SetCurrentFolder", current)
    clips = clips if isinstance(clips, (list, tuple)) else []
    try:
        _check(clips, result)
        _set_rate(clips[0], opened.rate)
    except BridgeError:
        if clips:
            call(pool, "DeleteClips", list(clips))
        raise
    return clips[0]


def copy_color_space(media: Any, space: str) -> bool:
    """Read the new frames as their neighbours are read. False where Resolve did not take it."""
    if not space:
        return True
    call(media, "SetClipProperty", "Input Color Space", space)
    return call(media, "GetClipProperty", "Input Color Space") == space


def _sequence(result: Result) -> dict:
    path = os.path.join(result.folder, result.pattern)
    return {"FilePath": path, "StartIndex": result.first_number, "EndIndex": result.first_number + result.count - 1}


def _bin(pool: Any, parent: Any, name: str) -> Any:
    folders = call(parent, "GetSubFolderList")
    for folder in folders if isinstance(folders, (list, tuple)) else ():
        if call(folder, "GetName") == name:
            return folder
    return call(pool, "AddSubFolder", parent, name) or parent


def _check(clips: Any, result: Result) -> None:
    if len(clips) > 1:
        message = (
            "Resolve took the frames as %d single pictures. Switch 'Show Individual Frames' off in the media page's "
            "menu, then place them again."
        )
        raise BridgeError("IMPORT_EMPTY", message % len(clips), True, clips=len(clips))
    if not clips or clips[0] is None:
        message = "Resolve did not take the frames in %s. Can it open files of this kind from there?"
        raise BridgeError("IMPORT_EMPTY", message % result.folder, True)
    frames = text(call(clips[0], "GetClipProperty", "Frames"))
    if frames.isdigit() and int(frames) != result.count:
        message = "Resolve took %s frames instead of %d from %s. Nothing was placed."
        raise BridgeError("IMPORT_EMPTY", message % (frames, result.count, result.folder), True, frames=int(frames))


def _set_rate(clip: Any, rate: Rate) -> None:
    """A sequence arrives at the project's rate, whatever the timeline has; and what is set is not always taken."""
    if _has_rate(clip, rate):
        return
    call(clip, "SetClipProperty", "FPS", rate.text)
    if not _has_rate(clip, rate):
        said = text(call(clip, "GetClipProperty", "FPS"))
        message = (
            "The new clip stays at %s frames a second instead of %s. Set the frame rate in its Clip Attributes, and "
            "drag it into the gap."
        )
        raise BridgeError("RATE_MISMATCH", message % (said, rate.text), found=said, wanted=rate.text)


def _has_rate(clip: Any, rate: Rate) -> bool:
    said = read_rate(call(clip, "GetClipProperty", "FPS"))
    return said is not None and said.is_same_speed(rate)
