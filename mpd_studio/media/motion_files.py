"""A clip's motion as EXR, and any of its files by their ending.

EXR: channels "forward.u" and "forward.v" (32 bit float, ZIP), as compositing programs (Nuke) name motion: in pixels, u
to the right and v up, since they count rows from below. One file per frame; NaN where nothing is known.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from mpd_studio.core.errors import BadInput, OutputError
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.motion.field_files import (
    frame_files,
    numbered_from,
    read_flo,
    read_npz,
    together,
    write_flo,
    write_npz,
)

_U, _V = "forward.u", "forward.v"
ENDINGS = (".npz", ".flo", ".exr")


def write_motion(path: Path, motion: ClipMotion) -> tuple[Path, ...]:
    """The files written; formats of one frame per file number them: path_0001.exr.

    Raises: BadInput: an ending of no known format. OutputError.
    """
    ending = _ending(path)
    if ending == ".npz":
        write_npz(path, motion)
        return (path,)
    return write_flo(path, motion) if ending == ".flo" else _write_exr(path, motion)


def read_motion(path: Path) -> ClipMotion:
    """Of formats with one frame per file: the named one and those with the numbers behind it.

    Raises: BadInput: no such file, of no known format, cut off, or no motion.
    """
    ending = _ending(path)
    if ending == ".npz":
        return read_npz(path)
    return read_flo(path) if ending == ".flo" else together(path, [_read_exr(file) for file in numbered_from(path)])


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise BadInput(f"{path.name}: motion is kept as {', '.join(ENDINGS)}. Choose one of these endings.")
    return ending


def _write_exr(path: Path, motion: ClipMotion) -> tuple[Path, ...]:
    import OpenEXR

    files = frame_files(path, motion.frames)
    for file, frame in zip(files, motion.px, strict=True):
        header: dict[str, object] = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
        channels = {_U: np.ascontiguousarray(frame[..., 0]), _V: np.ascontiguousarray(-frame[..., 1])}
        part = file.with_name(f".{file.name}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            OpenEXR.File(header, channels).write(str(part))
            part.replace(file)
        except (RuntimeError, OSError) as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise OutputError(
                f"{file} could not be written ({error}). Free some space or choose another folder."
            ) from error
    return files


def _read_exr(file: Path) -> np.ndarray:
    import OpenEXR

    if not file.is_file():
        raise BadInput(f"{file} is not there.")
    try:
        with OpenEXR.File(str(file), separate_channels=True) as opened:
            channels = {name: np.array(channel.pixels) for name, channel in opened.channels().items()}
    except (RuntimeError, ValueError, TypeError) as error:
        raise BadInput(f"{file} cannot be read as EXR ({error}).") from error
    if _U not in channels or _V not in channels:
        found = ", ".join(sorted(channels)) or "none"
        raise BadInput(f"{file} has no channels {_U} and {_V}, which hold motion; it has {found}.")
    return np.stack([channels[_U], -channels[_V]], axis=-1).astype(np.float32)
