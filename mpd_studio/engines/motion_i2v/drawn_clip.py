"""What the user drew, as one clip of a gap sees it from one of its two ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.guidance import Boundary, Guidance, MotionPath, MotionRegion, RegionMode
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.motion_i2v.drags import Drag, SparseMotion, rasterise_drags
from mpd_studio.motion.paths import positions
from mpd_studio.motion.pieces import carried_regions
from mpd_studio.motion.rasterise import region_mask
from mpd_studio.motion.warp import grid, sample

# A path that goes less far than this is a pin.
_PIN_PX = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """The drawing of a gap.

    masks: of every region on its own boundary frame, at canvas size, (h, w) float32 in 0..1.
    """

    guidance: Guidance
    fit: Fit
    masks: dict[str, np.ndarray]

    @property
    def holds(self) -> bool:
        """Whether anything is held still."""
        return bool(self.guidance.regions)

    def sparse(self, times: np.ndarray) -> SparseMotion:
        """For stage 1, at the model's size.

        times: (frames,) of the gap; falling where the clip is seen from its last frame.
        """
        order = list(reversed(self.guidance.depth_order))
        paths = [path for path in self.guidance.paths if path.id not in order]
        paths += [path for path_id in order if (path := self.guidance.path(path_id)) is not None]
        drags = [self._drag(path, times) for path in paths]  # the nearest last: it wins where two touch
        held = self.held(times[0])
        movable = None if held is None else self._on_model(held) < 1
        return rasterise_drags(drags, self.fit.model, len(times), movable)

    def held(self, time: float) -> np.ndarray | None:
        """(h, w) float32 at canvas size: how far the first frame's pixels must show at a time; None: nowhere."""
        if not self.holds:
            return None
        moves = [region for region in self.guidance.regions if region.mode is RegionMode.MOVES]
        still = [region for region in self.guidance.regions if region.mode is RegionMode.STILL]
        held = np.zeros((self.fit.canvas.height, self.fit.canvas.width), np.float32)
        if moves:
            # A thing that was carried away leaves a place that must be filled, so that is free too.
            free = [mask for region in moves for mask in (self._mask_at(region, time), self.masks[region.id])]
            held = 1 - np.maximum.reduce(free)
        for region in still:
            if self._carrier(region) is None:
                held = np.maximum(held, self.masks[region.id])
        return held

    def held_through(self, times: np.ndarray) -> np.ndarray | None:
        """(h, w) bool at the model's size: held fully at all these times; None: nowhere."""
        if not self.holds:
            return None
        least = self.held(float(times[0]))
        for time in times[1:]:
            held = self.held(float(time))
            least = held if least is None or held is None else np.minimum(least, held)
        return None if least is None else self._on_model(least) >= 1

    def _on_model(self, mask: np.ndarray) -> np.ndarray:
        """At the model's size; 1 where it is fully inside."""
        return np.where(self.fit.to_model(mask[..., None])[..., 0] > 1 - 1e-3, np.float32(1), np.float32(0))

    def _drag(self, path: MotionPath, times: np.ndarray) -> Drag:
        scale = self.fit.inside.width / self.fit.canvas.width
        way = positions(path, self.guidance.ease, times) * scale + np.array([self.fit.left, self.fit.top])
        radius = max(1, round(path.radius * scale))
        is_pin = np.abs(way - way[0]).max() < _PIN_PX
        points = tuple((float(x), float(y)) for x, y in (way[:1] if is_pin else way))
        regions = carried_regions(self.guidance, path)
        if not regions:
            return Drag(points, radius)
        area = np.maximum.reduce([self._mask_at(region, float(times[0])) for region in regions])
        return Drag(points, radius, area=self.fit.to_model(area[..., None])[..., 0] >= 0.5)

    def _mask_at(self, region: MotionRegion, time: float) -> np.ndarray:
        """Where a region is at a time of the gap: it goes with the path that carries it."""
        mask, path = self.masks[region.id], self._carrier(region)
        if path is None:
            return mask
        home = 0.0 if region.on is Boundary.FIRST else 1.0
        here, there = positions(path, self.guidance.ease, np.array([home, time]))
        shift = (there - here).astype(np.float32)
        height, width = mask.shape
        looked = grid(height, width) - shift
        inside = (looked >= -0.5) & (looked <= np.array([width, height], np.float32) - 0.5)
        return np.where(inside.all(axis=2), sample(mask, looked), np.float32(0))

    def _carrier(self, region: MotionRegion) -> MotionPath | None:
        return next((path for path in self.guidance.paths if region in carried_regions(self.guidance, path)), None)


def drawing_of(request: InbetweenRequest, pictures: BoundaryPictures, fit: Fit) -> Drawing:
    """Raises: UnsupportedRequest: a region's mask picture was not handed over."""
    regions: Sequence[MotionRegion] = request.guidance.regions
    masks = {str(region.id): region_mask(region, request.canvas, pictures.masks) for region in regions}
    return Drawing(request.guidance, fit, masks)
