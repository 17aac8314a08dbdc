"""Which pixels around a path's ends move as the path says, and which belong to what lies behind."""

from __future__ import annotations

import numpy as np

from mpd_studio.motion.affine import inverted, mapped
from mpd_studio.motion.appearance import appearance, difference
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.fusion import GuidedFilter
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.luminance import grey
from mpd_studio.motion.warp import grid, resize_flow, resize_plane, sample

_CORE = 0.02  # part of the disc's area round its centre that always belongs to the piece
_CLEARLY = 1.0  # how much better the piece's motion must explain a pixel: flat surroundings stay behind


def matte(
    pair: tuple[np.ndarray, np.ndarray],
    field: MotionField,
    last_to_first: np.ndarray,
    discs: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Cut the piece out of its discs on both frames, by comparing its motion with that of the surroundings.

    pair: (h, w, 3) uint8 at canvas size. field: unguided motion, any size. last_to_first: (2, 3), the piece's motion.
    Returns: two (h, w) float32 masks, softened by about a pixel; where the comparison finds nothing, the disc itself.
    """
    first_to_last = inverted(last_to_first)
    looks = appearance(pair[0]), appearance(pair[1])
    around = surroundings(field, discs)
    cut = (
        _cut(pair[0], looks[0], looks[1], first_to_last, around[0], discs[0]),
        _cut(pair[1], looks[1], looks[0], last_to_first, around[1], discs[1]),
    )
    # What one frame shows of the piece the other must show too, unless something hid it: the union, carried over.
    here = grid(*discs[0].shape)
    first = np.maximum(cut[0], sample(cut[1], mapped(first_to_last, here))) * discs[0]
    last = np.maximum(cut[1], sample(cut[0], mapped(last_to_first, here))) * discs[1]
    return first, last


def surroundings(field: MotionField, masks: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Both flows with what lies under the masks replaced by the motion around them, at the masks' size."""
    height, width = masks[0].shape
    flows = []
    for flow, trust, mask in zip(
        (field.forward, field.backward), (field.forward_trust, field.backward_trust), masks, strict=True
    ):
        covered = resize_plane(mask, *trust.shape) > 0.02
        known = np.where(covered, 0, trust * (trust > 0.3))
        emptied = np.where(known[..., None] > 0, flow, 0)
        flows.append(resize_flow(fill_holes(emptied, known), height, width))
    return flows[0], flows[1]


def _cut(
    picture: np.ndarray,
    look: np.ndarray,
    other_look: np.ndarray,
    motion: np.ndarray,
    around: np.ndarray,
    disc: np.ndarray,
) -> np.ndarray:
    """The piece on one frame, worked out within the disc's bounds."""
    import cv2

    rows, columns = np.nonzero(disc > 0)
    if not len(rows):
        return disc
    top, left = max(rows.min() - 8, 0), max(columns.min() - 8, 0)
    box = slice(top, rows.max() + 9), slice(left, columns.max() + 9)
    places = grid(*disc.shape)[box]
    smooth = GuidedFilter(grey(picture[box]).astype(np.float32), radius=4, edge=60.0)
    as_piece = smooth(difference(look[box], sample(other_look, mapped(motion, places))))
    as_rest = smooth(difference(look[box], sample(other_look, places + around[box])))
    inside = cv2.medianBlur((as_piece < as_rest - _CLEARLY).astype(np.uint8), 5)
    radius = np.sqrt((disc[box] > 0).sum() / np.pi)
    centre = (rows.mean() - top, columns.mean() - left)
    far = np.hypot(*(axis - middle for axis, middle in zip(np.indices(inside.shape), centre, strict=True)))
    core = far <= max(2.0, radius * np.sqrt(_CORE))
    inside[core] = 1
    if inside[far <= radius * 0.5].mean() < 0.05:
        return disc  # nothing moves as the path says: the user wins with the whole disc
    result = np.zeros_like(disc)
    solid = _solid(_connected(inside, core)).astype(np.float32)
    result[box] = cv2.GaussianBlur(solid, (0, 0), 0.8) * disc[box]
    return result


def _connected(inside: np.ndarray, core: np.ndarray) -> np.ndarray:
    """The parts of the piece that hang together with its core; crumbs elsewhere are chance."""
    import cv2

    _, labels = cv2.connectedComponents(inside, connectivity=4)
    return np.isin(labels, np.unique(labels[core & (inside > 0)]))


def _solid(inside: np.ndarray) -> np.ndarray:
    """Without holes: a flat interior slides over itself unseen, but belongs to its outline."""
    import cv2

    closed = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels = cv2.connectedComponents(1 - closed, connectivity=4)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return (closed > 0) | ~np.isin(labels, np.unique(border))
