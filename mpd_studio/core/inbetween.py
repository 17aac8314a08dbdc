"""Everything one generation needs, in one frozen request; everything it made, in one frozen result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from mpd_studio.core.frames import FrameRate
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.media_ref import FrameRef


class Quality(Enum):
    DRAFT = "draft"
    NORMAL = "normal"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """quality, and what one engine alone knows as (name, value) pairs sorted by name."""

    quality: Quality = Quality.NORMAL
    options: tuple[tuple[str, str | int | float | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class InbetweenRequest:
    """Everything an engine may know; nothing else reaches it.

    first, last: the boundary frames, which are never touched.
    context_before, context_after: real footage around the gap, nearest frame first, when there is some.
    new_frames: frames strictly between the boundaries; at least 1.
    canvas: size of the new frames.
    """

    first: FrameRef
    last: FrameRef
    rate: FrameRate
    new_frames: int
    canvas: Size
    context_before: tuple[FrameRef, ...] = ()
    context_after: tuple[FrameRef, ...] = ()
    guidance: Guidance = Guidance()
    engine_id: str = "flow"
    settings: EngineSettings = EngineSettings()
    seed: int = 0

    def __post_init__(self) -> None:
        if self.new_frames < 1:
            raise ValueError("A request needs at least one new frame.")


@dataclass(frozen=True, slots=True)
class FrameSequence:
    """Numbered files on disk: folder / (pattern % number), number from first_number, `count` of them."""

    folder: PurePath
    pattern: str
    count: int
    first_number: int = 1

    def path(self, index: int) -> PurePath:
        """The file of frame `index`, counted from 0."""
        return self.folder / (self.pattern % (self.first_number + index))

    @property
    def paths(self) -> tuple[PurePath, ...]:
        return tuple(self.path(index) for index in range(self.count))


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a result came about. versions: (name, version) pairs; confidence: of each new frame, 0..1 (core/trust.py)."""

    engine_id: str
    versions: tuple[tuple[str, str], ...] = ()
    device: str = "cpu"
    elapsed_s: float = 0.0
    peak_bytes: int = 0
    created: str = ""
    confidence: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class InbetweenResult:
    """request: so that a take can always be made again. frames: written, not in memory.

    verdict: "PASS" or "WARN", with the contract sheet's reasons; the full sheet lies beside the frames.
    """

    request: InbetweenRequest
    frames: FrameSequence
    provenance: Provenance
    verdict: str = "PASS"
    reasons: tuple[str, ...] = ()
