"""Place result: the frames of a job into the gap it was sent from, and read back whether they stand there."""

import os
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .host import Open, open_timeline, track_count
from .job_folder.errors import BridgeError
from .job_folder.files import read_json
from .job_folder.jobs import read_request, read_result, write_receipt
from .job_folder.result import Result
from .marks import CLIP_COLOR, marked_frame, set_mark
from .native import call, text, whole
from .planner import Item, gaps_of, is_free
from .pool import copy_color_space, import_sequence
from .rates import Rate
from .reading import item_of, items_on, proxies_on


class Placed(NamedTuple):
    """What was read back. is_new: False where this revision stood there already. notes: for the user."""

    item_uid: str
    track: int
    start: int
    count: int
    media_path: str
    revision: int
    is_new: bool
    notes: Tuple[str, ...]


def place(resolve: Any, folder: str, force: bool = False, save: bool = False) -> Placed:
    """Place the newest result of a job, and write its receipt.

    A revision that stands already is only read back; a newer one goes onto a track above the older. Nothing that stands
    on the timeline is moved, cut or removed.

    force: also where the gap's neighbours are others now, as long as its frames are free on some track.
    save: save the project afterwards, and read back once more.

    Raises:
        BridgeError: it was not placed; the receipt says the same, where there was a result at all.
    """
    request = read_request(folder)
    if request["host"]["app"] != "resolve":
        raise BridgeError("BAD_MESSAGE", "This job was sent from %s, not from Resolve." % request["host"]["app"])
    result = read_result(folder)
    try:
        opened = open_timeline(resolve, text(request["host"].get("timeline_uid")))
        placed = _place(opened, folder, request, result, force)
        if save:
            _save(opened)
            placed = _read_back(opened, request, result, placed.is_new, placed.notes)
    except BridgeError as error:
        try:
            write_receipt(folder, result.revision, error=error)
        except BridgeError:
            pass  # a full disk must not hide why the frames were not placed
        raise
    facts = {"item_uid": placed.item_uid, "track": placed.track, "start": placed.start, "count": placed.count}
    facts["media_path"] = placed.media_path
    write_receipt(folder, result.revision, facts)
    return placed


def placed_revision(folder: str) -> int:
    """The revision that the receipt says is placed; 0 for none."""
    try:
        receipt = read_json(os.path.join(folder, "receipt.json"), "mpd.bridge.receipt", os.path.basename(folder))
    except BridgeError:
        return 0
    revision = whole(receipt.get("revision"))
    return revision if revision and receipt.get("state") == "placed" else 0


def _place(opened: Open, folder: str, request: Dict[str, Any], result: Result, force: bool) -> Placed:
    gap = request["gap"]
    _check_rate(opened, request)
    if result.count != gap["count"]:
        message = "The result has %d frames for a gap of %d. Nothing was placed; generate it again."
        raise BridgeError("GAP_CHANGED", message % (result.count, gap["count"]), found=result.count, sent=gap["count"])
    if _standing(opened, request, result) is not None:
        placed = _read_back(opened, request, result, False, ("It stood there already.",))
        return placed if marked_frame(opened, request["job_id"]) is not None else _dressed(opened, request, placed)
    older = _older_items(opened, request, folder)
    if not force:
        _check_gap(opened, gap, [item.uid for _, item in older])
    track = _track(opened, request, max((track for track, _ in older), default=0))
    # No track is added and nothing imported before the gap is known to be free.
    media = import_sequence(opened, result)
    notes = []  # type: List[str]
    if request["frames"]["mode"] == "source":
        space = text((request.get("color") or {}).get("host_space"))
        if not copy_color_space(media, space):
            notes.append("Set the new clip's Input Color Space to %s by hand." % space)
    try:
        if track > track_count(opened) and not call(opened.timeline, "AddTrack", "video"):
            raise BridgeError("SPAN_OCCUPIED", "No video track is free at the gap, and Resolve added none.", True)
        _append(opened, gap, media, track)
        placed = _read_back(opened, request, result, True, tuple(notes))
    except BridgeError:
        call(call(opened.project, "GetMediaPool"), "DeleteClips", [media])  # the next try imports it anew
        raise
    return _dressed(opened, request, placed)


