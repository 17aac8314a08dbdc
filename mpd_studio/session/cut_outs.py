"""What motion paths carry, cut out of the first boundary frame: the canvas shows it along the path at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance, MotionPath
from mpd_studio.engines.flow.scene import Scene
from mpd_studio.motion.similarity import Similarity


@dataclass(frozen=True, slots=True, eq=False)
class CutOut:
    """pixels: (h, w, 4) uint8 RGBA, read-only, the piece alone. corner, pixel: its place and the size of one of its
    pixels, in canvas pixels. path: as it was when the piece was cut. turn: how it turns and grows on the way.
    """

    path: MotionPath
    pixels: np.ndarray
    corner: Point
    pixel: Point
    turn: Similarity

    def fits(self, path: MotionPath) -> bool:
        """Is it still what this path carries? A path may bend and end elsewhere; what it carries is then the same."""
        mine = (self.path.id, self.path.start, self.path.radius, self.path.region)
        return mine == (path.id, path.start, path.radius, path.region)


def cut_outs(scene: Scene, guidance: Guidance, canvas: Size) -> tuple[CutOut, ...]:
    """One for each path whose piece shows on the first frame. guidance, canvas: before they were made small."""
    height, width = scene.first.shape[:2]
    pixel = Point(canvas.width / width, canvas.height / height)
    found = []
    for piece in scene.pieces:
        path = guidance.path(piece.path.id)
        rows, columns = (np.nonzero(piece.first_mask.max(axis=axis) > 0.02)[0] for axis in (1, 0))
        if path is None or not len(rows):
            continue
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        alpha = np.rint(255 * piece.first_mask[box]).astype(np.uint8)
        pixels = np.dstack([scene.first[box][..., :3], alpha])
        pixels.flags.writeable = False
        corner = Point(float(columns[0]), float(rows[0])).scaled(pixel.x, pixel.y)
        found.append(CutOut(path, pixels, corner, pixel, piece.turn))
    return tuple(found)
