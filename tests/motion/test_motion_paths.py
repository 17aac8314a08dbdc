"""Where a path is at a time: easings, the monotone cubic, and how the gap's ease and the path's combine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import LINEAR, Easing, EasingKind, MotionPath, PathPoint
from mpd_studio.core.ids import PathId
from mpd_studio.motion.paths import ease, monotone_cubic, new_frame_times, position, positions

TIMES = np.linspace(0, 1, 201)
CURVE = Easing(EasingKind.CURVE, ((0, 0), (0.2, 0.7), (0.6, 0.7), (1, 1)))
EASINGS = [Easing(kind) for kind in EasingKind if kind is not EasingKind.CURVE] + [CURVE]

values = st.floats(-1000, 1000, allow_nan=False, width=32)
knots = st.lists(st.integers(0, 1000), min_size=2, max_size=8, unique=True).map(lambda k: np.array(sorted(k)) / 1000.0)


def path(*points: tuple[float, float, float], easing: Easing = LINEAR) -> MotionPath:
    return MotionPath(PathId("p"), tuple(PathPoint(t, Point(x, y)) for t, x, y in points), easing)


@pytest.mark.parametrize("easing", EASINGS, ids=lambda easing: easing.kind.value)
def test_every_easing_begins_at_0_ends_at_1_and_never_falls(easing: Easing):
    eased = ease(easing, TIMES)
    assert eased[0] == 0
    assert eased[-1] == 1
    assert np.all(np.diff(eased) >= 0)


@pytest.mark.parametrize(
    ("kind", "at_a_quarter"), [("linear", 0.25), ("in", 0.0625), ("out", 0.4375), ("in-out", 0.15625), ("hold", 0.0)]
)
def test_easings_at_a_quarter(kind: str, at_a_quarter: float):
    assert ease(Easing(EasingKind(kind)), 0.25) == at_a_quarter


def test_a_custom_easing_passes_through_its_points_and_stays_flat_between_equals():
    assert ease(CURVE, 0.2) == pytest.approx(0.7)
    assert ease(CURVE, 0.4) == pytest.approx(0.7)


@given(knots, st.data())
def test_the_curve_passes_through_its_points(at: np.ndarray, data: st.DataObject):
    through = np.array(data.draw(st.lists(values, min_size=len(at), max_size=len(at))))
    np.testing.assert_allclose(monotone_cubic(at, through, at), through, rtol=1e-9, atol=1e-9)


@given(knots, st.data())
def test_the_curve_never_overshoots_between_two_points(at: np.ndarray, data: st.DataObject):
    through = np.array(data.draw(st.lists(values, min_size=len(at), max_size=len(at))))
    for left in range(len(at) - 1):
        between = monotone_cubic(at, through, np.linspace(at[left], at[left + 1], 40))
        low, high = sorted(through[left : left + 2])
        assert between.min() >= low
        assert between.max() <= high


@given(knots, st.data())
def test_the_curve_is_monotone_where_its_points_are(at: np.ndarray, data: st.DataObject):
    through = np.sort(np.array(data.draw(st.lists(values, min_size=len(at), max_size=len(at)))))
    curve = monotone_cubic(at, through, np.linspace(at[0], at[-1], 300))
    assert np.all(np.diff(curve) >= -1e-9 * (1 + np.abs(through).max()))


def test_two_points_make_a_straight_even_path():
    np.testing.assert_allclose(
        positions(path((0, 10, 20), (1, 50, 0)), LINEAR, np.array([0, 0.25, 1])), [[10, 20], [20, 15], [50, 0]]
    )


def test_the_gaps_ease_comes_before_the_paths_own():
    eased = path((0, 0, 0), (1, 100, 0), easing=Easing(EasingKind.IN))
    assert position(eased, Easing(EasingKind.OUT), 0.5) == Point(56.25, 0)  # out: 0.75, squared


def test_new_frames_lie_evenly_between_the_ends():
    np.testing.assert_allclose(new_frame_times(3), [0.25, 0.5, 0.75])
