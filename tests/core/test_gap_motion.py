"""Motions kept with a gap: set, edited, taken away, and written with the project."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

import pytest

from mpd_studio.core.errors import EditRefused
from mpd_studio.core.gap_edits import edit_motion, remove_motion, set_motion
from mpd_studio.core.gap_motion import GapMotion, MotionEdits
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import GapId, RegionId
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.project_file import read_project, write_project
from mpd_studio.core.timeline import Gap, Timeline, Track

GAP = GapId("gap-a")
MEDIA = MediaRef(PurePath("/shots/a.mov"), Fraction(24), Size(96, 64), 12, "a")
FRAME = FrameRef(MEDIA, 3)
FIRST = GapMotion(Boundary.FIRST, FRAME, PurePath("/shots/p.takes/motion-1/first.npz"))
LAST = GapMotion(Boundary.LAST, FrameRef(MEDIA, 9), PurePath("/shots/p.takes/motion-2/last.npz"), "wind.flo")


def kept(*motions: GapMotion) -> Timeline:
    timeline = Timeline(tracks=(Track("V1", (Gap(GAP, 5),)),))
    for motion in motions:
        timeline = set_motion(timeline, GAP, motion)
    return timeline


def gap_of(timeline: Timeline) -> Gap:
    (item,) = timeline.tracks[0].items
    assert isinstance(item, Gap)
    return item


def test_a_gap_keeps_one_motion_of_each_end() -> None:
    other = replace(FIRST, file=PurePath("/elsewhere/first.npz"))
    gap = gap_of(kept(FIRST, LAST, other))
    assert (gap.motion(Boundary.FIRST), gap.motion(Boundary.LAST)) == (other, LAST)
    assert len(gap.motions) == 2


def test_edits_change_the_value_and_never_the_file() -> None:
    edits = MotionEdits(measured=1.0, smooth=0.02, inside=RegionId("r"), scale=1.5)
    before = kept(FIRST, LAST)
    after = gap_of(edit_motion(before, GAP, Boundary.FIRST, edits))
    assert after.motion(Boundary.FIRST) == replace(FIRST, edits=edits)
    assert after.motion(Boundary.LAST) == LAST
    assert gap_of(before).motion(Boundary.FIRST) == FIRST
    assert gap_of(remove_motion(before, GAP, Boundary.FIRST)).motions == (LAST,)


def test_what_is_not_there_cannot_be_edited() -> None:
    with pytest.raises(EditRefused, match="keeps no motion"):
        edit_motion(kept(FIRST), GAP, Boundary.LAST, MotionEdits())
    with pytest.raises(EditRefused, match="no longer on the timeline"):
        set_motion(Timeline(), GAP, FIRST)


@pytest.mark.parametrize("wrong", [{"measured": 1.1}, {"smooth": -0.01}, {"scale": 4.5}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"'{next(iter(wrong))}' lies between 0 and"):
        MotionEdits(**wrong)


def test_a_project_keeps_them(tmp_path: Path) -> None:
    inside = replace(FIRST, file=PurePath(tmp_path / "p.takes" / "motion-1" / "first.npz"))
    edited = edit_motion(kept(inside, LAST), GAP, Boundary.LAST, MotionEdits(scale=0.5))
    write_project(tmp_path / "p.mpdstudio", edited)
    opened = read_project(tmp_path / "p.mpdstudio")
    assert gap_of(opened.timeline).motions == gap_of(edited).motions
    assert opened.notes == ()
    assert '"p.takes/motion-1/first.npz"' in (tmp_path / "p.mpdstudio").read_text()


def test_a_damaged_motion_costs_itself_alone(tmp_path: Path) -> None:
    file = tmp_path / "p.mpdstudio"
    write_project(file, edit_motion(kept(FIRST, LAST), GAP, Boundary.LAST, MotionEdits(scale=0.5)))
    text = file.read_text()
    assert text.count("0.5") == 1
    file.write_text(text.replace("0.5", '"much"'))
    opened = read_project(file)
    assert gap_of(opened.timeline).motions == (FIRST,)
    assert "A gap's motion could not be read" in opened.notes[0]


def test_it_is_of_its_picture_wherever_that_lies_now() -> None:
    moved = replace(MEDIA, path=PurePath("/new/a.mov"))
    assert FIRST.is_of(FrameRef(moved, 3))
    assert not FIRST.is_of(FrameRef(moved, 4))
    assert not FIRST.is_of(None)
