"""A clip in the look of one restyled frame: the frame is moved as the clip moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import numpy as np

from mpd_studio.core.errors import BadInput
from mpd_studio.core.exchange import WriteJob
from mpd_studio.core.figures import Figure, TellsFigures
from mpd_studio.core.frames import FrameRange, FrameRate
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.media.exporters import check_fits, open_exporter
from mpd_studio.media.motion_files import read_motion, write_motion
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.motion.flow import SMALLEST_FLOW_SIDE
from mpd_studio.motion.luminance import working_pictures, working_size
from mpd_studio.motion.tracks import LINK, dense_tracks
from mpd_studio.workflow.animate_picture import Animated, animator, decode_picture
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.inbetween import format_for
from mpd_studio.workflow.output_folder import check_sources, filling

TRACKING = "Tracking"
# Of the sides' ratio; a pixel more or less on a small picture.
_SAME_SHAPE = 0.01
# Of the first frame's pixels: when fewer are seen in some frame, the clip has cut or gone elsewhere.
TRACKS_THAT_HOLD = 0.3


def restyle_request(
    reference: MediaRef, clip: MediaRef, frames: FrameRange | None, rate: FrameRate | None
) -> InbetweenRequest:
    """first: the reference; last: the last frame of the range, which is as many frames after its first as are made new.

    frames: of the clip; None: all.
    Raises: BadInput: a range that is none, or a reference of another shape than the clip.
    """
    if reference.frame_count > 1:
        raise BadInput(
            f"{reference.name} has {reference.frame_count} frames. Name one picture with --reference: "
            "the first frame of the range, restyled."
        )
    if clip.frame_count < 2:
        raise BadInput(f"{clip.name} has one frame, so nothing moves in it. Name a clip of two frames or more.")
    if min(clip.size.width, clip.size.height) < SMALLEST_FLOW_SIDE:
        raise BadInput(
            f"{clip.name} is {clip.size}, too small to see motion in: {SMALLEST_FLOW_SIDE} pixels each way are needed."
        )
    frames = frames or FrameRange(0, clip.frame_count)
    if frames.start < 0 or frames.stop > clip.frame_count:
        raise BadInput(
            f"{clip.name} has frames 0 to {clip.frame_count - 1}; "
            f"the range {frames.start} to {frames.stop - 1} is not among them."
        )
    if frames.length < 2:
        raise BadInput(
            f"The range {frames.start} to {frames.stop - 1} has no motion. Name a first frame and a later one."
        )
    own = reference.size
    wide, shown = clip.size.width / clip.size.height, float(clip.size.width * clip.pixel_aspect) / clip.size.height
    ratio = own.width / own.height
    if min(abs(ratio / shape - 1) for shape in (wide, shown)) > _SAME_SHAPE:
        raise BadInput(
            f"{reference.name} is {own}, {clip.name} {clip.size}: of another shape. "
            "Crop or scale the picture to the clip's shape; its size may differ."
        )
    last = FrameRef(clip, frames.stop - 1)
    return InbetweenRequest(FrameRef(reference, 0), last, rate or clip.rate, frames.length - 1, own)


def restyle_clip(
    request: InbetweenRequest,
    folder: Path,
    reporter: Reporter,
    *,
    tracks_file: Path | None = None,
    keep_tracks: Path | None = None,
    name: str = "frame",
    exporter_id: str | None = None,
    overwrite: bool = False,
) -> Animated:
    """Fill `folder` with as many frames as the range has: the reference as it is, and it moved as the clip moves.

    request: of restyle_request, with engine, settings and seed. tracks_file: how the clip moves; None: it is measured.
    keep_tracks: a file (.npz) for what was measured, to be given as tracks_file with other looks; it stays whatever
    comes after.
    Raises: MpdError: whatever stands in the way; nothing is left in or beside `folder`. Cancelled: likewise.
    """
    if keep_tracks is not None and keep_tracks.suffix.lower() != ".npz":
        raise BadInput(f"{keep_tracks.name}: measured tracks are kept as .npz. Choose a name with this ending.")
    with filling(folder, name, overwrite=overwrite) as part:
        check_sources(request, folder, name, () if tracks_file is None else (tracks_file,))
        pictures = decode_picture(request, reporter)
        info = format_for(pictures.first, exporter_id)
        check_fits(info.id, pictures.first)
        given = None if tracks_file is None else _given_tracks(tracks_file, request)
        with EngineHolder().lent(request.engine_id, keep=False) as engine:
            moves = animator(engine, reporter)
            # Asked without a motion first: it says what stands in the way, before minutes of tracking.
            moves.animate(request, pictures, None, reporter)
            tracks, told = (given, ()) if given is not None else _measured_tracks(request, reporter)
            if keep_tracks is not None:
                write_motion(keep_tracks, tracks)
            animated = moves.animate(request, pictures, tracks, reporter, hides=True)
            with closing(animated) as made:  # type: ignore[type-var] - engines yield, so it is a generator
                frames = chain((pictures.first,), made)
                written = open_exporter(info.id).write(frames, WriteJob(part, name, request.rate), reporter)
            figures = (*told, *(engine.figures if isinstance(engine, TellsFigures) else ()))
    return Animated(tuple(folder.absolute() / file.name for file in written), figures)


def _given_tracks(file: Path, request: InbetweenRequest) -> ClipMotion:
    """Raises: BadInput: not of the range's length, or of another shape than the reference."""
    tracks = read_motion(file)
    if tracks.frames != request.new_frames:
        raise BadInput(
            f"{file.name} has the motion of {tracks.frames} frames after the first; the range has "
            f"{request.new_frames} after its first. Name the range that was tracked with --range."
        )
    size, own = tracks.size, request.canvas
    if abs(size.width * own.height / (size.height * own.width) - 1) > _SAME_SHAPE:
        raise BadInput(f"{file.name} is of {size}, the reference {own}: of another shape. Track the clip as it is.")
    return tracks


def _measured_tracks(request: InbetweenRequest, reporter: Reporter) -> tuple[ClipMotion, tuple[Figure, ...]]:
    tracks = dense_tracks(_working_frames(request, reporter), LINK, reporter.raise_if_cancelled)
    shares = [float(seen.mean()) for seen in tracks.seen]
    worst = min(range(len(shares)), key=shares.__getitem__)
    text = f"tracks: {shares[-1]:.0%} of the first frame's pixels are seen in the last, {shares[worst]:.0%} at least"
    start = request.last.index - request.new_frames
    warning = (
        f"in the clip's frame {start + 1 + worst} little is left of the first: a cut, or all is new; shorten the range"
    )
    is_lost = shares[worst] < TRACKS_THAT_HOLD
    figure = Figure("tracks", text, (shares[-1], shares[worst]), warning if is_lost else "")
    return tracks.known, (figure,)


def _working_frames(request: InbetweenRequest, reporter: Reporter) -> Iterator[np.ndarray]:
    """The range's frames to track in, (h, w, 3) uint8, on one scale of brightness. Raises: MediaError."""
    clip, count = request.last.media, request.new_frames + 1
    start = request.last.index - request.new_frames
    size = working_size(clip.size, LINK.working_pixels, SMALLEST_FLOW_SIDE)
    with FrameReader() as reader:
        ends = reader.read(FrameRef(clip, start)).pixels, reader.read(request.last).pixels
        for number in range(count):
            reporter.report(Progress(TRACKING, number, count))
            pixels = reader.read(FrameRef(clip, start + number)).pixels
            yield working_pictures(ends, size, (pixels,))[2]
    reporter.report(Progress(TRACKING, count, count))
