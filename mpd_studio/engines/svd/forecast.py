"""What a run will be like: size, work, weights, memory. No network is loaded for it, and torch is not imported."""

from __future__ import annotations

from mpd_studio.core.errors import MpdError, SettingsError, UnsupportedRequest
from mpd_studio.core.figures import Figure
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.paths import program_paths
from mpd_studio.engines.diffusion.forecast_parts import Where, memory_figure, weights_figure, where_of
from mpd_studio.engines.svd.call_counts import calls_of
from mpd_studio.engines.svd.guide_facts import guide_figures, is_followed
from mpd_studio.engines.svd.lengths import plan as clips_of
from mpd_studio.engines.svd.memory_plan import LADDER, RunSize, first_plan, needed_bytes
from mpd_studio.engines.svd.options import SvdOptions, read_options
from mpd_studio.engines.svd.run_size import placed, run_size
from mpd_studio.weights.store import find_weights


def forecast(request: InbetweenRequest) -> tuple[Figure, ...]:
    """Size, calls, weights, memory, drawing; what hinders a run is a figure with a warning. See core/figures.py."""
    try:
        options = read_options(request.settings)
    except SettingsError as error:
        return (Figure("options", "the engine's options make sense", warning=str(error)),)
    work = _work(request, options)
    try:
        weights = find_weights(options.weights or None, program_paths())
    except MpdError as error:
        return work, Figure("weights", "weights are there", warning=str(error))
    told = weights_figure(weights)
    try:
        where = where_of(options.device)
        fit = placed(weights.path, request.canvas, options)
        size = run_size(weights.path, request, options, where.itemsize(options.dtype))
    except UnsupportedRequest as error:
        return work, told, Figure("size", "the model makes this size", warning=str(error))
    made = Figure("size", f"made at {fit.model}, brought to {request.canvas}", (fit.model.width, fit.model.height))
    led = guide_figures(request, options, fit.inside)
    return made, work, told, memory_of(options.memory, size, where), *led


def memory_of(memory: str, run: RunSize, where: Where) -> Figure:
    """What a run needs beside what is free."""
    plan = first_plan(memory, run, where.free_of_card)
    may_step_down = memory != "auto" and plan is not LADDER[-1]
    return memory_figure(needed_bytes(plan, run), plan.name, where, may_step_down)


def _work(request: InbetweenRequest, options: SvdOptions) -> Figure:
    clips = len(clips_of(request.new_frames))
    calls = calls_of(options, is_followed(request, options))
    each = f"{options.sampler}, {options.steps} steps"
    text = f"{calls} calls of the model: {each}"
    if clips > 1:
        text = f"{clips * calls} calls of the model: {clips} clips of {calls} each ({each})"
    return Figure("work", text, (clips * calls, options.steps))
