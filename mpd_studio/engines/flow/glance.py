"""One frame of a gap while its drawing is being changed: small, at once, and close to what the engine will make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Guidance, MotionPath
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.flow.scene import Measured, Scene, compose
from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.luminance import working_pair, working_size
from mpd_studio.motion.paths import ease
from mpd_studio.motion.pieces import HURRIED

GLANCE_HEIGHT = 240
_WORKING_PIXELS = 15_000


def smaller(measured: Measured, request: InbetweenRequest, pictures: BoundaryPictures) -> Measured:
    """What was measured once, at a size that costs little to work with."""
    size = working_size(request.canvas, _WORKING_PIXELS)
    small = working_pair(pictures.first.pixels, pictures.last.pixels, size)
    return replace(measured, field=measured.field.resized(size), looks=(appearance(small[0]), appearance(small[1])))


class Glances:
    """What looks at one gap have in common is made once: small pictures, what is cut out, what lies behind.

    While a point in the middle of a path is dragged, only the piece itself is laid anew at each move of the hand.
    """

    def __init__(self) -> None:
        self._small: tuple[Measured, Size, Measured] | None = None
        self._newest: tuple[InbetweenRequest, Scene] | None = None
        self._behind: tuple[Scene, float, np.ndarray, np.ndarray] | None = None

    def known(self, request: InbetweenRequest) -> Scene | None:
        """The scene of a request whose drawing lets the newest one be used again; None: `compose` it."""
        if self._newest is None or self._newest[0] != _without_drawing(request):
            return None
        return rerouted(self._newest[1], request.guidance)

    def compose(
        self, request: InbetweenRequest, pictures: BoundaryPictures, measured: Measured, tick: Callable[[], None]
    ) -> Scene:
        """The scene of a request, at its size. measured: the motion at any size."""
        if self._small is None or self._small[:2] != (measured, request.canvas):
            self._small = measured, request.canvas, smaller(measured, request, pictures)
        scene = glance(request, pictures, self._small[2], tick)
        self._newest = _without_drawing(request), scene
        return scene

    def frame(self, scene: Scene, time: float, tick: Callable[[], None]) -> tuple[np.ndarray, np.ndarray]:
        """As scene.frame_at. scene: from `known` or `compose`."""
        eased = ease(scene.guidance.ease, time)
        kept = self._behind
        # Scenes that were rerouted have the same sources and the same backdrop.
        if kept is None or kept[0].ready is not scene.ready or kept[1] != eased:
            self._behind = kept = (scene, eased, *scene.behind(eased, tick, cores=1))
        return scene.laid_over(kept[2].copy(), kept[3].copy(), time, tick)


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
    if not old.paths and old.ease != guidance.ease:
        return None
    if [_carries(path) for path in old.paths] != [_carries(path) for path in guidance.paths]:
        return None
    ways = {path.id: path for path in guidance.paths}
    pieces = tuple(replace(piece, path=ways[piece.path.id]) for piece in scene.pieces)
    return replace(scene, guidance=guidance, pieces=pieces)


def _without_drawing(request: InbetweenRequest) -> InbetweenRequest:
    return replace(request, guidance=Guidance(), new_frames=1)


def _carries(path: MotionPath) -> tuple[object, ...]:
    return path.id, path.start, path.end, path.radius, path.region
