"""A picture with what lies half a pixel between its pixels, so that linear lookup in it is nearly as good as cubic.

Cubic lookup weighs 16 pixels anew for every pixel it finds; here that is done once for the picture, and each new frame
looks up with 4. On 8 bits in 1080p that is 10 ms instead of 38 ms of one core, after 20 ms once.
"""

from __future__ import annotations

import numpy as np

_BETWEEN = np.array([[-3, 19, 19, -3]], np.float32) / 32  # cubic convolution as OpenCV has it, at half a pixel
_AHEAD, _BEHIND = 1, 2  # pixels before and after one that count
_PLACE_BYTES = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64, 16: np.complex128}


_ROWS = 64  # at a time: what is worked out for them stays in the core's cache


def with_half_pixels(picture: np.ndarray) -> np.ndarray:
    """(2 h, 2 w, c): what lies at (x, y) in the picture lies at (2 x, 2 y) here, untouched.

    picture: (h, w, c) uint8 or float32, contiguous, c 1, 2 or 4.
    """
    height, width, channels = picture.shape
    whole = np.empty((2 * height, 2 * width, channels), picture.dtype)
    place = _PLACE_BYTES[picture.itemsize * channels]  # all channels of a pixel are copied as one number
    places = whole.view(place).reshape(2 * height, 2 * width)
    for top in range(0, height, _ROWS):
        bottom = min(top + _ROWS, height)
        first, stop = max(top - _AHEAD, 0), min(bottom + _BEHIND, height)
        inner = slice(top - first, bottom - first)
        for row, column, plane in _quarters(picture[first:stop]):
            part = np.ascontiguousarray(plane.reshape(-1, width, channels)[inner])
            places[2 * top + row : 2 * bottom : 2, column::2] = part.view(place)[..., 0]
    return whole


def _quarters(picture: np.ndarray) -> tuple[tuple[int, int, np.ndarray], ...]:
    """Row, column, and what lies so many half pixels below and right of each pixel."""
    import cv2

    right = cv2.filter2D(picture, -1, _BETWEEN, anchor=(_AHEAD, 0), borderType=cv2.BORDER_REPLICATE)
    down, across = (
        cv2.filter2D(plane, -1, _BETWEEN.T.copy(), anchor=(0, _AHEAD), borderType=cv2.BORDER_REPLICATE)
        for plane in (picture, right)
    )
    return (0, 0, picture), (0, 1, right), (1, 0, down), (1, 1, across)
