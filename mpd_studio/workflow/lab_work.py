"""What a run of the lab cost, and what its sampler told of itself."""

from __future__ import annotations

from dataclasses import dataclass

from mpd_studio.core.figures import Figure, figure_named
from mpd_studio.workflow.inbetween import Run
from mpd_studio.workflow.peak_memory import PeakMemory

# Ids of figures that an engine may tell of its work (core/figures.py), all without a text.
CALLS, PREPARING, PEAK, SHIFT = "calls", "preparing-seconds", "peak-bytes", "shift-"


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """calls: of the model, as counted; None for engines that make none.

    seconds: in the engine, from its first call of the model to the last frame. So nobody pays for reading the
        weights, which the first run does for all; that is in preparing_s.
    peak_bytes: graphics memory at most in use where is_graphics_memory; else how much the process's main memory grew
        at its peak. None where the system does not tell.
    shifts: (step, ‖Δ‖/‖z_e‖) of each early step of the gap's first clip, the mean of its distilled passes; empty for
        samplers that do not distil.
    """

    calls: int | None
    seconds: float
    preparing_s: float
    peak_bytes: int | None
    is_graphics_memory: bool = False
    shifts: tuple[tuple[int, float], ...] = ()


def work_of(made: Run, memory: PeakMemory) -> WorkFigures:
    """memory: a meter that was made just before the run."""
    told = made.figures
    preparing_s = _value(told, PREPARING) or 0.0
    calls, graphics = _value(told, CALLS), _value(told, PEAK)
    return WorkFigures(
        calls=None if calls is None else round(calls),
        seconds=max(0.0, dict(made.seconds)["engine"] - preparing_s),
        preparing_s=preparing_s,
        peak_bytes=memory.grown_bytes() if graphics is None else round(graphics),
        is_graphics_memory=graphics is not None,
        shifts=_shifts(told),
    )


def _value(told: tuple[Figure, ...], figure_id: str) -> float | None:
    figure = figure_named(told, figure_id)
    return figure.values[0] if figure is not None and figure.values else None


def _shifts(told: tuple[Figure, ...]) -> tuple[tuple[int, float], ...]:
    passes = {int(f.id.removeprefix(SHIFT)): f.values for f in told if f.id.startswith(SHIFT) and f.values}
    return tuple((step, sum(values) / len(values)) for step, values in sorted(passes.items()))
