"""Cuts, dissolves, flashes and blackouts are told from motion and from changes of exposure."""

from __future__ import annotations

import os
from pathlib import Path

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest

from mpd_studio.core.geometry import Size
from mpd_studio.motion.appearance import appearance, brightness
from mpd_studio.motion.flow import Effort, two_way_flow
from mpd_studio.motion.luminance import working_pair, working_size
from mpd_studio.motion.scene_change import ChangeKind, scene_change

DATA = Path(os.environ.get("MPD_STUDIO_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))
WIDTH, HEIGHT = 288, 176
QUICK = Effort(working_pixels=60_000, look_back=False, most_features=500)
needs_footage = pytest.mark.skipif(not (DATA / "pairs").is_dir(), reason="needs the pairs of MPD_STUDIO_TEST_DATA")


def judged(first: np.ndarray, last: np.ndarray, effort: Effort = QUICK) -> ChangeKind | None:
    size = working_size(Size(first.shape[1], first.shape[0]), effort.working_pixels)
    small = working_pair(first, last, size)
    before, after = (brightness(appearance(side)) for side in small)
    return scene_change(before, after, two_way_flow(*small, effort))


def shot(seed: int, x: float = 0.0) -> np.ndarray:
    """Discs on a wall, seen `x` pixels further to the right."""
    rng = np.random.default_rng(seed)
    height, width, margin = HEIGHT, WIDTH + 160, 80
    base = cv2.GaussianBlur(rng.uniform(0, 255, (height, width, 3)).astype(np.float32), (0, 0), 9)
    picture = np.clip((base - base.mean()) * 8 + 120, 20, 220)
    for _ in range(120):
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        cv2.circle(picture, centre, int(rng.integers(4, 26)), rng.uniform(20, 230, 3).tolist(), -1, cv2.LINE_AA)
    matrix = np.array([[1, 0, -x - margin], [0, 1, 0]], np.float32)
    return cv2.warpAffine(picture.clip(0, 255).astype(np.uint8), matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)


def mixed(one: np.ndarray, other: np.ndarray | float, share: float) -> np.ndarray:
    return np.rint(one * (1 - share) + np.asarray(other, np.float64) * share).astype(np.uint8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_shots_are_a_cut(seed: int) -> None:
    assert judged(shot(seed), shot(seed + 10)) is ChangeKind.CUT


@pytest.mark.parametrize("way", [0.0, 6.0, 30.0, 70.0])
def test_motion_however_long_is_one_shot(way: float) -> None:
    assert judged(shot(4), shot(4, way)) is None


@pytest.mark.parametrize("gain", [0.5, 0.7, 1.3])
def test_a_change_of_exposure_is_one_shot(gain: float) -> None:
    assert judged(shot(5), np.clip(shot(5, 8.0) * gain, 0, 255).astype(np.uint8)) is None


@pytest.mark.parametrize("strength", [5.0, 12.0, 25.0])
def test_grain_on_soft_pictures_is_no_dissolve(strength: float) -> None:
    soft = [cv2.GaussianBlur(shot(6, x).astype(np.float32), (0, 0), 6) for x in (0.0, 9.0)]
    grain = [cv2.GaussianBlur(np.random.default_rng(seed).normal(size=soft[0].shape), (0, 0), 0.8) for seed in (1, 2)]
    grainy = [picture + strength * noise / noise.std() for picture, noise in zip(soft, grain, strict=True)]
    assert judged(*(np.clip(np.rint(picture), 0, 255).astype(np.uint8) for picture in grainy)) is None


@pytest.mark.parametrize("share", [0.3, 0.5])
@pytest.mark.parametrize("is_last", [True, False])
def test_an_end_within_a_dissolve_is_found(share: float, is_last: bool) -> None:
    clean, caught = shot(6), mixed(shot(6, 5.0), shot(16), share)
    ends = (clean, caught) if is_last else (caught, clean)
    assert judged(*ends) is ChangeKind.DISSOLVE


@pytest.mark.parametrize("share", [0.5, 0.8])
@pytest.mark.parametrize("is_last", [True, False])
def test_an_end_within_a_flash_is_found(share: float, is_last: bool) -> None:
    clean, flashed = shot(7), mixed(shot(7, 4.0), 255.0, share)
    ends = (clean, flashed) if is_last else (flashed, clean)
    assert judged(*ends) is ChangeKind.FLASH


def test_an_end_that_is_nearly_black_is_found() -> None:
    assert judged(shot(8), mixed(shot(8), 0.0, 0.93)) is ChangeKind.BLACKOUT


def test_equal_and_flat_frames_are_one_shot() -> None:
    flat = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    assert judged(shot(9), shot(9)) is None
    assert judged(flat, flat) is None


@needs_footage
@pytest.mark.parametrize("name", ["bunny_rises_animation", "child_smile", "dog_leap", "tunnel_drive"])
def test_pairs_of_one_shot_raise_no_alarm(name: str) -> None:
    first, last = (cv2.imread(str(DATA / "pairs" / name / file)) for file in ("start.png", "end.png"))
    assert first is not None
    assert last is not None
    assert judged(first, last) is None


@needs_footage
@pytest.mark.parametrize("name", ["cups", "rabbit", "car_overhead"])
@pytest.mark.parametrize("gap", [1, 7, 15, 23])
def test_sequences_of_one_shot_raise_no_alarm(name: str, gap: int) -> None:
    first, last = frames_of(name, (0, gap + 1))
    assert judged(first, last) is None


@needs_footage
def test_what_is_badly_followed_while_the_exposure_changes_is_no_dissolve() -> None:
    first, last = frames_of("car_overhead", (0, 16))
    assert judged(first, last, Effort()) is None


@needs_footage
@pytest.mark.parametrize(("one", "other"), [("cups", "rabbit"), ("rabbit", "car_overhead"), ("car_overhead", "cups")])
def test_cuts_between_footage_are_found(one: str, other: str) -> None:
    first, last = frames_of(one, (5,))[0], frames_of(other, (5,))[0]
    assert judged(first, cv2.resize(last, first.shape[1::-1])) is ChangeKind.CUT


def frames_of(name: str, wanted: tuple[int, ...]) -> list[np.ndarray]:
    import av

    with av.open(str(DATA / "sequences" / f"{name}.mp4")) as container:
        frames = enumerate(container.decode(video=0))
        return [frame.to_ndarray(format="rgb24") for index, frame in frames if index in wanted]
