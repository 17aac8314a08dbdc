"""What this Resolve really does: a list of PASS and FAIL from read-backs, for docs/checklists/resolve.md.

Works on a timeline of its own ("MPD check …") in the open project, in a bin of its own, with pictures that it writes.
Nothing else is touched; remove both by hand afterwards.
"""

import os
import struct
import tempfile
import time
import zlib
from typing import Any, Callable, List, NamedTuple

from .host import Open, from_menu, from_outside, host_facts, open_timeline
from .job_folder.errors import BridgeError
from .job_folder.result import Result
from .marks import marked_frame, set_mark
from .native import call, text
from .pool import import_sequence
from .rates import frame_of
from .reading import all_gaps, items_on
from .send import chosen_gaps
from .stills import export_stills, size_of

LENGTH, GAP = 12, 5
PASS, FAIL, NOTE = "PASS", "FAIL", "NOTE"


class Line(NamedTuple):
    """state: PASS or FAIL where we rely on it, NOTE where it is only written down. read: what came back."""

    state: str
    what: str
    read: str

    def __str__(self) -> str:
        return "%s  %s: %s" % self


def check(resolve: Any, folder: str) -> List[Line]:
    """All checks, in `folder`, which is kept: the pictures in it are on the timeline then.

    Raises:
        BridgeError: there is no project, or no timeline could be made in it.
    """
    opened = _own_timeline(resolve)
    lines = [Line(NOTE, "Resolve", str(host_facts(opened)))]
    lines.append(
        _is(
            "The first frame is what the start timecode counts to",
            opened.start_frame,
            frame_of(opened.start_tc, opened.rate),
        )
    )
    first = _sequence(opened, folder, "one", 40)
    second = _sequence(opened, folder, "two", 200)
    start = opened.start_frame
    for media, at in ((first, start), (second, start + LENGTH + GAP)):
        _put(opened, media, at)
    items = items_on(opened.timeline, 1)
    lines.append(
        _is(
            "recordFrame is absolute and endFrame exclusive",
            [(i.start, i.stop) for i in items],
            [(start, start + LENGTH), (start + LENGTH + GAP, start + 2 * LENGTH + GAP)],
        )
    )
    lines.append(_is("A clip from its first frame has no left offset", [i.left_offset for i in items], [0, 0]))
    lines.append(_is("GetSourceEndFrame less GetSourceStartFrame", [i.source_length for i in items], [LENGTH] * 2))
    lines.append(_is("The look of an untouched clip", [i.changed for i in items], [(), ()]))
    lines.append(Line(NOTE, "Path of a sequence", items[0].path if items else "-"))
    lines.append(Line(NOTE, "Its rate after setting %s" % opened.rate.text, items[0].media_rate if items else "-"))
    lines += _guarded("Occupied frames are not overwritten", lambda: _occupied(opened, first, items))
    lines += _playhead(opened)
    lines += _guarded("A gap is found under the playhead", lambda: _gap(opened))
    lines += _guarded("Stills", lambda: _stills(opened, folder))
    lines += _guarded("Markers", lambda: _markers(opened))
    names = dir(opened.timeline)
    lines.append(_is("dir() tells which calls exist", "GetStartFrame" in names, True))
    later = [name for name in ("ExportFrame", "DeleteGaps", "GetSelectedClips") if name in names]
    lines.append(Line(NOTE, "Calls of later versions", ", ".join(later) or "none"))
    return lines


