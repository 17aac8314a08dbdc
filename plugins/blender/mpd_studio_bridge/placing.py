"""Place the frames that came back: measured again before, read back after, and never over something else."""

import os

from . import pending
from .gaps import Gap, Span, is_free
from .job_folder.errors import BridgeError
from .job_folder.jobs import job_folder, read_request, read_result, write_receipt
from .sending import source_ends
from .source_frame import copy_place
from .strips import (
    all_strips,
    collection,
    colorspace_name,
    first_of,
    is_locked,
    is_picture,
    rate_of,
    stop_of,
)

HIGHEST_CHANNEL = 128


def place_result(scene, jobs, job_id, force=False):
    """The strip with the newest revision of a job: a new one, or the one that holds it already.

    An older revision stays where it is and is muted. force: place even if the gap has changed.

    Raises:
        BridgeError: nothing was placed; a receipt says so too.
    """
    folder = job_folder(jobs, job_id)
    request, result = read_request(folder), read_result(folder)
    older = pending.placed_strips(scene, job_id)
    there = [strip for strip in older if pending.revision_of(strip) == result.revision]
    if there:
        pending.forget(scene, job_id)
        return there[0]
    try:
        if not force:
            check_gap(scene, request)
        _check_result(scene, request, result)
        strip = _add(scene, request, result)
        try:
            _verify(scene, strip, request, result)
        except BridgeError:
            collection(scene.sequence_editor).remove(strip)
            raise
    except BridgeError as error:
        write_receipt(folder, result.revision, error=error)
        raise
    for old in older:
        old.mute = True
    pending.forget(scene, job_id)
    write_receipt(folder, result.revision, placed=_read_back(strip, result))
    return strip


def update_take(scene, jobs, strip):
    """Give a strip that we placed the newest revision of its job, in its place. Whether there was a newer one.

    Raises:
        BridgeError: NO_RESULT: the strip is none of ours. Or as place_result.
    """
    job_id = strip.get(pending.JOB)
    if not job_id:
        raise BridgeError("NO_RESULT", "The strip '%s' did not come from MPD Studio." % strip.name)
    folder = job_folder(jobs, str(job_id))
    request, result = read_request(folder), read_result(folder)
    if pending.revision_of(strip) == result.revision:
        return False
    _check_result(scene, request, result)
    if len(strip.elements) != result.count:
        raise BridgeError(
            "GAP_CHANGED", "The strip holds %d frames, the new take %d." % (len(strip.elements), result.count)
        )
    strip.directory = os.path.dirname(result.files[0]) + os.sep
    for element, path in zip(strip.elements, result.files):
        element.filename = os.path.basename(path)
    _mark(strip, str(job_id), result.revision)
    write_receipt(folder, result.revision, placed=_read_back(strip, result))
    return True


def check_gap(scene, request):
    """Raises: BridgeError: GAP_CHANGED: what stands around the gap is not what was sent."""
    gap = request["gap"]
    first, stop = gap["first"], gap["first"] + gap["count"]
    row = [
        strip
        for strip in all_strips(scene)
        if strip.channel == gap["track"] and is_picture(strip) and not strip.mute and not strip.get(pending.JOB)
    ]
    before = [strip for strip in row if stop_of(strip) == first]
    after = [strip for strip in row if first_of(strip) == stop]
    between = [strip for strip in row if first_of(strip) < stop and stop_of(strip) > first]
    if not before or not after or between:
        raise BridgeError(
            "GAP_CHANGED",
            "The gap from frame %d to %d on channel %d is not there any more. Send it again, or place it regardless."
            % (first, stop, gap["track"]),
            first=first,
            count=gap["count"],
        )
    if request["frames"]["mode"] == "source":
        _check_ends(scene, request, before[0], after[0])


