"""Pictures painted in tiles: each pixel once, from enlarged planes that are exact, whatever the size and the cores."""

from __future__ import annotations

import cv2  # noqa: TID253 - what it enlarges is what we compare with
import numpy as np
import pytest

from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.calm import Calm, lean
from mpd_studio.motion.confidence import Balance
from mpd_studio.motion.enlarged import enlarged, enlarged_ways, places
from mpd_studio.motion.render import render
from mpd_studio.motion.source import sources
from mpd_studio.motion.tiles import Places, tiles
from mpd_studio.motion.warp import Sampling, grid, resize_flow

RANDOM = np.random.default_rng(5)
SMALL, LARGE, EIGHT_TIMES = (27, 48), (211, 389), (216, 384)


def soft(*shape: int, reach: float = 2) -> np.ndarray:
    return cv2.GaussianBlur(RANDOM.normal(0, 30, shape).astype(np.float32), (0, 0), reach).reshape(shape)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (128, 256), (129, 255), (700, 1000)])
def test_tiles_cover_each_pixel_once(height: int, width: int):
    count = np.zeros((height, width), int)
    for tile in tiles(height, width):
        count[tile] += 1
    assert np.all(count == 1)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_part_of_enlarged_planes_is_that_part_of_the_whole(count: int):
    planes = [soft(*SMALL) for _ in range(count)]
    seen = enlarged(planes, *EIGHT_TIMES).part((slice(100, 190), slice(37, 300)))
    assert len(seen) == count
    for part, plane in zip(seen, planes, strict=True):
        whole = cv2.resize(plane, EIGHT_TIMES[::-1], interpolation=cv2.INTER_LINEAR)
        np.testing.assert_allclose(part, whole[100:190, 37:300], atol=0.01)


@pytest.mark.parametrize(("small", "large"), [(SMALL, LARGE), ((270, 481), (1080, 1920)), ((299, 435), (480, 700))])
def test_a_part_is_near_the_whole_where_the_sizes_are_in_no_simple_ratio(small: tuple, large: tuple):
    plane = soft(*small, reach=6)
    planes, whole = enlarged([plane], *large), cv2.resize(plane, large[::-1], interpolation=cv2.INTER_LINEAR)
    for rows, columns in ((0, 40), (0, 60)), ((31, 159), (45, 301)), ((large[0] - 40, large[0]), (300, large[1])):
        tile = slice(*rows), slice(*columns)
        [part] = planes.part(tile)
        np.testing.assert_allclose(part, whole[tile], atol=0.03 * float(plane.std()))


