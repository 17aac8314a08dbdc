"""What the user drew: motion paths and motion regions on the two boundary frames.

Times are fractions of the gap: 0 is the first boundary frame, 1 the last, so trimming a gap keeps the drawing.
New frame i of n (i from 0) lies at time (i + 1) / (n + 1). Positions are in canvas pixels (core/geometry.py).

The position of a path at gap time t is curve(easing(ease(t))): the whole gap's ease first, then the path's own
easing, then the monotone cubic through its points (their `time` is the curve's parameter).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.ids import PathId, RegionId


class Boundary(Enum):
    FIRST = "first"
    LAST = "last"


class EasingKind(Enum):
    LINEAR = "linear"
    IN = "in"
    OUT = "out"
    IN_OUT = "in-out"
    HOLD = "hold"
    CURVE = "curve"


@dataclass(frozen=True, slots=True)
class Easing:
    """How far along (0..1) one is at time t.

    hold: stays at 0 and jumps to 1 at t = 1. curve: monotone cubic through the (t, u) pairs in `curve`, which
    begin at t = 0 and end at t = 1 with rising t; u lies in 0..1 and never falls.
    """

    kind: EasingKind = EasingKind.LINEAR
    curve: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if (self.kind is EasingKind.CURVE) != bool(self.curve):
            raise ValueError("An easing has curve points if, and only if, its kind is 'curve'.")
        if not self.curve:
            return
        times = [t for t, _ in self.curve]
        values = [u for _, u in self.curve]
        if len(times) < 2 or times[0] != 0 or times[-1] != 1 or any(b <= a for a, b in pairwise(times)):
            raise ValueError("An easing curve needs rising times from 0 to 1.")
        if any(not 0 <= u <= 1 for u in values) or any(b < a for a, b in pairwise(values)):
            raise ValueError("An easing curve's values lie between 0 and 1 and never fall.")


LINEAR = Easing()


@dataclass(frozen=True, slots=True)
class PathPoint:
    time: float
    position: Point

    def __post_init__(self) -> None:
        if not 0.0 <= self.time <= 1.0:
            raise ValueError(f"A path point's time lies between 0 and 1, got {self.time}.")


@dataclass(frozen=True, slots=True)
class MotionPath:
    """A two-anchored path: points[0] at time 0 on the first frame, points[-1] at time 1 on the last.

    radius: reach of the path's influence in canvas pixels, > 0; unused where `region` names what it carries.
    """

    id: PathId
    points: tuple[PathPoint, ...]
    easing: Easing = LINEAR
    radius: float = 60.0
    region: RegionId | None = None

    def __post_init__(self) -> None:
        times = [point.time for point in self.points]
        if len(times) < 2 or times[0] != 0.0 or times[-1] != 1.0:
            raise ValueError("A path needs a point at time 0 and a point at time 1.")
        if any(b <= a for a, b in pairwise(times)):
            raise ValueError("The times of a path's points must rise.")
        if not self.radius > 0:
            raise ValueError("A path's radius must be larger than 0.")

    @property
    def is_pin(self) -> bool:
        """Whether it stays where it is: then it holds what it would take along."""
        return all(point.position == self.start for point in self.points)

    @property
    def start(self) -> Point:
        return self.points[0].position

    @property
    def end(self) -> Point:
        return self.points[-1].position


class RegionMode(Enum):
    MOVES = "moves"
    STILL = "still"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke of the brush. width in canvas pixels; softness 0 (hard) to 1 (soft to the centre)."""

    points: tuple[Point, ...]
    width: float
    softness: float = 0.0


@dataclass(frozen=True, slots=True)
class MaskRef:
    """A mask picture on disk (white = inside), canvas-sized."""

    path: str


@dataclass(frozen=True, slots=True)
class MotionRegion:
    """An area on a boundary frame, by outline, brush strokes or a mask file: exactly one of the three.

    STILL: the new frames equal the first frame's pixels inside, exactly. MOVES: where any region moves, only the
    inside of such regions moves; the rest holds still like the first frame.
    feather: width of the soft edge in pixels, outside the region. follows: the path that carries the region.
    """

    id: RegionId
    on: Boundary = Boundary.FIRST
    mode: RegionMode = RegionMode.MOVES
    outline: tuple[Point, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    mask: MaskRef | None = None
    feather: float = 4.0
    follows: PathId | None = None

    def __post_init__(self) -> None:
        if (bool(self.outline) + bool(self.strokes) + (self.mask is not None)) != 1:
            raise ValueError("A region is given by an outline, by brush strokes, or by a mask file: one of them.")
        if self.outline and len(self.outline) < 3:
            raise ValueError("A region's outline needs at least three points.")
        if self.feather < 0:
            raise ValueError("A region's feather cannot be negative.")


@dataclass(frozen=True, slots=True)
class Guidance:
    """All paths and regions of a gap. depth_order: path ids, nearest first; unnamed paths lie behind."""

    paths: tuple[MotionPath, ...] = ()
    regions: tuple[MotionRegion, ...] = ()
    ease: Easing = LINEAR
    depth_order: tuple[PathId, ...] = field(default=())

    def __post_init__(self) -> None:
        path_ids = [path.id for path in self.paths]
        region_ids = [region.id for region in self.regions]
        if len(set(path_ids)) != len(path_ids) or len(set(region_ids)) != len(region_ids):
            raise ValueError("Every path and every region needs an id of its own.")
        for path in self.paths:
            if path.region is not None and path.region not in region_ids:
                raise ValueError(f"A path carries the region '{path.region}', which does not exist.")
        for region in self.regions:
            if region.follows is not None and region.follows not in path_ids:
                raise ValueError(f"The region '{region.id}' follows a path that does not exist.")

    @property
    def is_empty(self) -> bool:
        return not self.paths and not self.regions and self.ease == LINEAR

    def path(self, path_id: PathId) -> MotionPath | None:
        return next((path for path in self.paths if path.id == path_id), None)

    def region(self, region_id: RegionId) -> MotionRegion | None:
        return next((region for region in self.regions if region.id == region_id), None)


def scale_guidance(guidance: Guidance, old: Size, new: Size) -> Guidance:
    """The same drawing on a canvas of another size. Lengths (radius, width, feather) take the mean scale."""
    if old == new:
        return guidance
    x, y = new.width / old.width, new.height / old.height
    mean = (x * y) ** 0.5
    paths = tuple(
        replace(
            path,
            points=tuple(replace(p, position=p.position.scaled(x, y)) for p in path.points),
            radius=path.radius * mean,
        )
        for path in guidance.paths
    )
    regions = tuple(
        replace(
            region,
            outline=tuple(p.scaled(x, y) for p in region.outline),
            strokes=tuple(
                replace(s, points=tuple(p.scaled(x, y) for p in s.points), width=s.width * mean) for s in region.strokes
            ),
            feather=region.feather * mean,
        )
        for region in guidance.regions
    )
    return replace(guidance, paths=paths, regions=regions)
