"""Drags, pins and a brush: against golden numbers of the released program, and by rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mpd_studio.core.geometry import Size
from mpd_studio.engines.motion_i2v.drags import Drag, SparseMotion, encode_motion, positions, rasterise_drags
from tests.engines.motion_i2v.golden_set import GoldenSet

SIZE = Size(512, 320)
SITUATIONS = ("drag2", "curved_overlap", "pin_brush", "brush_only")


class Situation:
    """One of the golden situations: what was drawn, and what the released program made of it."""

    def __init__(self, golden: GoldenSet, name: str) -> None:
        self._tensors: dict[str, Any] = golden.tensors("raster")
        self._name = name
        facts = golden.meta["raster_situations"][name]
        self.masked_pixels: int = facts["masked_pixels"]
        self.drags = [Drag(tuple((x, y) for x, y in track), facts["unit_radius"]) for track in facts["tracks"]]
        self.movable = self.plane("brush") > 127

    def numbers(self, field: str) -> np.ndarray:
        return self._tensors[f"{self._name}.{field}"].numpy()

    def plane(self, field: str) -> np.ndarray:
        values, lengths = self.numbers(f"{field}_values"), self.numbers(f"{field}_lengths")
        return np.repeat(values, lengths).reshape(320, 512)

    def made(self) -> SparseMotion:
        return rasterise_drags(self.drags, SIZE, 16, self.movable)


@pytest.mark.parametrize("name", SITUATIONS)
def test_golden_motion_and_masks(golden: GoldenSet, name: str) -> None:
    situation = Situation(golden, name)
    made = situation.made()
    encoded = situation.numbers("encoded_table")[:, situation.plane("region")]
    assert encoded.shape == made.encoded.shape == (15, 320, 512, 2)
    assert np.abs(made.encoded - encoded).max() <= 1e-6
    assert (made.given == situation.plane("mask")).all()
    assert (made.static == situation.plane("static")).all()
    assert (made.latent_given == situation.numbers("latent_mask")).all()
    assert (made.latent_static == situation.numbers("static_latent")).all()
    assert made.given.sum() == situation.masked_pixels


@pytest.mark.parametrize(("name", "tracks"), [("drag2", 1), ("curved_overlap", 2), ("pin_brush", 1)])
def test_golden_positions(golden: GoldenSet, name: str, tracks: int) -> None:
    situation = Situation(golden, name)
    assert len(situation.drags) == tracks
    for number, drag in enumerate(situation.drags):
        assert np.abs(positions(drag, 16) - situation.numbers(f"track{number}_positions")).max() <= 1e-6


def test_a_straight_drag_moves_its_square_evenly() -> None:
    made = rasterise_drags([Drag(((100, 100), (200, 100)))], SIZE)
    assert made.motion_px.dtype == np.float32
    assert made.motion_px[7, 100, 100] == pytest.approx((100 * 8 / 15, 0), abs=1e-4)
    assert made.motion_px[14, 100, 100] == pytest.approx((100, 0))
    rows, columns = np.nonzero(made.given)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (36, 163, 36, 163)
    assert (made.motion_px[:, ~made.given] == 0).all()
    assert (made.encoded[:, ~made.given] == 0.5).all()


def test_squares_are_cut_at_the_border() -> None:
    made = rasterise_drags([Drag(((100, 100), (200, 100))), Drag(((10, 10),))], SIZE)
    assert made.given.sum() == 128 * 128 + 74 * 74 - 38 * 38
    outside = rasterise_drags([Drag(((-100, 20), (0, 20)), radius=8), Drag(((600, 400),))], SIZE)
    assert not outside.given.any()


def test_a_pin_drifts_by_a_pixel() -> None:
    made = rasterise_drags([Drag(((100.9, 50.2),))], SIZE)
    assert (positions(Drag(((100.9, 50.2),)), 16)[0] == (100, 50)).all()
    assert np.abs(made.motion_px).max() == 1
    assert made.given.sum() == 128 * 114


def test_the_later_drag_has_what_two_touch_and_an_empty_one_nothing() -> None:
    left, right = Drag(((100, 100), (150, 100))), Drag(((140, 100), (140, 60)))
    made = rasterise_drags([left, Drag(()), right], SIZE)
    assert made.motion_px[14, 100, 120] == pytest.approx((0, -40))
    assert rasterise_drags([right, left], SIZE).motion_px[14, 100, 120] == pytest.approx((50, 0))
    assert made.motion_px[14, 100, 40] == pytest.approx((50, 0))


def test_what_the_brush_has_not_painted_stays_over_any_drag() -> None:
    movable = np.zeros((320, 512), bool)
    movable[:, :100] = True
    made = rasterise_drags([Drag(((100, 100), (200, 100)))], SIZE, movable=movable)
    assert (made.static == ~movable).all()
    assert made.given[:, 100:].all()
    assert (made.motion_px[:, :, 100:] == 0).all()
    assert made.motion_px[14, 100, 99] == pytest.approx((100, 0))
    assert not made.given[:30, :100].any()


@pytest.mark.parametrize("painted", [False, True])
def test_nothing_painted_is_as_everything_painted_and_as_no_brush(painted: bool) -> None:
    drags = [Drag(((100, 100), (200, 100)))]
    made, plain = rasterise_drags(drags, SIZE, movable=np.full((320, 512), painted)), rasterise_drags(drags, SIZE)
    assert not made.static.any()
    assert (made.given == plain.given).all()
    assert (made.motion_px == plain.motion_px).all()


def test_a_drag_passes_its_points_at_their_times_without_overshooting() -> None:
    points = ((60.0, 250.0), (150.0, 160.0), (260.0, 190.0), (300.0, 60.0))
    even = positions(Drag(points), 16)
    assert np.allclose(even[[0, 5, 10, 15]], points)
    assert (np.diff(even[:, 0]) >= 0).all()
    for first, last in ((0, 5), (5, 10), (10, 15)):
        assert (even[first : last + 1, 1] <= max(even[first, 1], even[last, 1])).all()
        assert (even[first : last + 1, 1] >= min(even[first, 1], even[last, 1])).all()
    timed = positions(Drag(points, times=(0, 0.2, 0.8, 1)), 16)
    assert np.allclose(timed[[0, 3, 12, 15]], points)


def test_motion_is_encoded_by_sides() -> None:
    motion = np.zeros((1, 2, 4, 2), np.float32)
    motion[0, 0, 0], motion[0, 1, 3] = (4, -2), (-1, 0.5)
    encoded = encode_motion(motion)
    assert encoded.dtype == np.float32
    assert encoded[0, 0, 0].tolist() == [1, 0]
    assert encoded[0, 1, 3].tolist() == [0.375, 0.625]
    assert ((2 * encoded - 1) * np.array([4, 2]) == motion).all()


def test_a_drag_takes_its_area_along_instead_of_a_square() -> None:
    area = np.zeros((320, 512), bool)
    area[200:210, 300:420] = True
    made = rasterise_drags([Drag(((310, 205), (330, 205)), area=area)], SIZE, 5)
    assert (made.given == area).all()
    assert (made.motion_px[:, area, 0] == np.array([5, 10, 15, 20])[:, None]).all()


@pytest.mark.parametrize("times", [(0, 0.5), (0, 0.5, 0.5), (0.1, 0.5, 1), (0, 1, 0.5)])
def test_times_that_are_no_way_through_the_points_are_refused(times: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="one per point, rising from 0 to 1"):
        Drag(((0, 0), (1, 1), (2, 2)), times=times)


def test_what_does_not_fit_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="a pixel or more"):
        Drag(((0, 0),), radius=0)
    with pytest.raises(ValueError, match="The brush is"):
        rasterise_drags([], SIZE, movable=np.ones((10, 10), bool))
    with pytest.raises(ValueError, match="The area of a drag is"):
        rasterise_drags([Drag(((0, 0),), area=np.ones((10, 10), bool))], SIZE)
