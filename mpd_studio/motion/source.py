"""A boundary frame made ready to be moved: done once, so that each new frame only has to look it up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.blend import to_dtype
from mpd_studio.motion.warp import Sampling, channel_groups, remap

_HALF_MOST = 65504.0  # an infinite value becomes the largest that a half float can hold, or the largest there is
_TRACE = 1 / 1024  # weight that colours behind a transparent pixel keep, so that they are never 0 / 0
_ALPHA = 3


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """groups: the picture in groups of at most 4 channels, (h, w, c) each: uint8 as it was, anything else as float32.

    bounds: for each group the least and the most around each pixel; None: the dtype bounds what cubic sampling
        overshoots. Beside a highlight of a thousand that would be minus seventy.
    dtype, channels: of the picture. is_weighted: colours are multiplied by their alpha here, and not in the picture.
    """

    groups: tuple[np.ndarray, ...]
    bounds: tuple[tuple[np.ndarray, np.ndarray], ...] | None
    dtype: np.dtype
    channels: int
    is_weighted: bool

    def moved(self, index: int, where: np.ndarray, sampling: Sampling) -> np.ndarray:
        """(h', w', c) group `index` looked up at `where`, in its dtype; beyond the border the border's pixels go on."""
        found = remap(self.groups[index], where, sampling)
        if self.bounds is None or sampling is not Sampling.CUBIC:
            return found
        low, high = (remap(bound, where, Sampling.NEAREST) for bound in self.bounds[index])
        return np.clip(found, low, high, out=found)

    def spans(self) -> Iterator[slice]:
        """The channels of each group."""
        start = 0
        for group in self.groups:
            yield slice(start, start + group.shape[2])
            start += group.shape[2]

    def finished(self, values: np.ndarray, index: int) -> np.ndarray:
        """Mixed pixels of group `index` as pixels of the picture."""
        if self.is_weighted and index == 0:
            top = np.float32(np.iinfo(self.dtype).max)
            values[..., :_ALPHA] /= values[..., _ALPHA:] / top + np.float32(_TRACE)
        return to_dtype(values, self.dtype)


def sources(first: np.ndarray, last: np.ndarray) -> tuple[Source, Source]:
    """Both frames, made ready in the same way.

    Alpha of integers is straight, as PNG has it: colours are averaged by it, so that what a transparent pixel hides
    does not shine through at edges. Alpha of floats is in the colours already, as OpenEXR has it. Other channels are
    moved as they are. NaN counts as 0, an infinite value as the largest finite one.

    first, last: (h, w, c) of one shape and dtype, c >= 1.
    """
    is_weighted = _is_weighted(first) or _is_weighted(last)
    return _source(first, is_weighted), _source(last, is_weighted)


def _is_weighted(picture: np.ndarray) -> bool:
    if picture.dtype.kind != "u" or picture.shape[2] <= _ALPHA:
        return False
    return bool((picture[..., _ALPHA] != np.iinfo(picture.dtype).max).any())


def _source(picture: np.ndarray, is_weighted: bool) -> Source:
    is_float = picture.dtype.kind == "f"
    wide = picture if picture.dtype == np.uint8 and not is_weighted else picture.astype(np.float32)
    if is_float:
        wide = _finite(wide)
    if is_weighted:
        top = np.float32(np.iinfo(picture.dtype).max)
        wide[..., :_ALPHA] *= wide[..., _ALPHA : _ALPHA + 1] / top + np.float32(_TRACE)
    groups = channel_groups(wide)
    bounds = tuple(map(_around, groups)) if is_float or is_weighted else None
    return Source(groups, bounds, picture.dtype, picture.shape[2], is_weighted)


def _finite(values: np.ndarray) -> np.ndarray:
    if np.isfinite(values).all():
        return values
    most = max(_HALF_MOST, float(np.abs(values[np.isfinite(values)]).max(initial=0.0)))
    return np.nan_to_num(values, nan=0.0, posinf=most, neginf=-most)


def _around(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import cv2

    square = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(group, square), cv2.dilate(group, square)
    return low.reshape(group.shape), high.reshape(group.shape)