def _check_rate(opened: Open, request: Dict[str, Any]) -> None:
    sent = Rate(request["rate"]["num"], request["rate"]["den"])
    if not sent.is_same_speed(opened.rate):
        message = "The timeline ran at %s frames a second when the gap was sent, and runs at %s now. Send it again."
        raise BridgeError("RATE_MISMATCH", message % (sent.text, opened.rate.text))


def _standing(opened: Open, request: Dict[str, Any], result: Result) -> Optional[Tuple[int, Item]]:
    """(track, item) of this revision where it stands at its place: a marker or receipt may have been lost."""
    first, count = request["gap"]["first"], request["gap"]["count"]
    for track in range(1, track_count(opened) + 1):
        for item in items_on(opened.timeline, track):
            if item.start == first and item.length == count and _is_from(item, result.folder):
                return track, item
    return None


def _older_items(opened: Open, request: Dict[str, Any], folder: str) -> List[Tuple[int, Item]]:
    """(track, item) of earlier revisions of this job that stand in its gap."""
    first, stop = request["gap"]["first"], request["gap"]["first"] + request["gap"]["count"]
    media = os.path.join(folder, "media")
    tracks = range(1, track_count(opened) + 1)
    every = ((track, item) for track in tracks for item in items_on(opened.timeline, track))
    return [(n, item) for n, item in every if item.start < stop and item.stop > first and _is_from(item, media)]


def _is_from(item: Item, folder: str) -> bool:
    inside = os.path.join(_plain(folder), "")
    return bool(item.path) and _plain(item.path).startswith(inside)


def _plain(path: str) -> str:
    """One spelling for a place, with the links of folders above it followed: Resolve may name it by another way."""
    return os.path.normcase(os.path.realpath(path))


def _check_gap(opened: Open, gap: Dict[str, Any], ours: List[str]) -> None:
    """Raises: BridgeError: GAP_CHANGED: the gap is not between the same two clips, or not as long as it was."""
    items = [item for item in items_on(opened.timeline, gap["track"]) if item.uid not in ours]
    found = next((g for g in gaps_of(gap["track"], items) if g.first <= gap["first"] < g.stop), None)
    same = (
        found is not None
        and (found.first, found.count) == (gap["first"], gap["count"])
        and found.before.uid == gap["before"].get("item_uid", found.before.uid)
        and found.after.uid == gap["after"].get("item_uid", found.after.uid)
    )
    if not same:
        now = "%d frames long" % found.count if found is not None else "not there"
        message = "The gap was %d frames long at %s and is %s now, or between other clips. Send it again."
        raise BridgeError(
            "GAP_CHANGED",
            message % (gap["count"], opened.label(gap["first"]), now),
            sent=gap["count"],
            found=found.count if found is not None else 0,
        )


def _track(opened: Open, request: Dict[str, Any], older_track: int) -> int:
    """Where to put it: the gap's own track where that is wished and free, else the next free one above, else a new one.

    older_track: of an older revision, which the new one has to lie above, so as to be seen; 0: there is none.

    Raises:
        BridgeError: TRACK_LOCKED: the gap's own track is wished for and locked.
    """
    gap = request["gap"]
    wish = (request.get("want") or {}).get("placement", "same_track")
    top = track_count(opened)
    if wish == "same_track" and not older_track:
        if call(opened.timeline, "GetIsTrackLocked", "video", gap["track"]):
            message = "Video track %d is locked. Unlock it, then place the result again."
            raise BridgeError("TRACK_LOCKED", message % gap["track"], True, track=gap["track"])
        if _is_free(opened, gap, gap["track"]):
            return gap["track"]
    if wish == "new_track":
        return top + 1
    above = range(max(gap["track"], older_track) + 1, top + 1)
    return next((track for track in above if _is_free(opened, gap, track)), top + 1)


