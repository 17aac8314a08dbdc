"""A job of an editor as this program's own values: a timeline with the gap, and the request to fill it."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.bridge.request import EndFrame, FrameMode, JobRequest, read_request
from mpd_studio.core.errors import BadInput, EngineFailed, MediaError, MpdError, OutputError, UnsupportedRequest
from mpd_studio.core.frames import FrameRange, allows_drop_frame
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track
from mpd_studio.workflow.open_media import open_media
from mpd_studio.workflow.sheet import GapPlace

# The gap's id says which job it came from, also in a project that was saved and opened again.
GAP_PREFIX = "gap-"
# How much of a neighbouring clip is shown beside the gap.
_SHOWN_FRAMES = 24
_NOT_IN_NAMES = re.compile(r"[^\w-]+")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class OpenedJob:
    """What an editor sent, ready to be shown and filled. notes: what the user should know of the media."""

    folder: Path
    request: JobRequest
    timeline: Timeline
    gap_id: GapId
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> GapPlace:
        """Of the gap, for timecodes: an editor's frame numbers count from 00:00:00:00."""
        return GapPlace(max(0, self.request.first), self.timeline.drop_frame)

    @property
    def name(self) -> str:
        """Beginning of the file names."""
        request = self.request
        wished = request.name or f"{request.host.timeline or 'gap'}_{request.first}"
        return _NOT_IN_NAMES.sub("_", wished)[:_LONGEST_NAME].strip("_") or "gap"


def open_job(folder: Path) -> OpenedJob:
    """Read and probe what a job names.

    Raises:
        BridgeProblem: it cannot be used; the code says why.
    """
    request = read_request(folder)
    first, first_notes = _media(request, request.before, folder)
    last, last_notes = _media(request, request.after, folder)
    gap_id = GapId(f"{GAP_PREFIX}{request.job_id}")
    before, after = _shown_before(request, first), _shown_after(request, last)
    drop_frame = request.drop_frame and allows_drop_frame(request.rate)
    timeline = Timeline(
        name=request.host.timeline or request.host.project or request.host.app,
        rate=request.rate,
        canvas=request.canvas,
        drop_frame=drop_frame,
        start=request.first - before.length,
        tracks=(Track(f"V{request.track}", (before, Gap(gap_id, request.count), after)),),
        media=tuple(dict.fromkeys((first, last))),
    )
    notes = dict.fromkeys((*first_notes, *last_notes))
    return OpenedJob(folder, request, timeline, gap_id, tuple(notes))


def as_problem(error: MpdError) -> BridgeProblem:
    """The code that an editor is told for an error of this program."""
    if isinstance(error, BridgeProblem):
        return error
    cause = error.__cause__
    if isinstance(error, OutputError):
        is_full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        code = ErrorCode.DISK_FULL if is_full else ErrorCode.NOT_WRITABLE
        return BridgeProblem(code, str(error), is_retryable=True)
    if isinstance(error, MediaError):
        return BridgeProblem(ErrorCode.UNSUPPORTED_CLIP, str(error), reason="unreadable")
    if isinstance(error, BadInput) and not isinstance(error, EngineFailed | UnsupportedRequest):
        return BridgeProblem(ErrorCode.SIZE_MISMATCH, str(error))
    return BridgeProblem(ErrorCode.ENGINE_FAILED, str(error))


def _media(request: JobRequest, end: EndFrame, folder: Path) -> tuple[MediaRef, tuple[str, ...]]:
    """The media of one end, and what to note of it. A numbered picture is that picture, never its sequence."""
    path = request.file_of(end, folder)
    try:
        opened = open_media(path, request.rate, as_sequence=False)
    except MpdError as error:
        raise as_problem(error) from error
    media = opened.media
    if media.is_vfr and request.mode is FrameMode.SOURCE:
        raise BridgeProblem(
            ErrorCode.UNSUPPORTED_CLIP,
            f"{media.name} has uneven frame times, so that its frames have no sure numbers. Send the gap as seen.",
            reason="vfr",
        )
    if end.index >= media.frame_count:
        raise BridgeProblem(
            ErrorCode.UNSUPPORTED_CLIP,
            f"{media.name} has frames 0 to {media.frame_count - 1}; the editor named frame {end.index}. "
            "Send the gap as seen.",
            reason="rate",
            index=end.index,
            frames=media.frame_count,
        )
    return media, opened.notes


def _shown_before(request: JobRequest, media: MediaRef) -> Clip:
    if media.frame_count == 1:
        return Clip(ClipId(f"before-{request.job_id}"), media, FrameRange(0, _SHOWN_FRAMES))
    start = max(0, request.before.index + 1 - _SHOWN_FRAMES)
    return Clip(ClipId(f"before-{request.job_id}"), media, FrameRange(start, request.before.index + 1 - start))


def _shown_after(request: JobRequest, media: MediaRef) -> Clip:
    index = request.after.index
    length = _SHOWN_FRAMES if media.frame_count == 1 else min(_SHOWN_FRAMES, media.frame_count - index)
    return Clip(ClipId(f"after-{request.job_id}"), media, FrameRange(index, length))
