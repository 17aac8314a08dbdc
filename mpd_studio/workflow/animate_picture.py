"""One picture: how it would move, as a file, and its frames as files."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.core.engine import BoundaryPictures, Engine
from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.exchange import WriteJob
from mpd_studio.core.figures import Figure, TellsFigures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.media.exporters import check_fits, open_exporter
from mpd_studio.media.motion_files import read_motion, write_motion
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.clip_field import Animates
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.inbetween import format_for
from mpd_studio.workflow.output_folder import check_sources, filling
from mpd_studio.workflow.region_masks import read_masks


@dataclass(frozen=True, slots=True)
class Animated:
    """files: in time order. figures: measured by the engine."""

    files: tuple[Path, ...]
    figures: tuple[Figure, ...] = ()


def predict_motion(request: InbetweenRequest, file: Path, reporter: Reporter) -> tuple[Path, ...]:
    """Write the motion of the request's first frame, in the form that the file's name asks for.

    Raises: MpdError: whatever stands in the way. Cancelled: through the reporter.
    """
    pictures = decode_picture(request, reporter)
    with EngineHolder().lent(request.engine_id, keep=False) as engine:
        motion = animator(engine, reporter).predict_motion(request, pictures, reporter)
    if motion.frames < request.new_frames:
        raise UnsupportedRequest(
            f"The engine '{request.engine_id}' predicts {motion.frames} frames at most; "
            f"{request.new_frames} were asked for."
        )
    return write_motion(file, motion)


def animate_picture(
    request: InbetweenRequest,
    folder: Path,
    reporter: Reporter,
    *,
    motion_file: Path | None = None,
    name: str = "frame",
    exporter_id: str | None = None,
    overwrite: bool = False,
) -> Animated:
    """Fill `folder` with the frames after the request's first.

    motion_file: how it moves; None: as the engine predicts.
    Raises: MpdError: whatever stands in the way; nothing is left in or beside `folder`. Cancelled: likewise.
    """
    with filling(folder, name, overwrite=overwrite) as part:
        check_sources(request, folder, name, () if motion_file is None else (motion_file,))
        pictures = decode_picture(request, reporter)
        info = format_for(pictures.first, exporter_id)
        check_fits(info.id, pictures.first)
        motion = None if motion_file is None else read_motion(motion_file)
        with EngineHolder().lent(request.engine_id, keep=False) as engine:
            animated = animator(engine, reporter).animate(request, pictures, motion, reporter)
            with closing(animated) as frames:  # type: ignore[type-var] - engines yield, so it is a generator
                written = open_exporter(info.id).write(frames, WriteJob(part, name, request.rate), reporter)
            figures = engine.figures if isinstance(engine, TellsFigures) else ()
    return Animated(tuple(folder.absolute() / file.name for file in written), figures)


def decode_picture(request: InbetweenRequest, reporter: Reporter) -> BoundaryPictures:
    """The request's first frame, twice. Raises: MediaError, GuidanceError."""
    reporter.report(Progress("Reading", 0, 1))
    with FrameReader() as reader:
        picture = reader.read(request.first)
    return BoundaryPictures(picture, picture, masks=read_masks(request.guidance, request.canvas))


def animator(engine: Engine, reporter: Reporter) -> Animates:
    """The engine, loaded. Raises: UnsupportedRequest: it can only fill gaps."""
    if not isinstance(engine, Animates):
        raise UnsupportedRequest(f"The engine '{engine.info.id}' does not animate one picture. Choose motion_i2v.")
    engine.load(reporter)
    return engine
