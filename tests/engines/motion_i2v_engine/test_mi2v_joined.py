"""New frames out of two pictures and their motions: whose pixels they are, and where they end."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance, MotionRegion, RegionMode
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.diffusion.model_size import fit
from mpd_studio.engines.diffusion.pixel_range import range_of
from mpd_studio.engines.motion_i2v.drawn_clip import Drawing, drawing_of
from mpd_studio.engines.motion_i2v.gap_clip import ClipMaker, two_motions
from mpd_studio.engines.motion_i2v.joined import joined_model, moved, shares, sight
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions
from mpd_studio.engines.motion_i2v.stages import Stages
from mpd_studio.motion.clip_field import ClipField
from tests.engines.moving_scenes import path_through, request_for, texture

SAME = fit(Size(128, 64), (Size(128, 64),))


def even(x: float, frames: int = 5) -> ClipField:
    px = np.zeros((frames, 64, 128, 2), np.float32)
    px[..., 0] = np.linspace(0, x, frames, dtype=np.float32)[:, None, None]
    return ClipField(px)


def drawing(guidance: Guidance, placed=SAME) -> Drawing:
    canvas = np.zeros((placed.canvas.height, placed.canvas.width, 3), np.uint8)
    return drawing_of(request_for(canvas, 3, guidance), BoundaryPictures(Picture(canvas), Picture(canvas)), placed)


def test_pixels_of_full_depth_are_moved_as_they_are() -> None:
    picture = np.random.default_rng(0).integers(0, 65535, (64, 128, 5), np.uint16)
    view = sight(even(8), even(-8), 2)
    early = moved(picture, view.back[0], SAME)
    assert np.array_equal(early[:, 4:], picture[:, :-4])


def test_what_one_side_cannot_show_is_the_others_and_what_neither_can_is_a_hole() -> None:
    view = sight(even(8), even(-8), 2)
    assert not view.seen[0][:, :4].any()
    assert np.all(view.seen[1][:, :4] == 1)
    assert not view.has_holes
    picture = texture(64, 128, 1)
    share, visible = shares(view, picture, picture, SAME, 255)
    assert np.allclose(share[:, :4], 1)
    assert np.allclose(share[:, 20:-20], 0.5)
    assert np.all(visible == 1)
    apart = sight(even(40), even(40), 2)
    assert apart.has_holes
    assert not apart.visible[:, :18].any()


def test_where_the_sides_disagree_the_nearer_one_stands() -> None:
    view = sight(even(0), even(0), 1)
    dark, bright = np.zeros((64, 128, 3), np.uint8), np.full((64, 128, 3), 200, np.uint8)
    share, _ = shares(view, dark, bright, SAME, 255)
    assert np.all(share < 0.01)
    assert np.allclose(joined_model(view, dark.astype(np.float32), bright.astype(np.float32)), 50, atol=0.1)


def test_drags_are_of_the_models_size_and_seen_from_either_end() -> None:
    half = fit(Size(256, 128), (Size(128, 64),))
    drawn = drawing(Guidance(paths=(path_through((0, 40, 60), (1, 80, 60), radius=20),)), half)
    there, back = drawn.sparse(np.linspace(0, 1, 5)), drawn.sparse(np.linspace(1, 0, 5))
    assert np.allclose(there.motion_px[-1, 30, 20], [20, 0])
    assert np.allclose(back.motion_px[-1, 30, 40], [-20, 0])
    assert there.given[30, 11:29].all()
    assert not there.given[30, :9].any()


def test_the_nearest_path_has_the_pixels_that_two_claim() -> None:
    paths = path_through((0, 40, 30), (1, 60, 30), name="a"), path_through((0, 50, 30), (1, 50, 40), name="b")
    for nearest, goal in (("a", [20, 0]), ("b", [0, 10])):
        drawn = drawing(Guidance(paths=paths, depth_order=(PathId(nearest),)))
        assert np.allclose(drawn.sparse(np.linspace(0, 1, 5)).motion_px[-1, 30, 45], goal)


def test_a_carried_region_is_dragged_and_frees_where_it_was_and_is() -> None:
    outline = (Point(10, 10), Point(30, 10), Point(30, 30), Point(10, 30))
    region = MotionRegion(RegionId("r"), mode=RegionMode.MOVES, outline=outline, feather=0, follows=PathId("path"))
    drawn = drawing(Guidance(paths=(path_through((0, 20, 20), (1, 70, 20)),), regions=(region,)))
    sparse = drawn.sparse(np.linspace(0, 1, 5))
    assert np.allclose(sparse.motion_px[-1, 12, 12], [50, 0])
    assert sparse.static[20, 60]
    held = drawn.held(1.0)
    assert held is not None
    assert held[20, 20] == held[20, 70] == 0
    assert held[20, 45] == 1


def test_measured_ends_are_met_and_drawn_ones_are_not_overruled(tiny_stages: Stages) -> None:
    wide = texture(128, 160, 7)
    ends = wide[:, 16:144].copy(), wide[:, 8:136].copy()
    placed = fit(Size(128, 128), (Size(128, 128),))
    path = Guidance(paths=(path_through((0, 64, 64), (1, 64, 84), radius=12),))
    maker = ClipMaker(
        tiny_stages,
        MotionI2vOptions(steps=2, guidance=1.0),
        drawing(path, placed),
        range_of(*ends),
        SilentReporter(),
    )
    pictures = maker.model_picture(ends[0]), maker.model_picture(ends[1])
    forward, backward = two_motions(maker, pictures, np.linspace(0, 1, 9), 1, (0, 1))
    far = np.ones((128, 128), bool)
    far[:12], far[-12:], far[:, :24], far[:, -24:], far[40:100, 40:90] = (False,) * 5
    assert np.abs(forward.px[-1][far] - [8, 0]).mean() < 0.5
    assert np.abs(backward.px[-1][far] - [-8, 0]).mean() < 0.5
    assert np.abs(forward.px[-1][60:68, 60:68] - [8, 0]).mean() > 0.5
