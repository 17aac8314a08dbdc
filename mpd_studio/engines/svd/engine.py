"""The engine of Stable Video Diffusion between two frames: request in, new frames out."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mpd_studio.core.engine import BoundaryPictures, EngineInfo
from mpd_studio.core.errors import EngineFailed
from mpd_studio.core.figures import Figure
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.paths import program_paths
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter
from mpd_studio.engines.diffusion.cached_memory import free_cached_memory
from mpd_studio.engines.diffusion.packages import require_packages
from mpd_studio.engines.diffusion.work_log import WorkLog
from mpd_studio.engines.svd.facts import INFO
from mpd_studio.engines.svd.options import SvdOptions, read_options
from mpd_studio.motion.boundary import check_boundary
from mpd_studio.weights.store import find_weights

if TYPE_CHECKING:
    import torch

    from mpd_studio.engines.diffusion.seam_figures import SeamFigures
    from mpd_studio.engines.svd.memory_plan import MemoryPlan
    from mpd_studio.engines.svd.model import SvdModel
    from mpd_studio.engines.svd.saved_latents import SavedLatents

log = logging.getLogger(__name__)


class SvdEngine:
    """Keeps the model between gaps; a change of weights, device, precision or memory plan loads it anew.

    Denoised clips outlive the run where it was told a folder for them (core/unfinished.py).
    """

    INFO: ClassVar[EngineInfo] = INFO

    def __init__(self) -> None:
        self._model: SvdModel | None = None
        self._loaded: tuple[object, ...] = ()
        self._loading_s = 0.0
        self._log = WorkLog()
        self._unfinished_in: Path | None = None
        self._saved: SavedLatents | None = None
        self._seams: SeamFigures | None = None
        self._made_with: tuple[Figure, ...] = ()
        self.device = "cpu"

    @property
    def info(self) -> EngineInfo:
        return self.INFO

    def load(self, reporter: Reporter) -> None:
        """Import what takes long. The weights are read with the first gap, which names them.

        Raises:
            EnvironmentProblem: a package is missing.
        """
        began_s = time.perf_counter()
        require_packages()
        reporter.raise_if_cancelled()
        import diffusers  # noqa: F401 - the first import takes seconds; better here than before the first frame
        import torch  # noqa: F401

        self._loading_s = time.perf_counter() - began_s
        reporter.raise_if_cancelled()

    @staticmethod
    def forecast(request: InbetweenRequest) -> tuple[Figure, ...]:
        """Size, work, weights and memory of a run, told without loading anything heavy."""
        from mpd_studio.engines.svd.forecast import forecast

        return forecast(request)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Of the last run: how it was made, its seams (seam_figures.py), its work (work_log.py), what was taken over
        from one before (saved_latents.py).
        """
        seams = self._seams.figures if self._seams is not None else ()
        saved = self._saved.figures if self._saved is not None else ()
        return (*self._made_with, *seams, *self._log.figures, *saved)

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        """Yields the new frames; channels beyond RGB are faded between the boundary frames.

        Raises:
            UnsupportedRequest: the weights, the size or the boundary frames cannot be used.
            SettingsError: an option is unknown or out of its range.
            BadInput: the named weights are neither a folder nor known by that name.
            EnvironmentProblem: a package, the device or the weights are missing; the message says what to run.
            EngineFailed: memory ran out under every plan.
        """
        self._saved = self._seams = None
        self._made_with = ()
        self._log, self._loading_s = WorkLog(self._loading_s), 0.0
        require_packages()
        check_boundary(request, pictures)
        options = read_options(request.settings)
        weights = find_weights(options.weights or None, program_paths())
        return self._frames(request, pictures, options, weights.path, reporter)

    def keep_unfinished_in(self, folder: Path | None) -> None:
        self._unfinished_in = folder

    @property
    def has_unfinished(self) -> bool:
        return self._saved is not None and self._saved.has_any

    def frames_are_safe(self) -> None:
        if self._saved is not None:
            self._saved.forget()

    def unload(self) -> None:
        """Gives the memory of the device back."""
        model, self._model, self._loaded = self._model, None, ()
        if model is None:
            return
        on_card = model.device.type != "cpu"
        del model
        if on_card:
            gc.collect()  # a failed run's traceback may hold tensors in a cycle
        free_cached_memory()

    def _frames(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        options: SvdOptions,
        folder: Path,
        reporter: Reporter,
    ) -> Iterator[Picture]:
        import torch

        from mpd_studio.engines.diffusion.device import choose_device
        from mpd_studio.engines.diffusion.memory_errors import ran_out_of_memory
        from mpd_studio.engines.svd.gap_clips import GapClips
        from mpd_studio.engines.svd.plan_figures import made_with, step_down

        self.device = str(choose_device(options.device))
        self._saved = self._place_to_save(request, pictures, options, folder, reporter)
        clips = GapClips(request, pictures, options, reporter, self._saved, self._log)
        self._seams = clips.seams
        plan = _first_plan(folder, options, request)
        reduced: tuple[Figure, ...] = ()
        card = _watched_card(options)
        try:
            while not clips.is_done:
                try:
                    self._made_with = (made_with(plan, options), *reduced)
                    yield from clips.frames(self._model_for(folder, options, plan, reporter))
                    continue
                except (RuntimeError, MemoryError) as error:
                    if not ran_out_of_memory(error):
                        raise
                    lower = _lower_plan(plan, options, error)
                    plan, reduced = lower, (*reduced, step_down(plan, lower))
                self.unload()  # out here, where the error's traceback holds no tensors any more
        finally:
            if card is not None:
                self._log.peak_bytes = torch.cuda.max_memory_allocated(card)
            clips.forget()
            free_cached_memory()

    def _place_to_save(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        options: SvdOptions,
        folder: Path,
        reporter: Reporter,
    ) -> SavedLatents | None:
        from mpd_studio.engines.diffusion.device import choose_device, choose_dtype
        from mpd_studio.engines.svd.request_print import request_print
        from mpd_studio.engines.svd.saved_latents import SavedLatents

        if self._unfinished_in is None:
            return None
        device = choose_device(options.device)
        where = f"{device.type} {choose_dtype(options.dtype, device)}"
        try:
            print_ = request_print(request, pictures, options, folder, where, reporter.raise_if_cancelled)
        except OSError as error:  # the weights, which loading will name better
            log.debug("Nothing is kept: %s", error)
            return None
        return SavedLatents(self._unfinished_in, print_, options)

    def _model_for(self, folder: Path, options: SvdOptions, plan: MemoryPlan, reporter: Reporter) -> SvdModel:
        from mpd_studio.engines.diffusion.device import choose_device, choose_dtype
        from mpd_studio.engines.svd.model import load_model

        device = choose_device(options.device)
        dtype = choose_dtype(options.dtype, device)
        wanted = (folder, device, dtype, plan)
        if self._model is None or wanted != self._loaded:
            self.unload()
            self._model = load_model(folder, device, dtype, reporter, plan)
            self._loaded = wanted
        return self._model


