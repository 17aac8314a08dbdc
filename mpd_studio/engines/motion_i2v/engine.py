"""The engine of Motion-I2V: fills a gap from both ends, tells the motion of one picture, and animates one picture."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mpd_studio.core.clip_plan import plan_clips
from mpd_studio.core.engine import BoundaryPictures, EngineInfo
from mpd_studio.core.errors import EngineFailed
from mpd_studio.core.figures import Figure
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.paths import program_paths
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.diffusion.cached_memory import free_cached_memory
from mpd_studio.engines.diffusion.model_size import Fit, fit, native_sizes, parse_size
from mpd_studio.engines.diffusion.packages import require_packages
from mpd_studio.engines.motion_i2v.facts import INFO, LENGTHS, SIZE_MULTIPLE
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions, read_options
from mpd_studio.engines.motion_i2v.personal_options import personal_of
from mpd_studio.motion.boundary import check_boundary
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.weights.family import Family
from mpd_studio.weights.store import find_weights

if TYPE_CHECKING:
    from mpd_studio.engines.motion_i2v.gap_clip import ClipMaker
    from mpd_studio.engines.motion_i2v.stages import Stages

NEW_FRAMES = "New frames"
_SEED_STRIDE = 1_000_003  # between the clips of a gap
# The side of a square with as many pixels as the model was trained at, and a little more.
_NATIVE_SIDE = 405


class MotionI2vEngine:
    """Keeps its networks between runs; a change of weights, device, precision or memory plan loads them anew."""

    INFO: ClassVar[EngineInfo] = INFO

    def __init__(self) -> None:
        self._stages: Stages | None = None
        self._loaded: tuple[object, ...] = ()
        self._figures: tuple[Figure, ...] = ()
        self.device = "cpu"

    @property
    def info(self) -> EngineInfo:
        return self.INFO

    def load(self, reporter: Reporter) -> None:
        """Import what takes long. The weights are read with the first run, which names them.

        Raises:
            EnvironmentProblem: a package is missing.
        """
        require_packages()
        reporter.raise_if_cancelled()
        import diffusers  # noqa: F401 - the first import takes seconds; better here than before the first frame
        import torch  # noqa: F401

        reporter.raise_if_cancelled()

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        """Yields the new frames; further channels move with the picture, and are faded where neither frame shows it.

        Raises:
            UnsupportedRequest: the weights, the size or the boundary frames cannot be used.
            SettingsError: an option is unknown or out of its range.
            BadInput: the named weights are neither a folder nor known by that name; a personal model or a LoRA is not
                there, or of another kind.
            EnvironmentProblem: a package, the device or the weights are missing; the message says what to run.
            EngineFailed: memory ran out.
        """
        require_packages()
        check_boundary(request, pictures)
        self._figures = ()
        options, folder = _asked(request)
        return self._frames(request, pictures, options, folder, reporter)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Of the last `animate`: how far its frames drift from the picture, and how well its windows agree."""
        return self._figures

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
        options, folder = _asked(request)
        with _memory_errors(options):
            maker = self._maker(request, pictures, options, folder, reporter)
            if of is Boundary.LAST:
                return backward_motion(maker, pictures.last, request.seed)
            return predicted_motion(maker, pictures.first, request.new_frames, request.seed)

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
        self._figures = ()
        check_length(request.new_frames, motion)
        options, folder = _asked(request)
        return self._animated(request, pictures, options, folder, motion, reporter, hides)

    def unload(self) -> None:
        """Gives the memory of the device back."""
        stages, self._stages, self._loaded = self._stages, None, ()
        if stages is not None:
            del stages
            gc.collect()  # networks hold themselves in cycles
            free_cached_memory()

    def _frames(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        options: MotionI2vOptions,
        folder: Path,
        reporter: Reporter,
    ) -> Iterator[Picture]:
        from mpd_studio.engines.motion_i2v.gap_clip import clip_frames

        first, clips = pictures.first, plan_clips(request.new_frames, LENGTHS)
        made: dict[int, np.ndarray] = {0: first.pixels, request.new_frames + 1: pictures.last.pixels}
        waiting = 1
        with _memory_errors(options):
            maker = self._maker(request, pictures, options, folder, reporter)
            for index, clip in enumerate(clips):
                ends = made[clip.start], made[clip.stop]
                later_ends = {place for later in clips[index + 1 :] for place in (later.start, later.stop)}
                seed = (request.seed + index * _SEED_STRIDE) % 2**63
                for place, pixels in clip_frames(maker, clip, ends, request.new_frames, seed, (index, len(clips))):
                    made[place] = pixels
                    while waiting in made and waiting <= request.new_frames:
                        pixels = made[waiting] if waiting in later_ends else made.pop(waiting)
                        yield Picture(pixels, first.color, first.bit_depth)
                        waiting += 1
                        reporter.report(Progress(NEW_FRAMES, waiting - 1, request.new_frames))

    def _animated(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        options: MotionI2vOptions,
        folder: Path,
        motion: ClipMotion | None,
        reporter: Reporter,
        hides: bool,
    ) -> Iterator[Picture]:
        from mpd_studio.engines.motion_i2v.animated import Animation

        with _memory_errors(options):
            maker = self._maker(request, pictures, options, folder, reporter)
            animation = Animation(maker, pictures.first, request.new_frames, request.seed, motion, hides)
            yield from animation.frames()
            self._figures = animation.figures

    def _maker(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        options: MotionI2vOptions,
        folder: Path,
        reporter: Reporter,
    ) -> ClipMaker:
        from mpd_studio.engines.diffusion.pixel_range import range_of
        from mpd_studio.engines.motion_i2v.drawn_clip import drawing_of
        from mpd_studio.engines.motion_i2v.gap_clip import ClipMaker
        from mpd_studio.engines.motion_i2v.given import given_motion

        drawing = drawing_of(request, pictures, _fitted(request, options))
        depth = range_of(pictures.first.pixels, pictures.last.pixels)
        given = given_motion(options, drawing.fit)
        return ClipMaker(self._stages_for(folder, options), options, drawing, depth, reporter, given)

    def _stages_for(self, folder: Path, options: MotionI2vOptions) -> Stages:
        from mpd_studio.engines.diffusion.device import choose_device, choose_dtype
        from mpd_studio.engines.motion_i2v.stages import Stages, has_room_for_both

        device = choose_device(options.device)
        self.device = str(device)
        dtype = choose_dtype(options.dtype, device)
        wanted = (folder, device, dtype, options.memory)
        if self._stages is None or wanted != self._loaded:
            self.unload()
            keep_both = options.memory == "full" or (options.memory == "auto" and has_room_for_both(device))
            self._stages, self._loaded = Stages(folder, device, dtype, keep_both), wanted
        self._stages.take(personal_of(options.personal, options.lora, folder))
        return self._stages


def _asked(request: InbetweenRequest) -> tuple[MotionI2vOptions, Path]:
    options = read_options(request.settings)
    _fitted(request, options)
    folder = find_weights(options.weights or None, program_paths(), family=Family.MOTION_I2V).path
    personal_of(options.personal, options.lora, folder)
    return options, folder


def _fitted(request: InbetweenRequest, options: MotionI2vOptions) -> Fit:
    """Raises: UnsupportedRequest: the size asked for is none that the model makes."""
    if options.size:
        return fit(request.canvas, (parse_size(options.size, SIZE_MULTIPLE),))
    return fit(request.canvas, native_sizes(_NATIVE_SIDE, SIZE_MULTIPLE))


@contextmanager
def _memory_errors(options: MotionI2vOptions) -> Iterator[None]:
    """Raises: EngineFailed: memory ran out within."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        advice = "Choose a smaller size in the option 'size'"
        if options.memory != "low":
            advice = "Choose the memory plan 'low'"
        raise EngineFailed(f"Not enough graphics memory. {advice}, or close other programs.") from error
