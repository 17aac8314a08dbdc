"""What can be wrong with a row of new frames, told from a few numbers of each.

`FrameFacts` are taken as the frames pass; the checks look at the facts alone, boundary frames included, so that a
test can seed each defect and a long gap costs no memory.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.core.picture import Picture

_SMALL = 96  # longest side of the small luminance picture
_BLACK = 0.004
_HALF_MAX = 65504.0
_PULSE = 0.012  # of full range; three code values in 8 bit
_FLICKER = 0.004  # of full range; one code value in 8 bit
_STILL = 1e-4  # mean change of the small picture: a fortieth of a code value in 8 bit
_FROZEN = 0.02  # of the step that is expected there


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
    digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype}".encode())
    digest.update(pixels.data)
    return digest.hexdigest()


def facts_of(picture: Picture) -> FrameFacts:
    import cv2

    pixels = picture.pixels[:, :, :3]
    height, width = pixels.shape[:2]
    factor = min(1.0, _SMALL / max(height, width))
    target = (max(1, round(width * factor)), max(1, round(height * factor)))
    if pixels.dtype == np.uint8:
        pixels = np.multiply(pixels, np.uint16(257), dtype=np.uint16)  # cv2 rounds means to the type it is given
    elif pixels.dtype.kind == "f":
        pixels = np.nan_to_num(pixels.astype(np.float32), posinf=_HALF_MAX, neginf=-_HALF_MAX)
    scale = 1.0 / np.iinfo(np.uint16).max if pixels.dtype == np.uint16 else 1.0
    small = cv2.resize(np.ascontiguousarray(pixels), target, interpolation=cv2.INTER_AREA).astype(np.float32)
    luminance = small @ np.array([0.2126, 0.7152, 0.0722], np.float32) * np.float32(scale)
    return FrameFacts(digest_of(picture), picture.size, float(luminance.mean()), luminance)


def change_between(first: Picture, last: Picture) -> float:
    """The largest change of a pixel between two pictures of one form, in code values; of floats, in units of their
    last digit at full brightness.
    """
    import cv2

    a, b = np.ascontiguousarray(first.pixels), np.ascontiguousarray(last.pixels)
    if a.dtype.kind != "f":
        return float(cv2.absdiff(a, b).max())
    wide = [np.nan_to_num(pixels.astype(np.float32), posinf=_HALF_MAX, neginf=-_HALF_MAX) for pixels in (a, b)]
    unit = float(np.finfo(a.dtype).eps) * max(1.0, float(np.abs(wide[0]).max()))
    return float(cv2.absdiff(wide[0], wide[1]).max()) / unit


def find_wrong_sizes(frames: Sequence[FrameFacts], size: Size) -> list[int]:
    """Numbers (from 1) of the new frames that are not of this size."""
    return [number for number, facts in enumerate(frames, 1) if facts.size != size]


def find_duplicates(
    first: FrameFacts,
    frames: Sequence[FrameFacts],
    last: FrameFacts,
    shares: Sequence[float] | np.ndarray | None = None,
    change: float = math.inf,
) -> list[int]:
    """Numbers (from 1) of the new frames that repeat the one before or are frozen; with equal ends, none are.

    Frozen: hardly any change to the frame before, though the row as a whole moves. A repeat of `last` counts too.

    shares: how much of the motion each step is to take; None for even steps. change: of the fastest pixel between the
    ends, in code values. Where a step's share of it is less than one code value, rounding alone can repeat a frame.
    """
    if first.digest == last.digest:
        return []
    row = [first, *frames, last]
    steps = _steps(row)
    expected = np.full(len(steps), 1 / len(steps)) if shares is None else np.asarray(shares)
    moving = float(steps.sum())
    found = set()
    for index in range(1, len(row)):
        share = float(expected[index - 1])
        if share < 1e-6 or share * change < 1:
            continue
        same = row[index].digest == row[index - 1].digest
        if same or steps[index - 1] < _FROZEN * moving * share:
            found.add(min(index, len(frames)))
    return sorted(found)


def find_strobe(first: FrameFacts, frames: Sequence[FrameFacts], last: FrameFacts, change: float = math.inf) -> str:
    """How the row alternates from frame to frame; "" when it does not.

    A period of two shows as steps that are small, large, small, large (pairs of nearly equal frames), as frames that
    are nearer to the one before the last than to the last, or as brightness that goes up and down.

    change: of the fastest pixel between the ends, in code values; below one a step, rounding alone alternates.
    """
    row = [first, *frames, last]
    steps = _steps(row)
    if len(steps) < 5 or change < len(steps):
        return ""
    even, odd = steps[0::2], steps[1::2]
    low, high = (even, odd) if np.median(even) < np.median(odd) else (odd, even)
    if np.max(low) < 0.5 * np.min(high) and np.median(high) > _STILL:
        return f"every other step is {np.median(high) / max(float(np.median(low)), 1e-6):.1f} times larger"
    step, two_apart = (float(np.median(differences)) for differences in (steps, _steps(row, apart=2)))
    if step > _STILL and two_apart < 0.5 * step:
        return f"frames are {step / max(two_apart, 1e-6):.1f} times nearer to the one before the last than to the last"
    bends = np.diff([facts.luma for facts in row], 2)
    if np.all(bends[1:] * bends[:-1] < 0) and np.median(np.abs(bends)) / 2 > _FLICKER:
        return f"brightness goes up and down by {np.median(np.abs(bends)) * 50:.1f} % of full range"
    return ""


def find_pulse(
    first: FrameFacts,
    frames: Sequence[FrameFacts],
    last: FrameFacts,
    shares: Sequence[float] | np.ndarray | None = None,
) -> tuple[int, float] | None:
    """(number, size) of the largest brightness excursion beyond the ends' own change; None when there is none.

    The mean luminance of a row without a pulse stays between the ends, give or take 1.2 % of full range, or of the
    brighter end where that is beyond 1 (floats).

    shares: how much of the ends' change each step may take; None for even steps.
    """
    low, high = sorted((first.luma, last.luma))
    row = [first.luma, *(facts.luma for facts in frames), last.luma]
    outside = [max(low - luma, luma - high, 0.0) for luma in row]
    share = np.full(len(row) - 1, 1 / (len(row) - 1)) if shares is None else np.asarray(shares)
    jumps = [max(0.0, abs(b - a) - 4 * part * (high - low)) for (a, b), part in zip(pairwise(row), share, strict=True)]
    worst = max(range(len(row)), key=lambda index: max(outside[index], jumps[index - 1] if index else 0.0))
    size = max(outside[worst], jumps[worst - 1] if worst else 0.0) / max(1.0, high)
    return (min(max(worst, 1), len(frames)), size) if size > _PULSE else None


def find_black(first: FrameFacts, frames: Sequence[FrameFacts], last: FrameFacts) -> list[int]:
    """Numbers (from 1) of black new frames between ends that are not black."""
    if min(first.luma, last.luma) < 4 * _BLACK:
        return []
    return [number for number, facts in enumerate(frames, 1) if facts.luma < _BLACK]


def _steps(row: Sequence[FrameFacts], apart: int = 1) -> np.ndarray:
    """Mean absolute change of the small pictures from each frame to the one `apart` later; 1 where sizes differ."""
    return np.array(
        [
            float(np.abs(b.small - a.small).mean()) if a.small.shape == b.small.shape else 1.0
            for a, b in zip(row, row[apart:], strict=False)
        ]
    )
