"""How a gap's last frame goes back to its first, as stage 1 predicts it for a gap."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.picture import Picture
from mpd_studio.engines.motion_i2v.facts import MOST_FRAMES
from mpd_studio.engines.motion_i2v.gap_clip import BACKWARD_SEED, MOTION, ClipMaker
from mpd_studio.engines.motion_i2v.native_field import of_picture
from mpd_studio.motion.clip_motion import ClipMotion


def backward_motion(maker: ClipMaker, last: Picture, seed: int) -> ClipMotion:
    """At the 15 frames before the last, nearest first, at the model's scale."""
    times = np.linspace(1, 0, MOST_FRAMES)
    on_step = maker.teller(MOTION, 0, 1)
    return of_picture(maker.motion(maker.model_picture(last.pixels), times, seed + BACKWARD_SEED, on_step), maker.fit)
