"""A boundary frame made ready to be moved: done once, so that each new frame only has to look it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.alpha import has_straight_alpha, unweigh, weigh
from mpd_studio.motion.blend import to_dtype
from mpd_studio.motion.half_pixels import padded, with_half_pixels
from mpd_studio.motion.warp import MOST_CHANNELS, Sampling, channel_groups, group_starts, remap

_HALF_MOST = 65504.0  # an infinite value becomes the largest that a half float can hold, or the largest there is
_LONGEST_PX = 32766  # cv2.remap reads no larger picture


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """plain: the picture in groups of at most 4 channels, (h, w, c) each: uint8 as it was, anything else as float32.
        Three channels may be four here, which is faster; what is mixed of them is so until `finished`.
    found_in: for each group what it is looked up in.
    zoom: 2 where `found_in` has half pixels, otherwise 1. sampling: how `found_in` is looked up in.
    bounds: for each group the least and the most around each pixel; None: the dtype bounds what cubic sampling
        overshoots. Beside a highlight of a thousand that would be minus seventy.
    dtype, channels: of the picture. is_weighted: colours are multiplied by their alpha here, and not in the picture.
    """

    plain: tuple[np.ndarray, ...]
    found_in: tuple[np.ndarray, ...]
    zoom: int
    sampling: Sampling
    bounds: tuple[tuple[np.ndarray, np.ndarray], ...] | None
    dtype: np.dtype
    channels: int
    is_weighted: bool

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self.plain[0].shape[:2]
        return height, width

    def moved(self, index: int, where: np.ndarray | Sequence[np.ndarray]) -> np.ndarray:
        """(h', w', c) group `index` looked up at `where`, in its dtype; beyond the border the border's pixels go on.

        where: (h', w', 2) float32 of x, y, or two planes, times `zoom`.
        """
        found = remap(self.found_in[index], where, self.sampling)
        if self.bounds is None or self.sampling is not Sampling.CUBIC:
            return found
        low, high = (remap(bound, where, Sampling.NEAREST) for bound in self.bounds[index])
        return np.clip(found, low, high, out=found)

    def moved_softly(self, index: int, where: np.ndarray | Sequence[np.ndarray]) -> np.ndarray:
        """As `moved`, but linear: softer, and in half the time. where: not times `zoom`."""
        return remap(self.plain[index], where, Sampling.LINEAR)

    def spans(self) -> Iterator[slice]:
        """The channels of each group."""
        return (slice(start, min(start + MOST_CHANNELS, self.channels)) for start in group_starts(self.channels))

    def opened(self, pixels: np.ndarray, index: int) -> np.ndarray:
        """Pixels of the picture as float32 of group `index`, to be mixed with what `moved` finds: undoes `finished`."""
        values = pixels.astype(np.float32)
        if self.is_weighted and index == 0:
            return weigh(values, self.dtype)
        return padded(values) if self.plain[index].shape[2] > values.shape[2] else values

    def finished(self, values: np.ndarray, index: int) -> np.ndarray:
        """Mixed pixels of group `index` as pixels of the picture."""
        if self.is_weighted and index == 0:
            unweigh(values, self.dtype)
        span = list(self.spans())[index]
        return to_dtype(_without_padding(values, span.stop - span.start), self.dtype)


def sources(
    first: np.ndarray, last: np.ndarray, sampling: Sampling, zoom: int | None = None, cores: int = 2
) -> tuple[Source, Source]:
    """Both frames, made ready in the same way.

    Alpha of integers is straight, as PNG has it: colours are averaged by it, so that what a transparent pixel hides
    does not shine through at edges. Alpha of floats is in the colours already, as OpenEXR has it. Other channels are
    moved as they are. NaN counts as 0, an infinite value as the largest finite one.

    first, last: (h, w, c) of one shape and dtype, c >= 1. zoom: None: half pixels where they can be.
    cores: how many may be kept busy.
    """
    is_weighted = has_straight_alpha(first, last)
    if zoom is None:
        # Floats need the bounds of cubic sampling, and four times their memory is too much in 4K.
        fits = first.dtype == np.uint8 and not is_weighted and 2 * max(first.shape[:2]) <= _LONGEST_PX
        zoom = 2 if fits and sampling is Sampling.CUBIC else 1
    if cores == 1:
        return _source(first, is_weighted, sampling, zoom), _source(last, is_weighted, sampling, zoom)
    with ThreadPoolExecutor(1, thread_name_prefix="last source") as other:
        ready = other.submit(_source, last, is_weighted, sampling, zoom)
        return _source(first, is_weighted, sampling, zoom), ready.result()


def _source(picture: np.ndarray, is_weighted: bool, sampling: Sampling, zoom: int) -> Source:
    is_float = picture.dtype.kind == "f"
    wide = picture if picture.dtype == np.uint8 and not is_weighted else picture.astype(np.float32)
    if is_float:
        wide = _finite(wide)
    if is_weighted:
        weigh(wide, picture.dtype)
    groups = channel_groups(wide)
    plain = tuple(map(padded, groups)) if zoom == 2 or wide.dtype == np.uint8 else groups
    bounds = tuple(map(_around, plain)) if is_float or is_weighted else None
    found_in = tuple(map(with_half_pixels, groups)) if zoom == 2 else plain
    return Source(
        plain,
        found_in,
        zoom,
        Sampling.LINEAR if zoom == 2 else sampling,
        bounds,
        picture.dtype,
        picture.shape[2],
        is_weighted,
    )


def _without_padding(found: np.ndarray, channels: int) -> np.ndarray:
    import cv2

    return cv2.cvtColor(found, cv2.COLOR_RGBA2RGB) if channels == 3 and found.shape[2] == 4 else found


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
