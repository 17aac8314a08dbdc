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
from mpd_studio.motion.warp import backward_warp

_BLOCK = 24  # working pixels a side
_TRUSTED = 0.5
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


@dataclass(frozen=True, slots=True)
class Mixture:
    """One frame as a mix: `kept` of the other frame's contrast, the rest of something else.

    level: mean brightness of that something, code values. structure: the fine structure that it has, code values.
    """

    kept: float
    level: float
    structure: float


def scene_change(first: np.ndarray, last: np.ndarray, field: MotionField) -> ChangeKind | None:
    """first, last: (h, w) float32 brightness of 0..255 at the size of the field. Returns: None within one shot."""
    light = _light_change(first, last)
    if light is not None:
        return light
    found = max(_structure_found(first, last, field.forward), _structure_found(last, first, field.backward))
    agreement = (float(field.forward_trust.mean()) + float(field.backward_trust.mean())) / 2
    if any(agreement < agreed and found < structure for agreed, structure in _LOST):
        return ChangeKind.CUT
    onward = _mixture(first, last, field.forward, field.forward_trust)
    back = _mixture(last, first, field.backward, field.backward_trust)
    least = 1.0 if agreement < _SHAKY else 0.0
    return _kind_of(onward, back, least) or _kind_of(back, onward, least)


def _light_change(first: np.ndarray, last: np.ndarray) -> ChangeKind | None:
    """Frames that are nearly white, or black, beside one that is not."""
    dark, bright = sorted((first, last), key=lambda plane: float(plane.mean()))
    if dark.mean() < _FAINT_BLACK and bright.mean() > 3 * max(float(dark.mean()), 4.0):
        return ChangeKind.BLACKOUT
    whiter = float(np.mean(bright > _NEAR_WHITE)) - float(np.mean(dark > _NEAR_WHITE))
    is_white = whiter > 0.4 or bright.mean() > 225
    return ChangeKind.FLASH if is_white and bright.mean() - dark.mean() > 50 else None


def _kind_of(mixture: Mixture | None, reverse: Mixture | None, least: float) -> ChangeKind | None:
    """reverse: the same seen from the other frame, which then has more contrast, not less; at least so much."""
    if mixture is None or mixture.kept > _WEAKENED:
        return None
    if reverse is not None and reverse.kept < least:
        return None
    if reverse is not None and reverse.kept < _STRENGTHENED and mixture.kept > _SURELY_WEAKENED:
        return None
    if reverse is not None and reverse.kept < _LOPSIDED * mixture.kept:
        return None  # each lacks as much of the other: both are grainy
    if mixture.level > 220 and mixture.structure < 8:
        return ChangeKind.FLASH
    return ChangeKind.DISSOLVE if mixture.level > 30 and mixture.structure > 1.5 else None


def _structure_found(here: np.ndarray, there: np.ndarray, flow: np.ndarray) -> float:
    """Correlation of the fine structure with that of the other frame where the flow finds it."""
    one, other = _fine(here), _fine(backward_warp(there, flow))
    spread = float(one.std() * other.std())
    return float(np.mean((one - one.mean()) * (other - other.mean()))) / spread if spread > 1e-3 else 0.0


def _mixture(here: np.ndarray, there: np.ndarray, flow: np.ndarray, trust: np.ndarray) -> Mixture | None:
    """The other frame as a mix of this one and something else; None where too little of this one is found in it.

    Contrast is compared block by block, and the blocks that kept most of it speak: in a dissolve all have lost the
    same share, while blocks that moved in ways that were not followed stand beside others that kept all.
    """
    moved = backward_warp(there, flow)
    trusted = (trust > _TRUSTED).astype(np.float32)
    one, other = _fine(here), _fine(moved)
    energy, common = _blocks(one * one * trusted), _blocks(one * other * trusted)
    enough = (_blocks(trusted) > 0.3) & (energy > 2.0)
    if enough.sum() < 8:
        return None
    kept = float(np.percentile(common[enough] / energy[enough], 80))
    rest = max(1 - kept, 0.05)
    seen = trusted > 0
    level = float(np.mean(moved[seen]) - kept * np.mean(here[seen])) / rest
    structure = float(np.std((other - kept * one)[seen])) / rest
    return Mixture(kept, level, structure)


def _fine(luma: np.ndarray) -> np.ndarray:
    """Structure of a few pixels: smoothed a little, because fetching between pixels smooths one of the two."""
    import cv2

    return cv2.GaussianBlur(luma, (0, 0), 1.2) - cv2.GaussianBlur(luma, (0, 0), 5)


def _blocks(plane: np.ndarray) -> np.ndarray:
    """Means over square blocks."""
    import cv2

    height, width = plane.shape
    size = (max(1, round(width / _BLOCK)), max(1, round(height / _BLOCK)))
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
