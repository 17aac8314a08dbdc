"""Motion seen: the colours of the benchmark's wheel, and arrows that stand where the motion is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mpd_studio.motion.arrows import draw_arrows, motion_arrows
from mpd_studio.motion.color_wheel import motion_colors, wheel_legend


def one(x: float, y: float, rim: float | None = 1.0) -> tuple[int, ...]:
    return tuple(int(value) for value in motion_colors(np.array([[[x, y]]], np.float32), rim)[0, 0])


# From the benchmark's own program: its table has 15, 6, 4, 11, 13 and 6 colours from hue to hue.
@pytest.mark.parametrize(
    ("x", "y", "color"),
    [
        (1, 0, (255, 0, 0)),
        (0, 1, (255, 229, 0)),
        (-1, 0, (0, 209, 255)),
        (0, -1, (88, 0, 255)),
        (0, 0, (255, 255, 255)),
    ],
)
def test_directions_have_the_benchmarks_colours(x: float, y: float, color: tuple[int, ...]) -> None:
    assert np.abs(np.subtract(one(x, y), color)).max() <= 1


def by_the_book(x: float, y: float) -> tuple[int, ...]:
    """The benchmark's rule for one vector, written down a second time, number by number."""
    table = [(255, math.floor(255 * i / 15), 0) for i in range(15)]
    table += [(255 - math.floor(255 * i / 6), 255, 0) for i in range(6)]
    table += [(0, 255, math.floor(255 * i / 4)) for i in range(4)]
    table += [(0, 255 - math.floor(255 * i / 11), 255) for i in range(11)]
    table += [(math.floor(255 * i / 13), 0, 255) for i in range(13)]
    table += [(255, 0, 255 - math.floor(255 * i / 6)) for i in range(6)]
    place = (math.atan2(-y, -x) / math.pi + 1) / 2 * (len(table) - 1)
    low, share = math.floor(place), place - math.floor(place)
    length, found = math.hypot(x, y), []
    for channel in range(3):
        mixed = (1 - share) * table[low][channel] / 255 + share * table[(low + 1) % len(table)][channel] / 255
        found.append(math.floor(255 * (1 - length * (1 - mixed) if length <= 1 else 0.75 * mixed)))
    return tuple(found)


def test_every_vector_has_the_colour_of_the_rule() -> None:
    flow = np.random.default_rng(1).uniform(-1.2, 1.2, (20, 20, 2)).astype(np.float32)
    found = motion_colors(flow, 1.0).astype(int)
    expected = np.array([[by_the_book(float(x), float(y)) for x, y in row] for row in flow])
    assert np.abs(found - expected).max() <= 1  # a number may lie on the edge between two
    assert (found == expected).mean() > 0.97


def test_the_longest_motion_is_the_rim() -> None:
    flow = np.zeros((2, 2, 2), np.float32)
    flow[0, 0], flow[1, 1] = (40, 0), (20, 0)
    colors = motion_colors(flow)
    assert tuple(colors[0, 0]) == (255, 0, 0)
    assert tuple(colors[1, 1]) == (255, 127, 127)
    assert np.array_equal(colors, motion_colors(flow * 3))
    assert (motion_colors(np.zeros((2, 2, 2))) == 255).all()


def test_what_is_unknown_is_black_and_does_not_stretch_the_rim() -> None:
    flow = np.array([[[1, 0], [np.nan, 0], [np.inf, 5]]], np.float32)
    assert motion_colors(flow).tolist() == [[[255, 0, 0], [0, 0, 0], [0, 0, 0]]]


def test_a_rim_must_be_a_length() -> None:
    for rim in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="above 0"):
            motion_colors(np.zeros((1, 1, 2)), rim)


def test_the_legend_has_each_colour_where_it_points() -> None:
    legend = wheel_legend(65)
    assert tuple(legend[0, 0]) == (255, 255, 255)
    assert (legend[32, 32] >= 253).all()
    assert legend[32, 63, 0] == 255
    assert legend[32, 63, 1] < 20
    assert legend[32, 1, 0] < 20


def test_arrows_stand_in_the_middle_of_their_squares() -> None:
    flow = np.broadcast_to(np.array([3, -2], np.float32), (11, 25, 2))
    arrows = motion_arrows(flow, 10)
    assert arrows.tolist() == [[5, 5, 8, 3], [15, 5, 18, 3]]
    assert arrows.dtype == np.float32


def test_an_arrow_belongs_to_one_side_of_an_edge() -> None:
    flow = np.zeros((10, 10, 2), np.float32)
    flow[:, 4:] = (8, 0)
    assert motion_arrows(flow, 10).tolist() == [[5, 5, 13, 5]]


def test_what_is_unknown_has_no_arrow() -> None:
    flow = np.full((10, 20, 2), np.nan, np.float32)
    flow[3, 4] = (1, 1)
    assert motion_arrows(flow, 10).tolist() == [[5, 5, 6, 6]]
    assert motion_arrows(np.full((10, 10, 2), np.nan), 10).shape == (0, 4)
    assert motion_arrows(flow, 30).shape == (0, 4)
    with pytest.raises(ValueError, match="at least"):
        motion_arrows(flow, 0)


def test_arrows_are_drawn_on_a_copy() -> None:
    picture = np.full((48, 48, 3), 128, np.uint8)
    picture.flags.writeable = False
    drawn = draw_arrows(picture, np.broadcast_to(np.array([10, 0], np.float32), (48, 48, 2)))
    assert (picture == 128).all()
    assert drawn[12, 18].min() > 200  # on the shaft, half way
    assert drawn[30, 12].tolist() == [128] * 3
    dots = draw_arrows(picture, np.zeros((48, 48, 2), np.float32))
    assert dots[12, 12].tolist() != [128] * 3
    with pytest.raises(ValueError, match="does not lie on"):
        draw_arrows(picture, np.zeros((47, 48, 2)))