def _check_ends(scene, request, before, after):
    gap = request["gap"]
    sent = {side: request["frames"][side] for side in ("before", "after")}
    try:
        found = source_ends(
            scene, Gap(gap["track"], gap["first"], gap["count"], before.name, after.name), before, after
        )
    except BridgeError as error:
        raise BridgeError("GAP_CHANGED", error.message + " Send the gap again.", **error.detail)
    for side, words in (("before", "before"), ("after", "after")):
        if any(found[side][key] != sent[side][key] for key in ("path", "index")):
            raise BridgeError(
                "GAP_CHANGED", "The frame %s the gap is another one now. Send the gap again." % words, side=side
            )


def _check_result(scene, request, result):
    if result.count != request["gap"]["count"]:
        raise BridgeError("GAP_CHANGED", "%d frames came for a gap of %d." % (result.count, request["gap"]["count"]))
    rate, sent = rate_of(scene), request["rate"]
    if rate.numerator * sent["den"] != sent["num"] * rate.denominator:
        raise BridgeError(
            "RATE_MISMATCH", "The scene's rate has changed since the gap was sent. Set it back, or send it again."
        )


def _add(scene, request, result):
    gap = request["gap"]
    before = _neighbour(scene, gap)
    channel = _free_channel(scene, request)
    strips = collection(scene.sequence_editor)
    names = [os.path.basename(path) for path in result.files]
    name = "%s r%03d" % (names[0].rsplit("_", 1)[0], result.revision)
    strip = strips.new_image(name, result.files[0], channel, gap["first"], fit_method="ORIGINAL")
    for other in names[1:]:
        strip.elements.append(other)
    if request["frames"]["mode"] == "source" and before is not None:
        _take_after(before, strip)
    else:
        strip.alpha_mode = "STRAIGHT"
        strip.colorspace_settings.name = "sRGB"
    _mark(strip, request["job_id"], result.revision)
    return strip


def _neighbour(scene, gap):
    """The strip before the gap, whose look the new one takes on."""
    row = [strip for strip in all_strips(scene) if strip.channel == gap["track"] and stop_of(strip) == gap["first"]]
    return row[0] if row else None


def _take_after(before, strip):
    """New frames hold the same kind of numbers as their neighbour's file, so that they are shown in the same way."""
    copy_place(before, strip)
    strip.blend_type = before.blend_type
    strip.alpha_mode = before.alpha_mode
    name = colorspace_name(before)
    if name:
        strip.colorspace_settings.name = name


def _mark(strip, job_id, revision):
    strip[pending.JOB] = job_id
    strip[pending.REVISION] = revision


def _free_channel(scene, request):
    """Raises: BridgeError: SPAN_OCCUPIED."""
    gap = request["gap"]
    editor = scene.sequence_editor
    spans = [Span(strip.name, strip.channel, first_of(strip), stop_of(strip)) for strip in all_strips(scene)]
    above = request.get("want", {}).get("placement", "same_track") != "same_track"
    for channel in range(gap["track"] + above, HIGHEST_CHANNEL + 1):
        if is_free(spans, channel, gap["first"], gap["count"]) and not is_locked(editor, channel):
            return channel
    raise BridgeError("SPAN_OCCUPIED", "No channel is free at frame %d. Make room, then place again." % gap["first"])


def _verify(scene, strip, request, result):
    gap = request["gap"]
    found = _read_back(strip, result)
    wanted = {"start": gap["first"], "count": gap["count"]}
    files = [os.path.join(os.path.dirname(result.files[0]), element.filename) for element in strip.elements]
    others = [
        Span(other.name, other.channel, first_of(other), stop_of(other))
        for other in all_strips(scene)
        if other.name != strip.name
    ]
    is_alone = is_free(others, strip.channel, gap["first"], gap["count"])
    if any(found[key] != value for key, value in wanted.items()) or files != result.files or not is_alone:
        raise BridgeError(
            "PLACE_UNVERIFIED",
            "Blender put the frames to %d (%d frames) instead of %d (%d)."
            % (found["start"], found["count"], gap["first"], gap["count"]),
            **found,
        )


def _read_back(strip, result):
    return {
        "item_uid": strip.name,
        "track": strip.channel,
        "start": first_of(strip),
        "count": stop_of(strip) - first_of(strip),
        "media_path": result.files[0],
    }
