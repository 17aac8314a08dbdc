"""How long one mouse move takes on a full canvas. The bounds are generous: shared machines stall."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from easel import GAP, Easel
from PySide6.QtWidgets import QApplication

from mpd_studio.core.gap_edits import set_guidance
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance, MotionPath, MotionRegion, PathPoint, RegionMode
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.session.selection import Tool

CANVAS = Size(1920, 1080)
STROKE_POINTS = 2000
GENEROUS_S = 0.06  # fluid is 0.016; alone on two slow cores it is 0.004


def full_guidance() -> Guidance:
    """Eight bent paths and four regions of many corners."""
    paths = tuple(
        MotionPath(
            PathId(f"path-{i}"),
            (
                PathPoint(0, Point(200, 100 + 110 * i)),
                PathPoint(0.5, Point(900, 40 + 120 * i)),
                PathPoint(1, Point(1700, 130 + 100 * i)),
            ),
        )
        for i in range(8)
    )
    regions = tuple(
        MotionRegion(RegionId(f"region-{i}"), mode=mode, outline=blob(Point(300 + 400 * i, 500), 150))
        for i, mode in enumerate((*RegionMode, *RegionMode))
    )
    return Guidance(paths, regions)


def blob(center: Point, reach: float) -> tuple[Point, ...]:
    angles = [2 * math.pi * i / 200 for i in range(200)]
    return tuple(
        center + Point(math.cos(a), math.sin(a)).scaled(*(2 * [reach * (1 + 0.2 * math.sin(7 * a))])) for a in angles
    )


@pytest.fixture
def wide_easel(easel: Easel) -> Easel:
    easel.session.document.apply("Resize", lambda timeline: replace(timeline, canvas=CANVAS))
    easel.session.document.apply("Draw", lambda timeline: set_guidance(timeline, GAP, full_guidance()))
    easel.view.resize(1100, 700)
    easel.view.zoom_fit()
    QApplication.processEvents()
    return easel


def times_of(easel: Easel, places: list[Point]) -> list[float]:
    """Seconds of each mouse move with the painting that it causes."""
    taken = []
    for place in places:
        began = time.perf_counter()
        easel.move(place)
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        taken.append(time.perf_counter() - began)
    return taken


def report(title: str, taken: list[float], say: Callable[[str], None]) -> None:
    ordered = sorted(taken)
    median, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    say(f"{title}: median {median * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms, worst {ordered[-1] * 1e3:.1f} ms a move")
    assert median < GENEROUS_S


def around(count: int) -> list[Point]:
    return [
        Point(960 + 700 * math.cos(i * 0.013) * math.cos(i * 0.003), 540 + 400 * math.sin(i * 0.013))
        for i in range(count)
    ]


def test_a_stroke_of_two_thousand_points_stays_fluid(wide_easel: Easel, capsys: pytest.CaptureFixture[str]) -> None:
    easel = wide_easel
    easel.begin(Tool.BRUSH)
    easel.view.stage.set_brush(40, 0)
    places = around(STROKE_POINTS)
    easel.press(places[0])
    for place in places[1:-300]:
        easel.move(place)
    QApplication.processEvents()
    taken = times_of(easel, places[-300:])
    easel.release(places[-1])
    strokes = easel.guidance.regions[-1].strokes
    assert len(strokes[0].points) > 0.8 * STROKE_POINTS
    with capsys.disabled():
        report(f"\nbrush, {len(strokes[0].points)} points", taken, print)


def test_bending_a_path_among_many_stays_fluid(wide_easel: Easel, capsys: pytest.CaptureFixture[str]) -> None:
    easel = wide_easel
    easel.begin(Tool.PATH)
    easel.session.selection.select_path(PathId("path-3"))
    start = Point(900, 400)
    easel.press(start)
    taken = times_of(easel, [start + Point(0.5 * i, 100 * math.sin(i / 20)) for i in range(1, 200)])
    easel.release(start)
    assert easel.session.document.undo_label == "Move point"
    with capsys.disabled():
        report("\npath point", taken, print)


def test_a_drag_touches_only_the_item_it_changes(wide_easel: Easel) -> None:
    easel = wide_easel
    easel.begin(Tool.PATH)
    items = dict(easel.view.layer.paths)
    looks = {path_id: item.look for path_id, item in items.items()}
    easel.drag(Point(900, 400), Point(950, 300))
    assert easel.view.layer.paths == items
    changed = [path_id for path_id, item in items.items() if item.look.path is not looks[path_id].path]
    assert changed == [PathId("path-3")]
