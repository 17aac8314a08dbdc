"""A kept motion as its edits make it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mpd_studio.core.errors import BadInput
from mpd_studio.core.gap_motion import GapMotion
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Boundary, Guidance, scale_guidance
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.progress import Reporter
from mpd_studio.media.display import display
from mpd_studio.media.motion_files import read_motion
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.motion.flow import SMALLEST_FLOW_SIDE, two_way_flow
from mpd_studio.motion.paths import ease
from mpd_studio.motion.pieces import carried_regions
from mpd_studio.motion.rasterise import disc_mask, region_mask
from mpd_studio.motion.warp import resize_plane
from mpd_studio.workflow.region_masks import read_masks

_HIGHEST = 480  # of the pictures that motion is measured on


def edited_motion(motion: GapMotion, request: InbetweenRequest, reporter: Reporter) -> ClipMotion:
    """At the size of the kept one. request: of the motion's gap; its guidance has the region.

    Raises: BadInput: the kept file is gone or damaged, or an end cannot be read. Cancelled.
    """
    try:
        kept = read_motion(Path(motion.file))
    except BadInput as error:
        raise BadInput(f"The motion kept with this gap cannot be read: {error} Or predict it again.") from error
    reporter.raise_if_cancelled()
    edits, field = motion.edits, ClipField.of(kept)
    if edits.measured:
        field = _measured(field, motion.of, edits.measured, request, reporter)
    if edits.smooth:
        field = field.smoothed(edits.smooth * field.size.width)
    region = request.guidance.region(edits.inside) if edits.inside is not None else None
    if region is not None:
        field = field.masked(_region(region.id, request, field.size))
    if edits.scale != 1:
        field = field.scaled(edits.scale)
    reporter.raise_if_cancelled()
    return field.motion


def small_picture(ref: FrameRef, size: Size) -> np.ndarray:
    """(h, w, 3) uint8 RGB of a frame, read-only no more. Raises: MediaError."""
    import cv2

    with FrameReader() as reader:
        shown = display(reader.read(ref))
    return cv2.resize(shown, (size.width, size.height), interpolation=cv2.INTER_AREA)


def work_size(canvas: Size) -> Size:
    """At most 480 high, and large enough to measure motion on."""
    scale = min(1.0, _HIGHEST / canvas.height)
    smallest = SMALLEST_FLOW_SIDE / min(canvas.width, canvas.height)
    scale = max(scale, smallest)
    return Size(round(canvas.width * scale), round(canvas.height * scale))


def _measured(field: ClipField, of: Boundary, share: float, request: InbetweenRequest, reporter: Reporter) -> ClipField:
    """What is drawn was said by the user, and counts more than what is measured."""
    size = work_size(request.canvas)
    first, last = small_picture(request.first, size), small_picture(request.last, size)
    found = two_way_flow(first, last, tick=reporter.raise_if_cancelled).resized(field.size)
    goal, trust = found.forward, found.forward_trust
    along = ease(request.guidance.ease, np.linspace(0, 1, field.frames))
    if of is Boundary.LAST:
        goal, trust = found.backward, found.backward_trust
        along = 1 - along[::-1]
    guidance = scale_guidance(request.guidance, request.canvas, field.size)
    free = 1 - _drawn(guidance, of, field.size)
    return field.ending_at(goal, (share * found.overall_trust * trust * free).astype(np.float32), along)


def _drawn(guidance: Guidance, of: Boundary, size: Size) -> np.ndarray:
    """(h, w) float32 in 0..1: what paths take along on their boundary frame."""
    drawn = np.zeros((size.height, size.width), np.float32)
    for path in guidance.paths:
        at = path.start if of is Boundary.FIRST else path.end
        regions = [region for region in carried_regions(guidance, path) if region.mask is None and region.on is of]
        areas = [region_mask(region, size) for region in regions] or [disc_mask(at, path.radius, size)]
        drawn = np.maximum(drawn, np.maximum.reduce(areas))
    return drawn


def _region(region_id: str, request: InbetweenRequest, size: Size) -> np.ndarray:
    """(h, w) float32 in 0..1 of a region of the request."""
    guidance = scale_guidance(request.guidance, request.canvas, size)
    region = next(region for region in guidance.regions if region.id == region_id)
    if region.mask is None:
        return region_mask(region, size)
    mask = dict(read_masks(request.guidance, request.canvas))[region.id]
    return resize_plane(mask, size.height, size.width)
