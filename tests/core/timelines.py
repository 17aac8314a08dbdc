"""Small timelines for tests of edits and files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import PurePosixPath

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import (
    Boundary,
    Easing,
    EasingKind,
    Guidance,
    MaskRef,
    MotionPath,
    MotionRegion,
    PathPoint,
    RegionMode,
    Stroke,
)
from mpd_studio.core.ids import ClipId, GapId, PathId, RegionId, TakeId
from mpd_studio.core.inbetween import EngineSettings, FrameSequence, InbetweenRequest, InbetweenResult, Provenance
from mpd_studio.core.media_ref import ColorTags, FrameRef, MediaKind, MediaRef
from mpd_studio.core.timeline import Clip, Foreign, Gap, Marker, Take, Timeline, Track, UnplacedTake

RATE = Fraction(24000, 1001)
FOLDER = PurePosixPath("/projects/film")


def media(name: str = "a.mov", frames: int = 100) -> MediaRef:
    return MediaRef(
        FOLDER / "media" / name,
        RATE,
        Size(1280, 720),
        frames,
        f"print-{name}",
        kind=MediaKind.STILL if frames == 1 else MediaKind.MOVIE,
        start_tc="01:00:00:00",
        pixel_aspect=Fraction(4, 3),
        bit_depth=10,
        color=ColorTags("bt2020", "smpte2084", "bt2020nc", "full"),
        assumed=("range",),
    )


def clip(name: str, start: int = 10, length: int = 20, frames: int = 100) -> Clip:
    return Clip(ClipId(name), media(f"{name}.mov", frames), FrameRange(start, length))


def guidance() -> Guidance:
    points = (PathPoint(0, Point(320.5, 200.5)), PathPoint(0.5, Point(400, 120)), PathPoint(1, Point(520.5, 210.5)))
    square = (Point(1, 2), Point(30.25, 2), Point(30, 40))
    return Guidance(
        paths=(
            MotionPath(PathId("p1"), points, Easing(EasingKind.IN_OUT), 33.5, RegionId("ball")),
            MotionPath(PathId("p2"), points, Easing(EasingKind.CURVE, ((0, 0), (0.3, 0.9), (1, 1)))),
        ),
        regions=(
            MotionRegion(RegionId("ball"), outline=square, feather=2.5, follows=PathId("p1")),
            MotionRegion(RegionId("sky"), Boundary.LAST, RegionMode.STILL, strokes=(Stroke(square, 12.5, 0.25),)),
            MotionRegion(RegionId("m"), mask=MaskRef("/projects/film/mask.png")),
        ),
        ease=Easing(EasingKind.HOLD),
        depth_order=(PathId("p2"), PathId("p1")),
    )


def take(name: str = "t1", frames: int = 12) -> Take:
    first, last = FrameRef(media("a.mov"), 29), FrameRef(media("b.mov"), 10)
    request = InbetweenRequest(
        first,
        last,
        RATE,
        frames,
        Size(1280, 720),
        guidance=guidance(),
        settings=EngineSettings(options=(("draft", True),)),
    )
    result = InbetweenResult(
        request,
        FrameSequence(FOLDER / "film.takes" / name, "frame_%06d.png", frames),
        Provenance("flow", (("mpd-studio", "0.1.0"),), elapsed_s=1.5, confidence=(0.5, 0.75)),
        "WARN",
        ("two frames are alike",),
    )
    return Take(TakeId(name), result, f"Take {name}", "looks good")


def two_clips_and_a_gap(gap: Gap | None = None) -> Timeline:
    """a (frames 10..29 of a.mov), a gap of 12, b (frames 10..29 of b.mov)."""
    gap = gap or Gap(GapId("g"), 12)
    items = (clip("a"), gap, clip("b"))
    return Timeline(
        "Film", RATE, Size(1280, 720), start=86400, tracks=(Track("V1", items),), media=(media("a.mov"), media("b.mov"))
    )


def everything() -> Timeline:
    """One of each thing a project can hold."""
    picked = FrameRef(media("c.png", 1), 0)
    gap = Gap(GapId("g"), 12, guidance(), (take("t1"), take("t2")), TakeId("t2"), first=picked)
    timeline = two_clips_and_a_gap(gap)
    more = Track("V2", (Foreign(24, "transition", '{"OTIO_SCHEMA": "Transition.1"}'), clip("still", 0, 50, 1)))
    return Timeline(
        "Film",
        RATE,
        Size(1280, 720),
        drop_frame=False,
        start=86400,
        markers=(Marker(5, "look", "here"),),
        tracks=(*timeline.tracks, more),
        media=(*timeline.media, media("c.png", 1)),
        unplaced=(UnplacedTake(GapId("gone"), take("t9")),),
    )
