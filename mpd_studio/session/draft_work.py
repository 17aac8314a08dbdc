"""What the draft lane does: a quick, small run of the flow engine, kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.figures import Figure
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import scale_guidance
from mpd_studio.core.ids import RegionId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter
from mpd_studio.core.trust import frame_confidence
from mpd_studio.engines.flow.glance import GLANCE_HEIGHT, Glances
from mpd_studio.engines.flow.scene import Measured, Scene, compose, measure
from mpd_studio.engines.flow.shot_change import figures_of
from mpd_studio.media.display import display
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.boundary import check_boundary
from mpd_studio.motion.densify import velocities
from mpd_studio.motion.flow import SMALLEST_FLOW_SIDE
from mpd_studio.motion.paths import new_frame_times
from mpd_studio.session.cut_outs import CutOut, cut_outs
from mpd_studio.workflow.region_masks import read_masks

DRAFT_ENGINE = "flow"
_HIGHEST = 480
_MOST_FRAMES = 48
_KEPT_ENDS = 4
_SPARSE = 2  # of a glance's pixels so many across and down stand for one figure


@dataclass(frozen=True, slots=True, eq=False)
class MadeDraft:
    """frames: one (h, w, 3) uint8 RGB array for each new frame, read-only; long gaps repeat some of them.

    confidence: of each frame, 0..1 (core/trust.py). maps: the same of each pixel, (h, w) uint8, smaller. figures: what
    the engine tells of the gap. cut_outs: what the paths carry.
    """

    request: InbetweenRequest
    frames: tuple[np.ndarray, ...]
    confidence: tuple[float, ...]
    maps: tuple[np.ndarray, ...] = ()
    figures: tuple[Figure, ...] = ()
    cut_outs: tuple[CutOut, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """One new frame of a drawing that is still being changed. index: from 0. frame: (h, w, 3) uint8 RGB, read-only."""

    request: InbetweenRequest
    index: int
    frame: np.ndarray
    confidence: float
    cut_outs: tuple[CutOut, ...]


class DraftMaker:
    """Belongs to the draft lane: made in the GUI thread, used in the lane only.

    What is measured between two frames is kept, because drawing on them changes nothing of it.
    """

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._ends: OrderedDict[tuple[FrameRef, Size], np.ndarray] = OrderedDict()
        self._measured: OrderedDict[tuple[FrameRef, FrameRef, Size], Measured] = OrderedDict()
        self._glances = Glances()
        self._cut: tuple[Scene, tuple[CutOut, ...]] | None = None  # of the newest glance

    def make(self, request: InbetweenRequest, reporter: Reporter) -> MadeDraft:
        """Raises: MpdError: an end cannot be read, or the engine refuses."""
        small = small_request(request)
        scene = self._scene(request, small, reporter)
        made: list[np.ndarray] = []
        trusted: list[np.ndarray] = []
        for time in new_frame_times(small.new_frames):
            pixels, confidence = scene.frame_at(float(time), reporter.raise_if_cancelled)
            made.append(_sealed(pixels))
            trusted.append(confidence)
        nearest = [nearest_made(index, request.new_frames, len(made)) for index in range(request.new_frames)]
        cuts = cut_outs(scene, request.guidance, request.canvas)
        reporter.raise_if_cancelled()
        values = [frame_confidence(confidence) for confidence in trusted]
        maps = [_small_map(confidence) for confidence in trusted]
        return MadeDraft(
            request,
            tuple(made[i] for i in nearest),
            tuple(values[i] for i in nearest),
            tuple(maps[i] for i in nearest),
            figures_of(scene.change, held=False),
            cuts,
        )

    def glance(self, request: InbetweenRequest, index: int, reporter: Reporter) -> Glance:
        """New frame `index` alone, smaller and in a hurry. Raises as make."""
        scene = self._glanced(request, reporter)
        time = float(new_frame_times(request.new_frames)[index])
        pixels, trusted = self._glances.frame(scene, time, reporter.raise_if_cancelled)
        if self._cut is None or self._cut[0].ready is not scene.ready:
            self._cut = scene, cut_outs(scene, request.guidance, request.canvas)
        confidence = frame_confidence(trusted[::_SPARSE, ::_SPARSE])
        return Glance(request, index, _sealed(pixels), confidence, self._cut[1])

    def motion(self, request: InbetweenRequest, time: float, reporter: Reporter) -> np.ndarray:
        """(h, w, 2) float32 in canvas pixels: how far what is seen at gap time `time` goes over the whole gap.

        Raises as make.
        """
        scene = self._glanced(request, reporter)
        moving = velocities(scene.field, scene.pieces, scene.holds, scene.guidance, time)
        height, width = moving.shape[:2]
        return _sealed(moving * np.array([request.canvas.width / width, request.canvas.height / height], np.float32))

    def _scene(self, request: InbetweenRequest, small: InbetweenRequest, reporter: Reporter) -> Scene:
        pictures = self._pictures(request, small, reporter)
        return compose(small, pictures, self._measure(small, pictures, reporter), reporter.raise_if_cancelled)

    def _glanced(self, request: InbetweenRequest, reporter: Reporter) -> Scene:
        """The scene at the size of a glance. Motion is measured at the size of a draft, which will need it next."""
        least = small_request(request, GLANCE_HEIGHT)
        known = self._glances.known(least)
        if known is not None:
            return known
        small = small_request(request)
        key = (small.first, small.last, small.canvas)
        if key not in self._measured:
            self._measure(small, self._pictures(request, small, reporter), reporter)
        pictures = self._pictures(request, least, reporter)
        return self._glances.compose(least, pictures, self._measured[key], reporter.raise_if_cancelled)

    def _measure(self, small: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Measured:
        check_boundary(small, pictures, SMALLEST_FLOW_SIDE)
        key = (small.first, small.last, small.canvas)
        if key not in self._measured:
            self._measured[key] = measure(small, pictures, reporter.raise_if_cancelled)
            while len(self._measured) > _KEPT_ENDS:
                self._measured.popitem(last=False)
        self._measured.move_to_end(key)
        return self._measured[key]

    def _pictures(self, request: InbetweenRequest, small: InbetweenRequest, reporter: Reporter) -> BoundaryPictures:
        first = self._end(request.first, small.canvas, reporter)
        last = self._end(request.last, small.canvas, reporter)
        masks = tuple((region, _mask(mask, small.canvas)) for region, mask in _masks(request))
        return BoundaryPictures(first, last, masks=masks)

    def _end(self, ref: FrameRef, size: Size, reporter: Reporter) -> Picture:
        reporter.raise_if_cancelled()
        pixels = self._ends.get((ref, size))
        if pixels is None:
            pixels = _resized(display(self._reader.read(ref)), size)
            self._ends[ref, size] = pixels
            while len(self._ends) > 2 * _KEPT_ENDS:
                self._ends.popitem(last=False)
        self._ends.move_to_end((ref, size))
        return Picture(pixels)


def small_request(request: InbetweenRequest, highest: int = _HIGHEST) -> InbetweenRequest:
    """The same gap at most `highest` pixels high, with at most 48 frames, drawn to scale."""
    scale = min(1.0, highest / request.canvas.height)
    size = Size(max(1, round(request.canvas.width * scale)), max(1, round(request.canvas.height * scale)))
    return replace(
        request,
        canvas=size,
        guidance=scale_guidance(request.guidance, request.canvas, size),
        new_frames=min(request.new_frames, _MOST_FRAMES),
        engine_id=DRAFT_ENGINE,
        settings=EngineSettings(Quality.DRAFT),
    )


def nearest_made(index: int, wanted: int, made: int) -> int:
    """Which of `made` frames lies nearest in time to frame `index` of `wanted`."""
    time = (index + 1) / (wanted + 1)
    return min(made - 1, max(0, round(time * (made + 1)) - 1))


def _masks(request: InbetweenRequest) -> tuple[tuple[RegionId, np.ndarray], ...]:
    if not any(region.mask for region in request.guidance.regions):
        return ()
    return read_masks(request.guidance, request.canvas)


def _mask(mask: np.ndarray, size: Size) -> np.ndarray:
    import cv2

    return cv2.resize(mask, (size.width, size.height), interpolation=cv2.INTER_AREA)


def _resized(pixels: np.ndarray, size: Size) -> np.ndarray:
    import cv2

    if pixels.shape[:2] == (size.height, size.width):
        return np.ascontiguousarray(pixels)
    return cv2.resize(np.ascontiguousarray(pixels), (size.width, size.height), interpolation=cv2.INTER_AREA)


def _small_map(confidence: np.ndarray) -> np.ndarray:
    """(h, w) uint8 at half the size."""
    import cv2

    height, width = confidence.shape
    half = cv2.resize(confidence, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    return _sealed(np.rint(half * 255).astype(np.uint8))


def _sealed(pixels: np.ndarray) -> np.ndarray:
    pixels = np.ascontiguousarray(pixels)
    if pixels.flags.writeable:
        pixels.flags.writeable = False
    return pixels
