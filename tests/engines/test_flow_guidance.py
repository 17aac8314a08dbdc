"""Paths and regions in the flow engine: what was drawn is obeyed, measured by tracking."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pytest
from moving_scenes import Ball, around, fill, path_through, psnr, texture, tracked

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import (
    LINEAR,
    Boundary,
    Easing,
    EasingKind,
    Guidance,
    MaskRef,
    MotionPath,
    MotionRegion,
    RegionMode,
)
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.engines.registry import open_engine
from mpd_studio.motion.paths import position

WIDTH, HEIGHT = 320, 200
BACKGROUND = texture(HEIGHT, WIDTH, 1)
BALL = Ball(20)
PATHS = {
    "straight": path_through((0, 60.5, 100.5), (1, 150.5, 110.5)),
    "straight, 200 px": path_through((0, 50.5, 70.5), (1, 248.5, 98.5)),
    "curved": path_through((0, 60.5, 150.5), (0.5, 150.5, 40.5), (1, 240.5, 150.5)),
    "out and nearly back": path_through((0, 100.5, 150.5), (0.4, 160.5, 60.5), (1, 116.5, 150.5)),
    "between pixels": path_through((0, 60.3, 90.8), (1, 190.9, 120.2)),
}


def scene(at: Point, angle: float = 0.0, background: np.ndarray = BACKGROUND) -> np.ndarray:
    return BALL.over(background, at, angle)


def track_errors(
    path: MotionPath, pictures: list, template_from: list[np.ndarray], ease: Easing = LINEAR, half: int = 11
) -> list[float]:
    """Pixels between the path and where each true picture's content round the path is found in the made one."""
    errors = []
    for index, (picture, truth) in enumerate(zip(pictures, template_from, strict=True)):
        on_path = position(path, ease, (index + 1) / (len(pictures) + 1))
        template = around(truth, on_path, half)
        middle = Point(round(on_path.x - 0.5) + 0.5, round(on_path.y - 0.5) + 0.5)
        errors.append(tracked(picture.pixels, template, on_path).distance_to(middle))
    return errors


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
@pytest.mark.parametrize("angle", [0.0, 0.4])
def test_what_lies_under_a_path_follows_it(path: MotionPath, angle: float):
    pictures = fill(open_engine("flow"), scene(path.start), scene(path.end, angle), 3, Guidance((path,)))
    truth = [scene(position(path, LINEAR, t), angle * t) for t in (0.25, 0.5, 0.75)]
    assert max(track_errors(path, pictures, truth)) < 1.0
    for picture, true in zip(pictures, truth, strict=True):
        assert psnr(picture.pixels, true) > 30  # no second image, and the place it left is filled


def test_easing_of_path_and_of_gap_both_count():
    easing, ease = Easing(EasingKind.IN), Easing(EasingKind.OUT)
    base = PATHS["curved"]
    path = MotionPath(base.id, base.points, easing, base.radius)
    pictures = fill(open_engine("flow"), scene(path.start), scene(path.end), 3, Guidance((path,), ease=ease))
    truth = [scene(position(path, ease, t)) for t in (0.25, 0.5, 0.75)]
    assert max(track_errors(path, pictures, truth, ease)) < 1.0


def test_a_held_path_stays_until_the_end():
    base = PATHS["straight"]
    path = MotionPath(base.id, base.points, Easing(EasingKind.HOLD), base.radius)
    for picture in fill(open_engine("flow"), scene(path.start), scene(path.end), 3, Guidance((path,))):
        assert (
            tracked(picture.pixels, around(scene(path.start), path.start, 11), path.start).distance_to(path.start) < 0.5
        )


def test_the_user_wins_where_the_pictures_say_that_nothing_moved():
    path = path_through((0, 100.5, 100.5), (1, 180.5, 60.5), radius=30)
    pictures = fill(open_engine("flow"), BACKGROUND, BACKGROUND, 3, Guidance((path,)))
    for picture, time in zip(pictures, (0.25, 0.5, 0.75), strict=True):
        on_path = position(path, LINEAR, time)
        found = tracked(picture.pixels, around(BACKGROUND, path.start, 12), on_path)
        assert found.distance_to(on_path) < 1.0


