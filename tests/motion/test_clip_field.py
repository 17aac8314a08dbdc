"""The motion of one picture over a clip: what can be done to it, and looking back along it."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.geometry import Size
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.clip_motion import clip_motion
from mpd_studio.motion.warp import backward_warp


def even(x: float, y: float, frames: int = 5) -> ClipField:
    px = np.zeros((frames, 30, 40, 2), np.float32)
    px[...] = np.linspace(0, 1, frames, dtype=np.float32)[:, None, None, None] * np.array([x, y], np.float32)
    return ClipField(px)


def test_vectors_grow_with_the_picture() -> None:
    large = even(8, -3).resized(Size(80, 30))
    assert large.size == Size(80, 30)
    assert np.allclose(large.px[-1], [16, -3], atol=1e-4)


def test_it_is_scaled_smoothed_masked_and_blended() -> None:
    motion = even(8, 0)
    left = np.zeros((30, 40), np.float32)
    left[:, :20] = 1
    assert np.allclose(motion.scaled(0.5).px[-1], [4, 0])
    masked = motion.masked(left)
    assert np.allclose(masked.px[-1, :, :20], [8, 0])
    assert not masked.px[:, :, 20:].any()
    smooth = masked.smoothed(3.0).px[-1, 15, :, 0]
    assert 1 < smooth[20] < 7
    assert np.all(np.diff(smooth) <= 1e-5)
    assert np.allclose(motion.blended(even(0, 4), 0.25).px[-1], [6, 1])
    assert np.allclose(motion.blended(even(0, 4), left).px[-1, :, :20], [0, 4])
    with pytest.raises(ValueError, match="cannot be blended"):
        motion.blended(even(0, 4, frames=3), 0.5)


def test_a_known_end_is_met_and_bends_on_the_way_stay() -> None:
    motion = even(8, 0)
    bent = ClipField(
        motion.px + np.array([0, 3], np.float32) * np.array([0, 1, 2, 1, 0], np.float32)[:, None, None, None]
    )
    trust = np.ones((30, 40), np.float32)
    goal = np.full((30, 40, 2), (4, 4), np.float32)
    ended = bent.ending_at(goal, trust, np.linspace(0, 1, 5))
    assert np.allclose(ended.px[-1], [4, 4])
    assert np.allclose(ended.px[2], [2, 2 + 6])
    assert np.array_equal(bent.ending_at(goal, 0 * trust, np.linspace(0, 1, 5)).px, bent.px)


def test_looking_back_along_a_shift_finds_the_pixels_and_knows_what_it_cannot_see() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
    back, seen = even(8, 4).looked_back(4)
    moved = backward_warp(picture, back)
    assert np.array_equal(moved[4:, 8:], picture[:-4, :-8])
    assert np.all(seen[4:, 8:] == 1)
    assert not seen[:, :8].any()
    assert not seen[:4].any()


def test_only_motion_that_begins_at_the_picture_is_one() -> None:
    with pytest.raises(ValueError, match="stands still"):
        ClipField(np.ones((2, 4, 4, 2), np.float32))
    with pytest.raises(ValueError, match=r"\(frames, h, w, 2\)"):
        ClipField(np.zeros((2, 4, 4), np.float32))


def test_it_comes_from_and_goes_to_a_motion_without_the_picture() -> None:
    field = even(8, 4)
    assert np.array_equal(ClipField.of(field.motion).px, field.px)
    unknown = field.motion.px.copy()
    unknown[:, 3, 4] = np.nan
    assert not ClipField.of(clip_motion(unknown)).px[:, 3, 4].any()


def test_more_frames_are_the_same_motion_slower_and_smooth_in_time() -> None:
    times = np.linspace(0, 1, 16, dtype=np.float32)
    px = np.zeros((16, 6, 8, 2), np.float32)
    px[..., 0], px[..., 1] = (values[:, None, None] for values in (12 * times, 20 * times * times))
    px[:, :3] = 0
    longer = ClipField(px).over(41)
    assert longer.frames == 41
    assert np.array_equal(longer.px[-1], px[-1])
    assert not longer.px[:, :3].any()
    then = np.linspace(0, 1, 41)
    assert np.allclose(longer.px[:, 5, 5, 0], 12 * then, atol=1e-4)
    assert np.allclose(longer.px[:, 5, 5, 1], 20 * then * then, atol=0.02)
    assert np.array_equal(longer.over(41).px, longer.px)


def test_what_is_not_known_stands_still_or_is_hidden_and_then_lands_nowhere() -> None:
    px = even(8, 0).px[1:].copy()
    px[:, :, 20:] = np.nan
    motion = clip_motion(px)
    still, hidden = ClipField.of(motion), ClipField.of(motion, hides=True)
    assert not still.px[:, :, 20:].any()
    assert np.isnan(hidden.px[1:, :, 20:]).all()
    back, seen = hidden.looked_back(4)
    assert np.isfinite(back).all()
    assert np.all(seen[:, 8:28] == 1)
    assert not seen[:, 28:].any()
