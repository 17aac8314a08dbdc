"""The lab's figures on rows of pictures whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.picture import Picture
from mpd_studio.workflow.lab_figures import RowFigures, measure, warp_error
from tests.workflow.moving_pictures import Size, texture

SIZE = Size(160, 96)
STEP_PX = 1.5


def moving(count: int, step: float = STEP_PX) -> list[np.ndarray]:
    """A row that is perfect: the texture moved by the same way from frame to frame, rendered at each place."""
    return [texture(step * index, SIZE) for index in range(count)]


def figures(row: list[np.ndarray], **options: object) -> RowFigures:
    pictures = [Picture(pixels.copy()) for pixels in row]
    return measure(pictures[0], pictures[1:-1], pictures[-1], **options)  # type: ignore[arg-type]  # few and known


def blurred(pixels: np.ndarray, sigma: float) -> np.ndarray:
    import cv2

    return cv2.GaussianBlur(pixels, (0, 0), sigma)


class TestPerfectMotion:
    def test_has_hardly_any_warping_error(self) -> None:
        made = figures(moving(9))
        assert made.warp_error is not None
        assert made.warp_error < 1.0  # code values: rounding and interpolation alone

    def test_has_no_duplicates_no_strobe_no_pulse_and_is_as_sharp_as_its_ends(self) -> None:
        made = figures(moving(9))
        assert made.duplicates == 0
        assert made.strobe < 1.2
        assert made.pulse < 0.5
        assert made.sharpness == pytest.approx(1, abs=0.05)


class TestWarpingError:
    def test_grows_where_motion_does_not_explain_the_change(self) -> None:
        row = moving(7)
        rng = np.random.default_rng(3)
        boiling = [row[0], *(_noisy(pixels, rng) for pixels in row[1:-1]), row[-1]]
        clean, dirty = figures(row).warp_error, figures(boiling).warp_error
        assert clean is not None
        assert dirty is not None
        assert dirty > 5 * clean

    def test_of_a_known_difference_is_that_difference(self) -> None:
        """The same picture 10 code values brighter: nothing moves, so nothing explains it."""
        one = np.clip(texture(0, SIZE), 20, 200)
        assert warp_error(one, one + np.uint8(10)) == pytest.approx(10, abs=0.5)

    def test_the_worst_pair_is_told(self) -> None:
        row = moving(7)
        row[3] = np.clip(row[3].astype(int) + 30, 0, 255).astype(np.uint8)
        made = figures(row)
        assert made.warp_error is not None
        assert made.warp_worst is not None
        assert made.warp_worst > 2 * made.warp_error

    def test_is_not_told_of_pictures_too_small_for_motion(self) -> None:
        row = [texture(index, Size(12, 10)) for index in range(4)]
        assert figures(row).warp_error is None


class TestTime:
    def test_frozen_frames_are_duplicates(self) -> None:
        row = moving(9)
        row[3] = row[4] = row[2]
        assert figures(row).duplicates == 2

    def test_equal_ends_ask_for_no_motion(self) -> None:
        row = [texture(0, SIZE)] * 5
        assert figures(row).duplicates == 0
        assert figures(row).strobe == 1

    def test_pairs_of_nearly_equal_frames_strobe(self) -> None:
        places = [0, 0.3, 3, 3.3, 6, 6.3, 9, 9.3, 12]
        assert figures([texture(place, SIZE) for place in places]).strobe > 5


class TestBrightness:
    def test_a_pulse_is_told_in_percent_of_full_range(self) -> None:
        row = [np.full((96, 160, 3), 100, np.uint8) for _ in range(7)]
        row[3] = np.full((96, 160, 3), 151, np.uint8)  # 51 of 255 brighter
        assert figures(row).pulse == pytest.approx(20, abs=0.01)

    def test_a_fade_from_end_to_end_is_none(self) -> None:
        row = [np.full((96, 160, 3), 20 * index, np.uint8) for index in range(8)]
        assert figures(row).pulse < 0.01

    def test_an_eased_fade_is_none_where_easing_was_asked_for(self) -> None:
        levels = [0, 10, 40, 90, 160]
        row = [np.full((96, 160, 3), level, np.uint8) for level in levels]
        assert figures(row).pulse > 5
        assert figures(row, way=np.diff(levels) / 160).pulse < 0.01


class TestSharpness:
    def test_blur_is_below_one_and_more_blur_farther(self) -> None:
        row = moving(7)
        soft, softer = (
            figures([row[0], *(blurred(pixels, sigma) for pixels in row[1:-1]), row[-1]]).sharpness
            for sigma in (1.0, 2.5)
        )
        assert softer < soft < 0.95

    def test_noise_passes_for_sharpness(self) -> None:
        row = moving(7)
        rng = np.random.default_rng(3)
        assert figures([row[0], *(_noisy(pixels, rng) for pixels in row[1:-1]), row[-1]]).sharpness > 1.2

    def test_the_nearer_end_counts_more(self) -> None:
        """From a sharp end to a soft one: frames on the straight way between them are as sharp as they should be."""
        sharp, soft = texture(0, SIZE), blurred(texture(0, SIZE), 3)
        row = [np.round(sharp * (1 - t) + soft * t).astype(np.uint8) for t in np.linspace(0, 1, 6)]
        assert figures(row).sharpness == pytest.approx(1, abs=0.05)


class TestAnyDepth:
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
    def test_the_same_pictures_give_the_same_figures(self, dtype: type) -> None:
        row = [Picture(texture(STEP_PX * index, SIZE, dtype)) for index in range(6)]
        made, expected = measure(row[0], row[1:-1], row[-1]), figures(moving(6))
        assert made.warp_error == pytest.approx(expected.warp_error, abs=0.2)
        assert made.pulse == pytest.approx(expected.pulse, abs=0.1)
        assert made.sharpness == pytest.approx(expected.sharpness, abs=0.02)

    def test_it_can_be_stopped_between_pictures(self) -> None:
        row = [Picture(pixels) for pixels in moving(5)]
        seen: list[int] = []

        def stop() -> None:
            seen.append(1)
            if len(seen) == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            measure(row[0], row[1:-1], row[-1], tick=stop)
        assert len(seen) == 3


def _noisy(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(pixels + rng.normal(0, 12, pixels.shape), 0, 255).astype(np.uint8)
