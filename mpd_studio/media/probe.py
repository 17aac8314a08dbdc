"""What a piece of media is: exact frame count, exact rate, size as shown, depth and colour tags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.errors import MediaError
from mpd_studio.core.frames import FrameRate
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags, MediaKind, MediaRef
from mpd_studio.media import pixel_formats
from mpd_studio.media.chromaticities import primaries_of
from mpd_studio.media.color import FoundTags, code_points, fill_tags
from mpd_studio.media.exr_header import read_exr_header
from mpd_studio.media.open_video import open_video, shown_frames
from mpd_studio.media.packet_index import index_packets
from mpd_studio.media.rates import find_rate
from mpd_studio.media.sequences import find_sequence, is_pattern, is_picture, list_sequence
from mpd_studio.media.source_file import check_readable, fingerprint
from mpd_studio.media.stills import decode_still

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

__all__ = ["find_sequence", "probe"]

LARGEST_SIDE = 32768
_STILL_RATE = Fraction(24)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the first decoded frame tells."""

    size: Size
    rotation: int
    pixel_aspect: Fraction
    bit_depth: int
    is_float: bool
    alpha: bool
    color: ColorTags
    assumed: tuple[str, ...]


def probe(path: Path | str, rate: FrameRate | None = None) -> MediaRef:
    """A movie, one still, or a sequence given as a printf pattern (a_%06d.png).

    rate: for stills and sequences, which have none of their own (24 when not given); movies keep theirs.

    Raises:
        MediaError: missing, empty, truncated, corrupt, a folder, without pictures, too large, or a sequence with holes.
    """
    place = Path(path).expanduser().absolute()
    if is_pattern(place) and not place.exists():
        return _probe_sequence(place, rate)
    check_readable(place)
    if is_picture(place):
        return _probe_still(place, rate)
    return _probe_movie(place)


def _probe_still(path: Path, rate: FrameRate | None) -> MediaRef:
    return _still_ref(path, (path,), MediaKind.STILL, rate, 0)


def _probe_sequence(pattern: Path, rate: FrameRate | None) -> MediaRef:
    files = list_sequence(pattern)
    return _still_ref(pattern, files.paths, MediaKind.SEQUENCE, rate, files.first)


def _still_ref(
    path: Path, files: tuple[Path, ...], kind: MediaKind, rate: FrameRate | None, first_number: int
) -> MediaRef:
    look = _look(decode_still(files[0]), None, files[0], is_still=True)
    return MediaRef(
        path=path,
        rate=rate or _STILL_RATE,
        size=look.size,
        frame_count=len(files),
        fingerprint=fingerprint(files),
        kind=kind,
        rotation=look.rotation,
        pixel_aspect=look.pixel_aspect,
        bit_depth=look.bit_depth,
        is_float=look.is_float,
        alpha=look.alpha,
        color=look.color,
        assumed=look.assumed,
        first_number=first_number,
    )


def _probe_movie(path: Path) -> MediaRef:
    from av.error import FFmpegError

    container, stream = open_video(path)
    try:
        _check_size(stream.codec_context.width, stream.codec_context.height, path)
        hints = (stream.guessed_rate, stream.average_rate, stream.base_rate)
        start_tc = _start_timecode(container)
        first = next(shown_frames(container, stream), None)
        if first is None:
            raise MediaError(f"{path.name} holds no frame that can be decoded; it is truncated or corrupt.")
        look = _look(first, stream.codec_context, path, is_still=False)
    except FFmpegError as error:
        raise MediaError(f"{path.name} cannot be decoded ({error.strerror}); it is truncated or corrupt.") from error
    finally:
        container.close()
    index = index_packets(path)
    found = find_rate(index.pts, index.time_base, hints)
    return MediaRef(
        path=path,
        rate=found.rate,
        size=look.size,
        frame_count=index.count,
        fingerprint=fingerprint((path,)),
        kind=MediaKind.MOVIE,
        start_tc=start_tc,
        rotation=look.rotation,
        pixel_aspect=look.pixel_aspect,
        bit_depth=look.bit_depth,
        is_float=look.is_float,
        alpha=look.alpha,
        color=look.color,
        assumed=look.assumed,
        is_vfr=found.is_vfr,
    )


