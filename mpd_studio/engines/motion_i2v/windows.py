"""Clips of more frames than stage 2 takes: windows over them, which all begin with the picture itself.

The paper and the released program make 16 frames and say nothing of more. What was chosen here:

- Every window is the picture and up to 15 frames of the clip in a row, moved from that same picture: nothing is ever
  moved from a frame that was made, so faults do not add up from window to window.
- Windows are spread evenly and share at least a third of their frames with the next. Latents and noise of a frame are
  the same in all windows. In every step each window predicts its frames' noise by itself, and a frame takes the
  weighted mean of what is predicted for it: weights fall evenly towards the ends of a window. (So MultiDiffusion,
  Bar-Tal et al., ICML 2023, joins pictures of more pixels than a model takes.) Steps of DDIM are linear in the noise,
  so it is the mean of the steps, too.
- A window counts its places anew, so a later one lies right behind the picture for the network, as the trained clips
  do; how far its frames really moved, it learns from the motion alone.
- So that one learns whether windows agree, what two neighbours expect of a frame that both have is kept from the step
  that begins with about as much picture as noise (a Seam).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

# Of a window's frames: it costs half as many calls again, and 5 of 15 frames to change from a window to the next.
_SHARED = 1 / 3


@dataclass(frozen=True, slots=True)
class Window:
    """start, stop: frames start … stop - 1 of the clip, without the picture, which is frame 0 of every window."""

    start: int
    stop: int

    @property
    def frames(self) -> tuple[int, ...]:
        """Of the clip, the picture first."""
        return (0, *range(self.start, self.stop))


@dataclass(frozen=True, slots=True)
class Seam:
    """frame: of the clip, in the middle of what two neighbouring windows share. early, late: numbers of the windows."""

    frame: int
    early: int
    late: int

    @property
    def windows(self) -> tuple[int, int]:
        return self.early, self.late


def plan_windows(frames: int, most: int) -> tuple[Window, ...]:
    """The fewest windows over a clip. frames: of the clip, most: of a window; the picture among them, both times."""
    length = most - 1
    new = frames - 1
    if new <= length:
        return (Window(1, frames),)
    shared = int(length * _SHARED)
    count = -(-(new - shared) // (length - shared))
    room = new - length
    starts = [1 + (2 * number * room + count - 1) // (2 * (count - 1)) for number in range(count)]
    return tuple(Window(start, start + length) for start in starts)


def window_shares(windows: tuple[Window, ...]) -> tuple[np.ndarray, ...]:
    """How much of each of its frames a window has a say in, (frames of the window,) float32; 1 over all windows.

    Of the picture, which no prediction changes, it is the first window's alone.
    """
    total = np.zeros(windows[-1].stop, np.float64)
    tents = []
    for window in windows:
        length = window.stop - window.start
        tent = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1)).astype(np.float64)
        total[window.start : window.stop] += tent
        tents.append(tent)
    return tuple(
        np.concatenate([[float(number == 0)], tent / total[window.start : window.stop]]).astype(np.float32)
        for number, (window, tent) in enumerate(zip(windows, tents, strict=True))
    )


def seams(windows: tuple[Window, ...]) -> tuple[Seam, ...]:
    """One per pair of neighbours, in time order."""
    return tuple(
        Seam((late.start + early.stop - 1) // 2, number, number + 1)
        for number, (early, late) in enumerate(pairwise(windows))
    )
