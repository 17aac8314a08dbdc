"""Things that move by themselves, told from the camera's motion on rendered scenes."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.geometry import Point
from mpd_studio.motion.autopilot import own_motions

WIDTH, HEIGHT = 480, 270
STARTS = ((90, 70), (330, 80), (110, 200), (370, 190))
WAYS = ((50, 18), (-30, -20), (24, -16), (-20, 24))
RADIUS = 26


def soft_noise(height: int, width: int, seed: int) -> np.ndarray:
    """(height, width, 3) uint8, smooth at three scales."""
    import cv2

    random = np.random.default_rng(seed)
    picture = np.sum(
        [
            weight * cv2.GaussianBlur(random.standard_normal((height, width, 3)).astype(np.float32), (0, 0), sigma)
            for sigma, weight in ((1.2, 1.2), (3.0, 6.0), (8.0, 40.0))
        ],
        axis=0,
    )
    return np.clip((picture - picture.mean()) / picture.std() * 45 + 128, 0, 255).astype(np.uint8)


def with_disc(picture: np.ndarray, at: tuple[int, int], seed: int) -> np.ndarray:
    result, side = picture.copy(), 2 * RADIUS + 1
    rows, columns = np.mgrid[:side, :side] - RADIUS
    inside = np.hypot(rows, columns) <= RADIUS
    place = result[at[1] - RADIUS : at[1] + RADIUS + 1, at[0] - RADIUS : at[0] + RADIUS + 1]
    place[inside] = soft_noise(side, side, seed)[inside]
    return result


def ends(things: int, pan: tuple[int, int] = (0, 0)) -> tuple[np.ndarray, np.ndarray]:
    world = soft_noise(HEIGHT + 40, WIDTH + 60, 3)
    first = world[10 : 10 + HEIGHT, 10 : 10 + WIDTH]
    last = world[10 + pan[1] : 10 + pan[1] + HEIGHT, 10 + pan[0] : 10 + pan[0] + WIDTH]
    for seed, ((x, y), (dx, dy)) in enumerate(zip(STARTS[:things], WAYS, strict=False)):
        first, last = with_disc(first, (x, y), seed), with_disc(last, (x + dx, y + dy), seed)
    return first, last


@pytest.mark.parametrize("pan", [(0, 0), (12, 3)], ids=["camera stands", "camera pans"])
@pytest.mark.parametrize("things", [1, 2, 4])
def test_each_thing_is_found_once_and_the_camera_never(things: int, pan: tuple[int, int]) -> None:
    found = own_motions(*ends(things, pan))
    assert len(found) == things
    for (x, y), (dx, dy) in zip(STARTS[:things], WAYS, strict=False):
        (near,) = (thing for thing in found if thing.start.distance_to(Point(x + 0.5, y + 0.5)) < RADIUS / 2)
        assert (near.end - near.start).distance_to(Point(dx, dy)) < 1.5
        assert 0.5 * RADIUS < near.radius < 1.6 * RADIUS


@pytest.mark.parametrize("pan", [(0, 0), (12, 3)])
def test_a_camera_alone_suggests_nothing(pan: tuple[int, int]) -> None:
    assert own_motions(*ends(0, pan)) == ()


def test_frames_that_have_nothing_to_do_with_each_other_suggest_nothing() -> None:
    assert own_motions(soft_noise(HEIGHT, WIDTH, 1), soft_noise(HEIGHT, WIDTH, 2)) == ()
    flat = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    assert own_motions(flat, flat) == ()


def test_the_same_frames_give_the_same_suggestions() -> None:
    first, last = ends(2, (12, 3))
    assert own_motions(first, last) == own_motions(first, last)


def test_large_pictures_of_any_depth_give_places_in_their_own_pixels() -> None:
    import cv2

    large = [cv2.resize(picture, (2 * WIDTH, 2 * HEIGHT)).astype(np.uint16) * 257 for picture in ends(1)]
    (thing,) = own_motions(large[0], large[1])
    assert (thing.end - thing.start).distance_to(Point(100, 36)) < 3


def test_a_search_can_be_stopped() -> None:
    class Stop(BaseException):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        own_motions(*ends(1), tick=stop)


def bare_floor(x: float, y: float, light: float = 1.0, wide: float = 50.0) -> np.ndarray:
    """A box with a pattern on a bare floor with hardly anything on it; the camera stands."""
    row, column = np.mgrid[:HEIGHT, :WIDTH]
    floor = np.tile(np.array([90.0, 92, 96]), (HEIGHT, WIDTH, 1)) + soft_noise(HEIGHT, WIDTH, 4)[..., :1] / 60
    floor[12:16, 200:330] = 220
    box = (abs(column - x) < wide) & (abs(row - y) < wide * 0.7)
    floor[box] = soft_noise(int(2 * wide) + 2, int(2 * wide) + 2, 7)[
        (row - y + wide).astype(int)[box], (column - x + wide).astype(int)[box]
    ]
    return np.clip(np.rint(floor * light), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("light", [1.0, 0.9], ids=["same light", "another exposure"])
def test_a_large_thing_on_a_bare_floor_is_no_camera(light: float) -> None:
    first, last = bare_floor(120, 90), bare_floor(180, 130, light)
    thing = own_motions(first, last)[0]
    assert (thing.end - thing.start).distance_to(Point(60, 40)) < 2
    assert thing.start.distance_to(Point(120.5, 90.5)) < 25
    assert own_motions(first, bare_floor(120, 90, light)) == ()


def test_a_plain_thing_without_features_is_found_by_its_outline() -> None:
    row, column = np.mgrid[:HEIGHT, :WIDTH]

    def with_cup(x: float, y: float) -> np.ndarray:
        result = ends(0)[0].copy()
        result[np.hypot((column - x) / 0.8, row - y) < 34] = (200, 30, 40)
        return result

    (thing,) = own_motions(with_cup(100, 100), with_cup(150, 118))
    assert (thing.end - thing.start).distance_to(Point(50, 18)) < 3
    assert thing.start.distance_to(Point(100.5, 100.5)) < 20


@pytest.mark.parametrize("turn", [35, 70])
def test_a_thing_that_turns_is_found(turn: int) -> None:
    import cv2

    row, column = np.mgrid[:HEIGHT, :WIDTH]
    skin = soft_noise(HEIGHT, WIDTH, 8)

    def with_wheel(x: float, y: float, angle: float) -> np.ndarray:
        turned = cv2.getRotationMatrix2D((240, 135), angle, 1.0)
        turned[:, 2] += [x - 240, y - 135]
        moved = cv2.warpAffine(skin, turned, (WIDTH, HEIGHT))
        inside = np.hypot(column - x, row - y) < 32
        return np.where(inside[..., None], moved, ends(0)[0]).astype(np.uint8)

    (thing,) = own_motions(with_wheel(120, 130, 0), with_wheel(180, 145, turn))
    # The path's point is the middle of what was found, which may lie beside the hub and turn round it.
    assert (thing.end - thing.start).distance_to(Point(60, 15)) < 6
    assert thing.start.distance_to(Point(120.5, 130.5)) < 8
