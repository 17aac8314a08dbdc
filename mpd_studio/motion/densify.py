"""The motion of every pixel of the first frame over time, obeying what the user drew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpd_studio.core.guidance import Guidance
from mpd_studio.motion.affine import inverted, mapped
from mpd_studio.motion.between import motion_at
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.layers import Holds, cover, freed_at, held_at
from mpd_studio.motion.paths import ease
from mpd_studio.motion.pieces import Piece, place
from mpd_studio.motion.warp import grid, resize_flow, resize_plane


def displacements(
    field: MotionField, pieces: Sequence[Piece], holds: Holds | None, guidance: Guidance, times: np.ndarray
) -> np.ndarray:
    """Where each pixel of the first frame is at each time, relative to where it was: sparse drawing made dense.

    field: the motion behind the pieces. pieces: farthest first. holds: what may not move, or None.
    times: (n,) fractions of the gap. Returns: (n, h, w, 2) float32, x and y in pixels of the pieces' masks, or of the
    field where there are none.
    """
    shape = pieces[0].first_mask.shape if pieces else field.forward_trust.shape
    unguided = resize_flow(field.forward, *shape)
    return np.stack([_at(unguided, pieces, holds, guidance, float(time)) for time in times])


def velocities(
    field: MotionField, pieces: Sequence[Piece], holds: Holds | None, guidance: Guidance, time: float
) -> np.ndarray:
    """How far what is seen at gap time `time` goes over the whole gap, where it is then: for showing it.

    Arguments as for `displacements`. Returns: (h, w, 2) float32, x and y in pixels, of the same shape as there.
    """
    shape = pieces[0].first_mask.shape if pieces else field.forward_trust.shape
    velocity = resize_flow(motion_at(field, ease(guidance.ease, time)).velocity, *shape)
    for piece in pieces:
        now = place(piece, guidance, time)
        box, opaque = cover(piece, now, *shape)
        here = grid(*shape)[box]
        carried = mapped(now.to_last, here) - mapped(now.to_first, here)
        velocity[box] += (carried - velocity[box]) * opaque[..., None]
    if holds is not None:
        held = held_at(holds, freed_at(pieces, guidance, time))
        velocity = velocity * (1 - resize_plane(held, *shape)[..., None])
    return velocity.astype(np.float32)


def _at(
    unguided: np.ndarray, pieces: Sequence[Piece], holds: Holds | None, guidance: Guidance, time: float
) -> np.ndarray:
    height, width = unguided.shape[:2]
    here = grid(height, width)
    moved = unguided * np.float32(ease(guidance.ease, time))
    if holds is not None and holds.movable is not None:
        moved = moved * holds.movable[..., None]
    for piece in pieces:
        forward = inverted(place(piece, guidance, time).to_first)
        part = piece.first_mask[..., None]
        moved = moved * (1 - part) + (mapped(forward, here) - here) * part
    if holds is not None:
        moved = moved * (1 - holds.still[..., None])
    return moved.astype(np.float32)
