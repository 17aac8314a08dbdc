"""Moves of the camera over still and moving pictures."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.engines.motion_i2v.camera import CAMERAS, with_camera
from mpd_studio.motion.clip_field import ClipField

STILL = ClipField(np.zeros((5, 21, 41, 2), np.float32))


def test_a_pan_shifts_all_the_same_and_evenly() -> None:
    px = with_camera(STILL, "pan-left", 0.1).px
    assert np.allclose(px[-1], [4.1, 0], atol=1e-4)
    assert np.allclose(px[2], px[-1] / 2, atol=1e-4)


def test_a_zoom_leaves_the_middle_and_a_roll_keeps_distances() -> None:
    zoomed = with_camera(STILL, "zoom-in", 0.5).px[-1]
    assert np.allclose(zoomed[10, 20], 0, atol=1e-4)
    assert np.allclose(zoomed[10, 40], [10, 0], atol=1e-3)
    rolled = with_camera(STILL, "roll-right", 0.3).px[-1]
    corner = np.array([20, 10]) + rolled[20, 40]
    assert np.hypot(*corner) == pytest.approx(np.hypot(20, 10), abs=1e-3)


def test_parallax_moves_the_lower_part_more() -> None:
    across = with_camera(STILL, "parallax-left", 0.1).px[-1, :, 5, 0]
    assert across[0] == pytest.approx(0, abs=1e-4)
    assert across[-1] == pytest.approx(4.1, abs=1e-3)
    assert np.all(np.diff(across) > 0)


def test_things_move_first_and_then_the_camera() -> None:
    px = np.zeros((5, 21, 41, 2), np.float32)
    px[-1, 10, 20] = [4, 0]
    seen = with_camera(ClipField(px), "zoom-in", 0.5).px[-1, 10, 20]
    assert np.allclose(seen, [6, 0], atol=1e-3)


@pytest.mark.parametrize("camera", CAMERAS)
def test_every_move_keeps_frame_0_and_no_amount_is_no_move(camera: str) -> None:
    assert not with_camera(STILL, camera, 0.2).px[0].any()
    assert with_camera(STILL, camera, 0.0) is STILL
    assert with_camera(STILL, camera, 0.2).px.any() == (camera != "none")
