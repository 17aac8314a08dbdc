"""How a kept motion is shown: what it says of any frame of the gap, and the picture moved along it."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.gap_motion import GapMotion
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.progress import Reporter
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.given_motion import seen_from
from mpd_studio.motion.warp import backward_warp, resize_flow
from mpd_studio.workflow.motion_edits import edited_motion, small_picture, work_size


def motion_seen(motion: GapMotion, request: InbetweenRequest, time: float, reporter: Reporter) -> np.ndarray:
    """(h, w, 2) float32, read-only: how far in canvas pixels what is seen at a time of the gap goes over the whole gap.

    Raises: as edited_motion.
    """
    field = ClipField.of(edited_motion(motion, request, reporter))
    start, stop = 0.0, 1.0
    if motion.of is Boundary.LAST:
        time, start, stop = 1 - time, 1.0, 0.0
    seen = seen_from(field, np.array([time, start, stop])).px
    scale = np.array([request.canvas.width / field.size.width, request.canvas.height / field.size.height], np.float32)
    whole = (seen[2] - seen[1]) * scale
    whole.flags.writeable = False
    return whole


def animation(motion: GapMotion, request: InbetweenRequest, reporter: Reporter) -> tuple[np.ndarray, ...]:
    """The boundary frame moved along its motion, from the gap's first moment to its last: each (h, w, 3) uint8 RGB,
    read-only. Where nothing lands, what is around it is drawn out.

    Raises: as edited_motion; MediaError: the boundary frame cannot be read.
    """
    field = ClipField.of(edited_motion(motion, request, reporter))
    ref = request.first if motion.of is Boundary.FIRST else request.last
    size = work_size(request.canvas)
    picture = small_picture(ref, size)
    frames = []
    for index in range(field.frames):
        reporter.raise_if_cancelled()
        back, _ = field.looked_back(index)
        frame = backward_warp(picture, resize_flow(back, size.height, size.width))
        frame.flags.writeable = False
        frames.append(frame)
    return tuple(frames if motion.of is Boundary.FIRST else reversed(frames))
