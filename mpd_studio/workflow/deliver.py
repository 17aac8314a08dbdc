"""Hand a take on as files: another sequence or a movie, with timecode and tags, checked after writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mpd_studio.core.errors import MediaError, UnsupportedRequest
from mpd_studio.core.exchange import ExporterInfo, WriteJob
from mpd_studio.core.frames import format_timecode, nominal_rate, parse_timecode
from mpd_studio.core.inbetween import InbetweenRequest, InbetweenResult
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.media.exporters import exporter_infos, open_exporter
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.workflow.fit import fit
from mpd_studio.workflow.sheet import GapPlace


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """files: as written, in order. lines: what was written and checked. verdict: "PASS" or "WARN"."""

    folder: Path
    files: tuple[Path, ...]
    lines: tuple[str, ...]
    verdict: str


def exporter_info(exporter_id: str) -> ExporterInfo:
    """Raises: UnsupportedRequest: there is no such format."""
    infos = {info.id: info for info in exporter_infos()}
    if exporter_id not in infos:
        raise UnsupportedRequest(f"There is no format '{exporter_id}'. Choose one of: {', '.join(infos)}.")
    return infos[exporter_id]


def deliver_take(
    result: InbetweenResult,
    exporter_id: str,
    folder: Path,
    name: str,
    reporter: Reporter,
    *,
    place: GapPlace | None = None,
    overwrite: bool = False,
    handles: int | tuple[int, int] = 0,
) -> DeliverReport:
    """Write the frames of a take in another format. place: where the gap lies, for the movie's timecode.

    handles: frames of the footage before and after the gap to write as well, as far as there are any (handle_lengths),
    one number for both ends or one for each: the first boundary frame and those before it, the last one and those
    after it.

    Raises:
        MediaError: frames of the take are gone.
        MpdError: the format cannot hold them, or the file system refuses; nothing is left behind.
    """
    info = exporter_info(exporter_id)
    media = open_take(result)
    rate = result.request.rate
    head, _ = handle_lengths(result.request, handles)
    start_tc = start_timecode(place, rate, head) if place else None
    job = WriteJob(folder, name, rate, start_tc, overwrite)
    with FrameReader() as reader:
        files = open_exporter(exporter_id).write(_frames(reader, media, result, handles, reporter), job, reporter)
    lines = [f"{media.frame_count} frames as {info.title}", f"verdict of the take: {result.verdict}", *result.reasons]
    return DeliverReport(folder, files, tuple(lines), result.verdict)


def start_timecode(place: GapPlace, rate: Fraction, head: int) -> str:
    """Of a movie with `head` frames before the gap. What begins before midnight is labelled as the end of the day."""
    start = place.start - head
    if start < 0:
        last = f"23:59:59{';' if place.drop_frame else ':'}{nominal_rate(rate) - 1:02}"
        start += parse_timecode(last, rate) + 1
    return format_timecode(start, rate, place.drop_frame)


def open_take(result: InbetweenResult) -> MediaRef:
    """The frames of a take as media.

    Raises:
        MediaError: they are gone, or not as many as were made.
    """
    frames = result.frames
    media = probe(Path(frames.folder) / frames.pattern, result.request.rate)
    if media.frame_count != frames.count or media.first_number != frames.first_number:
        raise MediaError(
            f"{frames.folder} holds {media.frame_count} frames of this take instead of {frames.count}. Make it again."
        )
    return media


def handle_lengths(request: InbetweenRequest, wanted: int | tuple[int, int]) -> tuple[int, int]:
    """How many frames of footage there are for handles before and after the new frames; none of a still."""
    first, last = request.first, request.last
    before, after = (wanted, wanted) if isinstance(wanted, int) else wanted
    head = min(before, first.index + 1) if first.media.frame_count > 1 else 0
    tail = min(after, last.media.frame_count - last.index) if last.media.frame_count > 1 else 0
    return head, tail


def _frames(
    reader: FrameReader,
    media: MediaRef,
    result: InbetweenResult,
    handles: int | tuple[int, int],
    reporter: Reporter,
) -> Iterator[Picture]:
    """With the tags and depth of the footage, which a PNG may not state in full."""
    request = result.request
    color = request.first.media.color
    head, tail = handle_lengths(request, handles)
    total = head + media.frame_count + tail
    new = reader.read(FrameRef(media, 0))
    for index in range(total):
        offset = index - head
        if offset < 0:
            yield _handle(reader, request, FrameRef(request.first.media, request.first.index + 1 + offset), new)
        elif offset < media.frame_count:
            picture = reader.read(FrameRef(media, offset))
            yield Picture(picture.pixels, color, picture.bit_depth)
        else:
            place = request.last.index + offset - media.frame_count
            yield _handle(reader, request, FrameRef(request.last.media, place), new)
        reporter.report(Progress("Exporting", index + 1, total))


def _handle(reader: FrameReader, request: InbetweenRequest, ref: FrameRef, new: Picture) -> Picture:
    """A frame of the footage, fitted as the boundary frames were, in the depth of the new frames."""
    last = reader.read(request.last)
    picture, _ = fit(replace(request, first=ref), reader.read(ref), last)
    pixels = picture.pixels[:, :, : new.pixels.shape[2]]
    if pixels.dtype == np.uint8 and new.pixels.dtype == np.uint16:
        pixels = pixels.astype(np.uint16) * np.uint16(257)
    return Picture(pixels, request.first.media.color, new.bit_depth)
