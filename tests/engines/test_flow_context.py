"""The flow engine with footage around the gap: better where things speed up, and silent where the user has spoken."""

from __future__ import annotations

import numpy as np
import pytest
from moving_scenes import fill, path_through, psnr
from rendered_sequences import rendered

from mpd_studio.core.guidance import Easing, EasingKind, Guidance
from mpd_studio.engines.registry import open_engine

GAP, START = 7, 8


@pytest.fixture(scope="module")
def ride() -> list[np.ndarray]:
    return rendered("ride")


def around(frames: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    return frames[START - 2 : START][::-1], frames[START + GAP + 2 :][:2]


def test_a_camera_that_speeds_up_is_met_better(ride: list[np.ndarray]):
    ends, truth = (ride[START], ride[START + GAP + 1]), ride[START + 1 : START + GAP + 1]
    alone, helped = (
        np.mean([psnr(made.pixels, true) for made, true in zip(pictures, truth, strict=True)])
        for pictures in (
            fill(open_engine("flow"), *ends, GAP),
            fill(open_engine("flow"), *ends, GAP, context=around(ride)),
        )
    )
    assert helped > alone + 1


@pytest.mark.parametrize(
    "guidance",
    [Guidance((path_through((0, 100, 100), (1, 130, 110)),)), Guidance(ease=Easing(EasingKind.IN))],
    ids=["a path", "an eased gap"],
)
def test_the_users_word_counts_not_the_footages(ride: list[np.ndarray], guidance: Guidance):
    ends = ride[START], ride[START + GAP + 1]
    alone = fill(open_engine("flow"), *ends, 1, guidance)[0]
    helped = fill(open_engine("flow"), *ends, 1, guidance, context=around(ride))[0]
    np.testing.assert_array_equal(helped.pixels, alone.pixels)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_footage_of_any_depth_tells_the_same(ride: list[np.ndarray], dtype: type):
    scale = 257 if dtype == np.uint16 else 1 / 255
    deep = [(frame.astype(np.float32) * scale).astype(dtype) for frame in ride]
    ends = deep[START], deep[START + GAP + 1]
    alone, helped = (
        psnr(pictures[GAP // 2].pixels.astype(np.float32) / scale, ride[START + 1 + GAP // 2])
        for pictures in (
            fill(open_engine("flow"), *ends, GAP),
            fill(open_engine("flow"), *ends, GAP, context=around(deep)),
        )
    )
    assert helped > alone + 1
