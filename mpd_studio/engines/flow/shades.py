"""The shadows of a gap's pieces: both frames without them, and each new frame with them where its pieces are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mpd_studio.core.guidance import Guidance
from mpd_studio.motion.alpha import has_straight_alpha
from mpd_studio.motion.pieces import Piece, place
from mpd_studio.motion.shadow import Shadow, find_shadow, lay_shadow, without_shadows


@dataclass(frozen=True, slots=True, eq=False)
class Shades:
    """cast: for each piece its shadow, or None. first, last: the boundary frames without the shadows."""

    cast: tuple[Shadow | None, ...]
    first: np.ndarray
    last: np.ndarray

    def lay(self, pixels: np.ndarray, pieces: Sequence[Piece], guidance: Guidance, time: float) -> None:
        """Darken the backdrop at gap time `time`, in place. pieces: those of `cast`, whatever way they take now."""
        for piece, shadow in zip(pieces, self.cast, strict=True):
            if shadow is not None:
                lay_shadow(pixels, shadow, place(piece, guidance, time))

    def where(self, pieces: Sequence[Piece]) -> tuple[np.ndarray, np.ndarray]:
        """(h, w) float32 on each boundary frame: how deep the shadows are there."""
        planes = []
        for time in (0.0, 1.0):
            height, width = self.first.shape[:2]
            plane = np.zeros((height, width), np.float32)
            for piece, shadow in zip(pieces, self.cast, strict=True):
                if shadow is not None:
                    placement = place(piece, Guidance(), time)
                    box, depth = shadow.at(placement.point, placement.along, height, width)
                    plane[box] += depth.mean(axis=2)
            planes.append(plane)
        return planes[0], planes[1]


def find_shades(
    pair: tuple[np.ndarray, np.ndarray],
    steady: tuple[np.ndarray, np.ndarray],
    covers: tuple[np.ndarray, np.ndarray],
    pieces: Sequence[Piece],
    tick: Callable[[], None],
) -> Shades | None:
    """None where no piece throws a shadow that both frames agree about. Arguments as for `find_shadow`."""
    if has_straight_alpha(*pair):
        return None  # what would be a shadow on something lies in the alpha
    found = []
    for piece in pieces:
        tick()
        found.append(find_shadow(pair, steady, covers, piece))
    if not any(found):
        return None
    bare = []
    for picture, time in zip(pair, (0.0, 1.0), strict=True):
        lying = [
            (shadow, place(piece, Guidance(), time))
            for piece, shadow in zip(pieces, found, strict=True)
            if shadow is not None
        ]
        bare.append(without_shadows(picture, lying))
    return Shades(tuple(found), bare[0], bare[1])
