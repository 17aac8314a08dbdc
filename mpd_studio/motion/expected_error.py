"""How wrong a made pixel probably is, from what is seen of the motion at its moment.

A sum of four parts, each of which can only add to the error, so that the result rises with every one of them:
a floor, how unlike the two moved frames are, the same again where neither flow vouches for the motion, and how much
texture is carried how far (a motion that is a little uneven shifts it). The weights were fitted to the true errors of
rendered scenes; `python tests/bench/confidence.py --fit` fits them again and prints how well they do on others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.appearance import brightness, difference
from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.cells import wide_blur
from mpd_studio.motion.warp import lengths, planes_of

_FLOOR, _UNLIKE, _UNVOUCHED, _CARRIED = 1.3, 0.10, 0.34, 0.17
_REACH = 2.0  # px over which evidence is averaged: single pixels agree by chance


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All (h, w) float32, 0 or more.

    unlike: difference of the appearances of the two moved frames. unvouched: the same where neither frame's flow
    agrees with the motion (the pixel is hidden in both, or the motion is not known). carried: gradient of the picture
    by the root of the way it is moved, most at half time.
    """

    unlike: np.ndarray
    unvouched: np.ndarray
    carried: np.ndarray


def gather(motion: MotionAt, early: np.ndarray, late: np.ndarray, apart: np.ndarray | None = None) -> Evidence:
    """early, late: appearances of the first and the last frame, moved to the time of `motion`.

    apart: their difference, where it is known already.
    """
    import cv2

    unlike = wide_blur(difference(early, late) if apart is None else apart, _REACH)
    neither = 1 - cv2.max(motion.sees_first, motion.sees_last)
    way = lengths(*planes_of(motion.velocity))
    travel = np.sqrt(way * np.float32(4 * motion.time * (1 - motion.time)))
    mixed = cv2.addWeighted(brightness(early), 1 - motion.time, brightness(late), motion.time, 0)
    carried = wide_blur(_gradient(mixed), _REACH) * travel
    return Evidence(unlike, unlike * neither, carried)


def expected_error(evidence: Evidence) -> np.ndarray:
    """(h, w) float32: absolute error to expect, mean of the channels, in code values of 255."""
    import cv2

    error = cv2.addWeighted(evidence.unlike, _UNLIKE, evidence.unvouched, _UNVOUCHED, _FLOOR)
    return cv2.scaleAdd(evidence.carried, _CARRIED, error)


def _gradient(plane: np.ndarray) -> np.ndarray:
    import cv2

    return lengths(cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)) / 8
