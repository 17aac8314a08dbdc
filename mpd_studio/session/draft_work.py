"""What the draft lane does: a quick, small run of the flow engine, kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np

from mpd_studio.core.engine import BoundaryPictures, Engine
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import scale_guidance
from mpd_studio.core.ids import RegionId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter
from mpd_studio.engines.registry import open_engine
from mpd_studio.media.display import display
from mpd_studio.media.reader import FrameReader
from mpd_studio.workflow.region_masks import read_masks

DRAFT_ENGINE = "flow"
_HIGHEST = 480
_MOST_FRAMES = 48
_KEPT_ENDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class MadeDraft:
    """frames: one (h, w, 3) uint8 RGB array for each new frame, read-only; long gaps repeat some of them.

    confidence: mean of each frame, 0..1.
    """

    request: InbetweenRequest
    frames: tuple[np.ndarray, ...]
    confidence: tuple[float, ...]


class DraftMaker:
    """Belongs to the draft lane: made in the GUI thread, used in the lane only."""

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._engine: Engine | None = None
        self._ends: OrderedDict[tuple[FrameRef, Size], np.ndarray] = OrderedDict()

    def make(self, request: InbetweenRequest, reporter: Reporter) -> MadeDraft:
        """Raises: MpdError: an end cannot be read, or the engine refuses."""
        small = small_request(request)
        first = self._end(request.first, small.canvas, reporter)
        last = self._end(request.last, small.canvas, reporter)
        masks = tuple((region, _mask(mask, small.canvas)) for region, mask in _masks(request))
        engine = self._opened(reporter)
        made: list[np.ndarray] = []
        confidence: list[float] = []
        for picture in engine.generate(small, BoundaryPictures(first, last, masks=masks), reporter):
            reporter.raise_if_cancelled()
            made.append(_sealed(display(picture)))
            confidence.append(1.0 if picture.confidence is None else float(picture.confidence.mean()))
        nearest = [nearest_made(index, request.new_frames, len(made)) for index in range(request.new_frames)]
        return MadeDraft(request, tuple(made[i] for i in nearest), tuple(confidence[i] for i in nearest))

    def _end(self, ref: FrameRef, size: Size, reporter: Reporter) -> Picture:
        reporter.raise_if_cancelled()
        pixels = self._ends.get((ref, size))
        if pixels is None:
            pixels = _resized(display(self._reader.read(ref)), size)
            self._ends[ref, size] = pixels
            while len(self._ends) > _KEPT_ENDS:
                self._ends.popitem(last=False)
        self._ends.move_to_end((ref, size))
        return Picture(pixels)

    def _opened(self, reporter: Reporter) -> Engine:
        if self._engine is None:
            engine = open_engine(DRAFT_ENGINE)
            engine.load(reporter)
            self._engine = engine
        return self._engine


def small_request(request: InbetweenRequest) -> InbetweenRequest:
    """The same gap at most 480 pixels high, with at most 48 frames, drawn to scale."""
    scale = min(1.0, _HIGHEST / request.canvas.height)
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


def _sealed(pixels: np.ndarray) -> np.ndarray:
    pixels = np.ascontiguousarray(pixels)
    if pixels.flags.writeable:
        pixels.flags.writeable = False
    return pixels