def test_the_user_wins_where_the_pictures_say_something_else():
    path = path_through((0, 80.5, 100.5), (1, 150.5, 150.5), radius=30)
    ends = scene(path.start), scene(Point(150.5, 60.5))  # the ball really goes up; the path goes down
    pictures = fill(open_engine("flow"), *ends, 3, Guidance((path,)))
    for picture, time in zip(pictures, (0.25, 0.5, 0.75), strict=True):
        on_path = position(path, LINEAR, time)
        middle = Point(round(on_path.x - 0.5) + 0.5, round(on_path.y - 0.5) + 0.5)
        found = tracked(picture.pixels, around(ends[0], path.start, 11), on_path)
        assert found.distance_to(middle) < 1.5


def test_a_path_over_a_moving_camera():
    world = texture(HEIGHT, WIDTH + 40, 3)
    views = [world[:, shift : shift + WIDTH].copy() for shift in (0, 4, 8, 12, 16)]
    path = PATHS["curved"]
    ends = scene(path.start, background=views[0]), scene(path.end, background=views[4])
    pictures = fill(open_engine("flow"), *ends, 3, Guidance((path,)))
    truth = [
        scene(position(path, LINEAR, t), background=view) for t, view in zip((0.25, 0.5, 0.75), views[1:4], strict=True)
    ]
    assert max(track_errors(path, pictures, truth)) < 1.0
    for picture, true in zip(pictures, truth, strict=True):
        assert psnr(picture.pixels[:, 16:-16], true[:, 16:-16]) > 28


def test_crossing_paths_keep_the_chosen_depth_order():
    one, other = Ball(18, seed=5), Ball(18, seed=6)
    paths = (
        path_through((0, 60.5, 60.5), (1, 200.5, 140.5), radius=30, name="one"),
        path_through((0, 60.5, 140.5), (1, 200.5, 60.5), radius=30, name="other"),
    )
    first = other.over(one.over(BACKGROUND, paths[0].start), paths[1].start)
    last = other.over(one.over(BACKGROUND, paths[0].end), paths[1].end)
    crossing = Point(130.5, 100.5)
    for nearest, skin in (("one", one), ("other", other)):
        guidance = Guidance(paths, depth_order=(PathId(nearest),))
        middle = fill(open_engine("flow"), first, last, 1, guidance)[0].pixels
        front = skin.over(BACKGROUND, crossing)
        assert psnr(around(middle, crossing, 10), around(front, crossing, 10)) > 30


def test_a_region_is_carried_whole_by_its_path():
    path = MotionPath(PathId("p"), PATHS["curved"].points, radius=5.0, region=RegionId("ball"))
    corners = [Point(path.start.x + 23 * math.cos(a), path.start.y + 23 * math.sin(a)) for a in np.linspace(0, 6.0, 16)]
    region = MotionRegion(RegionId("ball"), outline=tuple(corners), feather=2, mode=RegionMode.MOVES)
    ends = scene(path.start), scene(path.end)
    pictures = fill(open_engine("flow"), *ends, 3, Guidance((path,), (region,)))
    truth = [scene(position(path, LINEAR, t)) for t in (0.25, 0.5, 0.75)]
    assert max(track_errors(path, pictures, truth, half=14)) < 1.0
    for picture, true in zip(pictures, truth, strict=True):
        assert psnr(picture.pixels, true) > 28


