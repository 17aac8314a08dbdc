"""A clip's motion as a file: .npz with all frames, or .flo, one file per frame, as optical flow is exchanged.

.npz: "motion" (frames, h, w, 2) float32 in pixels, x right, y down; "version" 1. Compressed; no pickles are read.
.flo: the format of the Middlebury flow benchmark: the number 202021.25, width, height, then u, v row by row, all little
endian; u right, v down, in pixels; from 1e9 on it means "not known".
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path

import numpy as np

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import BadInput
from mpd_studio.motion.clip_motion import ClipMotion, clip_motion

_VERSION = 1
_FLO_MAGIC = struct.pack("<f", 202021.25)
_UNKNOWN, _WRITTEN_UNKNOWN = 1e9, 1e10
_LONGEST_SIDE = 1 << 16
_NUMBER = re.compile(r"(?P<stem>.*?)(?P<number>\d+)")
_FLOATS = (np.float16, np.float32, np.float64)


def write_npz(path: Path, motion: ClipMotion) -> None:
    """Raises: OutputError."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, motion=motion.px, version=np.int64(_VERSION))
    write_atomically(path, buffer.getvalue())


def read_npz(path: Path) -> ClipMotion:
    """Raises: BadInput: not readable, cut off, of a newer version, or not a motion."""
    try:
        # Opened here: numpy leaves a torn file open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            version, px = int(file["version"]), file["motion"]
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        EOFError,
        zipfile.BadZipFile,
        MemoryError,
    ) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BadInput(f"{path} cannot be read as a motion ({reason}). Save it again.") from error
    if version != _VERSION:
        raise BadInput(f"{path} has version {version} of the format; this program knows {_VERSION}. Update it.")
    return motion_of(path, px)


def write_flo(path: Path, motion: ClipMotion) -> tuple[Path, ...]:
    """The files written: `path` itself for a single frame, else path_0001.flo and on. Raises: OutputError."""
    files = frame_files(path, motion.frames)
    height, width = motion.px.shape[1:3]
    for file, frame in zip(files, motion.px, strict=True):
        numbers = np.where(np.isnan(frame), np.float32(_WRITTEN_UNKNOWN), frame).astype("<f4")
        write_atomically(file, _FLO_MAGIC + struct.pack("<ii", width, height) + numbers.tobytes())
    return files


def read_flo(path: Path) -> ClipMotion:
    """One file, or the first of a numbered series: then all of it. Raises: BadInput."""
    return together(path, [_read_flo(file) for file in numbered_from(path)])


def frame_files(path: Path, frames: int) -> tuple[Path, ...]:
    """The files of a clip's frames, counted from 1; a single frame has the plain name."""
    if frames == 1:
        return (path,)
    return tuple(path.with_name(f"{path.stem}_{number:04d}{path.suffix}") for number in range(1, frames + 1))


def numbered_from(path: Path) -> tuple[Path, ...]:
    """The file, and those with the next numbers behind it, until one lacks."""
    found = _NUMBER.fullmatch(path.stem)
    if found is None:
        return (path,)
    files, number, digits = [path], int(found["number"]), len(found["number"])
    while (following := path.with_name(f"{found['stem']}{number + len(files):0{digits}d}{path.suffix}")).is_file():
        files.append(following)
    return tuple(files)


def together(path: Path, frames: list[np.ndarray]) -> ClipMotion:
    """Frames (h, w, 2) as one motion. Raises: BadInput: their sizes differ."""
    sizes = {frame.shape for frame in frames}
    if len(sizes) > 1:
        raise BadInput(f"The files from {path} on are of different sizes: {sorted(s[1::-1] for s in sizes)}.")
    return motion_of(path, np.stack(frames))


def motion_of(path: Path, px: np.ndarray) -> ClipMotion:
    """Raises: BadInput: it is none."""
    if px.dtype not in _FLOATS or px.ndim != 4 or px.shape[3] != 2 or 0 in px.shape:
        raise BadInput(f"{path} holds no motion: {px.dtype} numbers of the shape {px.shape}, not (frames, h, w, 2).")
    return clip_motion(px)


def _read_flo(file: Path) -> np.ndarray:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror or error}.") from error
    if content[:4] != _FLO_MAGIC or len(content) < 12:
        raise BadInput(f"{file} is no .flo file: it does not begin with the format's number.")
    width, height = struct.unpack("<ii", content[4:12])
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE) or len(content) != 12 + 8 * width * height:
        raise BadInput(f"{file} says {width} × {height} and has {len(content)} bytes: it is cut off or damaged.")
    numbers = np.frombuffer(content, "<f4", offset=12).reshape(height, width, 2)
    return np.where(np.abs(numbers) >= _UNKNOWN, np.float32(np.nan), numbers)
