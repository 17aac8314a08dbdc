"""The look at one frame while a drawing changes: small, and close to what the engine makes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from moving_scenes import Ball, path_through, psnr, request_for, texture

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.guidance import Easing, EasingKind, Guidance, MotionPath
from mpd_studio.core.inbetween import InbetweenRequest, Quality
from mpd_studio.core.picture import Picture
from mpd_studio.engines.flow.glance import glance, rerouted, smaller
from mpd_studio.engines.flow.scene import Measured, Scene, measure
from mpd_studio.motion.paths import position

BACKGROUND = texture(180, 320, 1)
BALL = Ball(20)
PATH = path_through((0, 60.5, 130.5), (0.5, 150.5, 50.5), (1, 240.5, 130.5))
ENDS = BALL.over(BACKGROUND, PATH.start), BALL.over(BACKGROUND, PATH.end)


def quiet() -> None:
    return None


def asked(*paths: MotionPath) -> InbetweenRequest:
    return request_for(ENDS[0], 3, Guidance(paths), Quality.DRAFT)


@pytest.fixture(scope="module")
def pictures() -> BoundaryPictures:
    return BoundaryPictures(Picture(ENDS[0]), Picture(ENDS[1]))


@pytest.fixture(scope="module")
def measured(pictures: BoundaryPictures) -> Measured:
    return smaller(measure(asked(), pictures, quiet), asked(), pictures)


@pytest.fixture(scope="module")
def scene(pictures: BoundaryPictures, measured: Measured) -> Scene:
    return glance(asked(PATH), pictures, measured, quiet)


def test_a_glance_shows_the_object_on_its_path(scene: Scene) -> None:
    for time in (0.25, 0.5, 0.75):
        truth = BALL.over(BACKGROUND, position(PATH, Guidance().ease, time))
        assert psnr(scene.frame_at(time, quiet)[0], truth) > 28


@pytest.mark.parametrize(
    "other",
    [
        path_through((0, 60.5, 130.5), (0.4, 120.5, 90.5), (1, 240.5, 130.5)),
        replace(PATH, easing=Easing(EasingKind.IN)),
    ],
    ids=["bent elsewhere", "eased"],
)
def test_another_way_between_the_same_ends_needs_no_new_fit(
    scene: Scene, measured: Measured, pictures: BoundaryPictures, other: MotionPath
) -> None:
    again = rerouted(scene, Guidance((other,)))
    assert again is not None
    anew = glance(asked(other), pictures, measured, quiet)
    np.testing.assert_array_equal(again.frame_at(0.4, quiet)[0], anew.frame_at(0.4, quiet)[0])


@pytest.mark.parametrize(
    "guidance",
    [
        Guidance(),
        Guidance((path_through((0, 60.5, 130.5), (1, 200.5, 130.5)),)),
        Guidance((replace(PATH, radius=30.0),)),
        Guidance((PATH,), depth_order=(PATH.id,)),
    ],
    ids=["no path", "another end", "another reach", "another depth order"],
)
def test_other_changes_need_a_new_scene(scene: Scene, guidance: Guidance) -> None:
    assert rerouted(scene, guidance) is None
