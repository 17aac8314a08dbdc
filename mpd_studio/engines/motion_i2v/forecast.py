"""What a run will be like: size, work, weights, memory. No network is loaded for it, and torch is not imported."""

from __future__ import annotations

from mpd_studio.core.clip_plan import plan_clips
from mpd_studio.core.errors import MpdError, SettingsError, UnsupportedRequest
from mpd_studio.core.figures import Figure
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.paths import program_paths
from mpd_studio.engines.diffusion.forecast_parts import Where, memory_figure, weights_figure, where_of
from mpd_studio.engines.motion_i2v.facts import LENGTHS
from mpd_studio.engines.motion_i2v.memory_plan import LADDER, RunSize, first_plan, needed_bytes
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions, read_options
from mpd_studio.engines.motion_i2v.personal_options import personal_of
from mpd_studio.engines.motion_i2v.run_size import placed, run_size
from mpd_studio.weights.family import Family
from mpd_studio.weights.store import find_weights


def forecast(request: InbetweenRequest) -> tuple[Figure, ...]:
    """Size, calls, weights, memory; what hinders a run is a figure with a warning. See core/figures.py."""
    try:
        options = read_options(request.settings)
    except SettingsError as error:
        return (Figure("options", "the engine's options make sense", warning=str(error)),)
    where = where_of(options.device)
    work = _work(request, options)
    try:
        weights = find_weights(options.weights or None, program_paths(), family=Family.MOTION_I2V)
    except MpdError as error:
        return work, Figure("weights", "weights are there", warning=str(error))
    told = weights_figure(weights)
    try:
        personal_of(options.personal, options.lora, weights.path)
    except MpdError as error:
        return work, told, Figure("personal", "personal model and LoRAs are there", warning=str(error))
    try:
        model = placed(request.canvas, options).model
        size = run_size(weights.path, request, options, where.itemsize(options.dtype))
    except UnsupportedRequest as error:
        return work, told, Figure("size", "the model makes this size", warning=str(error))
    made = Figure("size", f"made at {model}, brought to {request.canvas}", (model.width, model.height))
    return made, work, told, _memory(options.memory, size, where)


def _work(request: InbetweenRequest, options: MotionI2vOptions) -> Figure:
    """values: steps of stage 1 and, at most, of stage 2; steps of one sampling."""
    clips = len(plan_clips(request.new_frames, LENGTHS))
    stage1 = 0 if options.motion_file or options.motion_back_file else 2 * clips * options.steps
    stage2 = 2 * clips * options.steps
    how_many = "1 clip" if clips == 1 else f"{clips} clips"
    first = f"{stage1} of stage 1" if stage1 else "the motion is given"
    second = f"{stage2} of stage 2" if options.render == "model" else f"{stage2} of stage 2 where something is hidden"
    text = f"{how_many}, from both ends, {options.steps} steps each: {first}, {second}"
    return Figure("work", text, (stage1, stage2, options.steps))


def _memory(memory: str, run: RunSize, where: Where) -> Figure:
    plan = first_plan(memory, run, where.free_of_card)
    may_step_down = memory != "auto" and plan is not LADDER[-1]
    return memory_figure(needed_bytes(plan, run), plan.name, where, may_step_down)
