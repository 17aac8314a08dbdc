"""What was written, probed and read again before it gets its name. Silent defects of encoders end here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mpd_studio.core.errors import MediaError, OutputError
from mpd_studio.core.frames import FrameRate, is_drop_frame_text, parse_timecode, rate_text
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags, FrameRef, MediaRef
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader


@dataclass(frozen=True, slots=True)
class Expected:
    """count pictures of one size at this rate. color: tags, of which only `tag_fields` can be carried by the format.

    hashes: `pixel_hash` of every picture for lossless formats; () for others, whose ends are decoded only.
    """

    count: int
    size: Size
    rate: FrameRate
    color: ColorTags
    tag_fields: tuple[str, ...]
    start_tc: str | None = None
    hashes: tuple[str, ...] = ()


def pixel_hash(pixels: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels).data).hexdigest()


def check_read_back(path: Path, expected: Expected, reporter: Reporter) -> MediaRef:
    """Probe and read a written movie or sequence (as a pattern).

    Raises:
        OutputError: it is not what was to be written.
    """
    try:
        media = probe(path, expected.rate)
        _compare_facts(media, expected)
        _compare_pictures(media, expected, reporter)
    except MediaError as error:
        raise OutputError(f"What was written cannot be read back: {error}") from error
    return media


def _compare_facts(media: MediaRef, expected: Expected) -> None:
    wrong: list[str] = []
    if media.frame_count != expected.count:
        wrong.append(f"{media.frame_count} frames instead of {expected.count}")
    if media.size != expected.size:
        wrong.append(f"{media.size} instead of {expected.size}")
    if media.rate != expected.rate:
        wrong.append(f"{rate_text(media.rate)} frames per second instead of {rate_text(expected.rate)}")
    if expected.start_tc is not None and not _is_same_label(media.start_tc, expected.start_tc, expected.rate):
        wrong.append(f"timecode {media.start_tc} instead of {expected.start_tc}")
    for field in expected.tag_fields:
        found, wanted = getattr(media.color, field), getattr(expected.color, field)
        if found != wanted:
            wrong.append(f"{field} {found} instead of {wanted}")
    if wrong:
        raise OutputError(f"{media.name} was read back with {'; '.join(wrong)}. It was not kept; write it again.")


def _is_same_label(found: str | None, wanted: str, rate: FrameRate) -> bool:
    """Whether two labels name the same frame in the same way of counting; digits may differ (":000" for ":00")."""
    if found is None or is_drop_frame_text(found) != is_drop_frame_text(wanted):
        return False
    return parse_timecode(found, rate) == parse_timecode(wanted, rate)


def _compare_pictures(media: MediaRef, expected: Expected, reporter: Reporter) -> None:
    indices = range(media.frame_count) if expected.hashes else sorted({0, media.frame_count - 1})
    with FrameReader() as reader:
        for index in indices:
            reporter.report(Progress("Checking", index, media.frame_count))
            pixels = reader.read(FrameRef(media, index)).pixels
            if expected.hashes and pixel_hash(pixels) != expected.hashes[index]:
                raise OutputError(
                    f"Frame {index + 1} of {media.name} was read back with other pixels than were written. "
                    "It was not kept; write it again, or to another disk."
                )
