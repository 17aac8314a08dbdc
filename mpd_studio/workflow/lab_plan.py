"""What the lab is to compare: the runs of one gap through several samplers, engines and seeds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mpd_studio.core.errors import BadInput
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality
from mpd_studio.engines.registry import check_engine_id
from mpd_studio.engines.svd.call_counts import calls_of, steps_for_calls
from mpd_studio.engines.svd.guide_facts import is_drawn
from mpd_studio.engines.svd.lengths import plan as clips_of
from mpd_studio.engines.svd.options import SAMPLERS, read_options

DIFFUSION = "svd"
SAMPLER_IDS = SAMPLERS
_SEEDLESS = ("flow", "crossfade")  # the same for every seed: made once


@dataclass(frozen=True, slots=True)
class LabOrder:
    """samplers: of the diffusion engine. engines: others, or the diffusion engine with its default sampler.

    calls: each sampler gets the number of steps whose calls, for each clip of the model, come closest to this; every
        sampler then has about the same time. steps: each gets this many steps. Neither: the calls that the first
        sampler makes by itself.
    options: of the diffusion engine, (name, value) pairs, for all of its runs.
    """

    samplers: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    calls: int | None = None
    steps: int | None = None
    quality: Quality = Quality.NORMAL
    options: tuple[tuple[str, str | int | float | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class LabRun:
    """One run.

    name: of its folder. calls: that all clips of the gap will need; None of engines without calls.
    """

    name: str
    title: str
    request: InbetweenRequest
    sampler: str = ""
    steps: int | None = None
    calls: int | None = None


def plan_runs(request: InbetweenRequest, order: LabOrder) -> tuple[LabRun, ...]:
    """The runs of an order, by sampler and engine, then seed. `request` gives the ends, the length, the guidance.

    Raises:
        BadInput: nothing is to be compared, a sampler is unknown, a name is said twice, or calls and steps are both
            given.
        UnsupportedRequest: there is no such engine.
        SettingsError: an option of the diffusion engine is unknown or out of its range.
    """
    _check(order)
    samplers, engines = order.samplers, tuple(name for name in order.engines if name != DIFFUSION)
    if DIFFUSION in order.engines and not samplers:
        samplers = SAMPLERS[:1]
    calls = order.calls
    if samplers and calls is None and order.steps is None:
        calls = calls_of(read_options(_settings(order, samplers[0], None)), is_drawn(request.guidance))
    runs = [_diffusion_run(request, order, sampler, seed, calls) for sampler in samplers for seed in order.seeds]
    for engine_id in engines:
        seeds = order.seeds[:1] if engine_id in _SEEDLESS else order.seeds
        runs += [_engine_run(request, order, engine_id, seed) for seed in seeds]
    return tuple(runs)


def _diffusion_run(request: InbetweenRequest, order: LabOrder, sampler: str, seed: int, calls: int | None) -> LabRun:
    options, guided = read_options(_settings(order, sampler, order.steps)), is_drawn(request.guidance)
    if order.steps is None and calls is not None:
        options = replace(options, steps=steps_for_calls(options, calls, guided))
    settings = _settings(order, sampler, options.steps)
    asked = replace(request, engine_id=DIFFUSION, seed=seed, settings=settings)
    made = calls_of(options, guided) * len(clips_of(request.new_frames))
    return LabRun(f"{sampler}_seed{seed}", f"{sampler}, seed {seed}", asked, sampler, options.steps, made)


def _engine_run(request: InbetweenRequest, order: LabOrder, engine_id: str, seed: int) -> LabRun:
    asked = replace(request, engine_id=engine_id, seed=seed, settings=EngineSettings(order.quality))
    if engine_id in _SEEDLESS:
        return LabRun(engine_id, engine_id, asked)
    return LabRun(f"{engine_id}_seed{seed}", f"{engine_id}, seed {seed}", asked)


def _settings(order: LabOrder, sampler: str, steps: int | None) -> EngineSettings:
    said = dict(order.options) | {"sampler": sampler} | ({} if steps is None else {"steps": steps})
    return EngineSettings(order.quality, tuple(sorted(said.items())))


def _check(order: LabOrder) -> None:
    if not order.samplers and not order.engines:
        raise BadInput(f"Nothing is to be compared. Name samplers ({', '.join(SAMPLERS)}) or engines.")
    if not order.seeds:
        raise BadInput("No seed is named. Name one or more, such as 1,2.")
    if order.calls is not None and order.steps is not None:
        raise BadInput("A budget of calls decides the steps. Give either calls or steps, not both.")
    if order.calls is not None and order.calls < 1:
        raise BadInput(f"A budget of {order.calls} calls makes nothing. Give at least 1.")
    for sampler in order.samplers:
        if sampler not in SAMPLERS:
            raise BadInput(f"There is no sampler '{sampler}'. Choose from: {', '.join(SAMPLERS)}.")
    for engine_id in order.engines:
        check_engine_id(engine_id)
    for what, named in (("sampler", order.samplers), ("engine", order.engines), ("seed", order.seeds)):
        twice = next((name for name in named if named.count(name) > 1), None)
        if twice is not None:
            raise BadInput(f"The {what} {twice} is named twice. Name each once.")
