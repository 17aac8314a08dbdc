"""Where every pixel of a clip's first frame is in each frame after it, and where it is hidden.

Motion is measured from frame to frame and chained: to a frame, and on along what moves there. Faults of a chain add
up, so each link is checked both ways, and the whole way is measured anew against the first frame, beginning where the
chain ends; what explains the picture better is taken. A pixel that is hidden goes on with the ones around it that look
like it and are seen, and is found again when it comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mpd_studio.motion.appearance import appearance, difference_along
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.motion.flow import Effort, dense_flow, trust, two_way_flow
from mpd_studio.motion.fusion import fuse
from mpd_studio.motion.hidden import with_hidden_filled
from mpd_studio.motion.hypotheses import global_motion, way_back
from mpd_studio.motion.luminance import grey
from mpd_studio.motion.warp import grid, sample

# Of a link from frame to frame, where motion is short: feature matches are for long jumps.
LINK = replace(Effort(), most_features=0)
SEEN_FROM = 0.5
# Of standing still, of one motion for all, of the chain, of the way measured anew. Where flat surfaces tell nothing,
# the plainer explanation stands, for the way and the way back alike (as between two frames, motion/flow.py). Over many
# frames a camera seldom stands; more for the others draws moving things along with it (0.44 -> 0.66 px over 40 frames).
_HANDICAPS = (2.0, 0.5, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0)
# Where something ends, flow is that of its neighbour for some pixels; so the motion from so far away is offered, too.
_NEIGHBOUR_PX = 6
# Bounded difference of appearances (motion/appearance.py): beyond this it is something else that is seen there.
_SOMETHING_ELSE = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """motion: guessed from around where a pixel is not seen. seen: (frames, h, w) bool, read-only."""

    motion: ClipMotion
    seen: np.ndarray

    @property
    def known(self) -> ClipMotion:
        """With NaN where the pixel is hidden or off the picture."""
        return _own(np.where(self.seen[..., None], self.motion.px, np.float32(np.nan)))


def dense_tracks(
    frames: Iterable[np.ndarray], effort: Effort = LINK, tick: Callable[[], None] = lambda: None
) -> Tracks:
    """frames: (h, w, 3) uint8 working pictures of one size, the first one first; read one by one.

    tick: called between stages (each well below 0.5 s); may raise to stop.
    Raises: ValueError: fewer than two frames.
    """
    found = list(tracked(frames, effort, tick))
    if not found:
        raise ValueError("Tracks need two frames or more.")
    seen = np.stack([visible for _, visible in found])
    seen.flags.writeable = False
    return Tracks(_own(np.stack([way for way, _ in found])), seen)


def tracked(
    frames: Iterable[np.ndarray], effort: Effort = LINK, tick: Callable[[], None] = lambda: None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """As dense_tracks, frame after frame: (h, w, 2) float32 from the first frame, (h, w) bool whether it is seen."""
    rest = iter(frames)
    first = next(rest, None)
    if first is None:
        return
    start = _Start(first)
    height, width = first.shape[:2]
    before, way = first, np.zeros((height, width, 2), np.float32)
    sure = np.ones((height, width), np.float32)
    for here in rest:
        link = two_way_flow(before, here, effort, tick)
        place = grid(height, width) + way
        chained = way + sample(link.forward, place)
        # Where a pixel was not seen, what moves at its place is something else.
        sure = sure * sample(link.forward_trust, place) * _on_picture(place)
        chained = with_hidden_filled(chained, sure, first)
        tick()
        way, sure = start.measured(here, chained, sure, tick)
        before = here
        yield way, sure >= SEEN_FROM


class _Start:
    """The first frame, which every way is measured from."""

    def __init__(self, picture: np.ndarray) -> None:
        self._picture, self._luma, self._look = picture, grey(picture), appearance(picture)
        self._grid = grid(picture.shape[0], picture.shape[1])

    def measured(
        self, here: np.ndarray, chained: np.ndarray, sure: np.ndarray, tick: Callable[[], None]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The way from this frame to another one, (h, w, 2), and how far its pixels are seen there, (h, w) in 0..1."""
        luma, look = grey(here), appearance(here)
        anew = dense_flow(self._luma, luma, chained)
        tick()
        returned = dense_flow(luma, self._luma, way_back(chained, sure))
        tick()
        still, vouched = np.zeros_like(chained), trust(anew, returned)
        motions = (still, global_motion(chained, sure), chained, anew, *_neighbours(anew))
        way = fuse(self._luma, self._look, look, motions, _HANDICAPS)
        tick()
        whole = global_motion(returned, trust(returned, anew))
        motions = (still, whole, way_back(way, vouched), returned, *_neighbours(returned))
        back = fuse(luma, look, self._look, motions, _HANDICAPS)
        tick()
        agreed = trust(way, back)
        agreed *= _on_picture(self._grid + way)
        agreed *= difference_along(self._look, look, way) < _SOMETHING_ELSE
        tick()
        return with_hidden_filled(way, agreed, self._picture), agreed


def _own(px: np.ndarray) -> ClipMotion:
    """Of an array that nobody else has, without a copy: 240 frames are a quarter of a gigabyte."""
    px.flags.writeable = False
    return ClipMotion(px)


def _neighbours(way: np.ndarray) -> tuple[np.ndarray, ...]:
    """The ways from left, right, above and below; at the border its own goes on."""
    height, width = way.shape[:2]
    rows, columns = np.arange(height), np.arange(width)
    left, right = (np.clip(columns + step, 0, width - 1) for step in (-_NEIGHBOUR_PX, _NEIGHBOUR_PX))
    above, below = (np.clip(rows + step, 0, height - 1) for step in (-_NEIGHBOUR_PX, _NEIGHBOUR_PX))
    return way[:, left], way[:, right], way[above], way[below]


def _on_picture(place: np.ndarray) -> np.ndarray:
    """(h, w) float32: 1 where a place of (h, w, 2) is on the picture."""
    height, width = place.shape[:2]
    x, y = place[..., 0], place[..., 1]
    return ((x >= -0.5) & (y >= -0.5) & (x <= width - 0.5) & (y <= height - 0.5)).astype(np.float32)
