"""A plain cross-fade between the boundary frames: what every other engine must beat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from mpd_studio.core.engine import BoundaryPictures, Capability, EngineInfo
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.motion.blend import mix
from mpd_studio.motion.boundary import check_boundary
from mpd_studio.motion.paths import ease, new_frame_times


class CrossfadeEngine:
    """Mixes the two frames by (eased) time. Knows nothing of paths and regions."""

    INFO: ClassVar[EngineInfo] = EngineInfo(
        id="crossfade",
        title="Cross-fade",
        summary="Fades from the first frame to the last. The yardstick for the others.",
        capabilities=frozenset(
            {Capability.ANY_DEPTH, Capability.ALPHA, Capability.CONFIDENCE, Capability.SEEDED},
        ),
        source="built in",
    )

    @property
    def info(self) -> EngineInfo:
        return self.INFO

    def load(self, reporter: Reporter) -> None:
        reporter.raise_if_cancelled()

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        """Yields the mixes; confidence falls with the difference between the two frames.

        Raises:
            UnsupportedRequest: the boundary frames do not fit together.
        """
        check_boundary(request, pictures)
        return self._frames(request, pictures, reporter)

    def _frames(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        first, last = pictures.first, pictures.last
        confidence = _agreement(first.pixels, last.pixels)
        times = ease(request.guidance.ease, new_frame_times(request.new_frames))
        for index, time in enumerate(times):
            reporter.report(Progress("New frames", index, request.new_frames))
            pixels = mix(first.pixels, last.pixels, float(time))
            yield Picture(pixels, first.color, first.bit_depth, confidence)
        reporter.report(Progress("New frames", request.new_frames, request.new_frames))

    def unload(self) -> None:
        """Nothing is held between calls."""


def _agreement(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(h, w) float32: 1 where the frames are equal, towards 0 where they differ by a fifth of the range."""
    a, b = first[..., :3].astype(np.float32), last[..., :3].astype(np.float32)
    whole = float(np.iinfo(first.dtype).max) if first.dtype.kind == "u" else 1.0
    difference = np.nan_to_num(np.abs(a - b), nan=whole, posinf=whole).max(axis=2) / whole
    return np.clip(1.0 - 5.0 * difference, 0.0, 1.0).astype(np.float32)
