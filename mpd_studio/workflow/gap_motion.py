"""The motion of a gap as a file: predicted, brought in, given out, and made ready for a run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from mpd_studio.core.engine import BoundaryPictures, EngineInfo
from mpd_studio.core.errors import BadInput, UnsupportedRequest
from mpd_studio.core.gap_motion import GapMotion, MotionEdits
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.core.timeline import PlacedGap
from mpd_studio.media.motion_files import read_motion, write_motion
from mpd_studio.media.reader import FrameReader
from mpd_studio.motion.clip_field import Animates
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.fit import fit
from mpd_studio.workflow.motion_edits import edited_motion
from mpd_studio.workflow.region_masks import read_masks

# Options of engines that go along a motion (motion_i2v).
_OPTIONS = {Boundary.FIRST: "motion_file", Boundary.LAST: "motion_back_file"}
_NEW_FRAMES = 15  # as many as the motion is predicted for; the gap's own number is met by time


@dataclass(frozen=True, slots=True)
class MotionOrder:
    """To be done before a run: `motion`, edited, as `file`. request: of its gap."""

    motion: GapMotion
    request: InbetweenRequest
    file: Path


def goes_along_motions(engine: EngineInfo) -> bool:
    """Whether an engine can be given how a gap moves."""
    return any(option.name == _OPTIONS[Boundary.FIRST] for option in engine.options)


def motion_problem(placed: PlacedGap) -> str:
    """Why the motions that are kept with a gap cannot be gone along; "" when they can, or there are none."""
    for motion in placed.gap.motions:
        if not motion.is_of(placed.first if motion.of is Boundary.FIRST else placed.last):
            return f"The gap has another {motion.of.value} frame now than its motion was made of. Predict it again."
    return ""


def predict_gap_motion(
    request: InbetweenRequest, of: Boundary, file: Path, engines: EngineHolder | None, reporter: Reporter
) -> None:
    """Write the motion of one end of a gap, as .npz. engines: as workflow.inbetween.run has it.

    Raises: MpdError: whatever stands in the way; no file is left. Cancelled: likewise.
    """
    request = replace(request, new_frames=_NEW_FRAMES)
    reporter.report(Progress("Reading", 0, 1))
    with FrameReader() as reader:
        ends = fit(request, reader.read(request.first), reader.read(request.last))
    pictures = BoundaryPictures(*ends, masks=read_masks(request.guidance, request.canvas))
    with (engines or EngineHolder()).lent(request.engine_id, keep=engines is not None) as engine:
        if not isinstance(engine, Animates):
            raise UnsupportedRequest(f"The engine '{request.engine_id}' predicts no motion. Choose motion_i2v.")
        engine.load(reporter)
        motion = engine.predict_motion(request, pictures, reporter, of)
    reporter.raise_if_cancelled()
    write_motion(file, motion)


def bring_in_motion(source: Path, canvas: Size, file: Path, reporter: Reporter) -> None:
    """Keep a motion of somebody else's, as .npz.

    Raises: BadInput: no motion, torn, or of a picture of another shape. OutputError.
    """
    motion = read_motion(source)
    reporter.raise_if_cancelled()
    if not motion.is_shaped_like(canvas):
        raise BadInput(
            f"The motion in {source.name} is of a picture of {motion.size}, and the frames here are {canvas}, which is "
            "another shape. Take one that was made of this picture."
        )
    write_motion(file, motion)


def give_out_motion(motion: GapMotion, request: InbetweenRequest, file: Path, reporter: Reporter) -> tuple[Path, ...]:
    """Write a gap's motion as it is edited, in the form that the file's name asks for. Returns the files.

    Raises: BadInput: the kept file is gone, or an ending of no known format. OutputError.
    """
    return write_motion(file, edited_motion(motion, request, reporter))


def with_motions(request: InbetweenRequest, placed: PlacedGap) -> tuple[InbetweenRequest, tuple[MotionOrder, ...]]:
    """The request with the files of the gap's motions, and what is to be written before it is run."""
    orders = tuple(MotionOrder(motion, request, edited_file(motion, request)) for motion in placed.gap.motions)
    said = dict(request.settings.options)
    said |= {_OPTIONS[order.motion.of]: str(order.file) for order in orders}
    settings = replace(request.settings, options=tuple(sorted(said.items())))
    return replace(request, settings=settings), orders


def carry_out(orders: tuple[MotionOrder, ...], reporter: Reporter) -> None:
    """Write what is not there yet. Raises: BadInput, OutputError, Cancelled."""
    for order in orders:
        reporter.raise_if_cancelled()
        if not order.file.is_file():
            write_motion(order.file, edited_motion(order.motion, order.request, reporter))


def edited_file(motion: GapMotion, request: InbetweenRequest) -> Path:
    """Beside the kept motion; another name for each way that it can look. It tells a reader what was done."""
    if motion.edits == MotionEdits():
        return Path(motion.file)
    edits = motion.edits
    words = [motion.of.value, motion.origin.rpartition(".")[0] or motion.origin]
    words += [f"measured-{edits.measured:g}"] * (edits.measured != 0) + [f"smooth-{edits.smooth:g}"] * (
        edits.smooth != 0
    )
    words += ["inside-region"] * (edits.inside is not None) + [f"scale-{edits.scale:g}"] * (edits.scale != 1)
    name = "_".join("".join(c if c.isalnum() or c in "-." else "-" for c in word) for word in words)
    what = (edits, request.first, request.last, request.canvas, request.guidance)
    return Path(motion.file).with_name(f"{name}_{hashlib.sha256(repr(what).encode()).hexdigest()[:8]}.npz")
