"""Where pixels are, never the pixels: media, frames of media, colour tags."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import PurePath

from mpd_studio.core.frames import FrameRange, FrameRate
from mpd_studio.core.geometry import Size


@dataclass(frozen=True, slots=True)
class ColorTags:
    """How code values mean colours, in FFmpeg's names ("bt709", "smpte170m", "bt2020nc", "rgb" …).

    matrix: the Y'CbCr matrix the file is coded with; "rgb" when it is coded as RGB.
    range: "limited" or "full" code values in the file. Decoded pictures are always full-range RGB.
    """

    primaries: str = "bt709"
    transfer: str = "bt709"
    matrix: str = "bt709"
    range: str = "limited"


class MediaKind(Enum):
    MOVIE = "movie"
    SEQUENCE = "sequence"
    STILL = "still"


@dataclass(frozen=True, slots=True)
class MediaRef:
    """One piece of media.

    path: absolute; for a sequence a printf pattern such as /shots/a/a_%06d.png.
    size: as shown, after `rotation` has been applied; in pixels, not yet widened by `pixel_aspect`.
    frame_count: exact; 1 for a still.
    fingerprint: hex digest of size and sampled bytes, to recognise moved media.
    start_tc: label of frame 0 ("01:00:00:00", ";" for drop-frame), or None when the file has none.
    rotation: degrees counter-clockwise that the reader applies: 0, 90, 180 or 270.
    bit_depth: bits a channel in the file (8, 10, 12, 16; 16 or 32 with is_float).
    color: tags with defaults filled in; `assumed` names the fields the file did not state.
    first_number: number in the file name of frame 0 of a sequence; 0 otherwise.
    """

    path: PurePath
    rate: FrameRate
    size: Size
    frame_count: int
    fingerprint: str
    kind: MediaKind = MediaKind.MOVIE
    start_tc: str | None = None
    rotation: int = 0
    pixel_aspect: Fraction = Fraction(1)
    bit_depth: int = 8
    is_float: bool = False
    alpha: bool = False
    color: ColorTags = ColorTags()
    assumed: tuple[str, ...] = ()
    is_vfr: bool = False
    first_number: int = 0

    @property
    def available_range(self) -> FrameRange:
        return FrameRange(0, self.frame_count)

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class FrameRef:
    """Frame `index` (from 0) of a piece of media."""

    media: MediaRef
    index: int

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.media.frame_count:
            raise ValueError(
                f"{self.media.name} has frames 0 to {self.media.frame_count - 1}; there is no frame {self.index}."
            )
