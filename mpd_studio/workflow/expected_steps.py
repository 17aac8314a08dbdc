"""How much of the gap's motion each step may take: what the user's easings and paths ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.guidance import Guidance
from mpd_studio.motion.paths import ease, new_frame_times, positions


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedSteps:
    """Shares of the whole change, one for each step from frame to frame, boundary frames included.

    least: of the motion that is slowest there; most: of the fastest. Each motion's shares add up to 1.
    """

    least: np.ndarray
    most: np.ndarray


def expected_steps(guidance: Guidance, new_frames: int) -> ExpectedSteps:
    """least, most: (new_frames + 1,) float64."""
    times = np.concatenate([[0.0], new_frame_times(new_frames), [1.0]])
    motions = [np.diff(ease(guidance.ease, times))]
    for path in guidance.paths:
        motions.append(np.diff(ease(path.easing, ease(guidance.ease, times))))
        lengths = np.linalg.norm(np.diff(positions(path, guidance.ease, times), axis=0), axis=1)
        if lengths.sum() > 0:
            motions.append(lengths / lengths.sum())
    return ExpectedSteps(np.min(motions, axis=0), np.max(motions, axis=0))
