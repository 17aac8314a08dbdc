"""The motions that the user gave for a gap, as files, ready at the model's size."""

from __future__ import annotations

from pathlib import Path

from mpd_studio.core.errors import BadInput, UnsupportedRequest
from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.motion_i2v.native_field import to_model_field
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.field_files import read_flo, read_npz
from mpd_studio.motion.given_motion import GivenMotion

_READERS = {".npz": read_npz, ".flo": read_flo}


def given_motion(options: MotionI2vOptions, fit: Fit) -> GivenMotion | None:
    """None where none is given: stage 1 predicts it.

    Raises:
        BadInput: a file is not there, torn, or no motion.
        UnsupportedRequest: it is of a picture of another shape.
    """
    if not (options.motion_file or options.motion_back_file):
        return None
    return GivenMotion(_read(options.motion_file, fit), _read(options.motion_back_file, fit))


def _read(file: str, fit: Fit) -> ClipField | None:
    if not file:
        return None
    path = Path(file)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"{path.name}: the engine takes a motion as {' or '.join(_READERS)}. Save it as one of them.")
    motion = reader(path)
    if not motion.is_shaped_like(fit.canvas):
        raise UnsupportedRequest(
            f"The motion in {path.name} is of a picture of {motion.size}, which is not the shape of {fit.canvas}. "
            "Predict it again, or take one made of this picture."
        )
    return to_model_field(motion, fit)
