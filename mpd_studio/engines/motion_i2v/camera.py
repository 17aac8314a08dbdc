"""Moves of the camera, added to whatever moves in the picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.warp import grid

# Where a place at (x, y) from the middle, in widths, goes by the end of the clip, with an amount of 1.
_Move = Callable[[np.ndarray, np.ndarray, float], tuple[np.ndarray, np.ndarray]]


def _shift(right: float, down: float) -> _Move:
    return lambda x, y, amount: (x + right * amount, y + down * amount)


def _zoom(sign: int) -> _Move:
    return lambda x, y, amount: (x * (1 + amount) ** sign, y * (1 + amount) ** sign)


def _roll(sign: int) -> _Move:
    def move(x: np.ndarray, y: np.ndarray, amount: float) -> tuple[np.ndarray, np.ndarray]:
        turn = sign * amount
        return x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)

    return move


def _parallax(sign: int) -> _Move:
    """Nothing tells depths here: what is lower in the picture counts as nearer, as on open ground."""

    def move(x: np.ndarray, y: np.ndarray, amount: float) -> tuple[np.ndarray, np.ndarray]:
        near = (y - y.min()) / max(float(np.ptp(y)), 1e-6)
        return x + sign * amount * near, y

    return move


# The picture goes the other way than the camera.
MOVES: dict[str, _Move] = {
    "pan-left": _shift(1, 0),
    "pan-right": _shift(-1, 0),
    "tilt-up": _shift(0, 1),
    "tilt-down": _shift(0, -1),
    "zoom-in": _zoom(1),
    "zoom-out": _zoom(-1),
    "roll-left": _roll(1),
    "roll-right": _roll(-1),
    "parallax-left": _parallax(1),
    "parallax-right": _parallax(-1),
}
CAMERAS = ("none", *MOVES)


def with_camera(motion: ClipField, camera: str, amount: float) -> ClipField:
    """The motion as a moving camera sees it: things move first, then the whole picture.

    camera: of CAMERAS. amount: by the last frame: of a pan the share of the picture's width, of a zoom how much larger
        or smaller, of a roll the angle in radians; frames between get even shares.
    """
    if camera == "none" or amount == 0:
        return motion
    move, places = MOVES[camera], grid(motion.size.height, motion.size.width)
    middle = np.array([motion.size.width - 1, motion.size.height - 1], np.float32) / 2
    frames = [motion.px[0]]
    for frame in range(1, motion.frames):
        there = (places + motion.px[frame] - middle) / motion.size.width
        x, y = move(there[..., 0], there[..., 1], amount * frame / (motion.frames - 1))
        frames.append(np.dstack([x, y]) * motion.size.width + middle - places)
    return ClipField(np.stack(frames).astype(np.float32))
