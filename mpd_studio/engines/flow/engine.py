"""The embedded engine: two-way optical flow on the CPU, any depth, no weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from mpd_studio.core.engine import BoundaryPictures, Capability, EngineInfo
from mpd_studio.core.inbetween import InbetweenRequest, Quality
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.between import motion_at
from mpd_studio.motion.boundary import check_boundary
from mpd_studio.motion.confidence import balance, standing_difference
from mpd_studio.motion.flow import SMALLEST_FLOW_SIDE, Effort, two_way_flow
from mpd_studio.motion.luminance import working_pair, working_size
from mpd_studio.motion.paths import ease, new_frame_times
from mpd_studio.motion.render import render
from mpd_studio.motion.warp import Sampling, resize_plane

_EFFORTS = {
    Quality.DRAFT: Effort(working_pixels=60_000, look_back=False),
    Quality.NORMAL: Effort(working_pixels=130_000),
    Quality.BEST: Effort(working_pixels=260_000),
}
_SAMPLINGS = {Quality.DRAFT: Sampling.LINEAR, Quality.NORMAL: Sampling.CUBIC, Quality.BEST: Sampling.CUBIC}


class FlowEngine:
    """Moves what both frames show along optical flow, obeying paths and regions."""

    INFO: ClassVar[EngineInfo] = EngineInfo(
        id="flow",
        title="Flow",
        summary="Follows the motion between the two frames. Fast, needs no model and no graphics card.",
        capabilities=frozenset(Capability),
        source="built in",
    )

    @property
    def info(self) -> EngineInfo:
        return self.INFO

    def load(self, reporter: Reporter) -> None:
        import cv2  # noqa: F401 - the first import takes a moment; better here than in the first frame

        reporter.raise_if_cancelled()

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        """Yields the new frames with a confidence for each pixel.

        Raises:
            UnsupportedRequest: the boundary frames do not fit together, or are too small to see motion in.
        """
        check_boundary(request, pictures, SMALLEST_FLOW_SIDE)
        return self._frames(request, pictures, reporter)

    def _frames(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        first, last = pictures.first.pixels, pictures.last.pixels
        reporter.report(Progress("Motion", 0, 1))
        tick = reporter.raise_if_cancelled
        effort = _EFFORTS[request.settings.quality]
        small = working_pair(first, last, working_size(request.canvas, effort.working_pixels))
        field = two_way_flow(*small, effort, tick)
        looks = appearance(small[0]), appearance(small[1])
        standing = standing_difference(*looks)
        for index, time in enumerate(ease(request.guidance.ease, new_frame_times(request.new_frames))):
            reporter.report(Progress("New frames", index, request.new_frames))
            motion = motion_at(field, float(time))
            mixing = balance(motion, *looks, standing)
            pixels = render(first, last, motion, mixing, _SAMPLINGS[request.settings.quality], tick)
            confidence = resize_plane(mixing.confidence, *first.shape[:2])
            yield Picture(pixels, pictures.first.color, pictures.first.bit_depth, confidence)
        reporter.report(Progress("New frames", request.new_frames, request.new_frames))

    def unload(self) -> None:
        """Nothing is held between calls."""
