"""Numbered pictures for every exporter, and where to write them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from barcode_clips import picture_of

from mpd_studio.core.exchange import WriteJob
from mpd_studio.core.media_ref import ColorTags
from mpd_studio.core.picture import Picture
from mpd_studio.media.exporters import exporter_infos

NTSC = Fraction(24000, 1001)
SIZE = (320, 160)
COUNT = 6
IDS = [info.id for info in exporter_infos()]
MOVIES = [info.id for info in exporter_infos() if info.is_movie]
SEQUENCES = [info.id for info in exporter_infos() if not info.is_movie]
BT709 = ColorTags("bt709", "bt709", "bt709", "limited")
BT601 = ColorTags("smpte170m", "smpte170m", "smpte170m", "limited")
BT2020 = ColorTags("bt2020", "smpte2084", "bt2020nc", "limited")
NUMBERS = {"bt709": 1, "smpte170m": 6, "bt2020": 9, "bt2020nc": 9, "smpte2084": 16}


def pictures(
    exporter_id: str, alpha: bool = False, color: ColorTags = BT709, size: tuple[int, int] = SIZE
) -> list[Picture]:
    """Numbered pictures in the widest type that the format takes."""
    info = next(info for info in exporter_infos() if info.id == exporter_id)
    made = []
    for number in range(COUNT):
        pixels = picture_of(number, *size)
        if alpha:
            pixels = np.dstack([pixels, picture_of(number + 50, *size)[:, :, 1]])
        if info.is_float:
            pixels = (pixels.astype(np.float32) / 64 - 0.5).astype(np.float16)
            color = ColorTags(color.primaries, "linear", "rgb", "full")
        elif info.bit_depth > 8:
            pixels = pixels.astype(np.uint16) * 257 + (0 if info.bit_depth == 10 else 13)
        made.append(Picture(pixels, color, 8 if pixels.dtype == np.uint8 else 16))
    return made


def matrix_of(exporter_id: str, color: ColorTags) -> str:
    return "bt709" if exporter_id == "dnxhr_hqx" else color.matrix  # the only one its frames can state


def job_in(folder: Path, **rest) -> WriteJob:
    return WriteJob(folder, "shot", NTSC, **rest)


def pattern_of(written: tuple[Path, ...]) -> Path:
    return written[0] if len(written) == 1 else written[0].with_name(f"shot_%06d{written[0].suffix}")
