"""Which pixels around a path's ends move as the path says, and which belong to what lies behind."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mpd_studio.motion.affine import inverted, mapped
from mpd_studio.motion.appearance import appearance, brightness, difference
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.fusion import GuidedFilter
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.luminance import grey
from mpd_studio.motion.warp import grid, resize_flow, resize_plane, sample

_CORE = 0.02  # part of the disc's area round its centre that always belongs to the piece
_SHADED = 3.0  # what it costs to be explained as surroundings in a shadow: flat things are like shadows of anything
_DARKEST = 0.25  # part of the light that a shadow leaves at least
_CLEARLY = 1.0  # how much better the piece's motion must explain a pixel: flat surroundings stay behind


def matte(
    pair: tuple[np.ndarray, np.ndarray],
    field: MotionField,
    last_to_first: np.ndarray,
    discs: tuple[np.ndarray, np.ndarray],
    exact: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Cut the piece out of its discs on both frames, by comparing its motion with that of the surroundings.

    pair: (h, w, 3) uint8 at canvas size. field: unguided motion, any size. last_to_first: (2, 3), the piece's motion.
    exact: that motion fits outlines, not only what is drawn on the piece (a turning ball's skin slides under its rim).
    Returns: two (h, w) float32 masks, softened by about a pixel; where the comparison finds nothing, the disc itself.
    """
    first_to_last = inverted(last_to_first)
    looks = appearance(pair[0]), appearance(pair[1])
    flows, _ = surroundings(field, discs, steady_flows(field, discs))
    around = [resize_flow(flow, *discs[0].shape) for flow in flows]
    cut = (
        _cut(pair[0], looks[0], looks[1], first_to_last, around[0], discs[0]),
        _cut(pair[1], looks[1], looks[0], last_to_first, around[1], discs[1]),
    )
    if not exact:
        return cut
    # What one frame shows of the piece the other must show too, unless something hid it: the union, carried over.
    here = grid(*discs[0].shape)
    first = np.maximum(cut[0], sample(cut[1], mapped(first_to_last, here))) * discs[0]
    last = np.maximum(cut[1], sample(cut[0], mapped(last_to_first, here))) * discs[1]
    return first, last


