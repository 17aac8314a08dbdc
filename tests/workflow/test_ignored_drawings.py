from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from moving_pictures import request_for, still

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import PathId
from mpd_studio.core.progress import SilentReporter
from mpd_studio.workflow.inbetween import run


@pytest.mark.parametrize(("engine_id", "verdict"), [("crossfade", "WARN"), ("flow", "PASS")])
def test_drawings_that_the_engine_does_not_follow_are_said(tmp_path: Path, engine_id: str, verdict: str) -> None:
    ends = still(tmp_path / "a.png"), still(tmp_path / "b.png", 6)
    path = MotionPath(PathId("p"), (PathPoint(0, Point(40, 30)), PathPoint(1, Point(46, 30))), radius=12)
    request = replace(request_for(*ends, 2, engine_id), guidance=Guidance(paths=(path,)))
    made = run(request, tmp_path / "out", SilentReporter())
    assert made.result.verdict == verdict, made.sheet.as_text()
    assert ("does not know paths" in made.sheet.as_text()) == (verdict == "WARN")
