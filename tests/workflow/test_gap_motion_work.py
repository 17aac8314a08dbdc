"""Motions kept with a gap: edited without touching their file, ready for a run, looked at."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mpd_studio.core.errors import BadInput
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.gap_motion import GapMotion, MotionEdits
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Boundary, Guidance, MotionPath, MotionRegion, PathPoint
from mpd_studio.core.ids import ClipId, GapId, PathId, RegionId
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.timeline import Clip, Gap, PlacedGap, Timeline, Track
from mpd_studio.media.motion_files import read_motion, write_motion
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.clip_motion import ClipMotion, clip_motion
from mpd_studio.workflow.build_request import request_between_stills
from mpd_studio.workflow.fill_timeline import fill_timeline
from mpd_studio.workflow.gap_motion import (
    bring_in_motion,
    carry_out,
    edited_file,
    give_out_motion,
    motion_problem,
    with_motions,
)
from mpd_studio.workflow.motion_edits import edited_motion
from mpd_studio.workflow.motion_looks import animation, motion_seen

SILENT = SilentReporter()
CANVAS = Size(96, 64)
LEFT = (Point(0, 0), Point(48, 0), Point(48, 64), Point(0, 64))
SQUARE = slice(20, 44)


def moved(x: float, frames: int = 4, size: Size = CANVAS) -> ClipMotion:
    px = np.zeros((frames, size.height, size.width, 2), np.float32)
    px[..., 0] = np.linspace(x / frames, x, frames)[:, None, None]
    return clip_motion(px)


@pytest.fixture
def request_(tmp_path: Path) -> InbetweenRequest:
    """A textured square goes 12 pixels to the right, over a still texture."""
    import cv2

    noise = np.random.default_rng(4).integers(0, 255, (64, 96, 3), np.uint8)
    noise = cv2.GaussianBlur(noise, (0, 0), 1.5) * np.float32(2.5) - 190
    for name, x in (("a.png", 20), ("b.png", 32)):
        picture = np.clip(noise, 0, 255).astype(np.uint8)
        picture[SQUARE, x : x + 24] = np.clip(255 - noise[SQUARE, 60:84], 0, 255).astype(np.uint8)
        assert cv2.imwrite(str(tmp_path / name), picture)
    media = probe(tmp_path / "a.png"), probe(tmp_path / "b.png")
    region = MotionRegion(RegionId("left"), outline=LEFT, feather=0)
    return request_between_stills(*media, 5, Fraction(24), Guidance(regions=(region,)))


@pytest.fixture
def kept(request_: InbetweenRequest, tmp_path: Path) -> GapMotion:
    write_motion(tmp_path / "motion-1" / "first.npz", moved(8))
    return GapMotion(Boundary.FIRST, request_.first, tmp_path / "motion-1" / "first.npz")


def placed_with(request_: InbetweenRequest, *motions: GapMotion) -> PlacedGap:
    gap = Gap(GapId("gap-a"), 5, motions=motions)
    return PlacedGap(0, 1, gap, request_.first, request_.last)


def test_edits_scale_smooth_and_keep_to_a_region(request_: InbetweenRequest, kept: GapMotion) -> None:
    before = Path(kept.file).read_bytes()
    edited = edited_motion(replace(kept, edits=MotionEdits(inside=RegionId("left"), scale=1.5)), request_, SILENT)
    assert np.allclose(edited.px[-1, :, :48], [12, 0])
    assert not edited.px[:, :, 48:].any()
    soft = replace(kept, edits=MotionEdits(inside=RegionId("left"), smooth=0.05))
    row = edited_motion(soft, request_, SILENT).px[-1, 30, :, 0]
    assert np.allclose(row[:48], 8, atol=0.01)  # smoothed before it is cut at the region's edge
    assert not row[48:].any()
    assert Path(kept.file).read_bytes() == before


def test_a_region_that_is_gone_masks_nothing(request_: InbetweenRequest, kept: GapMotion) -> None:
    edited = edited_motion(replace(kept, edits=MotionEdits(inside=RegionId("gone"))), request_, SILENT)
    assert np.array_equal(edited.px, moved(8).px)


@pytest.mark.parametrize(("of", "goal"), [(Boundary.FIRST, 12), (Boundary.LAST, -12)])
def test_measured_motion_ends_where_both_frames_show_things(
    request_: InbetweenRequest, kept: GapMotion, of: Boundary, goal: float
) -> None:
    motion = replace(kept, of=of, edits=MotionEdits(measured=1.0))
    x = 20 if of is Boundary.FIRST else 32
    edited = edited_motion(motion, request_, SILENT)
    inside = (slice(28, 36), slice(x + 8, x + 16), 0)
    assert np.abs(edited.px[-1][inside] - goal).mean() < 1
    assert np.abs(edited.px[1][inside] - goal / 2).mean() < 1.2
    half = edited_motion(replace(motion, edits=MotionEdits(measured=0.5)), request_, SILENT)
    assert np.abs(half.px[-1][inside] - (goal + 8) / 2).mean() < 1


def test_what_is_drawn_is_not_measured(request_: InbetweenRequest, kept: GapMotion) -> None:
    ends = PathPoint(0, Point(32, 32)), PathPoint(1, Point(60, 32))
    drawn = replace(request_, guidance=Guidance(paths=(MotionPath(PathId("p"), ends, radius=20),)))
    edited = edited_motion(replace(kept, edits=MotionEdits(measured=1.0)), drawn, SILENT)
    assert np.allclose(edited.px[-1, 28:36, 28:36], [8, 0], atol=0.1)


def test_a_run_is_told_the_edited_motion_by_a_file_of_its_own(
    request_: InbetweenRequest, kept: GapMotion, tmp_path: Path
) -> None:
    plain, orders = with_motions(request_, placed_with(request_, kept))
    assert dict(plain.settings.options) == {"motion_file": str(kept.file)}
    carry_out(orders, SILENT)
    edited = replace(kept, of=Boundary.LAST, edits=MotionEdits(scale=2.0))
    asked, orders = with_motions(request_, placed_with(request_, kept, edited))
    file = Path(str(dict(asked.settings.options)["motion_back_file"]))
    assert file.parent == tmp_path / "motion-1"
    assert file.name.startswith("last_predicted_scale-2_")
    carry_out(orders, SILENT)
    assert np.array_equal(read_motion(file).px, 2 * moved(8).px)
    again = edited_file(replace(edited, edits=MotionEdits(scale=2.5)), request_)
    assert again != file


def test_a_motion_of_another_frame_is_not_gone_along(request_: InbetweenRequest, kept: GapMotion) -> None:
    assert motion_problem(placed_with(request_, kept)) == ""
    other = placed_with(request_, replace(kept, picture=request_.last))
    assert motion_problem(other) == (
        "The gap has another first frame now than its motion was made of. Predict it again."
    )


def test_motions_are_brought_in_and_given_out(request_: InbetweenRequest, kept: GapMotion, tmp_path: Path) -> None:
    write_motion(tmp_path / "wind.exr", moved(6, size=Size(48, 32)))
    bring_in_motion(tmp_path / "wind_0001.exr", request_.canvas, tmp_path / "in.npz", SILENT)
    assert read_motion(tmp_path / "in.npz").frames == 4
    written = give_out_motion(replace(kept, edits=MotionEdits(scale=0.5)), request_, tmp_path / "out.flo", SILENT)
    assert [file.name for file in written] == [f"out_{number:04d}.flo" for number in (1, 2, 3, 4)]
    assert np.allclose(read_motion(written[0]).px[-1], [4, 0])
    write_motion(tmp_path / "tall.npz", moved(6, size=Size(32, 48)))
    with pytest.raises(BadInput, match=r"tall\.npz is of a picture of 32 × 48, and the frames here are 96 × 64"):
        bring_in_motion(tmp_path / "tall.npz", request_.canvas, tmp_path / "no.npz", SILENT)
    (tmp_path / "torn.npz").write_bytes(b"PK")
    with pytest.raises(BadInput, match=r"torn\.npz cannot be read as a motion"):
        bring_in_motion(tmp_path / "torn.npz", request_.canvas, tmp_path / "no.npz", SILENT)
    assert not (tmp_path / "no.npz").exists()


def test_a_kept_file_that_is_gone_is_said_with_the_way_out(request_: InbetweenRequest, kept: GapMotion) -> None:
    Path(kept.file).unlink()
    with pytest.raises(BadInput, match=r"motion kept with this gap cannot be read: .*predict it again"):
        edited_motion(kept, request_, SILENT)


@pytest.mark.parametrize(("of", "x"), [(Boundary.FIRST, 8), (Boundary.LAST, -8)])
def test_it_is_seen_from_any_frame_of_the_gap(
    request_: InbetweenRequest, kept: GapMotion, of: Boundary, x: float, tmp_path: Path
) -> None:
    write_motion(tmp_path / "half.npz", moved(x / 2, size=Size(48, 32)))
    motion = replace(kept, of=of, file=tmp_path / "half.npz")
    for time in (0.0, 0.4, 1.0):
        whole = motion_seen(motion, request_, time, SILENT)
        assert whole.shape == (32, 48, 2)
        assert np.allclose(whole, [8, 0], atol=1e-3)  # in pixels of the canvas, first to last


def test_the_animation_goes_from_the_first_moment_to_the_last(request_: InbetweenRequest, kept: GapMotion) -> None:
    frames = animation(kept, request_, SILENT)
    with FrameReader() as reader:
        picture, last = reader.read(request_.first).pixels, reader.read(request_.last).pixels
    assert len(frames) == 5
    assert np.array_equal(frames[0], picture)
    assert np.abs(frames[4][:, 10:90].astype(int) - picture[:, 2:82]).max() <= 1
    late = animation(replace(kept, of=Boundary.LAST, picture=request_.last), request_, SILENT)
    assert np.array_equal(late[4], last)
    assert np.abs(late[0][:, 10:90].astype(int) - last[:, 2:82]).max() <= 1


def test_filling_a_timeline_goes_along_the_motions_of_its_gaps(
    request_: InbetweenRequest, kept: GapMotion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no cache"))
    clips = [
        Clip(ClipId(name), ref.media, FrameRange(0, 4)) for name, ref in (("a", request_.first), ("b", request_.last))
    ]
    edited = replace(kept, edits=MotionEdits(scale=2.0))
    for motion, problem in ((edited, "weights|torch"), (replace(kept, picture=request_.last), "another first frame")):
        gap = Gap(GapId("gap-a"), 3, motions=(motion,))
        timeline = Timeline(canvas=CANVAS, tracks=(Track("V1", (clips[0], gap, clips[1])),))
        (filled,) = fill_timeline(timeline, tmp_path / "out", SILENT, engine_id="motion_i2v").gaps
        assert re.search(problem, str(filled.problem))
    (written,) = tmp_path.glob("motion-1/first_predicted_scale-2_*.npz")
    assert np.array_equal(read_motion(written).px, 2 * moved(8).px)
