"""Matched features, and the motions they share, of things put where local search does not find them."""

from __future__ import annotations

import numpy as np
from test_two_way_flow import world

from mpd_studio.motion.luminance import grey
from mpd_studio.motion.matches import matched_features, rigid_motions

SIDE, START, END = 40, (20, 30), (90, 120)  # of a square; row and column of its corner in both pictures
JUMP = np.array([END[1] - START[1], END[0] - START[0]], np.float32)


def jump() -> tuple[np.ndarray, np.ndarray]:
    first, last, thing = world(1), world(1), world(7)[:SIDE, :SIDE]
    first[START[0] : START[0] + SIDE, START[1] : START[1] + SIDE] = thing
    last[END[0] : END[0] + SIDE, END[1] : END[1] + SIDE] = thing
    return grey(first), grey(last)


def only(corner: tuple[int, int], side: int = SIDE, around: int = 0) -> np.ndarray:
    inside = np.zeros(world().shape[:2], bool)
    rows, columns = (slice(max(edge - around, 0), edge + side + around) for edge in corner)
    inside[rows, columns] = True
    return inside


def test_a_thing_that_jumps_is_found_where_it_is_doubted() -> None:
    pictures = jump()
    known = np.zeros((*pictures[0].shape, 2), np.float32)
    doubts = only(START, around=6) | only(END, around=6), only(START, around=6) | only(END, around=6)
    ((onward, back),) = rigid_motions(*pictures, known, doubts=doubts)
    inside = only(START)
    assert np.abs(onward[inside] - JUMP).max() < 0.5
    assert np.abs(back[only(END)] + JUMP).max() < 0.5


def test_what_is_too_small_for_a_motion_is_not_searched() -> None:
    pictures = jump()
    places, _ = matched_features(*pictures, 500, (only(START, 12), only(END, 12)))
    assert len(places) == 0
    places, _ = matched_features(*pictures, 500, (only(START), only(END)))
    assert len(places) >= 5


def test_features_of_a_part_lie_there_and_go_where_it_went() -> None:
    inside = only(START), only(END)
    start, end = matched_features(*jump(), 500, inside)
    for places, part in zip((start, end), inside, strict=True):
        columns, rows = np.rint(places).astype(int).T
        assert part[rows, columns].all()
    off = np.hypot(*(end - start - JUMP).T)
    assert np.median(off) < 0.1
    assert np.mean(off < 1) > 0.8
