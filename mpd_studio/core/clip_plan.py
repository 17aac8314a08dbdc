"""How a gap of any length is made of clips of the few lengths that a model knows.

Places in a gap are counted 0 … N + 1: 0 is the first boundary frame, N + 1 the last, the new frames lie between. All
clips are sampled evenly in time, so a new frame is only ever taken where a clip has a frame at its very time: a short
gap is made as a longer clip of which every second, third … frame is taken. A long gap is made coarse to fine: first a
clip over all of it, of which a few frames become ends of clips over its parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class ClipLengths:
    """The lengths of the clips that a model makes: every one from `fewest` to `most` frames, both ends included.

    Raises:
        ValueError: they are too few to make every gap from: of all multiples of a step count below `most`, one must be
            among them.
    """

    fewest: int
    most: int

    def __post_init__(self) -> None:
        if not 3 <= self.fewest <= self.most or self.most < 2 * self.fewest - 3:
            raise ValueError(f"Clips of {self.fewest} to {self.most} frames cannot make a gap of every length.")


@dataclass(frozen=True, slots=True)
class Pass:
    """One clip to make.

    start, stop: the places of its ends, which are boundary frames or were made by a pass before.
    frames: of the clip, both ends included. picks: (frame of the clip, place) of the new frames it gives, rising.
    """

    start: int
    stop: int
    frames: int
    picks: tuple[tuple[int, int], ...]


def plan_clips(new_frames: int, lengths: ClipLengths) -> tuple[Pass, ...]:
    """The clips that give every new frame once, in an order in which their ends are there when they are needed.

    Of two passes, the earlier place comes first as far as that allows: so frames can be given away as early as may be.

    Raises:
        ValueError: fewer than one new frame.
    """
    if new_frames < 1:
        raise ValueError(f"A gap has one new frame or more, not {new_frames}.")
    return tuple(_between(0, new_frames + 1, lengths))


def _between(start: int, stop: int, lengths: ClipLengths) -> list[Pass]:
    """The passes that fill the places between two that are there."""
    steps, most_steps = stop - start, lengths.most - 1
    if steps < 2:
        return []
    parts = steps if steps <= most_steps else min(most_steps, -(-steps // most_steps))
    # Half a frame of rounding over 12 frames or more changes a part's speed by about 4 % at most.
    corners = [start + (2 * part * steps + parts) // (2 * parts) for part in range(parts + 1)]
    every = -(-(lengths.fewest - 1) // parts)
    picks = tuple((part * every, corners[part]) for part in range(1, parts))
    passes = [Pass(start, stop, parts * every + 1, picks)]
    for left, right in pairwise(corners):
        passes += _between(left, right, lengths)
    return passes
