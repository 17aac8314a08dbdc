"""The mask pictures that regions name, read before an engine starts: engines get pixels, never files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mpd_studio.core.errors import GuidanceError, MediaError
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.ids import RegionId
from mpd_studio.core.media_ref import FrameRef


def read_masks(guidance: Guidance, canvas: Size) -> tuple[tuple[RegionId, np.ndarray], ...]:
    """(region, mask) of every region given by a file; mask: (height, width) float32, 1 inside, of the canvas size.

    Raises:
        GuidanceError: a mask is missing, unreadable, or of another size.
    """
    from mpd_studio.media.probe import probe
    from mpd_studio.media.reader import FrameReader

    masks = []
    with FrameReader() as reader:
        for region in guidance.regions:
            if region.mask is None:
                continue
            try:
                media = probe(Path(region.mask.path))
                pixels = reader.read(FrameRef(media, 0)).pixels
            except MediaError as error:
                raise GuidanceError(f"The mask of region '{region.id}' cannot be used: {error}") from error
            if media.size != canvas:
                raise GuidanceError(
                    f"The mask of region '{region.id}' is {media.size}, but the frames are {canvas}. Make them alike."
                )
            full = 1.0 if np.issubdtype(pixels.dtype, np.floating) else float(np.iinfo(pixels.dtype).max)
            masks.append((region.id, pixels[:, :, :3].astype(np.float32).mean(axis=2) / full))
    return tuple(masks)
