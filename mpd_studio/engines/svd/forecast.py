"""What a run will be like: size, work, weights, memory. No network is loaded for it, and torch is not imported."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from mpd_studio.core.errors import MpdError, SettingsError, UnsupportedRequest
from mpd_studio.core.figures import Figure
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.paths import program_paths
from mpd_studio.engines.diffusion.machine_memory import (
    free_main_memory,
    held_by_torch,
    torch_knows_cards,
    visible_cards,
)
from mpd_studio.engines.svd.call_counts import calls_of
from mpd_studio.engines.svd.guide_facts import guide_figures, is_followed
from mpd_studio.engines.svd.lengths import plan as clips_of
from mpd_studio.engines.svd.memory_plan import LADDER, RunSize, first_plan, gigabytes_text, needed_bytes
from mpd_studio.engines.svd.options import SvdOptions, read_options
from mpd_studio.engines.svd.run_size import placed, run_size
from mpd_studio.weights.store import WeightsFolder, find_weights

_APPLE = "Apple's graphics"


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
    told = Figure("weights", f"weights: {weights.name}, {_origin(weights)}")
    try:
        where = _device(options)
        itemsize = _itemsize(options.dtype, where)
        fit = placed(weights.path, request.canvas, options)
        size = run_size(weights.path, request, options, itemsize)
    except UnsupportedRequest as error:
        return work, told, Figure("size", "the model makes this size", warning=str(error))
    made = Figure("size", f"made at {fit.model}, brought to {request.canvas}", (fit.model.width, fit.model.height))
    led = guide_figures(request, options, fit.inside)
    return made, work, told, memory_figure(options.memory, size, where), *led


@dataclass(frozen=True, slots=True)
class Where:
    """The device of a run. title: in words. free: bytes; None when nobody tells. is_card: an NVIDIA graphics card."""

    title: str
    free: int | None
    is_card: bool


def memory_figure(memory: str, run: RunSize, where: Where) -> Figure:
    """What a run needs beside what is free. values: bytes needed, and free ones where they are known."""
    plan = first_plan(memory, run, where.free if where.is_card else None)
    needed = needed_bytes(plan, run)
    kind = "graphics memory" if where.is_card else "memory"
    free = "" if where.free is None else f", {gigabytes_text(where.free)} free"
    text = f"needs about {gigabytes_text(needed)} of {kind}{free}; plan '{plan.name}' on {where.title}"
    values = (needed,) if where.free is None else (needed, where.free)
    if where.free is None or needed <= where.free:
        return Figure("memory", text, values)
    advice = "close other programs, or choose a smaller size"
    if where.is_card and memory != "auto" and plan is not LADDER[-1]:
        advice = "choose the memory plan 'auto', or close other programs"
    return Figure("memory", text, values, f"it may not fit; {advice}")


def _work(request: InbetweenRequest, options: SvdOptions) -> Figure:
    clips = len(clips_of(request.new_frames))
    calls = calls_of(options, is_followed(request, options))
    each = f"{options.sampler}, {options.steps} steps"
    text = f"{calls} calls of the model: {each}"
    if clips > 1:
        text = f"{clips * calls} calls of the model: {clips} clips of {calls} each ({each})"
    return Figure("work", text, (clips * calls, options.steps))


def _device(options: SvdOptions) -> Where:
    """As choose_device of device.py will choose it. Apple's graphics share the main memory."""
    name = options.device
    cards = visible_cards() if name in ("auto", "cuda") or name.startswith("cuda:") else ()
    if name == "mps" or (name == "auto" and (sys.platform, platform.machine()) == ("darwin", "arm64")):
        return Where(_APPLE, free_main_memory(), False)
    if name == "cpu" or (name == "auto" and not (cards and torch_knows_cards())):
        return Where("the processor", free_main_memory(), False)
    number = name.partition(":")[2]
    at = int(number) if number.isdecimal() else 0
    if at < len(cards):
        return Where(cards[at].name, cards[at].free + held_by_torch(at), True)
    return Where(f"the device '{name}'", None, True)


def _itemsize(dtype: str, where: Where) -> int:
    if dtype == "auto":
        return 2 if where.is_card or where.title == _APPLE else 4
    return 4 if dtype == "float32" else 2


def _origin(weights: WeightsFolder) -> str:
    places = {"models": "in the program's models folder", "cache": "in the hub's cache"}
    return places.get(weights.origin.value, f"in {weights.path}")
