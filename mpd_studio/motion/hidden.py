"""Motion of what one frame shows and the other hides: it cannot be measured, so it is taken from around."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.warp import resize_flow, resize_plane, without_specks

_DOUBTED = 0.4  # trust below which a motion is replaced
_REACHES = (2, 5, 10, 18, 32)
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7), (-0.7, -0.7))
_MARGIN = max(_REACHES)
_AT_ONCE = 1024  # places worked on at a time: what they need fits the processor's cache
_COLOR = 14.0  # 8-bit values that neighbours of one surface differ by
_LEAST_EXPONENT = np.float32(-40)  # exp of less counts for nothing, and cv2.exp takes long over it


def with_hidden_filled(flow: np.ndarray, trust: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """The flow with doubted places given the motion of trusted ones near by that look alike.

    Where two motions offer themselves, the more common one wins: their mean would be a third that nothing has.
    Worked out at half size.

    flow: (h, w, 2) float32. trust: (h, w) float32 in 0..1. picture: (h, w, 3) uint8. Returns: (h, w, 2) float32.
    """
    height, width = trust.shape
    small_height, small_width = max(height // 2, 1), max(width // 2, 1)
    small = resize_flow(flow, small_height, small_width)
    sure = resize_plane(trust, small_height, small_width)
    doubted = np.flatnonzero(sure < _DOUBTED + 0.15)
    if not len(doubted) or len(doubted) == sure.size:
        return flow
    seen = _seen(small, sure, picture)
    taken = small.reshape(-1, 2).copy()
    for start in range(0, len(doubted), _AT_ONCE):
        part = doubted[start : start + _AT_ONCE]
        rows, columns = np.divmod(part, small_width)
        offers = seen.offers((rows + _MARGIN) * seen.wide + columns + _MARGIN)
        taken[part] = _most_common(*offers, taken[part].T).T
    smooth = without_specks(taken.reshape(small.shape), 5).reshape(-1, 2)
    taken[doubted] = smooth[doubted]
    return _mixed_into(resize_flow(taken.reshape(small.shape), height, width), flow, trust)


def _mixed_into(taken: np.ndarray, flow: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """The flow where it is trusted, what was taken where it is not."""
    import cv2

    doubt = trust * np.float32(-1 / 0.2)
    doubt += np.float32(_DOUBTED / 0.2 + 0.5)
    np.clip(doubt, 0, 1, out=doubt)
    taken -= flow
    taken *= cv2.merge((doubt, doubt))  # one number for each, in long rows: numpy is slow over rows of two
    taken += flow
    return taken


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What motion is taken from: planes with a margin so wide that all that lies around a place is in them.

    flow: x and y of the motion; counts: how much it does; colors: three, 8-bit values; each flat float32.
    """

    flow: list[np.ndarray]
    counts: np.ndarray
    colors: list[np.ndarray]
    wide: int

    def offers(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(2, k, n) motions of k places around each of n, and (k, n) how much each counts. places: in the planes."""
        import cv2

        steps = np.array([(dx, dy, reach) for reach in _REACHES for dx, dy in _DIRECTIONS])
        right, down = (np.rint(steps[:, axis] * steps[:, 2]).astype(np.intp) for axis in (0, 1))
        around = places + (down * self.wide + right)[:, None]
        apart = np.zeros(around.shape, np.float32)
        for color in self.colors:
            unlike = _at(color, around)
            unlike -= color[places]
            unlike *= unlike
            apart += unlike
        apart *= np.float32(-1 / (2 * 3 * _COLOR**2))
        weight = cv2.exp(np.maximum(apart, _LEAST_EXPONENT, out=apart), apart)
        weight += np.float32(0.1)
        weight *= (1 / (steps[:, 2] + 4)).astype(np.float32)[:, None]
        weight *= _at(self.counts, around)
        return np.stack([_at(plane, around) for plane in self.flow]), weight


def _seen(flow: np.ndarray, trust: np.ndarray, picture: np.ndarray) -> _Seen:
    """At the size of `flow` and `trust`. picture: (h, w, 3) uint8 of any size."""
    import cv2

    size = trust.shape[1], trust.shape[0]
    colors = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    counts = np.where(trust > 0.7, trust, np.float32(0))
    flow, counts, colors = (
        cv2.copyMakeBorder(pixels, _MARGIN, _MARGIN, _MARGIN, _MARGIN, cv2.BORDER_REPLICATE)
        for pixels in (flow, counts, colors)
    )
    motion = [flow[..., axis].ravel() for axis in (0, 1)]
    values = [colors[..., channel].astype(np.float32).ravel() for channel in range(3)]
    return _Seen(motion, counts.ravel(), values, counts.shape[1])


def _at(plane: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.take(plane, places, mode="clip")  # none is outside, but this is what numpy is quickest with


def _most_common(offered: np.ndarray, weight: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """(2, n): start at the offer that counts most, then move to the mean of those that agree with it."""
    import cv2

    chosen = offered[:, cv2.reduceArgMax(weight, 0)[0], np.arange(weight.shape[1])]
    for _ in range(2):  # a third changes nothing that can be measured
        near, down = offered - chosen[:, None]
        near *= near
        down *= down
        near += down
        near *= np.float32(-1 / 18)
        near = cv2.exp(np.maximum(near, _LEAST_EXPONENT, out=near), near)
        near *= weight
        total = near.sum(axis=0)
        mean = np.einsum("kn,ckn->cn", near, offered) / np.maximum(total, np.float32(1e-9))
        chosen = np.where(total > 1e-9, mean, chosen)
    return np.where(weight.sum(axis=0) > 1e-6, chosen, otherwise)
