"""One frame of a gap while its drawing is being changed: small, at once, and close to what the engine will make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.guidance import Guidance, MotionPath
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.flow.scene import Measured, Scene, compose
from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.luminance import working_pair, working_size
from mpd_studio.motion.pieces import HURRIED

GLANCE_HEIGHT = 240
_WORKING_PIXELS = 15_000


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


def rerouted(scene: Scene, guidance: Guidance) -> Scene | None:
    """The scene of a drawing that carries the same things between the same ends, only on other ways or at other times.

    Nothing needs to be fitted or cut out again. None where more has changed than that.
    """
    old = scene.guidance
    if old.regions != guidance.regions or old.depth_order != guidance.depth_order:
        return None
    if [_carries(path) for path in old.paths] != [_carries(path) for path in guidance.paths]:
        return None
    ways = {path.id: path for path in guidance.paths}
    pieces = tuple(replace(piece, path=ways[piece.path.id]) for piece in scene.pieces)
    return replace(scene, guidance=guidance, pieces=pieces)


def _carries(path: MotionPath) -> tuple[object, ...]:
    return path.id, path.start, path.end, path.radius, path.region
