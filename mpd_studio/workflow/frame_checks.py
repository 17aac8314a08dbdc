"""What can be wrong with a row of new frames, told from a few numbers of each.

`FrameFacts` are taken as the frames pass; the checks look at the facts alone, boundary frames included, so that a
test can seed each defect and a long gap costs no memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.core.picture import Picture

_SMALL = 96  # longest side of the small luminance picture
_BLACK = 0.004
_PULSE = 0.012  # of full range; two code values and a half in 8 bit
_FROZEN = 0.02  # of the mean step from frame to frame


@dataclass(frozen=True, slots=True, eq=False)
class FrameFacts:
    """digest: of the exact pixels. luma: mean, 0..1. small: (h, w) float32 luminance, the longest side at most 96."""

    digest: str
    size: Size
    luma: float
    small: np.ndarray


def digest_of(picture: Picture) -> str:
    """SHA-256 of the exact pixels with their shape and type."""
    pixels = np.ascontiguousarray(picture.pixels)
    seed = f"{pixels.shape} {pixels.dtype}".encode()
    return hashlib.sha256(seed + pixels.tobytes()).hexdigest()


def facts_of(picture: Picture) -> FrameFacts:
    import cv2

    pixels = picture.pixels[:, :, :3]
    scale = 1.0 if np.issubdtype(pixels.dtype, np.floating) else 1.0 / np.iinfo(pixels.dtype).max
    height, width = pixels.shape[:2]
    factor = min(1.0, _SMALL / max(height, width))
    target = (max(1, round(width * factor)), max(1, round(height * factor)))
    if pixels.dtype == np.float16:
        pixels = pixels.astype(np.float32)
    small = cv2.resize(np.ascontiguousarray(pixels), target, interpolation=cv2.INTER_AREA).astype(np.float32)
    luminance = small @ np.array([0.2126, 0.7152, 0.0722], np.float32) * np.float32(scale)
    return FrameFacts(digest_of(picture), picture.size, float(luminance.mean()), luminance)


def find_wrong_sizes(frames: Sequence[FrameFacts], size: Size) -> list[int]:
    """Numbers (from 1) of the new frames that are not of this size."""
    return [number for number, facts in enumerate(frames, 1) if facts.size != size]


def find_duplicates(first: FrameFacts, frames: Sequence[FrameFacts], last: FrameFacts) -> list[int]:
    """Numbers (from 1) of the new frames that repeat the one before or are frozen; with equal ends, none are.

    Frozen: hardly any change to the frame before, though the row as a whole moves. A repeat of `last` counts too.
    """
    if first.digest == last.digest:
        return []
    row = [first, *frames, last]
    steps = _steps(row)
    moving = float(np.mean(steps))
    found = set()
    for index in range(1, len(row)):
        same = row[index].digest == row[index - 1].digest
        if same or steps[index - 1] < _FROZEN * moving:
            found.add(min(index, len(frames)))
    return sorted(found)


def find_strobe(first: FrameFacts, frames: Sequence[FrameFacts], last: FrameFacts) -> float | None:
    """How many times larger every other step is, where steps alternate; None when they do not.

    A strobe of period 2 (pairs of nearly equal frames) shows as small, large, small, large.
    """
    steps = _steps([first, *frames, last])
    if len(steps) < 5:
        return None
    even, odd = steps[0::2], steps[1::2]
    low, high = (even, odd) if np.median(even) < np.median(odd) else (odd, even)
    if np.max(low) < 0.5 * np.min(high) and np.median(high) > 1e-4:
        return float(np.median(high) / max(float(np.median(low)), 1e-6))
    return None


def find_pulse(first: FrameFacts, frames: Sequence[FrameFacts], last: FrameFacts) -> tuple[int, float] | None:
    """(number, size) of the largest brightness excursion beyond the ends' own change; None when there is none.

    The mean luminance of a row without a pulse stays between the ends, give or take 1.2 % of full range.
    """
    low, high = sorted((first.luma, last.luma))
    row = [first.luma, *(facts.luma for facts in frames), last.luma]
    outside = [max(low - luma, luma - high, 0.0) for luma in row]
    change = abs(last.luma - first.luma) / (len(frames) + 1)
    jumps = [max(0.0, abs(b - a) - 4 * change) for a, b in pairwise(row)]
    worst = max(range(len(row)), key=lambda index: max(outside[index], jumps[index - 1] if index else 0.0))
    size = max(outside[worst], jumps[worst - 1] if worst else 0.0)
    return (min(max(worst, 1), len(frames)), size) if size > _PULSE else None


def find_black(first: FrameFacts, frames: Sequence[FrameFacts], last: FrameFacts) -> list[int]:
    """Numbers (from 1) of black new frames between ends that are not black."""
    if min(first.luma, last.luma) < 4 * _BLACK:
        return []
    return [number for number, facts in enumerate(frames, 1) if facts.luma < _BLACK]


def _steps(row: Sequence[FrameFacts]) -> np.ndarray:
    """Mean absolute change of the small pictures from each frame to the next; 1 where sizes differ."""
    return np.array(
        [float(np.abs(b.small - a.small).mean()) if a.small.shape == b.small.shape else 1.0 for a, b in pairwise(row)]
    )
