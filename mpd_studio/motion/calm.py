"""Each frame moved by its own motion alone: what is shown where the motion at the moment is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from mpd_studio.motion.field import MotionField

_REACH = 2.0  # px over which trusted motion speaks for its surroundings
_NEAR = 2.0  # px: places so close, and with growing reserve up to twice that, are one place
_FAINT = 1e-6  # trust that changes nothing
_DOUBT = 0.05  # how much trust there must be around for a pixel to move at all


@dataclass(frozen=True, slots=True, eq=False)
class Calm:
    """Where each pixel is fetched at a time, and how far that is trusted.

    ways: x, y on the first and x, y on the last frame: four (h, w) float32 displacements in working pixels.
    trust: (h, w) float32 in 0..1, the mean of both.
    """

    ways: tuple[np.ndarray, ...]
    trust: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class CalmMotion:
    """Each pixel goes by the motion of whatever stands at its own place on either frame, as far as that is trusted.

    Nothing is thrown, so nothing tears, and where nothing is trusted the picture stands still.

    forward, backward: (h, w) float32 planes of x and y. trust: as in Calm.
    """

    forward: tuple[np.ndarray, ...]
    backward: tuple[np.ndarray, ...]
    trust: np.ndarray

    def at(self, time: float) -> Calm:
        early = (np.float32(-time) * plane for plane in self.forward)
        late = (np.float32(time - 1) * plane for plane in self.backward)
        return Calm((*early, *late), self.trust)


def calm_motion(field: MotionField) -> CalmMotion:
    """Of a whole gap: done once."""
    overall = np.float32(field.overall_trust)
    forward, sure_forward = _trusted(field.forward, overall * field.forward_trust)
    backward, sure_backward = _trusted(field.backward, overall * field.backward_trust)
    return CalmMotion(forward, backward, (sure_forward + sure_backward) / 2)


def lean(
    ways: Sequence[np.ndarray], share: np.ndarray, moved: np.ndarray, calm: Calm, time: float
) -> tuple[Sequence[np.ndarray], np.ndarray, np.ndarray]:
    """Where the moved and the calm picture are fetched from almost the same places, fetch once, in between.

    A mix of two pictures that lie a little apart is a softer picture of what lies between; this is that without the
    softness, and without looking everything up twice.

    ways: of the moved picture, as in Calm. share, moved: as in Balance.
    Returns: ways, share and moved, with the calm picture's part in them as far as it need not be fetched itself.
    """
    import cv2

    apart = reduce(cv2.max, (cv2.absdiff(one, other) for one, other in zip(ways, calm.ways, strict=True)))
    near = np.clip(2 - apart / np.float32(_NEAR), 0, 1)
    unmoved = 1 - moved
    now_moved = 1 - unmoved * (1 - near)
    part = unmoved * near / np.maximum(now_moved, np.float32(1e-6))
    between = [one + part * (other - one) for one, other in zip(ways, calm.ways, strict=True)]
    return between, share + part * (np.float32(time) - share), now_moved


def _trusted(flow: np.ndarray, trust: np.ndarray) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    import cv2

    # What hardly counts is left out: blurring numbers next to 0 takes several times as long.
    _, trust = cv2.threshold(trust, _FAINT, 0, cv2.THRESH_TOZERO)
    around = _blurred(trust)
    share = 1 / (around + np.float32(_DOUBT))
    planes = (cv2.multiply(cv2.extractChannel(flow, axis), trust) for axis in (0, 1))
    return tuple(cv2.multiply(_blurred(plane), share) for plane in planes), around


def _blurred(plane: np.ndarray) -> np.ndarray:
    import cv2

    side = 2 * round(3 * _REACH) + 1  # the farthest 0.3 % would take a quarter of the time
    return cv2.GaussianBlur(plane, (side, side), _REACH)
