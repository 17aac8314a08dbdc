"""Small pictures for timelines and lists. Made in the I/O lane; reading is the slow part."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.media.display import display
from mpd_studio.media.reader import FrameReader


def thumbnail(reader: FrameReader, ref: FrameRef, size: Size) -> np.ndarray:
    """(h, w, 3) uint8 RGB that fits into `size`: proportions as shown (pixel aspect applied), never enlarged.

    Raises:
        MediaError: the frame cannot be read.
    """
    import cv2

    shown = display(reader.read(ref))
    height, width = shown.shape[:2]
    wide = width * float(ref.media.pixel_aspect)
    scale = min(size.width / wide, size.height / height, 1.0)
    target = (max(1, min(size.width, round(wide * scale))), max(1, min(size.height, round(height * scale))))
    if target == (width, height):
        return shown
    return cv2.resize(np.ascontiguousarray(shown), target, interpolation=cv2.INTER_AREA)
