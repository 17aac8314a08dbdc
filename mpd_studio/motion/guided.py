"""Where a drawing decides what is seen, and where the pictures are free."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Guidance
from mpd_studio.motion.layers import Holds, cover, freed_at, held_at
from mpd_studio.motion.pieces import Piece, place


def guided_mask(
    pieces: Sequence[Piece], holds: Holds | None, guidance: Guidance, time: float, size: Size
) -> np.ndarray:
    """(h, w) float32 in 0..1 at gap time `time`: where the pieces are on their way, and what holds still.

    pieces, holds: at the size `size`. What a piece has left behind is free: nobody drew what is to be seen there.
    """
    mask = np.zeros((size.height, size.width), np.float32)
    if holds is not None:
        np.maximum(mask, held_at(holds, freed_at(pieces, guidance, time)), out=mask)
    for piece in pieces:
        box, opaque = cover(piece, place(piece, guidance, time), size.height, size.width)
        mask[box] = np.maximum(mask[box], opaque)
    return mask
