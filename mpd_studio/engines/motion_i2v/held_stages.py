"""The stages that an engine holds from run to run, and the memory plan that they work under."""

from __future__ import annotations

import gc
import logging
from pathlib import Path

from mpd_studio.core.errors import EngineFailed
from mpd_studio.core.figures import Figure
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.diffusion.cached_memory import free_cached_memory
from mpd_studio.engines.motion_i2v.memory_plan import LADDER, MemoryPlan, first_plan, next_lower
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions
from mpd_studio.engines.motion_i2v.personal_options import personal_of
from mpd_studio.engines.motion_i2v.stages import Stages

log = logging.getLogger(__name__)


class HeldStages:
    """A change of weights, device, precision or memory plan loads them anew."""

    def __init__(self) -> None:
        self._stages: Stages | None = None
        self._loaded: tuple[object, ...] = ()
        self._plan: MemoryPlan = LADDER[0]
        self._reduced: tuple[Figure, ...] = ()

    def begin(self, folder: Path, request: InbetweenRequest, options: MotionI2vOptions) -> None:
        """A run: its first plan is the one that is named; else the fastest that fits a graphics card's free memory.

        Raises: EnvironmentProblem: the device is not here.
        """
        from mpd_studio.engines.diffusion.device import choose_device, choose_dtype, free_bytes
        from mpd_studio.engines.motion_i2v.run_size import run_size

        device = choose_device(options.device)
        size = run_size(folder, request, options, choose_dtype(options.dtype, device).itemsize)
        self._plan = first_plan(options.memory, size, free_bytes(device))
        self._reduced = ()

    def now(self, folder: Path, options: MotionI2vOptions) -> Stages:
        """Under the present plan. Raises: BadInput: what is personal does not fit the picture network."""
        from mpd_studio.engines.diffusion.device import choose_device, choose_dtype

        device = choose_device(options.device)
        dtype = choose_dtype(options.dtype, device)
        wanted = (folder, device, dtype, self._plan)
        if self._stages is None or wanted != self._loaded:
            self.unload()
            self._stages, self._loaded = Stages(folder, device, dtype, self._plan), wanted
        self._stages.take(personal_of(options.personal, options.lora, folder))
        return self._stages

    def step_down(self, options: MotionI2vOptions, error: Exception) -> None:
        """Memory ran out: go on under the next plan. Raises: EngineFailed: there is none, or another one was named."""
        from mpd_studio.engines.motion_i2v.run_figures import step_down

        plan, is_free = self._plan, options.memory == "auto"
        lower = next_lower(plan) if is_free else None
        if lower is None:
            advice = "Choose a smaller size in the option 'size'" if is_free else "Choose the memory plan 'auto'"
            raise EngineFailed(
                f"Not enough graphics memory with the plan '{plan.name}'. {advice}, or close other programs."
            ) from error
        log.warning("Memory ran out under the plan '%s'; going on with '%s'.", plan.name, lower.name)
        self._plan, self._reduced = lower, (*self._reduced, step_down(plan, lower))

    def figures(self, options: MotionI2vOptions) -> tuple[Figure, ...]:
        """made-with, and reduced-PLAN for each plan that memory ran out under in this run."""
        from mpd_studio.engines.motion_i2v.run_figures import made_with

        return made_with(self._plan, options), *self._reduced

    def unload(self) -> None:
        """Gives the memory of the device back."""
        stages, self._stages, self._loaded = self._stages, None, ()
        if stages is not None:
            del stages
            gc.collect()  # networks hold themselves in cycles
            free_cached_memory()
