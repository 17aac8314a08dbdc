"""What lies behind the pieces that paths carry: the unguided motion with the pieces taken out of both frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mpd_studio.motion.alpha import has_straight_alpha, unweigh, weigh
from mpd_studio.motion.between import MotionAt
from mpd_studio.motion.blend import to_dtype
from mpd_studio.motion.confidence import Balance
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.matte import surroundings
from mpd_studio.motion.pieces import Piece, looked_up
from mpd_studio.motion.warp import grid, resize_flow, resize_plane

# A piece's soft edge and its blur in the picture are taken out with it, and a part of its reach besides: the cut misses
# rims and contact shadows, which would stay behind as an outline.
_RIM_PX, _RIM_PART = 3, 0.1


class Backdrop:
    """first_mask, last_mask: (h, w) float32 at canvas size, where a piece hides what lies behind, on each frame."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.first_mask = np.maximum.reduce([_widened(piece.first_mask) for piece in pieces])
        self.last_mask = np.maximum.reduce([_widened(piece.last_mask) for piece in pieces])

    @property
    def masks(self) -> tuple[np.ndarray, np.ndarray]:
        return self.first_mask, self.last_mask

    def field(
        self,
        field: MotionField,
        steady: tuple[np.ndarray, np.ndarray],
        shades: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> MotionField:
        """The motion behind the pieces: under them it continues the motion around, and is trusted only as a guess.

        steady: from `steady_flows`. shades: (h, w) float32, where their shadows lie on each frame: what was measured
        there may be the shadow's motion, so it continues the motion around, too.
        """
        flows, continued = surroundings(field, self.masks, steady)
        if shades is not None:
            dark = [resize_plane(shade, *field.forward_trust.shape)[..., None] > 0.02 for shade in shades]
            flows = np.where(dark[0], steady[0], flows[0]), np.where(dark[1], steady[1], flows[1])
        return replace(
            field,
            forward=flows[0],
            backward=flows[1],
            forward_trust=np.where(continued[0], 0, field.forward_trust).astype(np.float32),
            backward_trust=np.where(continued[1], 0, field.backward_trust).astype(np.float32),
        )

    def hidden(self, motion: MotionAt) -> tuple[np.ndarray, np.ndarray]:
        """(h, w) float32 at canvas size, for each frame: how far a piece hides what the backdrop would fetch there."""
        height, width = self.first_mask.shape
        velocity = resize_flow(motion.velocity, height, width)
        here = grid(height, width)
        early = looked_up(self.first_mask, here - np.float32(motion.time) * velocity)
        late = looked_up(self.last_mask, here + np.float32(1 - motion.time) * velocity)
        return early, late

    def balance(self, mixing: Balance, hidden: tuple[np.ndarray, np.ndarray]) -> Balance:
        """The balance without the pieces: no pixel of theirs from either frame, and no cross-fade where they stand."""
        height, width = self.first_mask.shape
        share, moved, confidence = (
            resize_plane(plane, height, width) for plane in (mixing.share, mixing.moved, mixing.confidence)
        )
        early = (1 - share) * (1 - hidden[0]) + 1e-6
        late = share * (1 - hidden[1]) + 1e-6
        standing = np.maximum(self.first_mask, self.last_mask)
        unseen = np.minimum(*hidden)
        return Balance(late / (early + late), np.maximum(moved, standing), confidence * (1 - 0.8 * unseen))


def fill_unseen(pixels: np.ndarray, hidden: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """What neither frame shows is continued from around it, within the bounds of what is unseen."""
    unseen = np.minimum(*hidden)
    rows, columns = np.nonzero(unseen > 0.02)
    if not len(rows):
        return pixels
    margin = 16
    box = (
        slice(max(rows.min() - margin, 0), rows.max() + margin + 1),
        slice(max(columns.min() - margin, 0), columns.max() + margin + 1),
    )
    part = unseen[box]
    values = pixels[box].astype(np.float32)
    is_weighted = has_straight_alpha(pixels)
    if is_weighted:
        weigh(values, pixels.dtype)
    continued = fill_holes(np.where(part[..., None] > 0.02, 0, values), np.where(part > 0.02, 0.0, 1.0))
    mixed = values + (continued - values) * part[..., None]
    if is_weighted:
        unweigh(mixed, pixels.dtype)
    result = pixels.copy()
    result[box] = to_dtype(mixed, pixels.dtype)
    return result


def _widened(mask: np.ndarray) -> np.ndarray:
    import cv2

    if not mask.any():
        return mask
    rim = _RIM_PX + round(_RIM_PART * float(np.sqrt(mask.sum() / np.pi)))
    wide = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1)))
    return cv2.GaussianBlur(wide, (0, 0), 0.8)