def _is_free(opened: Open, gap: Dict[str, Any], track: int) -> bool:
    """Whether the gap's frames are empty on a track that is not locked."""
    if call(opened.timeline, "GetIsTrackLocked", "video", track):
        return False
    return is_free(items_on(opened.timeline, track), gap["first"], gap["first"] + gap["count"])


def _append(opened: Open, gap: Dict[str, Any], media: Any, track: int) -> None:
    """Whole numbers only, or the whole call fails; an end that is exclusive; a place counted from timecode zero."""
    clip = {
        "mediaPoolItem": media,
        "startFrame": 0,
        "endFrame": int(gap["count"]),
        "mediaType": 1,
        "trackIndex": int(track),
        "recordFrame": int(gap["first"]),
    }
    # What comes back proves nothing: it may be an item that never came to be. The track is read instead.
    call(call(opened.project, "GetMediaPool"), "AppendToTimeline", [clip])


def _read_back(opened: Open, request: Dict[str, Any], result: Result, is_new: bool, notes: Tuple[str, ...]) -> Placed:
    """Raises: BridgeError: PLACE_UNVERIFIED; what came to stand elsewhere is then taken away again."""
    found = _standing(opened, request, result)
    if found is not None:
        track, item = found
        return Placed(item.uid, track, item.start, item.length, item.path, result.revision, is_new, notes)
    stray = _remove_strays(opened, result)
    gap = request["gap"]
    message = "Resolve did not put the frames at %s, or not all of them.%s Place the result again."
    words = " What it put elsewhere was taken away again." if stray else ""
    raise BridgeError("PLACE_UNVERIFIED", message % (opened.label(gap["first"]), words), True, strays=stray)


def _remove_strays(opened: Open, result: Result) -> int:
    """Take away items of this very revision that stand where they should not; nobody else can have made those."""
    strays = []
    for track in range(1, track_count(opened) + 1):
        for proxy in proxies_on(opened.timeline, track):
            item = item_of(proxy)
            if item is not None and _is_from(item, result.folder):
                strays.append(proxy)
    if strays:
        page = call(opened.resolve, "GetCurrentPage")
        call(opened.resolve, "OpenPage", "edit")  # items can be removed on this page only
        call(opened.timeline, "DeleteClips", strays, False)
        if isinstance(page, str) and page != "edit":
            call(opened.resolve, "OpenPage", page)
    return len(strays)


def _dressed(opened: Open, request: Dict[str, Any], placed: Placed) -> Placed:
    """Color and marker, by which a person and the next placing find it; nothing depends on them."""
    notes = list(placed.notes)
    for proxy in proxies_on(opened.timeline, placed.track):
        if call(proxy, "GetUniqueId") == placed.item_uid:
            call(proxy, "SetClipColor", CLIP_COLOR)
    gap = request["gap"]
    note = "%d new frames, revision %d" % (placed.count, placed.revision)
    if not set_mark(opened, request["job_id"], gap["first"], gap["count"], note):
        notes.append("Every frame of the gap has a marker already; ours was left out.")
    if placed.track != gap["track"]:
        notes.append("It stands on video track %d, above the gap." % placed.track)
    return placed._replace(notes=tuple(notes))


def _save(opened: Open) -> None:
    """Raises: BridgeError: NO_PROJECT: an untitled project; saving it asks for a name, which hangs without a window."""
    name = text(call(opened.project, "GetName"))
    if name in ("", "Untitled Project"):
        raise BridgeError(
            "NO_PROJECT", "The project has no name yet. Save it once by hand; the frames are placed.", True
        )
    call(call(opened.resolve, "GetProjectManager"), "SaveProject")