def _first_plan(folder: Path, options: SvdOptions, request: InbetweenRequest) -> MemoryPlan:
    """The plan that is named; else the fastest that fits into a graphics card's free memory; on a CPU the fastest."""
    from mpd_studio.engines.diffusion.device import choose_device, choose_dtype, free_bytes
    from mpd_studio.engines.svd.memory_plan import first_plan
    from mpd_studio.engines.svd.run_size import run_size

    device = choose_device(options.device)
    size = run_size(folder, request, options, choose_dtype(options.dtype, device).itemsize)
    return first_plan(options.memory, size, free_bytes(device))


def _watched_card(options: SvdOptions) -> torch.device | None:
    """The graphics card of a run, whose peak of memory counts from here on; None on other devices."""
    import torch

    from mpd_studio.engines.diffusion.device import choose_device

    device = choose_device(options.device)
    if device.type != "cuda":
        return None
    torch.cuda.reset_peak_memory_stats(device)
    return device


def _lower_plan(plan: MemoryPlan, options: SvdOptions, error: Exception) -> MemoryPlan:
    """The plan to go on with after memory ran out. Raises: EngineFailed: there is none, or another one was named."""
    import torch

    from mpd_studio.engines.svd.memory_plan import next_lower

    lower = next_lower(plan) if options.memory == "auto" else None
    if lower is None:
        may_step_down = options.memory == "auto"
        advice = "Choose a smaller size in the option 'size'" if may_step_down else "Choose the memory plan 'auto'"
        kind = "graphics" if isinstance(error, torch.OutOfMemoryError) else "main"
        raise EngineFailed(
            f"Not enough {kind} memory with the plan '{plan.name}'. {advice}, or close other programs."
        ) from error
    log.warning("Memory ran out under the plan '%s'; going on with '%s'.", plan.name, lower.name)
    return lower
