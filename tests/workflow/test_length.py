"""What is said of a gap's length before a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from moving_pictures import request_for, still

from mpd_studio.core.clip_plan import ClipLengths
from mpd_studio.core.engine import EngineInfo
from mpd_studio.engines.registry import engine_infos
from mpd_studio.workflow.inbetween import default_place, format_for, plan_sheet
from mpd_studio.workflow.length import length_line, length_problem

ENGINES = {info.id: info for info in engine_infos()}
CLIPS = EngineInfo("clips", "Clips", "", frozenset(), clip_lengths=ClipLengths(14, 25))


@pytest.mark.parametrize(
    ("new_frames", "text"),
    [
        (1, "1 new frame out of one clip of 15, ends included, of which the middle one is taken"),
        (2, "2 new frames out of one clip of 16, ends included, of which every fifth is taken"),
        (6, "6 new frames out of one clip of 15, ends included, of which every second is taken"),
        (12, "12 new frames out of one clip of 14, ends included"),
        (23, "23 new frames out of one clip of 25, ends included"),
        (24, "24 new frames out of 3 clips, coarse to fine: one of 15 over the whole gap, then 2 of 14 to 25 between"),
        (47, "47 new frames out of 3 clips, coarse to fine: one of 15 over the whole gap, then 2 of 25 between"),
    ],
)
def test_the_clips_of_a_gap_are_told(new_frames: int, text: str) -> None:
    line = length_line(new_frames, CLIPS)
    assert line is not None
    assert line.text == text


def test_engines_that_make_each_frame_by_itself_say_nothing_of_clips() -> None:
    assert length_line(12, ENGINES["flow"]) is None


def test_a_count_that_an_engine_cannot_make_is_a_problem() -> None:
    fixed = replace(CLIPS, clip_lengths=None, new_frame_counts=(7, 14))
    assert length_problem(7, fixed) == ""
    assert length_problem(8, fixed) == "Clips makes 7, 14 new frames, not 8. Choose another engine."
    assert length_problem(8, CLIPS) == ""


def test_the_sheet_before_the_run_says_it(tmp_path: Path) -> None:
    request = request_for(still(tmp_path / "a.png"), still(tmp_path / "b.png", 6), 60, "svd")
    sheet = plan_sheet(request, default_place(request), format_for(request.first.media, None))
    assert "60 new frames out of 4 clips, coarse to fine" in sheet.as_text()
    assert sheet.verdict == "TODO"
