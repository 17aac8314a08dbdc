"""The engine of Motion-I2V: fills a gap from both ends, tells the motion of one picture, and animates one picture."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from mpd_studio.core.engine import BoundaryPictures, EngineInfo
from mpd_studio.core.figures import Figure
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.paths import program_paths
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter
from mpd_studio.engines.diffusion.cached_memory import free_cached_memory
from mpd_studio.engines.diffusion.packages import require_packages
from mpd_studio.engines.diffusion.work_log import WorkLog
from mpd_studio.engines.motion_i2v.facts import INFO
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions, read_options
from mpd_studio.engines.motion_i2v.personal_options import personal_of
from mpd_studio.motion.boundary import check_boundary
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.weights.family import Family
from mpd_studio.weights.store import find_weights

if TYPE_CHECKING:
    import torch

    from mpd_studio.engines.diffusion.saved_work import SavedWork
    from mpd_studio.engines.motion_i2v.gap_clip import ClipMaker
    from mpd_studio.engines.motion_i2v.held_stages import HeldStages
    from mpd_studio.engines.motion_i2v.run_figures import RunFigures

_Made = TypeVar("_Made")


class MotionI2vEngine:
    """Keeps its networks between runs (held_stages.py).

    What it sampled outlives the run where it was told a folder for it (core/unfinished.py).
    """

    INFO: ClassVar[EngineInfo] = INFO

    def __init__(self) -> None:
        self._held: HeldStages | None = None
        self._loading_s = 0.0
        self._log = WorkLog()
        self._unfinished_in: Path | None = None
        self._saved: SavedWork | None = None
        self._run: RunFigures | None = None
        self._figures: tuple[Figure, ...] = ()
        self._made_with: tuple[Figure, ...] = ()
        self.device = "cpu"

    @property
    def info(self) -> EngineInfo:
        return self.INFO

    def load(self, reporter: Reporter) -> None:
        """Import what takes long. The weights are read with the first run, which names them.

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

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        """Yields the new frames; further channels move with the picture, and are faded where neither frame shows it.

        Raises:
            UnsupportedRequest: the weights, the size or the boundary frames cannot be used.
            SettingsError: an option is unknown or out of its range.
            BadInput: the named weights are neither a folder nor known by that name; a personal model or a LoRA is not
                there, or of another kind.
            EnvironmentProblem: a package, the device or the weights are missing; the message says what to run.
            EngineFailed: memory ran out under every plan.
        """
        require_packages()
        check_boundary(request, pictures)
        return self._frames(self._asked(request, pictures, reporter))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Of the last run: how it was made, its seams and what stage 2 drew (run_figures.py) or, of `animate`, how far
        its frames drift from the picture and how well its windows agree (drift.py); its work (work_log.py); what was
        taken over from one before.
        """
        run = self._run.figures if self._run is not None else self._figures
        saved = self._saved.figures if self._saved is not None else ()
        return (*self._made_with, *run, *self._log.figures, *saved)

    @staticmethod
    def forecast(request: InbetweenRequest) -> tuple[Figure, ...]:
        """Size, work, weights and memory of a run, told without loading anything heavy."""
        from mpd_studio.engines.motion_i2v.forecast import forecast

        return forecast(request)

    def keep_unfinished_in(self, folder: Path | None) -> None:
        self._unfinished_in = folder

    @property
    def has_unfinished(self) -> bool:
        return self._saved is not None and self._saved.has_any

    def frames_are_safe(self) -> None:
        if self._saved is not None:
            self._saved.forget()

    def predict_motion(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        reporter: Reporter,
        of: Boundary = Boundary.FIRST,
    ) -> ClipMotion:
        """The motion of the first picture at the 15 frames after it, at the model's scale; in request.new_frames where
        those are more, up to 240. Of the last picture: at the 15 before it. Raises: as generate.
        """
        from mpd_studio.engines.motion_i2v.animated import predicted_motion
        from mpd_studio.engines.motion_i2v.backward import backward_motion

        require_packages()

        def work(maker: ClipMaker) -> Iterator[ClipMotion]:
            if of is Boundary.LAST:
                yield backward_motion(maker, pictures.last, request.seed)
            else:
                yield predicted_motion(maker, pictures.first, request.new_frames, request.seed)

        (motion,) = self._under_plans(self._asked(request, pictures, reporter), work)
        return motion

    def animate(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        motion: ClipMotion | None,
        reporter: Reporter,
        hides: bool = False,
    ) -> Iterator[Picture]:
        """Yields up to 240 frames after the first picture, all of stage 2; what is held still is the picture's exactly.

        Raises: as generate; also UnsupportedRequest: too many frames, or a motion with too few.
        """
        from mpd_studio.engines.motion_i2v.animated import check_length

        require_packages()
        check_length(request.new_frames, motion)
        return self._animated(self._asked(request, pictures, reporter), motion, hides)

    def unload(self) -> None:
        """Gives the memory of the device back."""
        if self._held is not None:
            self._held.unload()

    def _frames(self, asked: _Asked) -> Iterator[Picture]:
        from mpd_studio.engines.motion_i2v.gap_frames import GapFrames
        from mpd_studio.engines.motion_i2v.kept_steps import steps_kept_in
        from mpd_studio.engines.motion_i2v.run_size import placed

        request, options = asked.request, asked.options
        check = asked.reporter.raise_if_cancelled
        kept, self._saved = steps_kept_in(self._unfinished_in, request, asked.pictures, options, asked.weights, check)
        gap = GapFrames(request, asked.pictures, placed(request.canvas, options), kept)
        self._run = gap.figures
        try:
            yield from self._under_plans(asked, gap.frames)
        finally:
            gap.forget()

    def _animated(self, asked: _Asked, motion: ClipMotion | None, hides: bool) -> Iterator[Picture]:
        from mpd_studio.engines.motion_i2v.animated import Animation

        given = 0

        def work(maker: ClipMaker) -> Iterator[Picture]:
            nonlocal given
            first, request = asked.pictures.first, asked.request
            animation = Animation(maker, first, request.new_frames, request.seed, motion, hides)
            for index, picture in enumerate(animation.frames()):
                if index >= given:  # else it was given before memory ran out
                    given += 1
                    yield picture
            self._figures = animation.figures

        yield from self._under_plans(asked, work)

    def _under_plans(self, asked: _Asked, work: Callable[[ClipMaker], Iterator[_Made]]) -> Iterator[_Made]:
        """work: may be called again after memory ran out, with networks that take less."""
        import torch

        from mpd_studio.engines.diffusion.memory_errors import ran_out_of_memory
        from mpd_studio.engines.motion_i2v.held_stages import HeldStages

        held = self._held = self._held or HeldStages()
        held.begin(asked.weights, asked.request, asked.options)
        card = self._watched_card(asked.options)
        try:
            while True:
                self._made_with = held.figures(asked.options)
                try:
                    yield from work(self._maker(asked, held))
                    return
                except (RuntimeError, MemoryError) as error:
                    if not ran_out_of_memory(error):
                        raise
                    held.step_down(asked.options, error)
                held.unload()  # out here, where the error's traceback holds no tensors any more
        finally:
            if card is not None:
                self._log.peak_bytes = torch.cuda.max_memory_allocated(card)
                free_cached_memory()

    def _maker(self, asked: _Asked, held: HeldStages) -> ClipMaker:
        from mpd_studio.engines.diffusion.pixel_range import range_of
        from mpd_studio.engines.motion_i2v.drawn_clip import drawing_of
        from mpd_studio.engines.motion_i2v.gap_clip import ClipMaker
        from mpd_studio.engines.motion_i2v.given import given_motion
        from mpd_studio.engines.motion_i2v.run_size import placed

        request, pictures, options = asked.request, asked.pictures, asked.options
        drawing = drawing_of(request, pictures, placed(request.canvas, options))
        depth = range_of(pictures.first.pixels, pictures.last.pixels)
        given = given_motion(options, drawing.fit)
        stages = held.now(asked.weights, options)
        return ClipMaker(stages, options, drawing, depth, asked.reporter, given, self._log)

    def _asked(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> _Asked:
        """What a new run is about; forgets the last one's figures."""
        from mpd_studio.engines.motion_i2v.run_size import placed

        self._saved = self._run = None
        self._figures = self._made_with = ()
        self._log, self._loading_s = WorkLog(self._loading_s), 0.0
        options = read_options(request.settings)
        placed(request.canvas, options)
        weights = find_weights(options.weights or None, program_paths(), family=Family.MOTION_I2V).path
        personal_of(options.personal, options.lora, weights)
        return _Asked(request, pictures, options, weights, reporter)

    def _watched_card(self, options: MotionI2vOptions) -> torch.device | None:
        """The graphics card of a run, whose peak of memory counts from here on; None on other devices."""
        import torch

        from mpd_studio.engines.diffusion.device import choose_device

        device = choose_device(options.device)
        self.device = str(device)
        if device.type != "cuda":
            return None
        torch.cuda.reset_peak_memory_stats(device)
        return device


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """weights: the folder."""

    request: InbetweenRequest
    pictures: BoundaryPictures
    options: MotionI2vOptions
    weights: Path
    reporter: Reporter
