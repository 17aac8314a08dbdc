"""Confidence of each pixel as grey pictures, white where it is trusted: small ones with takes, mattes to export."""

from __future__ import annotations

from pathlib import Path, PurePath

import numpy as np

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import MediaError
from mpd_studio.core.geometry import Size
from mpd_studio.core.inbetween import FrameSequence

_KEPT_HEIGHT = 480  # what confidence is measured on is smaller still


def map_name(name: str, number: int) -> str:
    """The file beside NAME_000001.png …"""
    return f"{name}_confidence_{number:06d}.png"


def map_path(frames: FrameSequence, index: int) -> PurePath:
    """Where the map of frame `index` (from 0) is, if there is one."""
    name = frames.pattern.rpartition("_%")[0]
    return frames.folder / map_name(name, frames.first_number + index)


def write_kept(path: Path, confidence: np.ndarray) -> None:
    """8-bit grey, at most 480 pixels high. confidence: (h, w) float32 in 0..1."""
    import cv2

    height, width = confidence.shape
    if height > _KEPT_HEIGHT:
        size = (max(1, round(width * _KEPT_HEIGHT / height)), _KEPT_HEIGHT)
        confidence = cv2.resize(confidence, size, interpolation=cv2.INTER_AREA)
    _write(path, np.rint(confidence * 255).astype(np.uint8))


def write_matte(path: Path, confidence: np.ndarray, size: Size) -> None:
    """16-bit grey of `size`."""
    import cv2

    if confidence.shape != (size.height, size.width):
        confidence = cv2.resize(confidence, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    _write(path, np.rint(confidence * 65535).astype(np.uint16))


def read_map(path: Path) -> np.ndarray | None:
    """(h, w) float32 in 0..1; None where there is none, as with takes of engines that tell no confidence.

    Raises:
        MediaError: there is a file, and it is no picture.
    """
    import cv2

    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error.strerror}.") from error
    grey = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if len(data) else None
    if grey is None or grey.ndim != 2:
        raise MediaError(f"{path} is no confidence map. Make the take again.")
    whole = 255 if grey.dtype == np.uint8 else 65535
    return grey.astype(np.float32) / np.float32(whole)


def _write(path: Path, grey: np.ndarray) -> None:
    import cv2

    done, data = cv2.imencode(".png", grey)
    if not done:
        raise MediaError(f"The confidence map {path.name} could not be written as PNG.")
    write_atomically(path, data.tobytes())
