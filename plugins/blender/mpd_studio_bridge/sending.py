"""Send a gap: find it, name or render its two frames, and write the job."""

import os
import platform
from fractions import Fraction

import bpy

from .gaps import Span, choose_gap
from .job_folder.errors import BridgeError
from .job_folder.ids import new_job_id
from .job_folder.jobs import NewJob
from .job_folder.request import build_request
from .pending import remember
from .picture_render import render_frames
from .source_frame import same_place, source_frame
from .strips import all_strips, first_of, is_picture, rate_of, render_size, scene_of, stop_of

BRIDGE_VERSION = "1.0.0"
_SYSTEMS = {"Windows": "win", "Darwin": "mac", "Linux": "linux"}


def send_gap(context, jobs, mode="auto", placement="same_track"):
    """The id of the job. mode: "auto" takes the files' frames where they are what is seen, else renders them.

    Raises:
        BridgeError: nothing was sent; the message says why.
    """
    scene = scene_of(context)
    gap = find_gap(scene)
    strips = {strip.name: strip for strip in all_strips(scene)}
    before, after = strips[gap.before], strips[gap.after]
    ends = None if mode == "as_seen" else _source_ends(scene, gap, before, after, must=mode == "source")
    job = NewJob(jobs, new_job_id())
    try:
        frames = {"mode": "source", **ends} if ends else _rendered_ends(scene, gap, job)
        request = build_request(
            job.job_id, _host(scene), _rate(scene), _timeline(scene), _gap(gap), frames, _color(ends), _want(placement)
        )
    except BridgeError:
        job.discard()
        raise
    job.send(request)
    remember(scene, job.job_id)
    return job.job_id


def find_gap(scene):
    """Raises: BridgeError: NO_TIMELINE or NO_GAP."""
    editor = scene.sequence_editor
    if editor is None:
        raise BridgeError("NO_TIMELINE", "This scene has no strips. Open the Video Sequencer and add some.")
    if len(editor.meta_stack):
        raise BridgeError("NO_GAP", "A meta strip is open. Leave it first (Tab), then send a gap between strips.")
    pictures = [strip for strip in all_strips(scene) if is_picture(strip) and not strip.mute]
    spans = [Span(strip.name, strip.channel, first_of(strip), stop_of(strip)) for strip in pictures]
    selected = {strip.name for strip in pictures if strip.select}
    active = editor.active_strip.name if editor.active_strip else ""
    return choose_gap(spans, selected, active, scene.frame_current)


def source_ends(scene, gap, before, after):
    """{"before", "after"} as in a request. Raises: BridgeError: UNSUPPORTED_CLIP."""
    everything = all_strips(scene)
    if not same_place(before, after):
        raise BridgeError(
            "UNSUPPORTED_CLIP", "The strips around the gap are placed or scaled differently.", reason="effects"
        )
    return {
        "before": source_frame(scene, before, gap.first - 1, everything),
        "after": source_frame(scene, after, gap.first + gap.count, everything),
    }


def _source_ends(scene, gap, before, after, must):
    try:
        return source_ends(scene, gap, before, after)
    except BridgeError:
        if must:
            raise
        return None


def _rendered_ends(scene, gap, job):
    names = {"before": (gap.first - 1, "A.png"), "after": (gap.first + gap.count, "B.png")}
    render_frames(scene, gap.channel, [(frame, os.path.join(job.frames, name)) for frame, name in names.values()])
    ends = {
        side: {"path": "frames/" + name, "index": 0, "bit_depth": 16, "alpha": "straight"}
        for side, (_, name) in names.items()
    }
    return {"mode": "as_seen", **ends}


def _host(scene):
    return {
        "app": "blender",
        "version": list(bpy.app.version),
        "os": _SYSTEMS.get(platform.system(), platform.system().lower()),
        "bridge_version": BRIDGE_VERSION,
        "project": os.path.basename(bpy.data.filepath),
        "timeline": scene.name,
    }


def _rate(scene):
    rate = rate_of(scene)
    return {"num": rate.numerator, "den": rate.denominator, "drop": False, "nominal": max(1, round(rate))}


def _timeline(scene):
    width, height = render_size(scene)
    aspect = Fraction(scene.render.pixel_aspect_x / scene.render.pixel_aspect_y).limit_denominator(1000)
    par = [aspect.numerator, aspect.denominator]
    return {"start_frame": scene.frame_start, "width": width, "height": height, "par": par}


def _gap(gap):
    return {
        "track": gap.channel,
        "first": gap.first,
        "count": gap.count,
        "before": {"frame": gap.first - 1, "item_uid": gap.before},
        "after": {"frame": gap.first + gap.count, "item_uid": gap.after},
    }


def _color(ends):
    if ends:
        return {"reference": "source"}
    return {"reference": "display", "primaries": "bt709", "transfer": "iec61966-2-1", "range": "full"}


def _want(placement):
    return {"placement": placement, "handles": [0, 0]}
