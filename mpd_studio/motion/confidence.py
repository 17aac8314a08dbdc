"""Where a moved picture can be trusted more than a cross-fade, and how far it can be trusted at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.trust import confidence_of
from mpd_studio.motion.appearance import difference
from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.calm import Calm
from mpd_studio.motion.cells import blurred, in_cells, in_pixels, wide_blur
from mpd_studio.motion.detail import shared_detail
from mpd_studio.motion.expected_error import expected_error, gather
from mpd_studio.motion.warp import Sampling, grid, remap

_DOUBT = 0.1  # weight of a frame that does not see a pixel
# How much a doubtful motion gives way to a cross-fade. On the real sequences, 2 is 0.05 dB better where one or 15
# frames are missing, and the sharpness is 0.06 to 0.13 lower; with 0.3 PSNR is 0.12 dB lower at 15.
_CAUTION = 0.8
_CALM_CAUTION = 1.5  # the same where each frame, moved by its own motion, takes its place and is trusted
_NOISE = 3.0  # a difference of appearances that means nothing
_REACH = 6.0  # px over which errors are averaged: single pixels agree by chance


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """What a pixel is made of, all (h, w) float32 in 0..1.

    share: of the last frame's moved pixel, the first frame's gets the rest.
    moved: of the moved pixels, a plainer mix gets the rest.
    confidence: exp(-expected error / 20), see motion/expected_error.py.
    detail: how much of the fine detail is kept, see motion/detail.py; None: all of it.
    """

    share: np.ndarray
    moved: np.ndarray
    confidence: np.ndarray
    detail: np.ndarray | None = None


def balance(
    motion: MotionAt,
    first: np.ndarray,
    last: np.ndarray,
    standing: np.ndarray,
    overall: float = 1.0,
    calm: Calm | None = None,
) -> Balance:
    """Weigh the two frames by time and by who sees the pixel, and moving against fading by their likely errors.

    A moved pixel is likely wrong where the two frames, moved, look unlike each other, or where neither flow vouches
    for the motion. A cross-fade is likely wrong where the frames differ as they stand.

    first, last: appearances at the size of the motion. standing: from `standing_difference`.
    calm: from CalmMotion, where that takes the place of the cross-fade.
    overall: MotionField.overall_trust; at 0, across a cut, everything fades and little is trusted.
    """
    seen_early, seen_late = _moved(motion, first, last)
    time = motion.time
    early = (1 - time) * (motion.sees_first + _DOUBT)
    late = time * (motion.sees_last + _DOUBT)
    apart = difference(seen_early, seen_late)
    confidence = confidence_of(expected_error(gather(motion, seen_early, seen_late, apart)))
    certain = np.float32(0.2 + 0.8 * overall)
    share = late / (early + late)
    moved = _moved_part(motion, apart, standing, calm)
    detail = None if calm is None else shared_detail(seen_early, seen_late, motion.velocity, share, calm.trust)
    return Balance(share, moved * np.float32(overall), confidence * certain, detail)


def standing_difference(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(h, w) float32: how unlike the two frames are where they stand: the likely error of a cross-fade."""
    return wide_blur(difference(first, last), _REACH)


def _moved(motion: MotionAt, first: np.ndarray, last: np.ndarray) -> Iterator[np.ndarray]:
    """The appearances of the first and the last frame as the motion has them at its time."""
    import cv2

    here = grid(*motion.sees_first.shape)
    if motion.bend is not None:
        here -= motion.bend
    # x and y in planes of their own: OpenCV is twice as fast with them.
    ways = [[cv2.extractChannel(plane, axis) for axis in (0, 1)] for plane in (motion.velocity, here)]
    for look, part in ((first, -motion.time), (last, 1 - motion.time)):
        places = [cv2.scaleAdd(way, part, at) for way, at in zip(*ways, strict=True)]
        yield remap(look, places, Sampling.LINEAR)


def _moved_part(motion: MotionAt, apart: np.ndarray, standing: np.ndarray, calm: Calm | None) -> np.ndarray:
    """As Balance.moved, before the trust in the whole. In cells, because all that tells reaches far."""
    import cv2

    sees_first, sees_last, apart = in_cells(motion.sees_first), in_cells(motion.sees_last), in_cells(apart)
    only_one = cv2.absdiff(sees_first, sees_last)  # there, the two need not look alike
    neither = 1 - cv2.max(sees_first, sees_last)
    error = blurred(apart * (1 - np.float32(0.85) * only_one) + np.float32(20) * neither, _REACH)
    caution = _CAUTION if calm is None else _CAUTION + (_CALM_CAUTION - _CAUTION) * in_cells(calm.trust)
    fading = np.square(in_cells(standing) + np.float32(_NOISE))
    return in_pixels(fading / (fading + caution * np.square(error)), *motion.sees_first.shape)
