"""Matched features, and the motions they share, of things put where local search does not find them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from test_two_way_flow import world

from mpd_studio.motion.luminance import grey
from mpd_studio.motion.matches import Features, features, matched, rigid_motions

SIDE, START, END = 40, (20, 30), (90, 120)  # of a square; row and column of its corner in both pictures
JUMP = np.array([END[1] - START[1], END[0] - START[0]], np.float32)


def jump() -> tuple[np.ndarray, np.ndarray]:
    first, last, thing = world(1), world(1), world(7)[:SIDE, :SIDE]
    first[START[0] : START[0] + SIDE, START[1] : START[1] + SIDE] = thing
    last[END[0] : END[0] + SIDE, END[1] : END[1] + SIDE] = thing
    return grey(first), grey(last)


def marks(pictures: Sequence[np.ndarray], *within: np.ndarray) -> tuple[Features, Features]:
    masks = within or (None, None)
    first, last = (features(picture, 500, mask) for picture, mask in zip(pictures, masks, strict=True))
    return first, last


def only(corner: tuple[int, int], side: int = SIDE, around: int = 0) -> np.ndarray:
    inside = np.zeros(world().shape[:2], bool)
    rows, columns = (slice(max(edge - around, 0), edge + side + around) for edge in corner)
    inside[rows, columns] = True
    return inside


def test_a_thing_that_jumps_is_found_where_it_is_doubted() -> None:
    pictures = jump()
    known = np.zeros((*pictures[0].shape, 2), np.float32)
    doubts = only(START, around=6) | only(END, around=6), only(START, around=6) | only(END, around=6)
    ((onward, back),) = rigid_motions(*marks(pictures, *doubts), known, known)
    inside = only(START)
    assert np.abs(onward[inside] - JUMP).max() < 0.5
    assert np.abs(back[only(END)] + JUMP).max() < 0.5
    assert not onward[~only(START, around=SIDE + 5)].any()  # far from its features it says nothing
    assert not back[~only(END, around=SIDE + 5)].any()


def test_what_is_too_small_has_no_motion_of_its_own() -> None:
    pictures = jump()
    known = np.zeros((*pictures[0].shape, 2), np.float32)
    assert rigid_motions(*marks(pictures, only(START, 12), only(END, 12)), known, known) == ()


def test_a_thing_that_turns_on_its_way_is_found() -> None:
    first, last, thing = world(1), world(1), world(7)[:SIDE, :SIDE]
    first[START[0] : START[0] + SIDE, START[1] : START[1] + SIDE] = thing
    last[END[0] : END[0] + SIDE, END[1] : END[1] + SIDE] = np.rot90(thing)  # a corner goes to where its neighbour was
    known = np.zeros((*first.shape[:2], 2), np.float32)
    ((onward, back), *_) = rigid_motions(*marks((grey(first), grey(last))), known, known)
    rows, columns = START[0] + 10, START[1] + 30
    assert onward[rows, columns].round().tolist() == [END[1] + 10 - columns, END[0] + SIDE - 1 - 30 - rows]
    assert back[END[0] + SIDE - 1 - 30, END[1] + 10].round().tolist() == (-onward[rows, columns].round()).tolist()


def test_where_nothing_stands_out_nothing_is_found() -> None:
    flat = np.full((64, 96), 128, np.uint8)
    start, end = matched(*marks((flat, flat)))
    assert start.shape == end.shape == (0, 2)


def test_features_of_a_part_lie_there_and_go_where_it_went() -> None:
    inside = only(START), only(END)
    start, end = matched(*marks(jump(), *inside))
    for places, part in zip((start, end), inside, strict=True):
        columns, rows = np.rint(places).astype(int).T
        assert part[rows, columns].all()
    off = np.hypot(*(end - start - JUMP).T)
    assert np.median(off) < 0.1
    assert np.mean(off < 1) > 0.8
