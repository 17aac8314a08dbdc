"""How far the pixels of a frame that was joined from both sides can be trusted."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.trust import confidence_of
from mpd_studio.engines.motion_i2v.joined import Sight
from mpd_studio.motion.appearance import appearance
from mpd_studio.motion.between import MotionAt, same
from mpd_studio.motion.expected_error import expected_error, gather
from mpd_studio.motion.warp import backward_warp, grid, sample

Trusts = tuple[np.ndarray | None, np.ndarray | None]

# What stage 2 has drawn is a guess, however good it looks.
DRAWN = 0.3
# How far a prediction vouches for a motion, where a measured flow would by 1: two that agree may be wrong together, and
# one alone has nobody to agree with it.
_AGREED, _ALONE = 0.5, 0.25


class SightConfidence:
    """By the error model of the optical flow (motion/expected_error.py), which was fitted to rendered scenes.

    There, a frame's own flow vouches for a motion; here, the other side's predicted motion does.
    """

    def __init__(self, pictures: tuple[np.ndarray, np.ndarray], trusts: Trusts = (None, None)) -> None:
        """pictures: both ends at the model's size, (h, w, 3) float32 in 0..1.

        trusts: how far each end can be trusted itself, (h, w) float32 in 0..1; None: it is footage.
        """
        self._trusts = trusts
        first, last = (appearance(np.rint(picture * 255).astype(np.uint8)) for picture in pictures)
        self._looks = first, last

    def of(self, view: Sight) -> np.ndarray:
        """(h, w) float32 in 0..1 at the model's size, of the boundary frames' moved pixels."""
        back, time = view.back, np.float32(view.time)
        agree = same(-back[0] / time, back[1] / (1 - time))
        vouched = [
            seen * (other * agree * np.float32(_AGREED) + (1 - other) * np.float32(_ALONE))
            for seen, other in (view.seen, view.seen[::-1])
        ]
        here = grid(*view.seen[0].shape)
        early, late = (sample(look, here + way) for look, way in zip(self._looks, back, strict=True))
        motion = MotionAt(view.time, back[1] - back[0], *vouched)
        return confidence_of(expected_error(gather(motion, early, late))) * self._of_ends(view)

    def _of_ends(self, view: Sight) -> np.ndarray:
        """Errors add up: what is moved from a frame that was made is no better than that frame."""
        moved = [
            np.ones_like(seen) if trust is None else backward_warp(trust, back)
            for trust, back, seen in zip(self._trusts, view.back, view.seen, strict=True)
        ]
        early, late = view.seen[0] * np.float32(1 - view.time), view.seen[1] * np.float32(view.time)
        total = np.maximum(early + late, np.float32(1e-6))
        known = early + late > 0
        return np.where(known, (early * moved[0] + late * moved[1]) / total, np.float32(1)).astype(np.float32)
