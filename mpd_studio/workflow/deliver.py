"""Hand a take on as files: another sequence or a movie, with timecode and tags, checked after writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.core.errors import MediaError, UnsupportedRequest
from mpd_studio.core.exchange import ExporterInfo, WriteJob
from mpd_studio.core.frames import format_timecode
from mpd_studio.core.inbetween import InbetweenResult
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.media.exporters import exporter_infos, open_exporter
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
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
) -> DeliverReport:
    """Write the frames of a take in another format. place: where the gap lies, for the movie's timecode.

    Raises:
        MediaError: frames of the take are gone.
        MpdError: the format cannot hold them, or the file system refuses; nothing is left behind.
    """
    info = exporter_info(exporter_id)
    media = open_take(result)
    rate = result.request.rate
    start_tc = format_timecode(place.start, rate, place.drop_frame) if place else None
    job = WriteJob(folder, name, rate, start_tc, overwrite)
    with FrameReader() as reader:
        files = open_exporter(exporter_id).write(_frames(reader, media, result, reporter), job, reporter)
    lines = [f"{media.frame_count} frames as {info.title}", f"verdict of the take: {result.verdict}", *result.reasons]
    return DeliverReport(folder, files, tuple(lines), result.verdict)


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


def _frames(reader: FrameReader, media: MediaRef, result: InbetweenResult, reporter: Reporter) -> Iterator[Picture]:
    """With the tags and depth of the footage, which a PNG may not state in full."""
    color = result.request.first.media.color
    for index in range(media.frame_count):
        picture = reader.read(FrameRef(media, index))
        yield Picture(picture.pixels, color, picture.bit_depth)
        reporter.report(Progress("Exporting", index + 1, media.frame_count))
