"""Whether two frames belong to one shot at all: cuts, frames caught in a dissolve, flashes and blackouts.

Three things are looked at: how far the flows of both directions agree, whether the fine structure of one frame is
found again in the other, and how the brightness of what was found is related (a dissolve and a flash mix something in,
an exposure change multiplies). Thresholds come from cuts, dissolves, flashes and exposure changes made of the test
footage, against its own fast motion; tests/motion/test_scene_change.py holds both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from mpd_studio.motion.field import MotionField
from mpd_studio.motion.warp import backward_warp, resize_plane

_BLOCK = 24  # working pixels a side
_TRUSTED = 0.5
_NARROW, _WIDE = 1.2, 5.0  # px: fine structure is what lies between two blurs
# Agreement and structure found below which nothing is shared. Cuts: up to 0.23 and 0.15, noise 0.11 and 0.18, smooth
# noise 0.03 and 0.25; one shot at its worst: 0.22 and 0.20 (a car, 22 frames on), 0.18 and 0.41 (a fast drive).
_LOST = ((0.25, 0.17), (0.14, 0.25), (0.08, 0.35), (0.6, 0.08))
_WEAKENED, _SURELY_WEAKENED, _STRENGTHENED = 0.8, 0.7, 1.1  # of a frame's contrast in the other
# Agreement below which a mixture is believed only where the other frame has gained contrast: a car that is followed
# badly while the exposure changes (0.34) looks like a mixture from one side.
_SHAKY = 0.4
_LOPSIDED = 1.15  # a frame with another mixed in has less contrast than that other; grain is the same on both
_FAINT_BLACK, _NEAR_WHITE = 16, 235


class ChangeKind(Enum):
    CUT = "cut"
    DISSOLVE = "dissolve"
    FLASH = "flash"
    BLACKOUT = "blackout"


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """One frame and the other, moved onto it, as (h, w) float32 brightness of 0..255 and the fine structure of that.

    seen: (h, w) bool, where the motion is trusted.
    """

    here: np.ndarray
    moved: np.ndarray
    fine: np.ndarray
    fine_moved: np.ndarray
    seen: np.ndarray


@dataclass(frozen=True, slots=True)
class Mixture:
    """What is mixed into a frame beside the other one.

    level: mean brightness of that something, code values. structure: the fine structure that it has, code values.
    """

    level: float
    structure: float


def scene_change(first: np.ndarray, last: np.ndarray, field: MotionField) -> ChangeKind | None:
    """first, last: (h, w) float32 brightness of 0..255 at the size of the field. Returns: None within one shot."""
    light = _light_change(first, last)
    if light is not None:
        return light
    onward = _pair(first, last, field.forward, field.forward_trust)
    back = _pair(last, first, field.backward, field.backward_trust)
    agreement = (float(field.forward_trust.mean()) + float(field.backward_trust.mean())) / 2
    if agreement < max(agreed for agreed, _ in _LOST):
        found = max(_structure_found(onward), _structure_found(back))
        if any(agreement < agreed and found < structure for agreed, structure in _LOST):
            return ChangeKind.CUT
    least = 1.0 if agreement < _SHAKY else 0.0
    kept, kept_back = _kept(onward), _kept(back)
    return _kind_of(onward, kept, kept_back, least) or _kind_of(back, kept_back, kept, least)


def _light_change(first: np.ndarray, last: np.ndarray) -> ChangeKind | None:
    """Frames that are nearly white, or black, beside one that is not."""
    (dark_mean, dark), (bright_mean, bright) = sorted(
        ((float(plane.mean()), plane) for plane in (first, last)), key=lambda measured: measured[0]
    )
    if dark_mean < _FAINT_BLACK and bright_mean > 3 * max(dark_mean, 4.0):
        return ChangeKind.BLACKOUT
    whiter = (np.count_nonzero(bright > _NEAR_WHITE) - np.count_nonzero(dark > _NEAR_WHITE)) / dark.size
    is_white = whiter > 0.4 or bright_mean > 225
    return ChangeKind.FLASH if is_white and bright_mean - dark_mean > 50 else None


def _kind_of(pair: _Pair, kept: float | None, reverse: float | None, least: float) -> ChangeKind | None:
    """kept: of the other frame's contrast. reverse: the same seen from the other frame, which then has more contrast,
    not less; at least so much.
    """
    if kept is None or kept > _WEAKENED:
        return None
    if reverse is not None and reverse < least:
        return None
    if reverse is not None and reverse < _STRENGTHENED and kept > _SURELY_WEAKENED:
        return None
    if reverse is not None and reverse < _LOPSIDED * kept:
        return None  # each lacks as much of the other: both are grainy
    mixture = _mixture(pair, kept)
    if mixture.level > 220 and mixture.structure < 8:
        return ChangeKind.FLASH
    return ChangeKind.DISSOLVE if mixture.level > 30 and mixture.structure > 1.5 else None


def _pair(here: np.ndarray, there: np.ndarray, flow: np.ndarray, trust: np.ndarray) -> _Pair:
    moved = backward_warp(there, flow)
    return _Pair(here, moved, _fine(here), _fine(moved), trust > _TRUSTED)


def _structure_found(pair: _Pair) -> float:
    """Correlation of the fine structure with that of the other frame where the flow finds it."""
    one, other = pair.fine, pair.fine_moved
    spread = float(one.std() * other.std())
    return float(np.mean((one - one.mean()) * (other - other.mean()))) / spread if spread > 1e-3 else 0.0


def _kept(pair: _Pair) -> float | None:
    """How much of a frame's contrast the other one has; None where too little of this one is found in it.

    Contrast is compared block by block, and the blocks that kept most of it speak: in a dissolve all have lost the
    same share, while blocks that moved in ways that were not followed stand beside others that kept all.
    """
    trusted = pair.seen.astype(np.float32)
    known = pair.fine * trusted
    energy, common = _blocks(known * pair.fine), _blocks(known * pair.fine_moved)
    enough = (_blocks(trusted) > 0.3) & (energy > 2.0)
    if enough.sum() < 8:
        return None
    return float(np.percentile(common[enough] / energy[enough], 80))


def _mixture(pair: _Pair, kept: float) -> Mixture:
    """The other frame as a mix of this one and something else."""
    rest = max(1 - kept, 0.05)
    level = float(np.mean(pair.moved[pair.seen]) - kept * np.mean(pair.here[pair.seen])) / rest
    structure = float(np.std((pair.fine_moved - kept * pair.fine)[pair.seen])) / rest
    return Mixture(level, structure)


def _fine(luma: np.ndarray) -> np.ndarray:
    """Structure of a few pixels: smoothed a little, because fetching between pixels smooths one of the two.

    The wide blur is done at a quarter of the size, where it costs little; what making it smaller and larger blurs
    already is left out.
    """
    import cv2

    height, width = luma.shape
    size = max(width // 2, 1), max(height // 2, 1)
    small = cv2.resize(luma, size, interpolation=cv2.INTER_LINEAR)
    wide = cv2.GaussianBlur(small, (0, 0), np.sqrt(_WIDE**2 - 1) / 2)
    return cv2.GaussianBlur(luma, (0, 0), _NARROW) - resize_plane(wide, height, width)


def _blocks(plane: np.ndarray) -> np.ndarray:
    """Means over blocks that are nearly square, of whole pixels: OpenCV takes five times as long over parts of them."""
    import cv2

    height, width = plane.shape
    rows, columns = max(1, round(height / _BLOCK)), max(1, round(width / _BLOCK))
    whole = plane[: height // rows * rows, : width // columns * columns]
    return cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
