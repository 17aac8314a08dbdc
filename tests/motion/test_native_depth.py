"""Every depth and every number of channels ride on the same motion, and keep what is theirs."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.confidence import Balance
from mpd_studio.motion.render import render
from mpd_studio.motion.source import sources
from mpd_studio.motion.warp import Sampling

HEIGHT, WIDTH = 61, 47  # odd, and no multiple of the working size
DTYPES = (np.uint8, np.uint16, np.float16, np.float32)
INNER = (slice(8, -8), slice(8, -8))


def half_way(first: np.ndarray, last: np.ndarray, flow: tuple[float, float], moved: float = 1.0) -> np.ndarray:
    """The frame in the middle, where everything goes by `flow`; the motion is known at about half size."""
    height, width = first.shape[0] // 2, first.shape[1] // 2
    small = np.array(flow) * (width / first.shape[1], height / first.shape[0])
    velocity = np.tile(small.astype(np.float32), (height, width, 1))
    seen = np.ones((height, width), np.float32)
    mixing = Balance(seen / 2, seen * np.float32(moved), seen)
    return render(*sources(first, last, Sampling.CUBIC), MotionAt(0.5, velocity, seen, seen), mixing)


def pictures(dtype: type, channels: int) -> list[np.ndarray]:
    """First, middle and last of a pan by (6, 2): a smooth pattern in the full range, other in each channel."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    found = []
    for right, down in ((0, 0), (3, 1), (6, 2)):
        planes = [0.5 + 0.45 * np.sin((x - right) / (3 + c) + (y - down) / 5 + c) for c in range(channels)]
        values = np.dstack(planes)
        if channels > 3:
            values[..., 3] = 1  # opaque: what alpha does has tests of its own
        top = np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1
        found.append((values * top).astype(dtype))
    return found


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [1, 3, 4, 7])
def test_whole_pixels_are_moved_exactly_in_every_depth(dtype: type, channels: int):
    first, middle, last = pictures(dtype, channels)
    made = half_way(first, last, (6, 2))
    assert made.dtype == dtype
    assert made.shape == first.shape
    if np.dtype(dtype).kind == "u":
        # Places are found to 1/32 of a pixel, mixed values rounded once.
        assert np.abs(made[INNER].astype(int) - middle[INNER]).max() <= (2 if dtype is np.uint8 else 300)
    else:
        np.testing.assert_allclose(made[INNER].astype(float), middle[INNER].astype(float), atol=4e-3)


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_does_not_change_stays_to_the_last_bit(dtype: type):
    still = pictures(dtype, 3)[0]
    rounding = 2 if dtype is np.float32 else 0  # units in the last place
    for moved in (1.0, 0.3):
        made = half_way(still, still, (0, 0), moved)
        apart = np.abs(made.astype(np.float64) - still)
        assert (apart <= rounding * np.spacing(np.abs(still.astype(np.float32)))).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_values_beyond_white_and_below_black_are_kept(dtype: type):
    first, middle, last = (picture * dtype(40) - dtype(10) for picture in pictures(dtype, 3))
    made = half_way(first, last, (6, 2))
    assert made.max() > 25
    assert made.min() < -5
    np.testing.assert_allclose(made[INNER].astype(float), middle[INNER].astype(float), atol=0.2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_highlight_throws_no_dark_ring(dtype: type):
    first = np.full((HEIGHT, WIDTH, 3), 0.25, dtype)
    first[20:30, 15:25] = 1000
    last = np.roll(first, 3, axis=1)
    made = half_way(first, last, (3, 0))
    assert made.min() == 0.25
    assert made.max() == 1000


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_broken_pixels_become_numbers_and_do_not_spread(dtype: type, broken: float):
    first = np.full((HEIGHT, WIDTH, 3), 0.5, dtype)
    last = first.copy()
    first[20, 20, 1] = broken
    made = half_way(first, last, (3, 1))
    assert np.isfinite(made).all()
    far = np.ones((HEIGHT, WIDTH), bool)
    far[16:28, 16:28] = False
    assert (made[far] == 0.5).all()
    assert (made[..., ::2] == 0.5).all()
    assert np.abs(made[..., 1].astype(np.float64)).max() <= 65504


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_behind_straight_alpha_do_not_shine_through(dtype: type):
    top = np.iinfo(dtype).max
    first, last = straight_disc(dtype, 20.0), straight_disc(dtype, 25.0)
    made = half_way(first, last, (5, 0)).astype(np.float64) / top
    edge = (made[..., 3] > 0.03) & (made[..., 3] < 0.97)
    assert edge.sum() > 20
    assert made[edge][:, 0].min() > 0.95  # the disc is red
    assert made[edge][:, 1].max() < 0.05  # what surrounds it unseen is green
    assert made[30, 3, 1] > 0.99  # and stays so


def test_alpha_in_the_colours_of_floats_stays_in_proportion():
    first, last = (premultiplied(straight_disc(np.uint16, x)) for x in (20.0, 25.0))
    made = half_way(first, last, (5, 0))
    seen = made[..., 3] > 0.03
    np.testing.assert_allclose(made[seen][:, 0], made[seen][:, 3], atol=1e-3)
    assert made[..., 3].min() >= 0
    assert made[..., 3].max() <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_depth_and_mattes_are_moved_as_they_are(dtype: type):
    first, last = (straight_disc(np.uint8, x) for x in (20.0, 26.0))
    depths = [np.where(picture[..., 3:] > 127, 90, 10).astype(dtype) for picture in (first, last)]
    pair = [
        np.dstack([picture.astype(dtype), depth, depth]) for picture, depth in zip((first, last), depths, strict=True)
    ]
    made = half_way(pair[0], pair[1], (6, 0))
    np.testing.assert_array_equal(made[..., 4], made[..., 5])
    assert made[30, 23, 4] == pytest.approx(90, abs=1)
    assert made[30, 3, 4] == pytest.approx(10, abs=1)


def straight_disc(dtype: type, x: float) -> np.ndarray:
    """A red disc around (x, 30), soft at its edge; green where nothing is to be seen."""
    row, column = np.mgrid[:HEIGHT, :WIDTH]
    alpha = np.clip(10.5 - np.hypot(column - x, row - 30), 0, 1)
    red, green = np.where(alpha > 0, 1.0, 0.0), np.where(alpha > 0, 0.0, 1.0)
    return np.rint(np.dstack([red, green, np.zeros_like(red), alpha]) * np.iinfo(dtype).max).astype(dtype)


def premultiplied(picture: np.ndarray) -> np.ndarray:
    values = picture.astype(np.float32) / np.iinfo(picture.dtype).max
    values[..., :3] *= values[..., 3:]
    return values


def test_a_stop_between_two_bands_is_heard():
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    high = np.zeros((1200, 900, 3), np.uint8)  # several bands
    seen = np.ones((30, 20), np.float32)
    motion = MotionAt(0.5, np.zeros((30, 20, 2), np.float32), seen, seen)
    with pytest.raises(Stop):
        render(*sources(high, high, Sampling.LINEAR), motion, Balance(seen, seen, seen), stop)
