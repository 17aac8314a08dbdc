"""The embedded engine: two-way optical flow on the CPU, any depth, no weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import ClassVar

from mpd_studio.core.engine import BoundaryPictures, Capability, EngineInfo
from mpd_studio.core.figures import Figure
from mpd_studio.core.inbetween import InbetweenRequest, Quality
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.flow.regrain import GRAIN_OPTION, regrain
from mpd_studio.engines.flow.scene import build_scene, measure
from mpd_studio.engines.flow.shot_change import CUT_OPTION, figures_of, held_frame, holds
from mpd_studio.engines.flow.side_by_side import AT_ONCE, side_by_side
from mpd_studio.motion.boundary import check_boundary
from mpd_studio.motion.flow import SMALLEST_FLOW_SIDE
from mpd_studio.motion.paths import new_frame_times


class FlowEngine:
    """Moves what both frames show along optical flow, obeying paths and regions."""

    INFO: ClassVar[EngineInfo] = EngineInfo(
        id="flow",
        title="Flow",
        summary="Follows the motion between the two frames. Fast, needs no model and no graphics card.",
        capabilities=frozenset(Capability),
        source="built in",
        options=(CUT_OPTION, GRAIN_OPTION),
    )

    def __init__(self) -> None:
        self._figures: tuple[Figure, ...] = ()

    @property
    def info(self) -> EngineInfo:
        return self.INFO

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Of the last run: whether its ends belong to one shot; known when its first frame is."""
        return self._figures

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

    def look_ahead(
        self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter
    ) -> tuple[Figure, ...]:
        """Whether the ends belong to one shot, as measured for a draft."""
        check_boundary(request, pictures, SMALLEST_FLOW_SIDE)
        quick = replace(request, settings=replace(request.settings, quality=Quality.DRAFT))
        measured = measure(quick, pictures, reporter.raise_if_cancelled)
        return figures_of(measured.change, holds(request, measured.change))

    def _frames(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        first = pictures.first
        self._figures = ()
        reporter.report(Progress("Motion", 0, 1))
        scene = build_scene(request, pictures, reporter.raise_if_cancelled)
        reporter.raise_if_cancelled()
        is_held = holds(request, scene.change)
        self._figures = figures_of(scene.change, is_held)
        grain = None if is_held else regrain(scene, request.settings, request.seed)
        times = [float(time) for time in new_frame_times(request.new_frames)]

        def make(index: int, go_on: Callable[[], None]) -> Picture:
            if is_held:
                pixels, confidence = held_frame(first.pixels, pictures.last.pixels, times[index])
            else:
                is_alone = index == len(times) - 1 and index % AT_ONCE == 0
                pixels, confidence = scene.frame_at(times[index], go_on, AT_ONCE if is_alone else 1)
            if grain is not None:
                pixels = grain(pixels, times[index], index, go_on)
            return Picture(pixels, first.color, first.bit_depth, confidence)

        reporter.report(Progress("New frames", 0, len(times)))
        for done, picture in enumerate(side_by_side(make, len(times), reporter.raise_if_cancelled), 1):
            yield picture
            reporter.report(Progress("New frames", done, len(times)))

    def unload(self) -> None:
        """Nothing is held between calls."""
