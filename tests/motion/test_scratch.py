"""Arrays that are used again: one set for each thread, and frames that do not depend on what was in them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.confidence import Balance
from mpd_studio.motion.render import render
from mpd_studio.motion.scratch import Scratch
from mpd_studio.motion.source import sources
from mpd_studio.motion.warp import Sampling


def test_the_same_array_comes_back_until_another_shape_is_asked_for():
    scratch = Scratch()
    first = scratch.array("early", 4, 6, 2)
    assert first.dtype == np.float32
    assert scratch.array("early", 4, 6, 2) is first
    assert scratch.array("late", 4, 6, 2) is not first
    assert scratch.array("early", 4, 7, 2).shape == (4, 7, 2)


def test_threads_never_share_an_array():
    scratch = Scratch()
    own = scratch.array("early", 4, 6)
    with ThreadPoolExecutor(1) as other:
        assert other.submit(scratch.array, "early", 4, 6).result() is not own


def test_frames_are_equal_whatever_was_left_and_however_many_cores_work():
    random = np.random.default_rng(5)
    first, last = random.integers(0, 256, (2, 120, 90, 3), np.uint8)
    ends = sources(first, last, Sampling.CUBIC, 7)
    scratch = Scratch()
    frames = []
    for cores in (1, 1, 2):
        velocity = np.random.default_rng(6).normal(0, 3, (40, 30, 2)).astype(np.float32)
        one, two, three = np.random.default_rng(7).random((3, 40, 30), np.float32)
        mixing = Balance(one, two, three)
        frames.append(render(*ends, MotionAt(0.3, velocity, one, two), mixing, cores=cores, scratch=scratch))
        scratch.array("early", 120, 90, 2).fill(np.nan)
        scratch.array("share", 120, 90).fill(np.nan)
    for frame in frames[1:]:
        np.testing.assert_array_equal(frame, frames[0])
