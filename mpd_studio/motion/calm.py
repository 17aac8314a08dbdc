"""Each frame moved by its own motion alone: what is shown where the motion at the moment is in doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.field import MotionField

_REACH = 2.0  # px over which trusted motion speaks for its surroundings
_DOUBT = 0.05  # how much trust there must be around for a pixel to move at all


@dataclass(frozen=True, slots=True, eq=False)
class Calm:
    """Where each pixel is fetched on the first and on the last frame, and how far that is trusted.

    ways: two (h, w, 2) float32 displacements in working pixels. trust: (h, w) float32 in 0..1, the mean of both.
    """

    ways: tuple[np.ndarray, np.ndarray]
    trust: np.ndarray


def calm_at(field: MotionField, time: float) -> Calm:
    """Each pixel goes by the motion of whatever stands at its own place on either frame, as far as that is trusted.

    Nothing is thrown, so nothing tears, and where nothing is trusted the picture stands still.
    """
    overall = np.float32(field.overall_trust)
    forward, sure_forward = _trusted(field.forward, overall * field.forward_trust)
    backward, sure_backward = _trusted(field.backward, overall * field.backward_trust)
    trust = (sure_forward + sure_backward) / 2
    return Calm((np.float32(-time) * forward, np.float32(time - 1) * backward), trust)


def _trusted(flow: np.ndarray, trust: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import cv2

    told = cv2.GaussianBlur(flow * trust[..., None], (0, 0), _REACH)
    around = cv2.GaussianBlur(trust, (0, 0), _REACH)
    return told / (around + np.float32(_DOUBT))[..., None], around
