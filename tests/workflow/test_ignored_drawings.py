from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from moving_pictures import request_for, still

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, MotionRegion, PathPoint
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.core.progress import SilentReporter
from mpd_studio.workflow.inbetween import default_place, format_for, plan_sheet, run

PATH = MotionPath(PathId("p"), (PathPoint(0, Point(40, 30)), PathPoint(1, Point(46, 30))), radius=12)


@pytest.mark.parametrize(("engine_id", "verdict"), [("crossfade", "WARN"), ("flow", "PASS")])
def test_drawings_that_the_engine_does_not_follow_are_said(tmp_path: Path, engine_id: str, verdict: str) -> None:
    ends = still(tmp_path / "a.png"), still(tmp_path / "b.png", 6)
    request = replace(request_for(*ends, 2, engine_id), guidance=Guidance(paths=(PATH,)))
    made = run(request, tmp_path / "out", SilentReporter())
    assert made.result.verdict == verdict, made.sheet.as_text()
    assert ("does not know paths" in made.sheet.as_text()) == (verdict == "WARN")


@pytest.mark.parametrize(("engine_id", "ignored"), [("crossfade", "paths and regions"), ("flow", ""), ("svd", "")])
def test_before_the_run_the_sheet_tells_what_an_engine_will_not_follow(
    tmp_path: Path, engine_id: str, ignored: str
) -> None:
    region = MotionRegion(RegionId("r"), outline=(Point(2, 2), Point(20, 2), Point(2, 20)))
    request = request_for(still(tmp_path / "a.png"), still(tmp_path / "b.png", 6), 2, engine_id)
    request = replace(request, guidance=Guidance(paths=(PATH,), regions=(region,)))
    text = plan_sheet(request, default_place(request), format_for(request.first.media, None)).as_text()
    assert ("does not know" in text) == bool(ignored)
    assert ignored in text