@pytest.mark.parametrize("size", [SMALL, EIGHT_TIMES])
def test_places_are_those_of_an_enlarged_flow(size: tuple[int, int]):
    ways = [soft(*SMALL, 2) for _ in range(2)]
    planes = [plane for way in ways for plane in cv2.split(way)]
    seen = places(enlarged_ways(planes, *size, zoom=2), zoom=2).part((slice(0, size[0]), slice(0, size[1])))
    for axis, part in enumerate(seen):
        whole = 2 * (grid(*size) + resize_flow(ways[axis // 2], *size))
        np.testing.assert_allclose(part, whole[..., axis % 2], atol=0.05)


def test_a_part_of_one_pixel_is_a_copy_too():
    ways = enlarged_ways([np.ones((2, 2), np.float32)] * 4, 2, 2, zoom=1)
    corner = slice(1, 2), slice(1, 2)
    assert [float(part[0, 0]) for part in places(ways, zoom=1).part(corner)] == [2, 2, 2, 2]
    assert [float(part[0, 0]) for part in places(ways, zoom=1).part(corner)] == [2, 2, 2, 2]


def test_a_mask_speaks_for_what_linear_enlarging_reaches():
    mask = np.zeros((27, 49), bool)
    mask[9, 20] = True
    weight = cv2.resize(mask.astype(np.float32), None, fx=8, fy=8, interpolation=cv2.INTER_LINEAR)[:211, :389]
    where = Places(mask, 8)
    for top in range(0, LARGE[0], 7):
        for left in range(0, LARGE[1], 7):
            tile = slice(top, min(top + 70, LARGE[0])), slice(left, min(left + 90, LARGE[1]))
            outside = weight.copy()
            part = where.within(tile)
            if part is not None:
                assert all(
                    whole.start <= inner.start < inner.stop <= whole.stop
                    for inner, whole in zip(part, tile, strict=True)
                )
                assert part[0].stop - part[0].start <= 4 * 8
                assert part[1].stop - part[1].start <= 4 * 8
                outside[part] = 0
            assert not outside[tile].any()
    assert where.within((slice(0, 40), slice(0, 100))) is None


def test_parts_hold_all_places_and_none_twice():
    mask = RANDOM.random((68, 240)) > 0.999
    where, tile = Places(mask, 4), (slice(8, 270), slice(100, 950))
    inside_mask = np.zeros((272, 960), bool)
    inside_mask[tile] = cv2.resize(mask.astype(np.uint8), (960, 272), interpolation=cv2.INTER_NEAREST)[tile] > 0
    held = np.zeros((272, 960), int)
    for part in where.parts(tile):
        held[part] += 1
    assert held.max() == 1
    assert held[inside_mask].all()
    assert not held.sum() - held[tile].sum()
    assert held.sum() < held[tile].size


def test_where_most_of_a_tile_counts_all_of_it_is_one_part():
    tile = slice(0, 272), slice(0, 960)
    assert Places(np.ones((68, 240), bool), 4).parts(tile) == [tile]
    assert Places(np.zeros((68, 240), bool), 4).parts(tile) == []


def test_what_stands_beside_what_moves_is_taken_as_it_is():
    first, last = RANDOM.integers(0, 256, (2, 272, 960, 3), np.uint8)
    way, half = np.zeros((68, 240, 2), np.float32), np.full((68, 240), 0.5, np.float32)
    way[20:30, 200:210] = (3, -2)
    ends, ones = sources(first, last, Sampling.CUBIC), np.ones_like(half)
    made = render(*ends, MotionAt(0.5, way, ones, ones), Balance(half, ones, ones, None))
    even = cv2.addWeighted(first, 0.5, last, 0.5, 0)
    apart = np.abs(made.astype(int) - even.astype(int)).max(axis=2)
    assert apart[:, :780].max() == 0  # left of all parts that hold moving places
    rows, columns = np.mgrid[86:114, 806:834]  # what moves is fetched half of (12, -8) before and behind, to the pixel
    fetched = cv2.addWeighted(first[rows + 4, columns - 6], 0.5, last[rows - 4, columns + 6], 0.5, 0)
    assert np.abs(made[86:114, 806:834].astype(int) - fetched).max() <= 1


def test_frames_are_equal_however_many_cores_work():
    first, last = RANDOM.integers(0, 256, (2, 300, 390, 3), np.uint8)
    ends = sources(first, last, Sampling.CUBIC)
    one, two, three = RANDOM.random((3, 40, 30), np.float32)
    motion, mixing = MotionAt(0.3, soft(40, 30, 2), one, two), Balance(one, two, three, three)
    frames = [render(*ends, motion, mixing, cores=cores) for cores in (1, 2)]
    np.testing.assert_array_equal(frames[0], frames[1])


def test_tiles_leave_no_seam():
    """The same picture shifted by half a tile gives the same pixels."""
    whole = cv2.GaussianBlur(RANDOM.integers(0, 256, (512, 1024, 3), np.uint8), (0, 0), 2)
    half = np.full((64, 128), 0.5, np.float32)
    way = np.full((64, 128, 2), (1.25, -0.5), np.float32)

    def made(picture: np.ndarray) -> np.ndarray:
        ends = sources(picture, np.roll(picture, 3, axis=1), Sampling.CUBIC)
        return render(*ends, MotionAt(0.5, way, half, half), Balance(half, half, half, half))

    moved = made(np.roll(whole, (64, 128), (0, 1)))
    apart = np.abs(np.roll(moved, (-64, -128), (0, 1)).astype(int) - made(whole))
    assert apart[64:-128, 64:-192].max() <= 1  # beyond lie the borders of the one and of the other


def test_the_same_place_is_fetched_once():
    ones = np.ones((4, 6), np.float32)
    ways, calm = [ones * way for way in (2, 0, 2, 0)], Calm(tuple(ones * way for way in (3, 0, 2, 1)), ones)
    between, share, moved = lean(ways, ones * 0.2, ones * 0.75, calm, 0.6)
    np.testing.assert_allclose(moved, 1)
    np.testing.assert_allclose([way[0, 0] for way in between], (2.25, 0, 2, 0.25))
    np.testing.assert_allclose(share, 0.75 * 0.2 + 0.25 * 0.6)


def test_places_far_apart_are_fetched_each_for_itself():
    ones = np.ones((4, 6), np.float32)
    ways, calm = [ones * way for way in (2, 0, 2, 0)], Calm(tuple(ones * way for way in (9, 0, 2, 0)), ones)
    between, share, moved = lean(ways, ones * 0.2, ones * 0.75, calm, 0.6)
    np.testing.assert_allclose(moved, 0.75)
    np.testing.assert_allclose(between, ways)
    np.testing.assert_allclose(share, 0.2)


@pytest.mark.parametrize("width", [30, 235])
def test_a_share_of_its_own_counts_in_much_and_in_little_of_a_tile(width: int):
    """Elsewhere time alone tells the share, and both frames are mixed evenly."""
    first, last = np.zeros((120, 240, 3), np.uint8), np.full((120, 240, 3), 200, np.uint8)
    share, ones = np.full((120, 240), 0.25, np.float32), np.ones((120, 240), np.float32)
    share[10:110, :width] = 0.9
    motion = MotionAt(0.25, np.zeros((120, 240, 2), np.float32), ones, ones)
    made = render(*sources(first, last, Sampling.CUBIC), motion, Balance(share, ones, ones))
    assert np.abs(made[..., 0] - 200 * share).max() <= 1


def test_detail_given_up_on_both_sides_of_a_border_between_parts_is_the_mean_of_what_was_there_before():
    first, last = RANDOM.integers(0, 256, (2, 272, 1000, 3), np.uint8)
    ones = np.ones((68, 250), np.float32)
    detail = ones.copy()
    detail[28:40, 112:128] = 0.25  # parts meet at row 136 and column 480: at 34 and 120 here
    motion, ends = MotionAt(0.5, np.zeros((68, 250, 2), np.float32), ones, ones), sources(first, last, Sampling.CUBIC)
    sharp, soft_there = (render(*ends, motion, Balance(ones / 2, ones, ones, given)) for given in (ones, detail))
    mean = cv2.blur(sharp, (11, 11)).astype(float)
    kept = cv2.resize(detail, (1000, 272), interpolation=cv2.INTER_LINEAR)[..., None]
    assert np.abs(soft_there - (kept * sharp + (1 - kept) * mean)).max() <= 2
    assert np.abs(soft_there.astype(float) - sharp).max() > 50