def square(region_id: str, mode: RegionMode, feather: float = 4.0) -> MotionRegion:
    corners = (Point(60, 50), Point(160, 50), Point(160, 130), Point(60, 130))
    return MotionRegion(RegionId(region_id), mode=mode, outline=corners, feather=feather)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_still_regions_equal_the_first_frame_bit_for_bit(dtype: type):
    scale = {np.uint8: 1, np.uint16: 257}.get(dtype, 1 / 50)
    world = texture(HEIGHT, WIDTH + 20, 3).astype(np.float64) * scale
    first, last = world[:, :WIDTH].astype(dtype), world[:, 20:].astype(dtype)
    guidance = Guidance(regions=(square("window", RegionMode.STILL),))
    for picture in fill(open_engine("flow"), first, last, 3, guidance):
        np.testing.assert_array_equal(picture.pixels[50:130, 60:160], first[50:130, 60:160])
        assert np.abs(picture.pixels[20:40].astype(np.float64) - first[20:40]).mean() > 0.01 * scale * 255


def test_outside_moving_regions_the_first_frame_stands():
    world = texture(HEIGHT, WIDTH + 20, 3)
    first, last = world[:, :WIDTH].copy(), world[:, 20:].copy()
    free = fill(open_engine("flow"), first, last, 3)
    held = fill(open_engine("flow"), first, last, 3, Guidance(regions=(square("lake", RegionMode.MOVES),)))
    for moving, picture in zip(free, held, strict=True):
        np.testing.assert_array_equal(picture.pixels[50:130, 60:160], moving.pixels[50:130, 60:160])
        outside = np.ones((HEIGHT, WIDTH), bool)
        outside[44:136, 54:166] = False
        np.testing.assert_array_equal(picture.pixels[outside], first[outside])


def test_a_region_given_by_a_mask_picture_needs_its_pixels():
    region = MotionRegion(RegionId("cloud"), Boundary.FIRST, RegionMode.STILL, mask=MaskRef("cloud.png"), feather=0)
    world = texture(HEIGHT, WIDTH + 20, 3)
    ends = world[:, :WIDTH].copy(), world[:, 20:].copy()
    with pytest.raises(UnsupportedRequest, match="cloud"):
        fill(open_engine("flow"), *ends, 1, Guidance(regions=(region,)))
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20:60, 30:90] = 255
    picture = fill(open_engine("flow"), *ends, 1, Guidance(regions=(region,)), masks=[(region.id, mask)])[0]
    np.testing.assert_array_equal(picture.pixels[20:60, 30:90], ends[0][20:60, 30:90])


def test_the_demo_ball_follows_a_path_drawn_on_it(demo_scene: ModuleType):
    before, after = demo_scene.GAP_START - 1, demo_scene.SECOND_START
    quarters = [before + part * (after - before) / 4 for part in range(5)]
    places = [demo_scene.ball_place(frame, 640, 360) for frame in quarters]
    path = path_through(
        *((part / 4, place.x, place.y) for part, place in enumerate(places)), radius=1.3 * places[0].radius
    )
    first, *truth, last = (demo_scene.render(frame, 640, 360) for frame in quarters)
    pictures = fill(open_engine("flow"), first, last, 3, Guidance((path,)))
    carried = around(first, path.start, int(places[0].radius * 0.7))
    start = Point(round(path.start.x - 0.5) + 0.5, round(path.start.y - 0.5) + 0.5)
    for picture, time in zip(pictures, (0.25, 0.5, 0.75), strict=True):
        on_path = position(path, LINEAR, time)
        assert tracked(picture.pixels, carried, on_path).distance_to(on_path + (start - path.start)) < 1.5
    unguided = fill(open_engine("flow"), first, last, 3)
    for picture, free, true in zip(pictures, unguided, truth, strict=True):
        assert psnr(picture.pixels, true) > psnr(free.pixels, true)


