"""Movies: ProRes 422 HQ and 4444, DNxHR HQX, FFV1 and H.264, with the tags they were converted with.

All carry primaries, transfer, matrix, and a start timecode. The Y'CbCr ones are limited range, H.264 also full when the
source was. DNxHR is always converted with BT.709: FFmpeg's encoder says so in every frame, whatever it is told. FFV1
is coded as RGB, so that every pixel comes back as it was. Rates are exact in all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sized
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from mpd_studio.core.errors import OutputError
from mpd_studio.core.exchange import ExporterInfo, WriteJob
from mpd_studio.core.frames import allows_drop_frame, is_drop_frame_text, parse_timecode, rate_title
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.media.color import code_points, movie_tags, rgb_tags
from mpd_studio.media.writers.acceptance import check_alike, check_picture
from mpd_studio.media.writers.frames import coded_frame
from mpd_studio.media.writers.read_back import Expected, check_read_back, pixel_hash
from mpd_studio.media.writers.staging import output_errors, staged, sync_file

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_ANY_SIZE = "ProRes 4444 (prores4444), FFV1 (ffv1) or pictures (png, png16, tiff16)"


@dataclass(frozen=True, slots=True)
class _Codec:
    """subsampling: luma samples per chroma sample, across and down; None when coded as RGB.

    matrix: the only one that the codec can state; None for any.
    """

    name: str
    options: tuple[tuple[str, str], ...]
    subsampling: tuple[int, int] | None
    bits: int
    smallest: Size = Size(1, 1)
    can_be_full_range: bool = False
    matrix: str | None = None


_CODECS = {
    "prores422hq": _Codec("prores_ks", (("profile", "3"), ("vendor", "apl0")), (2, 1), 10),
    "prores4444": _Codec("prores_ks", (("profile", "4"), ("vendor", "apl0"), ("alpha_bits", "16")), (1, 1), 10),
    "dnxhr_hqx": _Codec("dnxhd", (("profile", "dnxhr_hqx"),), (2, 1), 10, smallest=Size(256, 120), matrix="bt709"),
    "ffv1": _Codec("ffv1", (("level", "3"), ("slicecrc", "1")), None, 16),
    "h264": _Codec("libx264", (("crf", "14"), ("preset", "medium")), (2, 2), 8, can_be_full_range=True),
}


class MovieExporter:
    """One movie file; see core/exchange.py for the contract."""

    def __init__(self, info: ExporterInfo) -> None:
        self._info = info
        self._codec = _CODECS[info.id]

    @property
    def info(self) -> ExporterInfo:
        return self._info

    def write(self, pictures: Iterable[Picture], job: WriteJob, reporter: Reporter) -> tuple[Path, ...]:
        _check_timecode(job)
        with staged(self._info, job) as staging:
            file = staging.folder / f"{job.name}{self._info.suffix}"
            expected = self._encode(pictures, job, file, reporter)
            with output_errors(job.folder / file.name):
                sync_file(file)
            check_read_back(file, expected, reporter)
            return staging.commit([file])

    def _encode(self, pictures: Iterable[Picture], job: WriteJob, file: Path, reporter: Reporter) -> Expected:
        import av

        total = len(pictures) if isinstance(pictures, Sized) else 0
        incoming = iter(pictures)
        first = next(incoming, None)
        if first is None:
            raise OutputError("There are no pictures to write.")
        self.check_size(first.size)
        tags = self._tags(first)
        hashes: list[str] = []
        with output_errors(job.folder / file.name), av.open(str(file), "w") as container:
            stream = self._add_stream(container, first, tags, job)
            picture: Picture | None = first
            while picture is not None:
                number = len(hashes)
                reporter.report(Progress("Writing", number, total))
                check_picture(picture, self._info)
                check_alike(picture, first, number + 1)
                pixels = picture.pixels if self._info.alpha else picture.pixels[:, :, :3]
                self._encode_one(container, stream, pixels, tags, number)
                hashes.append(pixel_hash(pixels) if self._info.lossless else "")
                picture = next(incoming, None)
            container.mux(stream.encode(None))
        return Expected(
            count=len(hashes),
            size=first.size,
            rate=job.rate,
            color=tags,
            tag_fields=("primaries", "transfer", "matrix", "range"),
            start_tc=job.start_tc,
            hashes=tuple(hashes) if self._info.lossless else (),
        )

    def check_size(self, size: Size) -> None:
        """Raises: OutputError: the codec has no such size."""
        across, down = self._codec.subsampling or (1, 1)
        if size.width % across or size.height % down:
            sides = "an even width and height" if down == 2 else "an even width"
            raise OutputError(f"{self._info.title} needs {sides}; these pictures are {size}. Choose {_ANY_SIZE}.")
        least = self._codec.smallest
        if size.width < least.width or size.height < least.height:
            raise OutputError(
                f"{self._info.title} needs at least {least}; these pictures are {size}. Choose {_ANY_SIZE}."
            )

    def _tags(self, first: Picture) -> ColorTags:
        if self._codec.subsampling is None:
            return rgb_tags(first.color)
        is_full = first.color.range == "full" and first.color.matrix != "rgb" and self._codec.can_be_full_range
        tags = movie_tags(first.color, first.size, full_range=is_full)
        return replace(tags, matrix=self._codec.matrix or tags.matrix)

    def _add_stream(self, container: OutputContainer, first: Picture, tags: ColorTags, job: WriteJob) -> VideoStream:
        options = dict(self._codec.options)
        stream = cast("VideoStream", container.add_stream(self._codec.name, rate=job.rate, options=options))
        stream.width, stream.height = first.size.width, first.size.height
        stream.pix_fmt = self._pixel_format(first)
        stream.time_base = 1 / job.rate
        codes = code_points(tags)
        context = stream.codec_context
        context.color_primaries, context.color_trc = codes.primaries, codes.transfer
        context.colorspace, context.color_range = codes.matrix, codes.range
        if job.start_tc is not None:
            stream.metadata["timecode"] = job.start_tc
        return stream

    def _pixel_format(self, first: Picture) -> str:
        has_alpha = first.has_alpha and self._info.alpha
        if self._codec.subsampling is None:
            if first.pixels.dtype == np.uint8:
                return "bgra" if has_alpha else "bgr0"
            return "gbrap16le" if has_alpha else "gbrp16le"
        layout = {(1, 1): "444", (2, 1): "422", (2, 2): "420"}[self._codec.subsampling]
        depth = "" if self._codec.bits == 8 else f"{self._codec.bits}le"
        return f"yuv{'a' if has_alpha else ''}{layout}p{depth}"

    def _encode_one(
        self, container: OutputContainer, stream: VideoStream, pixels: np.ndarray, tags: ColorTags, number: int
    ) -> None:
        frame = coded_frame(pixels, stream.pix_fmt or "", tags, self._codec.subsampling, self._codec.bits)
        frame.pts = number
        frame.time_base = Fraction(1) / (stream.codec_context.rate or Fraction(1))
        container.mux(stream.encode(frame))


def _check_timecode(job: WriteJob) -> None:
    """Raises: OutputError: a label that does not exist at this rate; FFmpeg would leave it out without a word."""
    if job.start_tc is None:
        return
    try:
        parse_timecode(job.start_tc, job.rate)
    except ValueError as error:
        raise OutputError(f"The start timecode cannot be written: {error}") from error
    if is_drop_frame_text(job.start_tc) and not allows_drop_frame(job.rate):
        raise OutputError(
            f"The start timecode {job.start_tc} is drop-frame, which does not exist at {rate_title(job.rate)}. "
            "Write it with ':' before the frames."
        )
