"""Confidence as a number, as an expected error, and as one of three classes."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np

ERROR_SCALE = 20.0  # code values of 255; confidence = exp(-expected error / ERROR_SCALE)
SAFE_FROM = 0.8  # expected error up to 4.5 of 255
CHECK_FROM = 0.5  # up to 13.9 of 255


class Trust(Enum):
    """safe: an error is hardly seen. check: look at it. no: something is wrong there."""

    SAFE = "safe"
    CHECK = "check"
    NO = "no"


def trust_of(confidence: float) -> Trust:
    """confidence: 0..1."""
    if confidence >= SAFE_FROM:
        return Trust.SAFE
    return Trust.CHECK if confidence >= CHECK_FROM else Trust.NO


def confidence_of(error: np.ndarray) -> np.ndarray:
    """float32 in 0..1. error: expected absolute error, mean of the channels, in code values of 255."""
    return np.exp(-np.asarray(error, np.float32) / np.float32(ERROR_SCALE))


def expected_error_of(confidence: float) -> float:
    """In code values of 255; confidence_of backwards. Below one in a thousand it is not told apart."""
    return -ERROR_SCALE * math.log(max(confidence, 1e-3))


def frame_confidence(confidence: np.ndarray) -> float:
    """Of a whole frame: that of the root mean square of its expected errors, as PSNR counts them.

    So a small place that is badly wrong weighs more than in a mean. confidence: (h, w) float32 in 0..1.
    """
    error = -ERROR_SCALE * np.log(np.maximum(confidence.astype(np.float64), 1e-3))
    return float(np.exp(-np.sqrt(np.mean(np.square(error))) / ERROR_SCALE))
