"""What one run of the engine did, in figures for those who compare samplers."""

from __future__ import annotations

import time
from collections.abc import Callable

from mpd_studio.core.figures import Figure


class WorkLog:
    """Told from inside the run; the figures have no text, so that they stay off the contract sheet.

    calls: calls of the model. preparing-seconds: from the beginning until the first of them, with the reading of the
    weights. shift-S: ‖Δ‖/‖z_e‖ of each distilled pass of step S of the first clip, which lies over the whole gap.
    peak-bytes: of a graphics card, at most in use.
    """

    def __init__(self, loading_s: float = 0.0, clock: Callable[[], float] = time.perf_counter) -> None:
        """loading_s: what went by before this log was made, and belongs to the run."""
        self._clock = clock
        self._began_s = clock() - loading_s
        self._preparing_s: float | None = None
        self._calls = 0
        self._shifts: dict[int, list[float]] = {}
        self.peak_bytes: int | None = None

    def call(self) -> None:
        """A call of the model begins."""
        if self._preparing_s is None:
            self._preparing_s = self._clock() - self._began_s
        self._calls += 1

    def trace(self, clip: int, step: int, name: str, value: float) -> None:
        """A sampler's trace (samplers.py), with the clip it is of; "shift" comes divided by ‖z_e‖."""
        if clip == 0 and name == "shift":
            self._shifts.setdefault(step, []).append(value)

    @property
    def figures(self) -> tuple[Figure, ...]:
        told = [Figure("calls", "", (self._calls,))]
        if self._preparing_s is not None:
            told.append(Figure("preparing-seconds", "", (self._preparing_s,)))
        told += [Figure(f"shift-{step}", "", tuple(values)) for step, values in sorted(self._shifts.items())]
        if self.peak_bytes is not None:
            told.append(Figure("peak-bytes", "", (self.peak_bytes,)))
        return tuple(told)
