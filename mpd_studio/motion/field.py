"""The motion between two pictures, both ways, and where it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.motion.course import Course
from mpd_studio.motion.warp import resize_flow


@dataclass(frozen=True, slots=True, eq=False)
class MotionField:
    """Displacement of every pixel of each boundary frame, at a working size that may be below the canvas.

    forward: (h, w, 2) float32, x and y in working pixels, from the first frame to the last; backward: from the last
        to the first.
    forward_trust, backward_trust: (h, w) float32 in 0..1; near 0 where the other frame does not see the pixel.
    overall_trust: 0..1; 0 when the two frames have nothing to do with each other (a cut).
    course: how things leave even motion, where footage around the gap tells; None: even motion.
    """

    forward: np.ndarray
    backward: np.ndarray
    forward_trust: np.ndarray
    backward_trust: np.ndarray
    overall_trust: float = 1.0
    course: Course | None = None

    @property
    def size(self) -> Size:
        return Size(self.forward.shape[1], self.forward.shape[0])

    def resized(self, size: Size) -> MotionField:
        """The same motion on pictures of another size: vectors grow and shrink with the picture."""
        import cv2

        if size == self.size:
            return self
        target = (size.width, size.height)
        return MotionField(
            resize_flow(self.forward, size.height, size.width),
            resize_flow(self.backward, size.height, size.width),
            cv2.resize(self.forward_trust, target, interpolation=cv2.INTER_LINEAR),
            cv2.resize(self.backward_trust, target, interpolation=cv2.INTER_LINEAR),
            self.overall_trust,
            None if self.course is None else self.course.resized(size.height, size.width),
        )
