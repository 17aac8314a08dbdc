"""Both stages of Motion-I2V on tiny random networks: what is promised whatever the weights are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mpd_studio.core.errors import Cancelled
from mpd_studio.core.geometry import Size
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.motion_i2v.drags import Drag, SparseMotion, rasterise_drags
from mpd_studio.engines.motion_i2v.memory_plan import plan_named
from mpd_studio.engines.motion_i2v.sampling import Wish
from mpd_studio.engines.motion_i2v.stage1 import MotionWish, predict_motion
from mpd_studio.engines.motion_i2v.stage2 import animate_latents, decode_frame
from mpd_studio.engines.motion_i2v.stages import Stages
from mpd_studio.motion.clip_field import ClipField
from tests.engines.moving_scenes import texture

SIDE, FRAMES = 64, 4
WISH = Wish("a ball rolls", "blurred", seed=3, steps=2)
PICTURE = texture(SIDE, SIDE, 1).astype(np.float32) / 255


def drawn(movable: np.ndarray | None = None) -> SparseMotion:
    drag = Drag(((20, 30), (40, 30)), radius=8)
    return rasterise_drags((drag,), Size(SIDE, SIDE), FRAMES, movable)


def left_half() -> np.ndarray:
    half = np.zeros((SIDE, SIDE), bool)
    half[:, : SIDE // 2] = True
    return half


def motion(stages: Stages, sparse: SparseMotion | None = None, **change: Any) -> np.ndarray:
    wish = replace(MotionWish(WISH), **change)
    return predict_motion(stages.first(SilentReporter()), PICTURE, sparse or drawn(), wish).px


def moving() -> ClipField:
    px = np.zeros((FRAMES, SIDE, SIDE, 2), np.float32)
    px[..., 0] = np.arange(FRAMES)[:, None, None] * 4.0
    return ClipField(px)


def latents(stages: Stages, wish: Wish = WISH, static: np.ndarray | None = None) -> np.ndarray:
    return animate_latents(stages.second(SilentReporter()), PICTURE, moving(), wish, static).numpy()


def test_stage_1_gives_pixels_for_every_frame_and_none_at_frame_0(tiny_stages: Stages) -> None:
    px = motion(tiny_stages)
    assert px.shape == (FRAMES, SIDE, SIDE, 2)
    assert not px[0].any()
    assert px[1:].any()
    assert np.abs(px).max() <= SIDE


def test_stage_1_is_exactly_still_outside_the_brush(tiny_stages: Stages) -> None:
    px = motion(tiny_stages, drawn(left_half()))
    assert not px[:, :, SIDE // 2 :].any()
    assert px[1:, :, : SIDE // 2].any()


def test_same_seed_same_motion_whatever_else_was_drawn_at_random(tiny_stages: Stages) -> None:
    import torch

    torch.manual_seed(1)
    one = motion(tiny_stages)
    torch.manual_seed(2)
    state = torch.get_rng_state()
    assert np.array_equal(motion(tiny_stages), one)
    assert torch.equal(torch.get_rng_state(), state)
    assert not np.array_equal(motion(tiny_stages, wish=replace(WISH, seed=4)), one)


@pytest.mark.parametrize(
    "change",
    [
        {"stride": 3.0},
        {"control_scale": 0.0},
        {"control_scale": 0.5},
        {"wish": replace(WISH, prompt="rain")},
        {"wish": replace(WISH, guidance=2.0)},
        {"wish": replace(WISH, steps=3)},
    ],
)
def test_every_wish_has_an_effect(tiny_stages: Stages, change: dict) -> None:
    assert not np.allclose(motion(tiny_stages, **change), motion(tiny_stages), atol=1e-4)


def test_guidance_in_one_call_is_guidance_in_two(tiny_stages: Stages) -> None:
    together = replace(WISH, together=True)
    assert np.allclose(motion(tiny_stages, wish=together), motion(tiny_stages), atol=2e-3)
    # Sums of another order, 25 times as large after the first step; a wrong pair of halves is off by more than 0.1.
    assert np.allclose(latents(tiny_stages, together), latents(tiny_stages), atol=1e-2)


def test_frame_0_is_the_picture_and_the_others_are_not(tiny_stages: Stages) -> None:
    made = latents(tiny_stages)
    assert made.shape == (FRAMES, 4, SIDE // 8, SIDE // 8)
    again = latents(tiny_stages, replace(WISH, prompt="rain", steps=3))
    assert np.array_equal(made[0], again[0])
    assert all(not np.allclose(frame, made[0], atol=1e-2) for frame in made[1:])


def test_what_is_held_still_ends_as_the_pictures_own_latents(tiny_stages: Stages) -> None:
    made = latents(tiny_stages, static=~left_half())
    right = slice(SIDE // 16, None)
    assert all(np.array_equal(frame[..., right], made[0][..., right]) for frame in made)
    assert not np.allclose(made[1][..., : SIDE // 16], made[0][..., : SIDE // 16], atol=1e-2)


def test_a_frame_is_decoded_to_a_picture(tiny_stages: Stages) -> None:
    import torch

    networks = tiny_stages.second(SilentReporter())
    picture = decode_frame(networks, torch.from_numpy(latents(tiny_stages)[1]))
    assert picture.shape == (SIDE, SIDE, 3)
    assert picture.dtype == np.float32
    assert np.isfinite(picture).all()


def test_steps_are_told_and_both_stages_can_be_stopped_between_layers(tiny_stages: Stages) -> None:
    told: list[tuple[int, int]] = []
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls > 10:
            raise Cancelled

    first, second = tiny_stages.first(SilentReporter()), tiny_stages.second(SilentReporter())
    predict_motion(first, PICTURE, drawn(), MotionWish(WISH), lambda step, steps: told.append((step, steps)))
    animate_latents(second, PICTURE, moving(), WISH, None, lambda step, steps: told.append((step, steps)))
    assert told == [(1, 2), (2, 2)] * 2
    with pytest.raises(Cancelled):
        predict_motion(first, PICTURE, drawn(), MotionWish(WISH), check=check)
    calls = 0
    with pytest.raises(Cancelled):
        animate_latents(second, PICTURE, moving(), WISH, check=check)


def test_the_frugal_shelf_holds_one_stage_at_a_time(tiny_motion_i2v) -> None:
    import gc
    import weakref

    import torch

    stages = Stages(tiny_motion_i2v, torch.device("cpu"), torch.float32, plan_named("low"))
    first = weakref.ref(stages.first(SilentReporter()).flow_unet)
    stages.second(SilentReporter())
    gc.collect()
    assert first() is None
