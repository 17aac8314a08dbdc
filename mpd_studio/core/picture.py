"""Decoded pixels on their way between media, engines and writers. Never stored in a timeline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import ColorTags


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture in the source's own depth.

    pixels: (height, width, channels >= 3), RGB, RGBA or more; uint8, uint16 (full range 0..65535, whatever the
        source's bit depth), float16 or float32 (linear or scene values, not clipped). Read-only once handed over.
    color: tags of the source, to be written again.
    bit_depth: bits a channel of the source; a 10-bit source is uint16 with bit_depth 10.
    confidence: (height, width) float32 in 0..1, how far a generated pixel can be trusted; None for footage.
    """

    pixels: np.ndarray
    color: ColorTags = ColorTags()
    bit_depth: int = 8
    confidence: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] < 3:
            raise ValueError(f"A picture is (height, width, channels >= 3), got {self.pixels.shape}.")
        if self.pixels.dtype not in (np.uint8, np.uint16, np.float16, np.float32):
            raise ValueError(f"A picture is uint8, uint16, float16 or float32, got {self.pixels.dtype}.")
        self.pixels.flags.writeable = False

    @property
    def size(self) -> Size:
        return Size(self.pixels.shape[1], self.pixels.shape[0])

    @property
    def has_alpha(self) -> bool:
        return self.pixels.shape[2] >= 4