@pytest.mark.parametrize(
    "path",
    [
        path_through((0, -50.0, 20.0), (1, 60.0, 40.0)),
        path_through((0, 30.0, 20.0), (1, 400.0, 300.0)),
        path_through((0, -300.0, -300.0), (1, -200.0, 500.0)),
        path_through((0, 40.0, 24.0), (1, 50.0, 24.0), radius=1000),
        path_through((0, 40.0, 24.0), (1, 50.0, 24.0), radius=0.5),
    ],
    ids=["from outside", "to outside", "never inside", "all of it", "less than a pixel"],
)
def test_paths_at_the_limits_still_give_every_frame(path: MotionPath):
    first, last = texture(48, 80, 1), texture(48, 80, 2)
    pictures = fill(open_engine("flow"), first, last, 3, Guidance((path,)))
    assert [picture.pixels.shape for picture in pictures] == [first.shape] * 3
    for picture in pictures:
        assert picture.confidence is not None
        assert np.isfinite(picture.confidence).all()
        assert 0 <= picture.confidence.min() <= picture.confidence.max() <= 1


def test_a_still_region_that_is_carried_shows_the_first_frame_only():
    path = MotionPath(PathId("p"), PATHS["straight"].points)
    corners = tuple(
        Point(path.start.x + dx, path.start.y + dy) for dx, dy in ((-15, -15), (15, -15), (15, 15), (-15, 15))
    )
    region = MotionRegion(RegionId("face"), mode=RegionMode.STILL, outline=corners, feather=0, follows=path.id)
    first, last = scene(path.start), Ball(20, seed=8).over(BACKGROUND, path.end)
    pictures = fill(open_engine("flow"), first, last, 3, Guidance((path,), (region,)))
    for picture, time in zip(pictures, (0.25, 0.5, 0.75), strict=True):
        on_path = position(path, LINEAR, time)
        middle = Point(round(on_path.x - 0.5) + 0.5, round(on_path.y - 0.5) + 0.5)
        assert tracked(picture.pixels, around(first, path.start, 11), on_path).distance_to(middle) < 1.0


def test_a_rim_that_the_reach_misses_does_not_stay_behind():
    path = path_through((0, 80.5, 100.5), (1, 230.5, 100.5), radius=31)
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5

    def rimmed(at: Point) -> np.ndarray:
        """The ball with a dark rim from 33 to 35 pixels, beyond the path's reach, like a contact shadow."""
        away = np.hypot(x - at.x, y - at.y)
        dark = np.where((away > 33) & (away < 35), 0.4, 1.0)[..., None]
        return Ball(30).over(np.rint(BACKGROUND * dark).astype(np.uint8), at)

    picture = fill(open_engine("flow"), rimmed(path.start), rimmed(path.end), 1, Guidance((path,)))[0].pixels
    for end in (path.start, path.end):
        away = np.hypot(x - end.x, y - end.y)
        rim = (away > 32) & (away < 36)
        assert psnr(picture[rim], BACKGROUND[rim]) > 23  # 19.6 when only the cut itself is taken out


def test_guided_frames_are_the_same_bytes_again():
    path = PATHS["curved"]
    one, other = (fill(open_engine("flow"), scene(path.start), scene(path.end), 2, Guidance((path,))) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        assert a.pixels.tobytes() == b.pixels.tobytes()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_straight_alpha_hides_does_not_shine_through_at_a_piece(dtype: type):
    path = path_through((0, 60.5, 100.5), (1, 200.3, 110.8), radius=36)
    top = np.iinfo(dtype).max
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5

    def cut_out(at: Point) -> np.ndarray:
        """A reddish ball alone; what nobody sees around it is bright green."""
        alpha = np.clip(20.5 - np.hypot(x - at.x, y - at.y), 0, 1)
        red = BALL.over(BACKGROUND, at)[..., 0] / 512 + 0.5
        colours = np.where(alpha[..., None] > 0, np.dstack([red, red * 0, red * 0]), [0, 1, 0])
        return np.rint(np.dstack([colours, alpha]) * top).astype(dtype)

    for picture in fill(open_engine("flow"), cut_out(path.start), cut_out(path.end), 3, Guidance((path,))):
        made = picture.pixels / top
        seen = made[..., 3] > 0.05
        assert 0.8 < seen.sum() / (np.pi * 20.5**2) < 1.2
        assert made[seen][:, 1].max() < 0.1
