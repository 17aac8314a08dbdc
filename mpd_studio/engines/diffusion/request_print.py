"""What the costly work of a request depends on, as digests: equal ones mean that it need not be done again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import numpy as np

import mpd_studio
from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.json_values import encode_value
from mpd_studio.weights.identity import identity_of

# Options told by what they lead to, or (memory) by whoever keeps the work.
TOLD_OTHERWISE = ("weights", "device", "dtype", "memory")
_LIBRARIES = ("torch", "diffusers", "transformers")
_PIECE_BYTES = 32 << 20  # some 0.2 s


def request_print(
    request: InbetweenRequest,
    pictures: BoundaryPictures,
    weights: Path,
    where: str,
    more: Mapping[str, object],
    check: Callable[[], None],
) -> str:
    """Of a whole gap. The pixels count, not the files they come from.

    where: device and precision in effect. more: what else counts of an engine, its options among it; JSON values.
    check: called again and again; may raise to stop.

    Raises:
        OSError: the weights cannot be read.
    """
    told = {
        "program": mpd_studio.__version__,
        "engine": request.engine_id,
        "libraries": [import_module(name).__version__ for name in _LIBRARIES],
        "weights": identity_of(weights),
        "where": where,
        "first": _pixels_print(pictures.first.pixels, check),
        "last": _pixels_print(pictures.last.pixels, check),
        "masks": [[str(region), _pixels_print(mask, check)] for region, mask in pictures.masks],
        "new_frames": request.new_frames,
        "canvas": [request.canvas.width, request.canvas.height],
        "guidance": encode_value(request.guidance, {}),
        "seed": request.seed,
        **more,
    }
    return digest(told)


def digest(told: Mapping[str, object]) -> str:
    """Of JSON values, whatever their order."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _pixels_print(pixels: np.ndarray, check: Callable[[], None]) -> str:
    made = hashlib.sha256(f"{pixels.shape} {pixels.dtype}".encode())
    flat = np.ascontiguousarray(pixels).reshape(-1).view(np.uint8)
    for start in range(0, len(flat), _PIECE_BYTES):
        check()
        made.update(flat[start : start + _PIECE_BYTES].data)
    return made.hexdigest()
