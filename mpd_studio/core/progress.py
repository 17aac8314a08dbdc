"""What work gets: to report how far it is, to show what it has in mind, and to learn that it must stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, slots=True)
class Progress:
    """stage: what is being done, in the user's words ("Reading", "New frames", "Writing"). done of total."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A rough look at new frames that are still being made. For the eyes only: never written, never a take.

    frames: (frames, height, width, 3) uint8 RGB in the canvas' proportions, read-only and its own.
    places: which new frame of the gap each of them is, counting from 1; rising.
    step, steps: how many of the engine's steps have been made, of how many in all.

    Raises:
        ValueError: the parts do not fit together, or the pixels could still change.
    """

    frames: np.ndarray
    places: tuple[int, ...]
    step: int
    steps: int

    def __post_init__(self) -> None:
        shape = self.frames.shape
        if self.frames.dtype != np.uint8 or len(shape) != 4 or shape[3] != 3 or 0 in shape:
            raise ValueError(f"A preview is (frames, height, width, 3) uint8, not {shape} {self.frames.dtype}.")
        if self.frames.flags.writeable:
            raise ValueError("A preview crosses threads: its pixels must be read-only.")
        if len(self.places) != shape[0] or sorted(set(self.places)) != list(self.places) or self.places[0] < 1:
            raise ValueError(f"{shape[0]} frames of a preview cannot lie at the places {self.places}.")
        if not 0 <= self.step <= self.steps:
            raise ValueError(f"A preview cannot come after step {self.step} of {self.steps}.")


class Reporter(Protocol):
    """report and raise_if_cancelled raise Cancelled when the user has stopped the work. Call one at least every 0.5 s.

    Who implements it by inheriting wants no previews, until he says otherwise.
    """

    def report(self, progress: Progress) -> None: ...

    def raise_if_cancelled(self) -> None: ...

    def wants_preview(self) -> bool:
        """Would a preview be shown now? Ask before making one: what nobody wants must not cost anything."""
        return False

    def preview(self, preview: Preview) -> None:
        """Show it. What comes unasked is dropped."""
        del preview


class SilentReporter(Reporter):
    """Reports to nobody and is never cancelled."""

    def report(self, progress: Progress) -> None:
        del progress

    def raise_if_cancelled(self) -> None:
        return
