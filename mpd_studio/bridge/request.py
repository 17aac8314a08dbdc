"""request.json: what an editor asks for, as a value, once every field is known to be in range."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from mpd_studio.bridge.fields import Fields
from mpd_studio.bridge.message_file import read_message
from mpd_studio.bridge.places import inside, is_inside_path, is_job_id, plain_file, plain_folder, source_file
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.core.frames import FrameRate
from mpd_studio.core.geometry import Size

FARTHEST_FRAME = 1_000_000_000
LONGEST_GAP = 100_000
LARGEST_SIDE = 32768
LAST_TRACK = 10_000


class FrameMode(Enum):
    SOURCE = "source"
    AS_SEEN = "as_seen"


class Placement(Enum):
    SAME_TRACK = "same_track"
    TRACK_ABOVE = "track_above"
    NEW_TRACK = "new_track"


class WantedMedia(Enum):
    """The value is what messages say; `exporter_id` what this program calls it."""

    PNG = "png"
    PNG16 = "png16"
    EXR16F = "exr16f"
    PRORES_422_HQ = "prores422hq"
    PRORES_4444 = "prores4444"

    @property
    def is_movie(self) -> bool:
        return self in (WantedMedia.PRORES_422_HQ, WantedMedia.PRORES_4444)

    @property
    def exporter_id(self) -> str:
        return "exr" if self is WantedMedia.EXR16F else self.value


@dataclass(frozen=True, slots=True)
class Host:
    """The editor that sent the job. version: as it says itself, joined by dots."""

    app: str
    edition: str = ""
    version: str = ""
    bridge_version: str = ""
    project: str = ""
    timeline: str = ""


@dataclass(frozen=True, slots=True)
class EndFrame:
    """One boundary frame. frame: on the editor's timeline. path: as the message says. index: in the file, from 0."""

    frame: int
    path: str
    index: int
    clip_rate: FrameRate | None = None
    start_tc: str = ""
    alpha: str = ""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """first, count: the gap, in absolute frames of the editor's timeline. track: counted from 1.

    timeline_start: number of the timeline's first frame. color: as the editor says it, by name.
    """

    job_id: str
    created: str
    host: Host
    rate: FrameRate
    drop_frame: bool
    timeline_start: int
    canvas: Size
    pixel_aspect: Fraction
    track: int
    first: int
    count: int
    mode: FrameMode
    before: EndFrame
    after: EndFrame
    color: tuple[tuple[str, str], ...] = ()
    placement: Placement = Placement.SAME_TRACK
    media: tuple[WantedMedia, ...] = ()
    handles: tuple[int, int] = (0, 0)
    name: str = ""

    def file_of(self, end: EndFrame, job: Path) -> Path:
        """The file of a boundary frame.

        Raises:
            BridgeProblem: PATH_REFUSED or MEDIA_MISSING.
        """
        return plain_file(inside(job, end.path)) if self.mode is FrameMode.AS_SEEN else source_file(end.path)


def read_request(job: Path) -> JobRequest:
    """What the job in this folder asks for.

    Raises:
        BridgeProblem: the folder or the message cannot be used.
    """
    plain_folder(job)
    if not is_job_id(job.name):
        raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{job.name!r} is not the name of a job.")
    return decode_request(read_message(job / "request.json", "request", job.name))


def decode_request(document: dict[str, Any]) -> JobRequest:
    """Raises: BridgeProblem: BAD_MESSAGE, NO_GAP or PATH_REFUSED."""
    top = Fields(document, "")
    gap, timeline, rate, frames = (top.part(name) for name in ("gap", "timeline", "rate", "frames"))
    want = top.part_or_empty("want")
    first, count = _span(gap)
    mode = frames.choice("mode", FrameMode)
    ends = (
        _end(gap, frames, "before", mode, (-FARTHEST_FRAME, first - 1)),
        _end(gap, frames, "after", mode, (first + count, 2 * FARTHEST_FRAME)),
    )
    return JobRequest(
        job_id=top.text("job_id"),
        created=top.text("created", ""),
        host=_host(top.part("host")),
        rate=rate.rate(),
        drop_frame=rate.flag("drop", False),
        timeline_start=timeline.whole("start_frame", -FARTHEST_FRAME, FARTHEST_FRAME),
        canvas=Size(timeline.whole("width", 1, LARGEST_SIDE), timeline.whole("height", 1, LARGEST_SIDE)),
        pixel_aspect=Fraction(*timeline.wholes("par", 2, 1, 100_000, (1, 1))),
        track=gap.whole("track", 1, LAST_TRACK),
        first=first,
        count=count,
        mode=mode,
        before=ends[0],
        after=ends[1],
        color=top.part_or_empty("color").texts(),
        placement=want.choice("placement", Placement, Placement.SAME_TRACK),
        media=want.choices("media", WantedMedia),
        handles=want.wholes("handles", 2, 0, LONGEST_GAP, (0, 0)),
        name=want.text("name", ""),
    )


def _span(gap: Fields) -> tuple[int, int]:
    count = gap.whole("count", -FARTHEST_FRAME, FARTHEST_FRAME)
    if not 1 <= count <= LONGEST_GAP:
        message = f"The gap is {count} frames long; between 1 and {LONGEST_GAP} can be filled."
        raise BridgeProblem(ErrorCode.NO_GAP, message, count=count)
    return gap.whole("first", -FARTHEST_FRAME, FARTHEST_FRAME), count


def _end(gap: Fields, frames: Fields, side: str, mode: FrameMode, limits: tuple[int, int]) -> EndFrame:
    end = frames.part(side)
    path = end.text("path", longest=4096)
    if not path or "\0" in path:
        raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"frames.{side}.path names no file.")
    if mode is FrameMode.AS_SEEN and not is_inside_path(path):
        raise BridgeProblem(ErrorCode.PATH_REFUSED, f"frames.{side}.path leads out of the job's folder: {path!r}.")
    return EndFrame(
        frame=gap.part(side).whole("frame", *limits),
        path=path,
        index=end.whole("index", 0, FARTHEST_FRAME),
        clip_rate=end.part("clip_rate").rate() if end.has("clip_rate") else None,
        start_tc=end.text("start_tc", ""),
        alpha=end.text("alpha", ""),
    )


def _host(host: Fields) -> Host:
    return Host(
        app=host.text("app"),
        edition=host.text("edition", ""),
        version=host.joined("version"),
        bridge_version=host.text("bridge_version", ""),
        project=host.text("project", ""),
        timeline=host.text("timeline", ""),
    )