def _check_size(width: int, height: int, path: Path) -> None:
    if width < 1 or height < 1:
        raise MediaError(f"{path.name} does not say how large its pictures are; it is truncated or corrupt.")
    if max(width, height) > LARGEST_SIDE:
        raise MediaError(
            f"{path.name} is {width} × {height}; at most {LARGEST_SIDE} a side can be opened. Scale it down."
        )


def _look(frame: VideoFrame, codec: VideoCodecContext | None, path: Path, *, is_still: bool) -> _Look:
    _check_size(frame.width, frame.height, path)
    rotation = round(frame.rotation / 90) * 90 % 360
    turned = rotation in (90, 270)
    size = Size(frame.height, frame.width) if turned else Size(frame.width, frame.height)
    aspect = Fraction(1)
    if codec is not None and codec.sample_aspect_ratio:
        aspect = Fraction(codec.sample_aspect_ratio)
    floats = pixel_formats.is_float(frame.format)
    color, assumed = fill_tags(
        _exr_primaries(_found_tags(frame, codec), path),
        size,
        is_rgb=pixel_formats.is_rgb(frame.format) or (floats and is_still),
        is_still=is_still,
        is_float=floats,
    )
    return _Look(
        size=size,
        rotation=rotation,
        pixel_aspect=1 / aspect if turned else aspect,
        bit_depth=pixel_formats.depth(frame.format),
        is_float=floats,
        alpha=_is_transparent(frame, color, is_still=is_still),
        color=color,
        assumed=assumed,
    )


def _is_transparent(frame: VideoFrame, color: ColorTags, *, is_still: bool) -> bool:
    """Whether pictures have alpha. Palettes, WebP and BMP decode with an alpha channel even where they have none."""
    if not pixel_formats.has_alpha(frame.format):
        return False
    if not is_still or frame.format.name not in ("pal8", "argb", "bgra"):
        return True
    pixels = pixel_formats.rgb_of_frame(frame, color, "left")
    return bool((pixels[:, :, 3] < 255).any())


def _found_tags(frame: VideoFrame, codec: VideoCodecContext | None) -> FoundTags:
    """The frame's own tags; what it leaves open is taken from the stream."""

    def stated(of_frame: int, of_stream: int | None, missing: int) -> int:
        return of_frame if of_frame != missing or of_stream is None else of_stream

    # FFmpeg's old "yuvj" formats are full range by name, whatever the tag says.
    range_ = 2 if frame.format.name.startswith("yuvj") else int(frame.color_range)
    return FoundTags(
        primaries=stated(int(frame.color_primaries), codec and int(codec.color_primaries), 2),
        transfer=stated(int(frame.color_trc), codec and int(codec.color_trc), 2),
        matrix=stated(int(frame.colorspace), codec and int(codec.colorspace), 2),
        range=stated(range_, codec and int(codec.color_range), 0),
    )


def _exr_primaries(found: FoundTags, path: Path) -> FoundTags:
    """EXR names its primaries by their chromaticities, which FFmpeg does not pass on."""
    if path.suffix.lower() != ".exr":
        return found
    header = read_exr_header(path)
    values = header.chromaticities if header else None
    name = primaries_of(values) if values else None
    return found if name is None else replace(found, primaries=code_points(ColorTags(primaries=name)).primaries)


def _start_timecode(container: InputContainer) -> str | None:
    """From a timecode track, or from tags of the pictures or the file. Drop-frame labels carry ";"."""
    holders = [stream.metadata for stream in container.streams] + [container.metadata]
    for metadata in holders:
        for key, value in metadata.items():
            if key.lower() == "timecode" and value:
                return value
    return None
