"""Confidence, expected error and the three classes say the same."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.trust import (
    CHECK_FROM,
    SAFE_FROM,
    Trust,
    confidence_of,
    expected_error_of,
    frame_confidence,
    trust_of,
)


@pytest.mark.parametrize(
    ("confidence", "kind"),
    [(1.0, Trust.SAFE), (0.8, Trust.SAFE), (0.79, Trust.CHECK), (0.5, Trust.CHECK), (0.4, Trust.NO)],
)
def test_classes_begin_at_their_thresholds(confidence: float, kind: Trust) -> None:
    assert trust_of(confidence) is kind


def test_confidence_and_expected_error_are_one_scale() -> None:
    errors = np.array([0.0, 4.46, 13.86, 60.0], np.float32)
    confidence = confidence_of(errors)
    assert confidence.dtype == np.float32
    assert [expected_error_of(float(value)) for value in confidence] == pytest.approx(errors.tolist(), abs=1e-3)
    assert expected_error_of(SAFE_FROM) == pytest.approx(4.46, abs=0.01)
    assert expected_error_of(CHECK_FROM) == pytest.approx(13.86, abs=0.01)


def test_a_small_bad_place_weighs_more_than_in_a_mean() -> None:
    plane = np.full((100, 100), 0.95, np.float32)
    plane[:15, :15] = 0.1
    assert frame_confidence(np.full((4, 4), 0.7, np.float32)) == pytest.approx(0.7, abs=1e-4)
    assert frame_confidence(plane) < 0.8 < float(plane.mean())


def test_no_confidence_at_all_is_a_number_too() -> None:
    assert 0 < frame_confidence(np.zeros((4, 4), np.float32)) < 0.01
