"""What an engine is: it gets pixels and a request, and gives exactly request.new_frames pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np

from mpd_studio.core.clip_plan import ClipLengths
from mpd_studio.core.engine_option import EngineOption, OptionValue
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import RegionId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter


class Capability(Enum):
    PATHS = "paths"
    REGIONS = "regions"
    ANY_DEPTH = "any depth"
    ALPHA = "alpha"
    CONFIDENCE = "confidence"
    SEEDED = "seeded"
    CONTEXT = "context"  # looks at the footage around the gap


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Facts about an engine, readable without importing it.

    new_frame_counts: the counts it can make; empty means any. size_multiple: sides must be multiples of it.
    clip_lengths: of the clips that it makes gaps out of (core/clip_plan.py); None makes each frame by itself.
    problem: why it cannot run here, with what to do; "" when it can.
    packages: whose versions decide what is made, beside the program's own; kept with every result.
    options: what can be said to it. in_effect: what every option is under these settings, also those that nobody said;
    raises SettingsError where they do not go together. None: an option is what was said, else its default.
    """

    id: str
    title: str
    summary: str
    capabilities: frozenset[Capability]
    new_frame_counts: tuple[int, ...] = ()
    size_multiple: int = 1
    native_size: Size | None = None
    min_vram_bytes: int = 0
    licence: str = "Apache-2.0"
    source: str = ""
    problem: str = ""
    packages: tuple[str, ...] = ()
    options: tuple[EngineOption, ...] = ()
    in_effect: Callable[[EngineSettings], Mapping[str, OptionValue]] | None = None
    clip_lengths: ClipLengths | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BoundaryPictures:
    """The decoded frames of a request, all of one size, dtype and channel count; context nearest first.

    masks: (region, mask) of every region given by a mask file; mask (height, width) float32, 1 inside.
    """

    first: Picture
    last: Picture
    context_before: tuple[Picture, ...] = ()
    context_after: tuple[Picture, ...] = ()
    masks: tuple[tuple[RegionId, np.ndarray], ...] = ()


class Engine(Protocol):
    """One engine object serves one lane; calls never overlap.

    generate yields exactly request.new_frames pictures in time order, each as soon as it is ready, of the boundary
    pictures' size, dtype and channel count. It calls the reporter at least every 0.5 s and cleans up in `finally`.

    Raises:
        UnsupportedRequest: before the first picture, when it cannot make this.
        EngineFailed: it broke on the way.
        Cancelled: through the reporter.
    """

    @property
    def info(self) -> EngineInfo: ...

    def load(self, reporter: Reporter) -> None: ...

    def generate(
        self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter
    ) -> Iterator[Picture]: ...

    def unload(self) -> None: ...
