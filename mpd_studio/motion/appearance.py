"""How alike two places look, on a scale that survives a change of exposure."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.luminance import grey
from mpd_studio.motion.warp import grid

_MOST = 60.0  # differences beyond this mean "something else" and count the same
_DETAIL, _COLOR = 1.5, 0.35  # detail speaks louder than colour, which changes with exposure


def appearance(picture: np.ndarray) -> np.ndarray:
    """(h, w, 4) float32: local detail of the luma, then the three colours, each weighted. picture: (h, w, 3) uint8."""
    import cv2

    luma = grey(picture).astype(np.float32)
    detail = cv2.subtract(luma, cv2.GaussianBlur(luma, (0, 0), 4))
    detail *= _DETAIL
    beside = np.empty((*luma.shape, 4), np.uint8)  # one copy of bytes costs less than joining planes of floats
    cv2.mixChannels([picture], [beside], [0, 1, 1, 2, 2, 3])
    return cv2.insertChannel(detail, beside * np.float32(_COLOR), 0)


def brightness(look: np.ndarray) -> np.ndarray:
    """(h, w) float32: mean of the three colours of an appearance, in code values of 255."""
    return look @ (np.array([0, 1, 1, 1], np.float32) / np.float32(3 * _COLOR))


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(h, w) float32: bounded difference of two appearances; about 3 is noise, 60 something else."""
    import cv2

    return _bounded(cv2.absdiff(one, other))


def difference_at(look: np.ndarray, last: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How unlike each pixel of `look` is to the place x, y of `last`; off the picture, half of the most.

    look, last: appearances; `last` of any size. x, y: (h, w) float32. Returns: (h, w) float32.
    """
    import cv2

    height, width = last.shape[:2]
    seen = cv2.remap(last, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cost = _bounded(cv2.absdiff(look, seen, seen))
    inside = cv2.bitwise_and(cv2.inRange(x, -0.5, width - 0.5), cv2.inRange(y, -0.5, height - 0.5))
    cost[inside == 0] = _MOST / 2
    return cost


def difference_along(first: np.ndarray, last: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """How unlike each pixel of `first` is to where `flow` sends it in `last`; off the picture, half of the most."""
    import cv2

    where = grid(*flow.shape[:2]) + flow
    return difference_at(first, last, cv2.extractChannel(where, 0), cv2.extractChannel(where, 1))


def _bounded(apart: np.ndarray) -> np.ndarray:
    """(h, w): the sum of all channels."""
    total = apart @ np.ones(apart.shape[2], np.float32)
    return np.minimum(total, _MOST, out=total)
