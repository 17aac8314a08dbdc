"""One frame of a gap while its drawing is being changed: small, at once, and close to what the engine will make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.flow.scene import Measured, Scene, compose
from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.luminance import working_pair, working_size
from mpd_studio.motion.pieces import HURRIED

GLANCE_HEIGHT = 270
_WORKING_PIXELS = 30_000


def smaller(measured: Measured, request: InbetweenRequest, pictures: BoundaryPictures) -> Measured:
    """What was measured once, at a size that costs little to work with."""
    size = working_size(request.canvas, _WORKING_PIXELS)
    small = working_pair(pictures.first.pixels, pictures.last.pixels, size)
    return replace(measured, field=measured.field.resized(size), looks=(appearance(small[0]), appearance(small[1])))


def glance(
    request: InbetweenRequest, pictures: BoundaryPictures, measured: Measured, tick: Callable[[], None]
) -> Scene:
    """The scene of a drawing, composed in a hurry: each path's turn and growth are fitted once, not on four cores."""
    return compose(request, pictures, measured, tick, HURRIED)


def cut_out(scene: Scene, index: int) -> np.ndarray:
    """(h, w, 4) uint8: the first frame with the mask of a piece as its alpha."""
    mask = np.rint(255 * scene.pieces[index].first_mask).astype(np.uint8)
    return np.dstack([scene.first[..., :3], mask])
