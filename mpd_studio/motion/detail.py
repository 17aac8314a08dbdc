"""How much of the fine detail of a mix is right: as much as both moved frames agree on.

Where two moved frames show the same detail, its place is known. Where they show unlike detail, the motion is a little
off or the thing has changed, and their mean holds half of each in wrong places: the mean that errs least keeps of its
fine detail what both share (Wiener, 1949), and the eye sees softness instead of shreds.
"""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.cells import blurred, in_cells, in_pixels

_FINE = 1.5  # px: what a blur of this reach takes away is fine detail
_AROUND = 4.0  # px over which agreement is judged
# What moved is never known to lie just where even motion puts it: hands shake, frame times waver. So much of its fine
# detail is given up, half of that where the way is two working pixels. At 0, the sequence rabbit is 0.1 dB lower and
# sharper than its truth.
_WAVERING = 0.1
_SOME_WAY = 4.0  # square of working pixels
_GRAIN = 9.0  # variance of appearances: two code values of noise differ in any two frames, and are no shreds


def shared_detail(
    early: np.ndarray, late: np.ndarray, velocity: np.ndarray, share: np.ndarray, trust: np.ndarray
) -> np.ndarray:
    """(h, w) float32 in 0..1: the part of a mix's fine detail to keep.

    early, late: appearances of both frames, moved to one moment. velocity: (h, w, 2) from end to end, working pixels.
    share: of the last frame in the mix, 0..1; what comes from one frame alone is kept as it is. trust: (h, w) in 0..1,
    in the motion; where there is none, the frames say nothing of each other.
    """
    first, last = _fine(early), _fine(late)
    both = blurred(in_cells(first * last), _AROUND)
    mixed = blurred(in_cells(np.square(first + last)), _AROUND) / 4
    kept = (np.maximum(both, 0) + _GRAIN) / (np.maximum(mixed, both) + _GRAIN)
    way = in_cells(np.square(velocity[..., 0]) + np.square(velocity[..., 1]))
    kept *= 1 - _WAVERING * way / (way + _SOME_WAY)
    given_up = in_pixels(1 - kept, *share.shape) * trust
    given_up *= 4 * share * (1 - share)
    return 1 - np.maximum(given_up, 0, out=given_up)


def _fine(look: np.ndarray) -> np.ndarray:
    import cv2

    detail = cv2.extractChannel(look, 0)
    return detail - cv2.GaussianBlur(detail, (0, 0), _FINE)
