from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Boundary, Guidance, MotionPath, MotionRegion, PathPoint, RegionMode
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.guided import guided_mask
from mpd_studio.motion.layers import build_holds
from mpd_studio.motion.paths import position
from mpd_studio.motion.pieces import Piece, build_pieces

SIZE = Size(120, 80)
# Noise at both ends: nothing is alike, so the piece is the whole disc.
PATH = MotionPath(
    PathId("p"), (PathPoint(0, Point(30, 30)), PathPoint(0.5, Point(50, 50)), PathPoint(1, Point(90, 40))), radius=12
)


def box(mode: RegionMode, left: float, top: float, name: str = "r", side: float = 20) -> MotionRegion:
    corners = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]
    return MotionRegion(RegionId(name), mode=mode, outline=tuple(Point(x, y) for x, y in corners), feather=0)


def pieces_of(guidance: Guidance) -> tuple[Piece, ...]:
    first, last = np.random.default_rng(1).integers(0, 256, (2, SIZE.height, SIZE.width, 3), np.uint8)
    flow, sure = np.zeros((SIZE.height, SIZE.width, 2), np.float32), np.ones((SIZE.height, SIZE.width), np.float32)
    return build_pieces(guidance, (first, last), MotionField(flow, flow, sure, sure))


def mask_at(guidance: Guidance, time: float) -> np.ndarray:
    pieces = pieces_of(guidance) if guidance.paths else ()
    holds = build_holds(guidance, SIZE) if guidance.regions else None
    return guided_mask(pieces, holds, guidance, time, SIZE)


@pytest.mark.parametrize("time", [0.1, 0.4, 0.75, 0.95])
def test_a_path_is_guided_where_its_piece_is_and_nowhere_else(time: float) -> None:
    guidance = Guidance(paths=(PATH,))
    mask, at = mask_at(guidance, time), position(PATH, guidance.ease, time)
    y, x = np.mgrid[: SIZE.height, : SIZE.width] + 0.5
    away = np.hypot(x - at.x, y - at.y)
    assert np.all(mask[away < 10] == pytest.approx(1, abs=0.005))
    assert np.all(mask[away > 14] == 0)
    assert 0 <= mask.min() <= mask.max() <= 1


def test_what_holds_still_is_guided_all_the_way() -> None:
    guidance = Guidance(paths=(PATH,), regions=(box(RegionMode.STILL, 95, 55),))
    for time in (0.2, 0.8):
        mask = mask_at(guidance, time)
        assert np.all(mask[55:75, 95:115] == 1)
        assert np.all(mask[:10, 100:] == 0)
        at = position(PATH, guidance.ease, time)
        assert mask[int(at.y), int(at.x)] == pytest.approx(1, abs=0.005)


def test_a_moving_region_is_free_and_the_rest_holds_still() -> None:
    mask = mask_at(Guidance(regions=(box(RegionMode.MOVES, 40, 30),)), 0.5)
    assert np.all(mask[30:50, 40:60] == 0)
    assert mask.sum() == SIZE.height * SIZE.width - 400


def test_a_carried_moving_region_is_guided_where_it_is_and_leaves_its_old_place_free() -> None:
    region = box(RegionMode.MOVES, 20, 20)
    path = MotionPath(PathId("p"), (PathPoint(0, Point(30, 30)), PathPoint(1, Point(90, 30))), region=region.id)
    mask = mask_at(Guidance(paths=(path,), regions=(region,)), 0.5)
    assert np.all(mask[22:38, 52:68] == pytest.approx(1, abs=0.005))
    assert np.all(mask[22:38, 22:38] == 0)
    assert np.all(mask[60:, :] == 1)


def test_a_region_of_the_last_frame_comes_along_its_path() -> None:
    region = MotionRegion(
        RegionId("r"), Boundary.LAST, outline=box(RegionMode.MOVES, 80, 30).outline, follows=PathId("p")
    )
    path = MotionPath(PathId("p"), (PathPoint(0, Point(30, 30)), PathPoint(1, Point(90, 40))))
    mask = mask_at(Guidance(paths=(path,), regions=(region,)), 0.5)
    assert np.all(mask[27:43, 52:68] == pytest.approx(1, abs=0.005))


def test_nothing_drawn_guides_nothing() -> None:
    assert not mask_at(Guidance(), 0.5).any()