def main(injected: Any = None) -> List[str]:
    """Prints the list, and writes it beside the pictures."""
    folder = tempfile.mkdtemp(prefix="mpd-studio-check-")
    try:
        lines = check(from_menu(injected) if injected else from_outside(), folder)
        said = [str(line) for line in lines]
    except BridgeError as error:
        said = ["FAIL  " + error.message]
    with open(os.path.join(folder, "check.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(said) + "\n")
    print("\n".join(said + ["This list is in %s." % os.path.join(folder, "check.txt")]))
    return said


def _own_timeline(resolve: Any) -> Open:
    project = call(call(resolve, "GetProjectManager"), "GetCurrentProject")
    if project is None:
        raise BridgeError("NO_PROJECT", "No project is open. Make an empty one for this check.", True)
    name = time.strftime("MPD check %H%M%S")
    timeline = call(call(project, "GetMediaPool"), "CreateEmptyTimeline", name)
    if timeline is None or not call(project, "SetCurrentTimeline", timeline):
        raise BridgeError("NO_TIMELINE", "Resolve made no timeline for the check.", True)
    return open_timeline(resolve)


def _sequence(opened: Open, folder: str, name: str, level: int) -> Any:
    files = []
    for number in range(1, LENGTH + 1):
        path = os.path.join(folder, "%s_%06d.png" % (name, number))
        write_png(path, opened.width, opened.height, level + number)
        files.append(path)
    return import_sequence(opened, Result({"revision": 1}, folder, name + "_%06d.png", 1, files, ""))


def _put(opened: Open, media: Any, at: int) -> None:
    clip = {"mediaPoolItem": media, "startFrame": 0, "endFrame": LENGTH, "mediaType": 1, "trackIndex": 1}
    clip["recordFrame"] = at
    call(call(opened.project, "GetMediaPool"), "AppendToTimeline", [clip])


def _occupied(opened: Open, media: Any, items: List[Any]) -> List[Line]:
    _put(opened, media, opened.start_frame + 2)
    return [_is("Occupied frames are not overwritten", items_on(opened.timeline, 1), items)]


def _playhead(opened: Open) -> List[Line]:
    label = opened.label(opened.start_frame + LENGTH + 1)
    call(opened.timeline, "SetCurrentTimecode", label)
    return [_is("The playhead goes where it is set", text(call(opened.timeline, "GetCurrentTimecode")), label)]


def _gap(opened: Open) -> List[Line]:
    gaps, _ = all_gaps(opened)
    found = [(gap.first, gap.count) for gap in chosen_gaps(opened, gaps)]
    return [_is("A gap is found under the playhead", found, [(opened.start_frame + LENGTH, GAP)])]


def _stills(opened: Open, folder: str) -> List[Line]:
    paths = [os.path.join(folder, name) for name in ("A.png", "B.png")]
    frames = [opened.start_frame + LENGTH - 1, opened.start_frame + LENGTH + GAP]
    facts = export_stills(opened, frames, paths)
    sizes = [size_of(path) for path in paths]
    return [
        _is("Stills have the timeline's size", sizes, [(opened.width, opened.height)] * 2),
        Line(NOTE, "Stills", str(facts)),
        Line(NOTE, "Look at A.png and B.png", "grey %d and %d of 255 were sent" % (40 + LENGTH, 201)),
    ]


def _markers(opened: Open) -> List[Line]:
    job, frame = "01JD6Z8Q4M0000000000000001", opened.start_frame + LENGTH
    placed = set_mark(opened, job, frame, GAP, "check")
    return [_is("A marker is set and found again by its data", (placed, marked_frame(opened, job)), (True, frame))]


def _guarded(what: str, work: Callable[[], List[Line]]) -> List[Line]:
    """One check that fails does not hide the others."""
    try:
        return work()
    except BridgeError as error:
        return [Line(FAIL, what, error.code + ": " + error.message)]


def _is(what: str, read: Any, wanted: Any) -> Line:
    if read == wanted:
        return Line(PASS, what, str(read))
    return Line(FAIL, what, "%s instead of %s" % (read, wanted))


def write_png(path: str, width: int, height: int, level: int) -> None:
    """A grey picture of 8 bits; level 0..255."""
    rows = (b"\0" + bytes(bytearray([level % 256])) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
            file.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))


if __name__ == "__main__":
    main()