def surroundings(
    field: MotionField, masks: tuple[np.ndarray, np.ndarray], steady: tuple[np.ndarray, np.ndarray]
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Both flows of what lies behind the masks, and where they had to be continued from around.

    That is under the frame's own mask, and where the other frame's mask hides what this frame shows: there the flow
    found something, but by chance.

    steady: the flows to continue with, from `steady_flows`.
    Returns: two (h, w, 2) float32 flows and two (h, w) bool planes, at the field's size.
    """
    height, width = field.forward_trust.shape
    covers = [resize_plane(mask, height, width) for mask in masks]
    here = grid(height, width)
    flows, continued = [], []
    for way, (flow, around) in enumerate(zip((field.forward, field.backward), steady, strict=True)):
        unmeasured = (covers[way] > 0.02) | (sample(covers[1 - way], here + around) > 0.02)
        unmeasured = _wide(unmeasured.astype(np.float32), 2)
        flows.append(np.where(unmeasured[..., None], around, flow))
        continued.append(unmeasured)
    return (flows[0], flows[1]), (continued[0], continued[1])


def steady_flows(field: MotionField, masks: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Both flows where they are trusted and go with the whole; elsewhere, and near the masks, continued from around.

    Returns: two (h, w, 2) float32 at the field's size.
    """
    height, width = field.forward_trust.shape
    covers = [resize_plane(mask, height, width) for mask in masks]
    # What a piece hides lies about where the other frame shows it: nothing there may speak for the backdrop.
    suspect = _wide(np.maximum(*covers), 2 + max(height, width) // 60)
    flows = []
    ways = (field.forward, field.forward_trust), (field.backward, field.backward_trust)
    for (flow, trust), steady in zip(ways, _steady_places(field), strict=True):
        known = np.where(suspect | ~steady, 0, trust)
        flows.append(fill_holes(np.where(known[..., None] > 0, flow, 0), known))
    return flows[0], flows[1]


@lru_cache(maxsize=4)  # while a path is dragged, the masks change many times a second, and the field does not
def _steady_places(field: MotionField) -> tuple[np.ndarray, np.ndarray]:
    """For each frame (h, w) bool, read-only: as `_steady`."""
    places = _steady(field.forward, field.forward_trust), _steady(field.backward, field.backward_trust)
    for plane in places:
        plane.flags.writeable = False
    return places


def _steady(flow: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """(h, w) bool: trusted motion that goes with most of the picture's; a moving shadow does not."""
    height, width = trust.shape
    places = grid(height, width) / np.float32(max(height, width))
    basis = np.dstack([places, np.ones_like(trust)]).reshape(-1, 3)[::7].astype(np.float64)
    values = flow.reshape(-1, 2)[::7].astype(np.float64)
    weight = trust.ravel()[::7].astype(np.float64) + 1e-6
    model = np.zeros((3, 2))
    for _ in range(8):
        heavy = basis * weight[:, None]
        model = np.linalg.solve(basis.T @ heavy + 1e-6 * np.eye(3), heavy.T @ values)
        apart = np.square(values - basis @ model).sum(axis=1)
        weight = (trust.ravel()[::7] + 1e-6) / (1 + apart / 4) ** 2
    whole = (np.dstack([places, np.ones_like(trust)]) @ model).astype(np.float32)
    allowed = 4.0 + 0.1 * np.hypot(whole[..., 0], whole[..., 1])
    return (trust > 0.5) & (np.hypot(*np.moveaxis(flow - whole, 2, 0)) < allowed)


def _wide(mask: np.ndarray, by: int) -> np.ndarray:
    """(h, w) bool: where the mask is not nothing, and `by` pixels around."""
    import cv2

    return cv2.dilate((mask > 0.02).astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


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
    radius = np.sqrt((disc[box] > 0).sum() / np.pi)
    rest = sample(other_look, places + around[box])
    as_rest = smooth(difference(look[box], rest))
    as_shaded = smooth(difference(look[box], _shaded(rest, look[box], max(3.0, radius / 6)))) + _SHADED
    inside = cv2.medianBlur((as_piece < np.minimum(as_rest, as_shaded) - _CLEARLY).astype(np.uint8), 5)
    centre = (rows.mean() - top, columns.mean() - left)
    far = np.hypot(*(axis - middle for axis, middle in zip(np.indices(inside.shape), centre, strict=True)))
    core = far <= max(2.0, radius * np.sqrt(_CORE))
    inside[core] = 1
    if inside[far <= radius * 0.5].mean() < 0.05:
        return disc  # nothing moves as the path says: the user wins with the whole disc
    result = np.zeros_like(disc)
    solid = _solid(_connected(inside, core), radius / 6).astype(np.float32)
    result[box] = cv2.GaussianBlur(solid, (0, 0), 0.8) * disc[box]
    return result


def _shaded(rest: np.ndarray, look: np.ndarray, sigma: float) -> np.ndarray:
    """(h, w, 4) the appearance of what lies behind, in the shadow that makes it as dark as `look` is around."""
    import cv2

    bright = (cv2.GaussianBlur(brightness(each), (0, 0), sigma) + 1 for each in (look, rest))
    light = np.clip(next(bright) / next(bright), _DARKEST, 1)
    return rest * light[..., None]


def _connected(inside: np.ndarray, core: np.ndarray) -> np.ndarray:
    """The parts of the piece that hang together with its core; crumbs elsewhere are chance."""
    import cv2

    _, labels = cv2.connectedComponents(inside, connectivity=4)
    return np.isin(labels, np.unique(labels[core & (inside > 0)]))


def _solid(inside: np.ndarray, gap: float) -> np.ndarray:
    """Without holes and bays: a flat interior slides over itself unseen, but belongs to its outline."""
    import cv2

    side = 2 * max(2, round(gap)) + 1
    padded = np.pad(inside.astype(np.uint8), side)
    ball = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, ball)[side:-side, side:-side]
    _, labels = cv2.connectedComponents(1 - closed, connectivity=4)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return (closed > 0) | ~np.isin(labels, np.unique(border))
