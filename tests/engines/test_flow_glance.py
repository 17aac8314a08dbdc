"""The look at one frame while a drawing changes: small, and close to what the engine makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from moving_scenes import Ball, path_through, psnr, request_for, texture

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Easing, EasingKind, Guidance, MotionPath, scale_guidance
from mpd_studio.core.inbetween import InbetweenRequest, Quality
from mpd_studio.core.picture import Picture
from mpd_studio.engines.flow.glance import Glances, glance, rerouted, smaller
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


def kept(pictures: BoundaryPictures) -> tuple[Glances, Measured]:
    """Before anything is looked at, and the motion at its full size."""
    return Glances(), measure(asked(), pictures, quiet)


def test_what_lies_behind_is_made_once_for_all_ways_of_a_path(
    pictures: BoundaryPictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    glances, motion = kept(pictures)
    made: list[float] = []
    behind = Scene.behind

    def counted(scene: Scene, time: float, tick: Callable[[], None], cores: int = 2) -> tuple[np.ndarray, np.ndarray]:
        made.append(time)
        return behind(scene, time, tick, cores)

    monkeypatch.setattr(Scene, "behind", counted)
    assert glances.known(asked(PATH)) is None
    composed = glances.compose(asked(PATH), pictures, motion, quiet)
    for middle in (50.5, 90.5, 70.5):
        request = asked(path_through((0, 60.5, 130.5), (0.5, 150.5, middle), (1, 240.5, 130.5)))
        scene = glances.known(request)
        assert scene is not None
        pixels, confidence = glances.frame(scene, 0.5, quiet)
        expected = rerouted(composed, request.guidance)
        assert expected is not None
        np.testing.assert_array_equal(pixels, expected.frame_at(0.5, quiet)[0])
        np.testing.assert_array_equal(confidence, expected.frame_at(0.5, quiet)[1])
    assert made == [0.5] * 7  # three pairs of those that were compared with, and one for the glances


def test_another_moment_another_ease_and_another_end_have_another_backdrop(pictures: BoundaryPictures) -> None:
    glances, motion = kept(pictures)
    scene = glances.compose(asked(PATH), pictures, motion, quiet)
    glances.frame(scene, 0.5, quiet)
    np.testing.assert_array_equal(glances.frame(scene, 0.25, quiet)[0], scene.frame_at(0.25, quiet)[0])
    eased = glances.known(replace(asked(), guidance=Guidance((PATH,), ease=Easing(EasingKind.IN))))
    assert eased is not None
    np.testing.assert_array_equal(glances.frame(eased, 0.25, quiet)[0], eased.frame_at(0.25, quiet)[0])
    moved = path_through((0, 60.5, 130.5), (1, 200.5, 130.5))
    assert glances.known(asked(moved)) is None
    other = glances.compose(asked(moved), pictures, motion, quiet)
    np.testing.assert_array_equal(glances.frame(other, 0.25, quiet)[0], other.frame_at(0.25, quiet)[0])


def test_glances_at_other_frames_or_another_size_begin_anew(pictures: BoundaryPictures) -> None:
    glances, motion = kept(pictures)
    glances.compose(asked(PATH), pictures, motion, quiet)
    request = asked(PATH)
    assert glances.known(request) is not None
    assert glances.known(replace(request, first=replace(request.first, index=request.first.index + 1))) is None
    assert glances.known(replace(request, canvas=Size(160, 90))) is None
    small = BoundaryPictures(Picture(ENDS[0][::2, ::2].copy()), Picture(ENDS[1][::2, ::2].copy()))
    half = replace(
        request, canvas=Size(160, 90), guidance=scale_guidance(request.guidance, request.canvas, Size(160, 90))
    )
    pixels, _ = glances.frame(glances.compose(half, small, motion, quiet), 0.5, quiet)
    assert pixels.shape == (90, 160, 3)


def test_an_ease_of_a_gap_without_paths_is_composed_anew(pictures: BoundaryPictures, measured: Measured) -> None:
    scene = glance(asked(), pictures, measured, quiet)
    assert rerouted(scene, Guidance(ease=Easing(EasingKind.IN))) is None
    assert rerouted(scene, Guidance()) is not None
