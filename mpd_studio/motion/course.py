"""The way things take between the two frames, where it is not even."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.warp import resize_flow


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Bends of the way between the frames; a way is time · motion + time · (1 − time) · (even + odd · (time − ½)).

    on_first: (h, w, 4) float32, even x, y and odd x, y for each pixel of the first frame, in working pixels.
    on_last: the same for each pixel of the last frame, time running as on the first.
    """

    on_first: np.ndarray
    on_last: np.ndarray

    def resized(self, height: int, width: int) -> Course:
        return Course(*(_resized(plane, height, width) for plane in (self.on_first, self.on_last)))


def bend_at(course: np.ndarray, time: float) -> np.ndarray:
    """(h, w, 2) float32: how far what follows the course is from where even motion would have it."""
    return np.float32(time * (1 - time)) * (course[..., :2] + np.float32(time - 0.5) * course[..., 2:])


def _resized(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    return np.concatenate([resize_flow(part, height, width) for part in (plane[..., :2], plane[..., 2:])], axis=2)
